//! Which mutant is at work, in a copy of the library that has all of them. It is no part of the product: this file is put into
//! the copy as `lab::mutant`.

use std::{
    cell::RefCell,
    collections::HashSet,
    env, fs,
    io::Write,
    sync::{LazyLock, Mutex, PoisonError},
    thread,
};

static ACTIVE: LazyLock<Option<u32>> = LazyLock::new(|| env::var("INTERLOCK_MUTANT").ok()?.parse().ok());
static REACHED: LazyLock<Option<Mutex<fs::File>>> = LazyLock::new(|| {
    let file = fs::OpenOptions::new().append(true).create(true).open(env::var_os("INTERLOCK_REACHED")?).ok()?;
    Some(Mutex::new(file))
});

thread_local! {
    /// What this thread, which has the name of its test, has reached.
    static KNOWN: RefCell<HashSet<u32>> = RefCell::default();
}

/// This mutant is at work; where they are asked for, the numbers of those that are reached are written to a file, with the names of
/// the threads that reach them.
pub fn is(number: u32) -> bool {
    if let Some(file) = &*REACHED
        && KNOWN.with_borrow_mut(|known| known.insert(number))
    {
        let line = format!("{number} {}\n", thread::current().name().unwrap_or_default());
        let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
    *ACTIVE == Some(number)
}
