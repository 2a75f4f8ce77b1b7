//! `impasto gallery`: one page of many images.

use crate::support::Bench;

/// What a prompt could try.
const NASTY: &str = "<script>alert(1)</script><img src=x onerror=\"alert('2')\"> --> & ]]> \u{202e}";

fn made(bench: &Bench, args: &[&str]) {
    bench.run_ok(&[&["generate"], args, &["-m", "gpt-image-2", "-q", "low", "-s", "1024x1024"]].concat());
}

fn page(bench: &Bench, name: &str) -> String {
    String::from_utf8(bench.read(name)).unwrap()
}

#[test]
fn a_page_shows_every_image_that_has_a_sidecar() {
    let bench = Bench::with_emulator();
    made(&bench, &["a fox", "-n", "2"]);
    made(&bench, &["an owl", "--out", "below/an owl #1.webp", "--output-format", "webp"]);
    made(&bench, &["a cat", "--no-sidecar"]);
    let ran = bench.run_ok(&["gallery", "."]);
    assert_eq!(ran.stdout, "gallery.html\n");
    assert!(ran.stderr.contains("3 images") && ran.stderr.contains("1 without a sidecar"), "{}", ran.stderr);
    let html = page(&bench, "gallery.html");
    assert_eq!(html.matches("<article").count(), 3);
    assert_eq!(html.matches("src=\"data:image/jpeg;base64,").count(), 3);
    for link in ["href=\"./a-fox-1.png\"", "href=\"./below/an%20owl%20%231.webp\""] {
        assert!(html.contains(link), "{link}");
    }
    for said in
        ["3 images of 2 runs", "2 emulated, which cost nothing", "impasto generate &#39;an owl&#39;", "Copy"]
    {
        assert!(html.contains(said), "{said}");
    }
    // Newest first.
    assert!(html.find("an owl").unwrap() < html.find("a fox").unwrap());
}

#[test]
fn whatever_a_prompt_says_stays_text() {
    let bench = Bench::with_emulator();
    made(&bench, &[NASTY, "--out", "nasty.png"]);
    bench.run_ok(&["gallery", ".", "--title", "</title><script>alert(3)</script>"]);
    let html = page(&bench, "gallery.html");
    // The one script is the page's own, and its policy allows no other.
    assert_eq!(html.matches("<script").count(), 1);
    assert!(!html.contains("<img src=x") && !html.contains("alert(1)</script>"), "it got out");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!html.contains('\u{202e}'));
    assert!(html.contains("default-src 'none'") && html.contains("script-src 'sha256-"));
    for elsewhere in ["http://", "https://", "src=\"//", "@import", "url("] {
        let found = html.matches(elsewhere).count();
        assert_eq!(found, 0, "{elsewhere}");
    }
}

#[test]
fn a_page_goes_where_it_is_wanted_and_over_nothing_else() {
    let bench = Bench::with_emulator();
    made(&bench, &["a fox", "--out", "images/fox.png"]);
    bench.run_ok(&["gallery", "images", "--out", "pages/all.html"]);
    assert!(page(&bench, "pages/all.html").contains("href=\"./../images/fox.png\""));
    // Its own page is written anew, another is not.
    bench.run_ok(&["gallery", "images", "--out", "pages/all.html"]);
    bench.write("mine.html", "<p>mine</p>");
    let refused = bench.run(&["gallery", "images", "--out", "mine.html"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(page(&bench, "mine.html"), "<p>mine</p>");
    bench.run_ok(&["gallery", "images", "--out", "mine.html", "--force"]);
    assert_eq!(bench.run(&["gallery", "nowhere"]).code, 2);
    std::fs::create_dir(bench.path("empty")).unwrap();
    let json = bench.run_ok(&["gallery", "empty", "--json"]).json();
    assert_eq!((&json["count"], &json["path"]), (&0.into(), &"empty/gallery.html".into()));
    assert!(page(&bench, "empty/gallery.html").contains("No image with a sidecar is here."));
}

#[test]
fn what_is_amiss_is_told() {
    let bench = Bench::with_emulator();
    for name in ["kept.png", "gone.png", "changed.png", "odd.png"] {
        made(&bench, &["a fox", "--out", name]);
    }
    std::fs::remove_file(bench.path("gone.png")).unwrap();
    let mut bytes = bench.read("changed.png");
    bytes.push(0);
    bench.write("changed.png", bytes);
    bench.write("odd.png.json", "{}");
    let ran = bench.run_ok(&["gallery", "."]);
    assert!(ran.stderr.contains("gone.png.json: its image is gone"), "{}", ran.stderr);
    assert!(ran.stderr.contains("left out: odd.png: "), "{}", ran.stderr);
    assert_eq!(page(&bench, "gallery.html").matches("changed since").count(), 1);
}
