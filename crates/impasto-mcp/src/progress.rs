//! What happens to a job, told to a client that asked for it.

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};

use crate::jobs::Step;

/// Tells of progress, if the client gave a token for it.
#[derive(Debug)]
pub(crate) struct Progress {
    peer: Peer<RoleServer>,
    token: Option<ProgressToken>,
    told: u32,
}

impl Progress {
    pub(crate) fn new(context: &RequestContext<RoleServer>) -> Self {
        Self { peer: context.peer.clone(), token: context.meta.get_progress_token(), told: 0 }
    }

    /// Tells of a step, unless it was told before.
    pub(crate) async fn tell(&mut self, step: &Step) {
        let Some(token) = self.token.clone().filter(|_| step.count > self.told) else { return };
        self.told = step.count;
        let note = ProgressNotificationParam::new(token, f64::from(step.count)).with_message(&step.message);
        // A client that went away hears of nothing; its job goes on.
        let _ = self.peer.notify_progress(note).await;
    }
}
