//! HTTP/2: one connection carries calls side by side, images and streams included.

use std::sync::Arc;

use impasto::Client;
use impasto::transport::HyperTransport;

use crate::support::{builder, emulator};

fn client(emulator: &impasto_emulator::Emulator) -> Client {
    let transport = HyperTransport::builder().http2_in_the_clear(true).build();
    builder(emulator).transport(Arc::new(transport)).build().unwrap()
}

#[tokio::test]
async fn images_come_over_http2_as_over_http1() {
    let emulator = emulator().await;
    let plain =
        crate::support::client(&emulator).generate("a cat").quality("low").n(3_u32).send().await.unwrap();
    emulator.reset();
    let client = client(&emulator);
    let generation = client.generate("a cat").quality("low").n(3_u32).send().await.unwrap();
    assert_eq!(generation.images, plain.images);

    let edit =
        client.edit(impasto::ImageInput::bytes(plain.images[0].bytes().await.unwrap().to_vec()), "a dog");
    assert_eq!(edit.quality("low").send().await.unwrap().images.len(), 1);
    let stream = client.generate("a cat").quality("low").partial_images(2).stream();
    assert_eq!(stream.finish().await.unwrap().images.len(), 1);
}

#[tokio::test]
async fn a_cut_stream_of_http2_is_as_unknown_as_a_cut_connection() {
    let emulator = emulator().await;
    let call = client(&emulator).generate("[[emulator:cut;1000]] a cat").quality("low");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.billing(), impasto::BillingOutcome::Unknown);
    assert_eq!(emulator.bill().images(), 1);
}
