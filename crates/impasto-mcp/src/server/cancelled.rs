//! The calls that a client gave up on purpose, told from those whose client only went away.
//!
//! Either ends the token of a call. But a job that may be paid for is ended only by a client that says so: one that
//! went away finds its image when it comes back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::RequestId;
use tokio::sync::Notify;

/// Of more calls than this the first are forgotten: a note comes before its call is over, or never matters.
const MOST: usize = 100;

/// What a client said of its calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancelled {
    noted: Arc<Mutex<VecDeque<String>>>,
    news: Arc<Notify>,
}

impl Cancelled {
    /// The client gave up this call.
    pub(super) fn note(&self, id: &RequestId) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() == MOST {
            noted.pop_front();
        }
        noted.push_back(id.to_string());
        drop(noted);
        self.news.notify_waiters();
    }

    /// Waits until the client gives up this call.
    pub(crate) async fn of(&self, id: &RequestId) {
        loop {
            // Listening begins before the look, so that nothing is missed in between.
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            let id = id.to_string();
            if self.noted.lock().unwrap_or_else(PoisonError::into_inner).contains(&id) {
                return;
            }
            news.await;
        }
    }
}
