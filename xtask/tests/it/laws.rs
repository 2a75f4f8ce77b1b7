//! Laws between crates that may not know each other: the client's words against the emulator's.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use futures_util::stream;
use impasto_emulator::Emulator;
use impasto_pixels::facts_of_bytes;
use impasto_providers::{Book, Sellers, Step, Target};
use impasto_transport::body::SegmentReader;
use impasto_transport::{
    ApiKey, Body, Deadlines, Form, HttpTransport as _, HyperTransport, OsEntropy, PartContent, SeededEntropy,
    Source,
};
use impasto_types::capability::Severity;
use impasto_types::{
    Background, ImageInput, ImageRequest, InputFidelity, Moderation, OutputFormat, Quality, Size,
};
use proptest::prelude::*;
use xtask::fixtures::picture::Picture;

/// A runtime and an emulator for all tests of this module.
static EMULATED: LazyLock<(tokio::runtime::Runtime, Emulator)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let emulator = runtime.block_on(Emulator::builder().start()).unwrap();
    (runtime, emulator)
});

fn form() -> impl Strategy<Value = Form> {
    let name = "[a-z\\[\\]\"é \r\n]{1,12}";
    let text = (name, "(?s).{0,40}").prop_map(|(name, value)| (name, None, value.into_bytes()));
    let file = (name, "(?s)[a-zü\".\r\n 猫]{1,16}", prop::collection::vec(any::<u8>(), 0..60))
        .prop_map(|(name, filename, bytes)| (name, Some(filename), bytes));
    prop::collection::vec(prop_oneof![text, file], 0..6).prop_map(|parts| {
        parts.into_iter().fold(Form::new(), |form, (name, filename, bytes)| match filename {
            None => form.with_text(name, String::from_utf8(bytes).unwrap()),
            Some(filename) => form.with_file(name, filename, "image/png", Bytes::from(bytes)),
        })
    })
}

/// As a browser writes a name: only what would end it is escaped.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

async fn parsed(body: Vec<u8>, boundary: String) -> Vec<(String, Option<String>, Vec<u8>)> {
    let body = stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(body))]);
    let mut form = multer::Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        let filename = field.file_name().map(str::to_owned);
        parts.push((name, filename, field.bytes().await.unwrap().to_vec()));
    }
    parts
}

fn request() -> impl Strategy<Value = ImageRequest> {
    let model = prop::sample::select(vec![
        "gpt-image-1",
        "gpt-image-1-mini",
        "gpt-image-1.5",
        "gpt-image-2",
        "gpt-image-2.5-flare",
        "gpt-image-2.6-flare",
    ]);
    let size = prop::sample::select(vec![
        "auto",
        "1024x1024",
        "1024x1536",
        "1024x768",
        "512x512",
        "1000x1000",
        "1440x480",
        "4096x1024",
        "2K",
    ]);
    let quality = prop::sample::select(vec!["low", "auto", "xhigh", "hd", "ultra"]);
    let background = prop::sample::select(vec!["auto", "transparent", "opaque", "gradient"]);
    let format = prop::sample::select(vec!["png", "jpeg", "webp", "gif", "avif"]);
    let options = (
        prop::option::of(size),
        prop::option::of(quality),
        prop::option::of(background),
        prop::option::of(format),
        prop::option::of(0..=100_u8),
        prop::option::of(prop::sample::select(vec!["low", "auto", "none"])),
        any::<bool>(),
    );
    (
        model,
        any::<bool>(),
        options,
        prop::option::of(prop::sample::select(vec!["low", "high"])),
        any::<bool>(),
    )
        .prop_map(
            |(
                model,
                edit,
                (size, quality, background, format, compression, moderation, stream),
                fidelity,
                mask,
            )| {
                let mut request =
                    if edit { ImageRequest::edit("a hat") } else { ImageRequest::generate("a lighthouse") };
                request = request.with_model(model).with_stream(stream);
                request.size = size.map(|size| size.parse::<Size>().unwrap());
                request.quality = quality.map(Quality::from);
                request.background = background.map(Background::from);
                request.output_format = format.map(OutputFormat::from);
                request.output_compression = compression;
                request.moderation = moderation.map(Moderation::from);
                if edit {
                    request = request.with_image(picture("png 64x48", "a.png"));
                    request.input_fidelity = fidelity.map(InputFidelity::from);
                    if mask {
                        request = request.with_mask(picture("png 64x48 alpha", "mask.png"));
                    }
                }
                request
            },
        )
}

fn picture(text: &str, name: &str) -> ImageInput {
    let bytes = text.parse::<Picture>().unwrap().bytes();
    let facts = facts_of_bytes(&bytes).unwrap();
    ImageInput::bytes(bytes).with_facts(facts).with_filename(name)
}

/// The status with which the emulator answers a job's first exchange.
fn answered(target: &Target, step: Step) -> u16 {
    let Step::Send(exchange) = step else { panic!("a new job sends something") };
    let key = ApiKey::new("sk-test").unwrap();
    let own = target.origin().unwrap();
    let prepared =
        exchange.request.prepare(Some(&key), &own, &OsEntropy::new(), Deadlines::default()).unwrap();
    EMULATED.0.block_on(async {
        let sent = Arc::new(HyperTransport::new()).send(prepared).await.unwrap();
        sent.status.as_u16()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_form_parses_back_to_what_was_meant(form in form(), seed in any::<u64>()) {
        let boundary = form.boundary(&SeededEntropy::new(seed));
        let mut reader = SegmentReader::new(Body::from(form.clone()).segments(&boundary));
        let mut body = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            body.extend_from_slice(&chunk);
        }
        prop_assert_eq!(body.len() as u64, Body::from(form.clone()).content_length(&boundary));
        let parts = EMULATED.0.block_on(parsed(body, boundary));
        let meant: Vec<_> = form.parts.iter().map(|part| match &part.content {
            PartContent::Text(text) => (escaped(&part.name), None, text.clone().into_bytes()),
            PartContent::File { filename, source: Source::Bytes(bytes), .. } => {
                (escaped(&part.name), Some(escaped(filename)), bytes.to_vec())
            }
            _ => panic!("no test makes such a part"),
        }).collect();
        prop_assert_eq!(parts, meant);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_emulator_refuses_was_refused_or_warned_of(
        request in request(),
        (seller, mount) in prop::sample::select(vec![("openai", "/v1"), ("azure-v1", "/azure/openai/v1"), ("modelverse", "/modelverse/v1"), ("yescale", "/yescale/v1"), ("atlas", "/api/v1")]),
    ) {
        let (sellers, book) = (Sellers::builtin().unwrap(), Book::builtin().unwrap());
        let target = Target::new(sellers.find(seller).unwrap().clone())
            .with_base_url(&format!("{}{mount}", EMULATED.1.url()));
        let started = target.start("job-1", request.clone());
        if request.validate().is_err() {
            prop_assert!(started.is_err());
            return Ok(());
        }
        let spelled = target.seller.spell(request.model.as_ref().unwrap().as_str(), request.operation.as_str() == "edit");
        // Of models that a seller does not document, both sides only guess, and may guess apart.
        let guessed = ["modelverse", "yescale"].contains(&seller)
            && !target.seller.models.contains_key(request.model.as_ref().unwrap().as_str());
        let findings = book.rules(&target.seller, &spelled.into()).check(&request, "2026-11-21".parse().unwrap());
        let refused = findings.iter().any(|finding| finding.severity == Severity::Refusal);
        let job = match started {
            Ok(job) => job,
            // What passes the check can be said.
            Err(error) => {
                prop_assert!(refused, "{seller}: {error}, though nothing was found wrong with {request:?}");
                return Ok(());
            }
        };
        let status = answered(&target, target.step(&job).unwrap());
        // The life cycle of a model is a warning that explains no refusal.
        let told = findings.iter().any(|finding| finding.field != "model" || finding.severity == Severity::Refusal);
        prop_assert!(
            status < 300 || told || guessed,
            "{seller} answered {status} to {request:?}, and nobody had said a word"
        );
    }
}
