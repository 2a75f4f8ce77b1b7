//! Work that may block, done aside of the runtime's threads.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

/// Does `work` on a thread that may block. Fails when the work panicked, or the runtime ended before it began.
///
/// The work is boxed: what tokio needs for a task is compiled for each type of work, and is larger than most of it.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let result = Arc::new(Mutex::new(None));
    let into = Arc::clone(&result);
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        let value = work();
        *into.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    });
    spawn_blocking(work).await?;
    let value = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    value.ok_or_else(|| io::Error::other("the work brought nothing"))
}

#[cfg(test)]
mod tests {
    use super::aside;

    #[tokio::test]
    async fn a_result_comes_back_and_a_panic_is_an_error() {
        assert_eq!(aside(|| 6 * 7).await.unwrap(), 42);
        let error = aside(|| assert!(std::hint::black_box(false), "on purpose")).await.unwrap_err();
        assert!(error.to_string().contains("panic"), "{error}");
    }
}
