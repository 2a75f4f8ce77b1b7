//! Images into the caller's own writers, and how they and files behave side by side.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use impasto::sink::{Arriving, Destination as _, Files, Fsync, Writers};
use impasto::{ErrorKind, Stored};
use tokio::io::AsyncWrite;
use tokio::sync::Barrier;

use crate::support::{builder, client, emulator};

/// What the writers of a test took, by the index of the image.
type Shelf = Arc<Mutex<BTreeMap<usize, Vec<u8>>>>;

fn shelved() -> (Shelf, Writers<Vec<u8>>) {
    let shelf = Shelf::default();
    let kept = Arc::clone(&shelf);
    let writers = Writers::new(|_| async { Ok(Vec::new()) }).on_finish(move |bytes, place| {
        kept.lock().unwrap().insert(place.index, bytes);
        async { Ok(()) }
    });
    (shelf, writers)
}

#[tokio::test]
async fn each_image_gets_a_writer_of_its_own() {
    let emulator = emulator().await;
    let (shelf, writers) = shelved();
    let wanted = client(&emulator).generate("a cat").quality("low").n(3_u32).send().await.unwrap();
    emulator.reset();
    let call = client(&emulator).generate("a cat").quality("low").n(3_u32);
    let generation = call.destination(writers).send().await.unwrap();
    let shelf = std::mem::take(&mut *shelf.lock().unwrap());
    assert_eq!(shelf.len(), 3);
    for (image, wanted) in generation.images.iter().zip(&wanted.images) {
        let bytes = &shelf[&image.index];
        assert_eq!(image.stored, Stored::Elsewhere { len: bytes.len() as u64 });
        assert_eq!(bytes, &wanted.bytes().await.unwrap());
        assert_eq!(image.facts, wanted.facts);
        assert_eq!(image.bytes().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
}

#[tokio::test]
async fn one_writer_takes_one_image_and_is_shut_down() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cat.png");
    let file = tokio::fs::File::create(&path).await.unwrap();
    let call = client(&emulator).generate("a cat").quality("low").destination(Writers::one(file));
    let generation = call.send().await.unwrap();
    assert_eq!(std::fs::metadata(path).unwrap().len(), generation.first().stored.len());

    let call = client(&emulator).generate("a cat").n(2_u32).destination(Writers::one(Vec::new()));
    let error = call.send().await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("n")));
    assert_eq!(emulator.requests().len(), 1);
}

#[tokio::test]
async fn writers_that_fail_fail_only_their_image() {
    let emulator = emulator().await;
    let writers = Writers::new(|arriving: Arriving| async move {
        if arriving.serial == 2 { Err(io::Error::other("the shelf is full")) } else { Ok(Vec::new()) }
    });
    let call = client(&emulator).generate("a cat").quality("low").n(3_u32).destination(writers);
    let generation = call.send().await.unwrap();
    assert_eq!(generation.images.iter().map(|image| image.index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(generation.failures.len(), 1);
    assert_eq!(
        (generation.failures[0].indexes.clone(), generation.failures[0].error.kind()),
        (1..2, ErrorKind::Io)
    );
}

#[tokio::test]
async fn unfinished_images_get_writers_only_when_they_are_wanted() {
    for wanted in [false, true] {
        let emulator = emulator().await;
        let opened = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&opened);
        let writers = Writers::new(move |arriving: Arriving| {
            seen.lock().unwrap().push(arriving.partial);
            async { Ok(Vec::new()) }
        });
        let call = client(&emulator).generate("a cat").quality("low").partial_images(2);
        call.destination(writers.with_partials(wanted)).stream().finish().await.unwrap();
        let expected: &[bool] = if wanted { &[true, true, false] } else { &[false] };
        assert_eq!(*opened.lock().unwrap(), expected);
    }
}

/// A writer whose first write waits until all of them are in their first write.
struct Meeting {
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl AsyncWrite for Meeting {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(waiting) = &mut self.waiting {
            std::task::ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn calls_at_the_same_time_do_not_wait_for_one_another_s_writers() {
    const CALLS: usize = 4;
    let emulator = emulator().await;
    let client = builder(&emulator).build().unwrap();
    let barrier = Arc::new(Barrier::new(CALLS));
    let meeting = Arc::clone(&barrier);
    // With one lock around the writers nobody would ever get past the first write.
    let writers = Arc::new(Writers::new(move |_| {
        let barrier = Arc::clone(&meeting);
        let waiting = Box::pin(async move {
            barrier.wait().await;
        });
        async move { Ok(Meeting { waiting: Some(waiting) }) }
    }));
    let calls = (0..CALLS).map(|_| {
        let (client, writers) = (client.clone(), Arc::clone(&writers));
        tokio::spawn(async move { client.generate("a cat").quality("low").destination(writers).send().await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap().images.len(), 1);
    }
}

#[tokio::test]
async fn files_are_the_same_however_far_they_are_flushed() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for fsync in [Fsync::Never, Fsync::Contents, Fsync::Durable] {
        emulator.reset();
        let files = Files::within(directory.path(), format!("{fsync:?}")).with_fsync(fsync);
        assert_eq!(serde_json::from_value::<Files>(files.describe()).unwrap(), files);
        let call = client(&emulator).generate("a cat").quality("low").n(2_u32).destination(files);
        let generation = call.send().await.unwrap();
        seen.push(
            generation
                .images
                .iter()
                .map(|image| std::fs::read(image.path().unwrap()).unwrap())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[1], seen[2]);
    assert_eq!(directory.path().read_dir().unwrap().count(), 6);
}
