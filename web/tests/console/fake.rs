//! A console over scripted processes that speak the control messages and play nothing.

use lab::{event::VERSION, scenario::Scenario};
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;
use web::{
    console::{Config, Console, Playing, hands::HELD},
    sessions::{
        book::Book,
        hub::Hub,
        orders::{Phrases, Settings},
        session::Record,
        store::{Place, Retention, Store},
    },
};

/// Each part answers an order with `ready` and `ended`, before which a victim gives up. A file `PART.dies` makes it leave at its next order, once; a file
/// `PART.silent` makes it say nothing; `PART.raves` makes it talk nonsense and in another's name first.
const SCRIPT: &str = r#"#!/bin/sh
part=$1
here=$(dirname "$0")
[ "$part" = client ] || echo '{"report":"listening","address":"127.0.0.1:9"}'
echo "$part is up" >&2
while read -r line; do
    case $line in *'"order":"cancel"'*) continue ;; esac
    rest=${line#*'"session":"'}
    session=${rest%%'"'*}
    if [ -e "$here/$part.dies" ]; then rm "$here/$part.dies"; exit 7; fi
    if [ -e "$here/$part.silent" ]; then continue; fi
    if [ -e "$here/$part.raves" ]; then
        echo 'no json'
        echo '{"report":"event","v":VERSION,"session":"'$session'","n":1,"source":"console","at":0,"type":"ended"}'
    fi
    event='{"report":"event","v":VERSION,"session":"'$session'","n":1,"source":"'$part'","at":0,"type":'
    echo '{"report":"ready","session":"'$session'"}'
    [ "$part" = attacker ] || echo "$event"'"aborted","flight":1,"reason":{"is":"ended"}}'
    echo "$event"'"ended"}'
done
"#;

/// The console with its scripted processes.
pub(crate) struct Fake {
    pub(crate) console: Arc<Console>,
    directory: TempDir,
}

impl Fake {
    pub(crate) async fn start(deadline: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("fake");
        fs::write(&program, SCRIPT.replace("VERSION", &VERSION.to_string())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Self { console: console(program, deadline).await, directory }
    }

    /// Makes a part behave in another way from now on.
    pub(crate) fn mark(&self, mark: &str) {
        fs::write(self.directory.path().join(mark), "").unwrap();
    }

    pub(crate) fn play(&self, scenario: &str, seed: Option<u64>) -> Playing {
        self.console.play(scenario.parse::<Scenario>().unwrap(), seed).unwrap()
    }

    pub(crate) async fn verdict(&self, scenario: &str) -> Arc<Record> {
        self.play(scenario, None).done().await.unwrap()
    }
}

/// A console whose processes run `program`.
pub(crate) async fn console(program: PathBuf, deadline: Duration) -> Arc<Console> {
    let store = Store::open(Place::Memory, Retention::default());
    let book = Arc::new(Book::open(store, Arc::new(Hub::default())).await);
    let settings = Settings { patience: Duration::from_secs(1), deadline: Some(deadline), phrases: Phrases::default() };
    Console::start(Config { program, concurrency: 4, settings, held: HELD, own: None }, book)
}
