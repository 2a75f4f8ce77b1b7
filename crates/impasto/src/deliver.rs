//! Takes images off a reply while it is read, and puts them in their places.

use std::io;

use impasto_pixels::HeaderProbe;
use impasto_transport::{BlobEnd, BlobProblem, BlobStart};
use impasto_types::ImageFacts;
use serde_json::Map;

use crate::image::{Image, Stored};
use crate::sink::{Arriving, Destination, Place, Sink};

/// The images of one reply, from their first byte to their place.
pub(crate) struct Desk<'a> {
    destination: &'a dyn Destination,
    /// The index of the job's first image within the call.
    offset: usize,
    /// How many images the call asks for.
    count: usize,
    /// The id of the job.
    job: &'a str,
    /// Whether the job was taken up again.
    again: bool,
    /// Numbers images within the job, across replies.
    serial: u64,
    /// Few, by their ids in the reply, in the order in which they began.
    held: Vec<(u32, Held)>,
}

/// Whose images they are.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    /// The id of the job.
    pub(crate) job: &'a str,
    /// The index of the job's first image within the call.
    pub(crate) offset: usize,
    /// How many images the call asks for.
    pub(crate) count: usize,
    /// Whether the job was taken up again: an image may have its place already.
    pub(crate) again: bool,
}

/// An image that has no place yet.
struct Held {
    sink: Option<Box<dyn Sink>>,
    probe: HeaderProbe,
    len: u64,
    problem: Option<BlobProblem>,
    failed: Option<io::Error>,
    whole: bool,
}

impl Held {
    /// The sink failed: it takes no more.
    async fn fail(&mut self, error: io::Error) {
        self.failed = Some(error);
        if let Some(sink) = self.sink.take() {
            sink.discard().await;
        }
    }
}

impl<'a> Desk<'a> {
    pub(crate) fn new(destination: &'a dyn Destination, whose: Whose<'a>) -> Self {
        let Whose { job, offset, count, again } = whose;
        // The offset keeps the numbers of parallel jobs apart.
        Self { destination, offset, count, job, again, serial: (offset as u64) << 32, held: Vec::new() }
    }

    /// An image begins to arrive.
    pub(crate) async fn start(&mut self, start: &BlobStart) {
        // An unfinished image nobody wants is read and dropped; only its event's name tells in time.
        let partial = start.event.as_deref().is_some_and(|event| event.ends_with("partial_image"));
        let wanted = !partial || self.destination.wants_partials();
        self.admit(start.id.0, start.media_type.clone(), partial, wanted).await;
    }

    /// Opens a place for bytes numbered `id`.
    pub(crate) async fn open(&mut self, id: u32, media_type: Option<String>) {
        self.admit(id, media_type, false, true).await;
    }

    async fn admit(&mut self, id: u32, media_type: Option<String>, partial: bool, wanted: bool) {
        self.serial += 1;
        let arriving = Arriving { serial: self.serial, media_type, job: self.job.to_owned(), partial };
        let mut held =
            Held { sink: None, probe: HeaderProbe::new(), len: 0, problem: None, failed: None, whole: false };
        if wanted {
            match self.destination.open(&arriving).await {
                Ok(sink) => held.sink = Some(sink),
                Err(error) => held.failed = Some(error),
            }
        }
        self.held.push((id, held));
    }

    /// Bytes of an image.
    pub(crate) async fn write(&mut self, id: u32, bytes: &[u8]) {
        let Some(held) = self.find(id) else { return };
        held.len += bytes.len() as u64;
        held.probe.push(bytes);
        if let Some(sink) = &mut held.sink
            && let Err(error) = sink.write(bytes).await
        {
            held.fail(error).await;
        }
    }

    /// The last byte of an image has come.
    pub(crate) async fn end(&mut self, end: &BlobEnd) {
        self.close(end.id.0, end.problem.clone()).await;
    }

    pub(crate) async fn close(&mut self, id: u32, problem: Option<BlobProblem>) {
        let Some(held) = self.find(id) else { return };
        held.whole = problem.is_none();
        held.problem = problem;
        if held.whole
            && let Some(sink) = &mut held.sink
            && let Err(error) = sink.end().await
        {
            held.fail(error).await;
        }
    }

    /// Puts a finished image in its place: `index` counts within the job.
    pub(crate) async fn place(&mut self, id: u32, index: usize) -> Result<Image, Misplaced> {
        self.put(id, index, None).await
    }

    /// Puts an unfinished image in its place; one that was not wanted is only told of. None when it is not whole.
    pub(crate) async fn place_partial(&mut self, id: u32, index: usize, partial: u32) -> Option<Image> {
        if self.destination.wants_partials() {
            return self.put(id, index, Some(partial)).await.ok();
        }
        let held = self.take(id)?;
        let (whole, len, facts) = (held.whole, held.len, held.probe.facts(held.len).ok());
        if let Some(sink) = held.sink {
            sink.discard().await;
        }
        whole.then(|| Image {
            index: self.offset + index,
            stored: Stored::Elsewhere { len },
            facts,
            revised_prompt: None,
            extra: Map::new(),
        })
    }

    async fn put(&mut self, id: u32, index: usize, partial: Option<u32>) -> Result<Image, Misplaced> {
        let Some(held) = self.take(id) else {
            return Err(Misplaced::Missing);
        };
        if let Some(error) = held.failed {
            return Err(Misplaced::Io(error));
        }
        let Some(sink) = held.sink else {
            return Err(Misplaced::Missing);
        };
        if !held.whole {
            sink.discard().await;
            return Err(Misplaced::Broken(held.problem));
        }
        let facts: Option<ImageFacts> = held.probe.facts(held.len).ok();
        let place = Place {
            index: self.offset + index,
            count: self.count,
            partial,
            again: self.again,
            format: facts.map(|facts| facts.format),
        };
        let stored = sink.finish(&place).await.map_err(Misplaced::Io)?;
        Ok(Image { index: place.index, stored, facts, revised_prompt: None, extra: Map::new() })
    }

    /// Another desk for images of the same job.
    pub(crate) fn whose(&self) -> Whose<'a> {
        Whose { job: self.job, offset: self.offset, count: self.count, again: self.again }
    }

    fn find(&mut self, id: u32) -> Option<&mut Held> {
        self.held.iter_mut().find(|(held, _)| *held == id).map(|(_, held)| held)
    }

    fn take(&mut self, id: u32) -> Option<Held> {
        let at = self.held.iter().position(|(held, _)| *held == id)?;
        Some(self.held.remove(at).1)
    }

    /// Whole images that never got a place, because the reply broke off before it said what they are: they are paid
    /// for, so they are kept. `next` is the index the first of them gets.
    pub(crate) async fn salvage(&mut self, mut next: usize) -> Vec<Image> {
        let ids: Vec<u32> = self.held.iter().map(|(id, _)| *id).collect();
        let mut saved = Vec::new();
        for id in ids {
            if let Ok(image) = self.put(id, next, None).await {
                saved.push(image);
                next += 1;
            }
        }
        saved
    }

    /// Forgets every image without a place.
    pub(crate) async fn clear(&mut self) {
        for (_, held) in self.held.drain(..) {
            if let Some(sink) = held.sink {
                sink.discard().await;
            }
        }
    }
}

/// Why an image is not in its place.
#[derive(Debug)]
pub(crate) enum Misplaced {
    /// It never arrived, or nobody wanted it.
    Missing,
    /// It is not whole.
    Broken(Option<BlobProblem>),
    /// It could not be written.
    Io(io::Error),
}

impl std::fmt::Display for Misplaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("the reply names an image that it does not hold"),
            Self::Broken(Some(problem)) => problem.fmt(f),
            Self::Broken(None) => f.write_str("the reply ended within the image"),
            Self::Io(error) => write!(f, "the image could not be stored: {error}"),
        }
    }
}
