//! Which files are touched, and which are not.

use impasto::history::History;
use impasto_mcp::Server;
use serde_json::{Value, json};

use crate::support::{House, KEY, Listener, Session, path_of, small};

#[tokio::test]
async fn files_outside_the_roots_are_neither_read_nor_written() {
    let house = House::new().await;
    let outside = house.folder.path().join("secret.png");
    std::fs::copy(house.picture("fox.png").await, &outside).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, house.files().join("link.png")).unwrap();
    let before = house.emulator.requests().len();
    let session = house.session().await;
    let check = async |tool: &'static str, arguments: Value, field: &str| {
        let failed = session.fail(tool, arguments).await;
        assert_eq!(failed["error"]["code"], "outside_roots", "{failed}");
        assert_eq!(failed["error"]["field"], field, "{failed}");
    };
    check("generate_image", small(json!({ "output_path": "../fox.png" })), "output_path").await;
    check("generate_image", small(json!({ "output_path": "/etc/fox.png" })), "output_path").await;
    check("edit_image", small(json!({ "images": [outside] })), "images").await;
    check("edit_image", small(json!({ "images": ["/etc/passwd"] })), "images").await;
    check("edit_image", small(json!({ "images": ["fox.png"], "mask": outside })), "mask").await;
    check("edit_image", small(json!({ "images": ["fox.png"], "markup": outside })), "markup").await;
    check("estimate_cost", small(json!({ "images": [outside] })), "images").await;
    check("upload_media", json!({ "path": outside, "provider": "atlas" }), "path").await;
    #[cfg(unix)]
    check("edit_image", small(json!({ "images": ["link.png"] })), "images").await;
    #[cfg(unix)]
    check("generate_image", small(json!({ "output_path": "link.png" })), "output_path").await;
    assert_eq!(house.emulator.requests().len(), before);
}

#[tokio::test]
async fn a_file_that_exists_is_refused_before_it_is_paid_for() {
    let house = House::new().await;
    let session = house.session().await;
    std::fs::write(house.files().join("fox.png"), "mine").unwrap();
    let failed = session.fail("generate_image", small(json!({ "output_path": "fox.png" }))).await;
    assert_eq!(failed["error"]["field"], "output_path", "{failed}");
    assert_eq!(failed["error"]["next_step"], "Choose another output_path, or set overwrite to true.");
    assert_eq!((house.charges(), house.emulator.requests().len()), (0, 0));
    let arguments = small(json!({ "output_path": "fox.png", "overwrite": true }));
    let made = session.call("generate_image", arguments).await;
    assert_eq!(path_of(&made), house.files().join("fox.png"));
    assert_ne!(std::fs::read(path_of(&made)).unwrap(), b"mine");
}

#[tokio::test]
async fn images_without_a_path_are_named_after_the_prompt() {
    let house = House::new().await;
    let session = house.session().await;
    for name in ["a-fox.png", "a-fox-2.png"] {
        let made = session.call("generate_image", small(json!({}))).await;
        assert_eq!(path_of(&made), house.files().join(name));
    }
    let inside = session.call("generate_image", small(json!({ "output_path": "new/folder/" }))).await;
    assert_eq!(path_of(&inside), house.files().join("new/folder/a-fox.png"));
}

#[tokio::test]
async fn the_clients_folders_narrow_final_roots_and_replace_others() {
    let house = House::new().await;
    let (inside, outside) = (house.files().join("project"), house.folder.path().join("elsewhere"));
    for folder in [&inside, &outside] {
        std::fs::create_dir(folder).unwrap();
    }
    let check = async |is_final: bool, output: &std::path::Path, allowed: bool| {
        let mut settings = house.settings();
        settings.roots_are_final = is_final;
        let listener =
            Listener { folders: Some(vec![inside.clone(), outside.clone()]), ..Listener::default() };
        let session = Session::open(Server::new(settings), listener).await;
        let arguments = small(json!({ "output_path": output.join("fox.png"), "dry_run": true }));
        let result = session.raw("generate_image", arguments).await;
        assert_eq!(result.is_error, Some(!allowed), "{is_final} {}: {result:?}", output.display());
    };
    check(true, &inside, true).await;
    check(true, &outside, false).await;
    check(true, &house.files(), false).await;
    check(false, &outside, true).await;
    check(false, &house.files(), false).await;
}

#[tokio::test]
async fn what_is_kept_of_a_run_holds_no_key() {
    let house = House::new().await;
    let mut settings = house.settings();
    let state = house.folder.path().join("state");
    settings.history = Some(History::new(state.join("history")));
    settings.sidecars = true;
    let session = Session::open(Server::new(settings), Listener::default()).await;
    let arguments = small(json!({ "idempotency_key": "fox", "provider": "atlas" }));
    let made = session.call("generate_image", arguments).await;
    let sidecar = impasto::sidecar::Sidecar::read(path_of(&made)).unwrap();
    assert_eq!(sidecar.run.prompt(), "a fox");
    let mut kept = Vec::new();
    let mut folders = vec![state, house.files()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let shows = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
                assert!(!shows, "{}", path.display());
                kept.push(path);
            }
        }
    }
    // The image, its sidecar, the receipt of its key, the history.
    assert!(kept.len() >= 4, "{kept:?}");
}
