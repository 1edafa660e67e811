//! Tasks on the heap: one kind of task is compiled for each kind of outcome, not one for each future, and no large future
//! is moved.

use std::{future::Future, pin::Pin};
use tokio::task::JoinHandle;

/// Runs a future as a task of its own.
pub fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    spawn_boxed(Box::pin(future))
}

fn spawn_boxed<T: Send + 'static>(future: Pin<Box<dyn Future<Output = T> + Send>>) -> JoinHandle<T> {
    tokio::spawn(future)
}
