//! What is left of a run: its history and its sidecars.

use std::path::Path;

use impasto::history::{History, RunRecord};
use impasto::sidecar::{Sidecar, Verdict, sha256_of_bytes};
use tempfile::tempdir;

use crate::support::{KEY, client, emulator};

#[tokio::test]
async fn a_run_is_found_again_and_can_be_repeated() {
    let (emulator, folder) = (emulator().await, tempdir().unwrap());
    let client = client(&emulator);
    let call = client.generate("a fox").quality("low").n(2_u32);
    let request = call.request().clone();
    let generation = call.save(folder.path().join("fox.png")).await.unwrap();
    let run = RunRecord::begin(&client, &request).await.with_generation(&generation).await;
    let history = History::new(folder.path().join("history"));
    history.add(&run).await.unwrap();
    let found = history.find(&run.id[9..]).unwrap();
    assert_eq!(found, std::slice::from_ref(&run));
    assert_eq!(found[0].request().unwrap(), request);
    assert!(!serde_json::to_string(&run).unwrap().contains(KEY));
    assert_eq!(run.cost.as_ref().map(|cost| cost.total.clone()), generation.cost());
    let written = Sidecar::write_all(&run).unwrap();
    assert_eq!(written.len(), 2);
    let image = folder.path().join("fox-2.png");
    let sidecar = Sidecar::read(&image).unwrap();
    assert_eq!(sidecar.image.sha256, Some(sha256_of_bytes(&std::fs::read(&image).unwrap())));
    assert_eq!(sidecar.image.file, Path::new("fox-2.png"));
    assert_eq!(sidecar.verify(&image), Verdict::Same);
    std::fs::write(&image, "other").unwrap();
    assert_eq!(sidecar.verify(&image), Verdict::Changed);
}

#[test]
fn what_a_later_version_adds_survives_and_what_is_foreign_is_left_alone() {
    let folder = tempdir().unwrap();
    let (image, own) = (folder.path().join("a.png"), folder.path().join("a.png.json"));
    let text = r#"{"impasto_sidecar": 2, "image": {"index": 0, "file": "a.png", "bytes": 3, "depth": 16},
        "run": {"version": 2, "id": "x", "software": "impasto 9", "at": 1, "provider": "openai", "base_url": "https://a",
        "model": "gpt-image-9", "request": {"prompt": "a fox", "holographic": true}, "mood": "good"}}"#;
    std::fs::write(&own, text).unwrap();
    let sidecar = Sidecar::read(&image).unwrap();
    assert_eq!((sidecar.run.prompt(), &sidecar.run.extra["mood"]), ("a fox", &"good".into()));
    assert_eq!(sidecar.run.request().unwrap_err().field(), Some("request"));
    assert_eq!(sidecar.verify(&image), Verdict::Unknown);
    sidecar.write(&image).unwrap();
    std::fs::write(&own, "{\"mine\": true}").unwrap();
    sidecar.write(&image).unwrap_err();
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "{\"mine\": true}");
}
