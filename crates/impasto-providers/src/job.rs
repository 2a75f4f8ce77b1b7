//! A job: what has been asked, how far it is, what has arrived. Plain data.

use impasto_types::{Delivery, ImageRequest, ModelId};
use serde::{Deserialize, Serialize};

/// One call for images at one seller, as a value that can be written down and read back.
///
/// A job that has been written down before each billable step can be taken up after a crash where it stood,
/// without a second submit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// The caller's id of the job.
    pub id: String,
    /// The seller's id.
    pub seller: String,
    /// The model as the seller spells it.
    pub model: ModelId,
    /// What was asked.
    pub request: ImageRequest,
    /// How far it is.
    pub phase: Phase,
    /// Where each input image was uploaded to, in the order image 1, image 2, …, mask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<String>,
    /// The seller's task, once it accepted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// What has arrived.
    #[serde(default)]
    pub delivery: Delivery,
}

impl Job {
    /// A job that has not begun.
    pub fn new(
        id: impl Into<String>,
        seller: impl Into<String>,
        model: ModelId,
        request: ImageRequest,
    ) -> Self {
        Self {
            id: id.into(),
            seller: seller.into(),
            model,
            request,
            phase: Phase::Submit,
            uploads: Vec::new(),
            task: None,
            delivery: Delivery::default(),
        }
    }

    /// Says that the wait of [`Step::Wait`](crate::Step::Wait) is over: the next step asks after the task.
    pub fn waited(&mut self) {
        if let Some(task) = &mut self.task {
            task.due = true;
        }
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Local images are to be uploaded; costs nothing.
    Upload,
    /// The call that costs money is to be sent.
    Submit,
    /// The seller works; its task is to be asked after.
    Poll,
    /// The images are made and wait behind URLs.
    Fetch,
    /// Everything has arrived.
    Done,
}

/// A task the seller works on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Task {
    /// The seller's id of it.
    pub id: String,
    /// The seller's last word on its status.
    pub status: String,
    /// How often it was asked after.
    pub polls: u32,
    /// The wait before the next question is over. A job taken up again waits anew.
    #[serde(skip)]
    pub due: bool,
}

impl Task {
    /// A task just accepted.
    pub fn new(id: impl Into<String>, status: impl Into<String>) -> Self {
        Self { id: id.into(), status: status.into(), polls: 0, due: false }
    }
}
