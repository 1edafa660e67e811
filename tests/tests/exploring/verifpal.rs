//! Verifpal itself reads the models that are made for it, where it is at hand (`cargo install verifpal`).

use explore::verifpal;
use lab::modes;
use std::{fs, process::Command};

/// It takes each model, whose checks all pass where nobody attacks.
#[test]
fn verifpal_takes_every_model() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut paths = Vec::new();
    for mode in modes::all() {
        let ids = std::iter::once(None).chain(mode.variants.iter().map(|it| Some(it.id)));
        for (at, table) in ids.map(|id| mode.played(id)).enumerate() {
            if let Ok(model) = verifpal::of(table, &table.switches::<&str>(&[], &[])) {
                // Who only listens is soon done with: a model is read and run whole all the same.
                let passive = model.replace("attacker[active]", "attacker[passive]");
                let path = folder.path().join(format!("{}-{at}.vp", mode.id));
                fs::write(&path, passive).expect("a file");
                paths.push(path);
            }
        }
    }
    assert!(paths.len() > 10, "{}", paths.len());
    match Command::new("verifpal").args(["verify", "--quiet", "--sessions", "1"]).args(&paths).output() {
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{said}");
        }
        Err(_) => println!("not read by Verifpal itself: it is not installed (cargo install verifpal)"),
    }
}
