//! Events on the way.

use impasto::sink::Files;
use impasto::{Event, Generation, GenerationStream};

use crate::support::{client, emulator};

/// The events in short words, and the end.
async fn told(mut stream: GenerationStream) -> (Vec<String>, Generation) {
    let mut words = Vec::new();
    loop {
        match stream.next().await.unwrap().unwrap() {
            Event::Estimate(_) => words.push("estimate".to_owned()),
            Event::Sent { attempt } => words.push(format!("sent {attempt}")),
            Event::Partial { partial_index, image } => {
                words.push(format!(
                    "partial {partial_index} of {} {}",
                    image.index,
                    image.facts.unwrap().format
                ));
            }
            Event::Image(image) => words.push(format!("image {}", image.index)),
            Event::Done(generation) => {
                assert!(stream.next().await.is_none(), "nothing comes after the end");
                return (words, *generation);
            }
            other => words.push(format!("{other:?}")),
        }
    }
}

#[tokio::test]
async fn partial_images_come_before_the_image() {
    let emulator = emulator().await;
    let call = client(&emulator).generate("a cat").quality("low").partial_images(3);
    let (words, generation) = told(call.stream()).await;
    assert_eq!(
        words,
        ["estimate", "sent 1", "partial 0 of 0 png", "partial 1 of 0 png", "partial 2 of 0 png", "image 0"]
    );
    // 196 tokens for the image and 100 for each unfinished one.
    assert_eq!(generation.usage.unwrap().output_tokens, Some(496));
    assert_eq!(generation.images.len(), 1);
}

#[tokio::test]
async fn a_stream_can_be_saved() {
    let emulator = emulator().await;
    let directory = tempfile::tempdir().unwrap();
    let files = Files::within(directory.path(), "cat.png").with_partials(true);
    let call = client(&emulator).generate("a cat").quality("low").partial_images(2).destination(files);
    let generation = call.stream().finish().await.unwrap();
    assert_eq!(generation.first().path().unwrap(), directory.path().join("cat.png"));
    let mut names: Vec<_> =
        directory.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["cat.partial-0.png", "cat.partial-1.png", "cat.png"]);
}

#[tokio::test]
async fn without_a_stream_there_are_events_too() {
    let emulator = emulator().await;
    let (words, _) = told(client(&emulator).generate("a cat").quality("low").n(2_u32).events()).await;
    assert_eq!(words, ["estimate", "sent 1", "image 0", "image 1"]);
}
