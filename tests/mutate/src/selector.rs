//! Which mutant is at work, in a copy of the library that has all of them. It is no part of the product: this file is put into
//! the copy as `lab::mutant`.

use std::{
    collections::HashSet,
    env, fs,
    io::Write,
    sync::{LazyLock, Mutex, PoisonError},
};

static ACTIVE: LazyLock<Option<u32>> = LazyLock::new(|| env::var("INTERLOCK_MUTANT").ok()?.parse().ok());
static REACHED: LazyLock<Option<Mutex<(fs::File, HashSet<u32>)>>> = LazyLock::new(|| {
    let file = fs::OpenOptions::new().append(true).create(true).open(env::var_os("INTERLOCK_REACHED")?).ok()?;
    Some(Mutex::new((file, HashSet::new())))
});

/// This mutant is at work; where they are asked for, the numbers of those that are reached are written to a file.
pub fn is(number: u32) -> bool {
    if let Some(reached) = &*REACHED {
        let (file, known) = &mut *reached.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(number) {
            let _ = file.write_all(format!("{number}\n").as_bytes());
        }
    }
    *ACTIVE == Some(number)
}
