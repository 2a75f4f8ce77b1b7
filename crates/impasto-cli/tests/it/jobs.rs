//! `impasto jobs`: what was cut off is finished, and paid once.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use impasto_emulator::Emulator;

use crate::support::Bench;

/// A bench whose Atlas tasks are done at the second look.
fn with_tasks() -> Bench {
    Bench::with(Emulator::builder().with("polls;2")).env("ATLASCLOUD_API_KEY", "sk-atlas")
}

/// Starts a command that is accepted as a task, and returns when it is.
fn start(bench: &Bench) -> (Child, String) {
    let base_url = bench.mount("/api/v1");
    // It would ask after its task in an hour: it is surely cut off before.
    let args =
        ["generate", "a fox", "-p", "atlas", "-m", "gpt-image-2", "-q", "low", "--poll-interval", "3600"];
    let more = ["--base-url", &base_url, "--timeout", "7200", "--out", "fox.jpg"];
    let mut child = bench
        .command(&[&args[..], &more].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let task = lines.find_map(|line| Some(line.strip_prefix("accepted as task ")?.to_owned())).unwrap();
    (child, task)
}

#[test]
fn a_task_that_was_cut_off_is_finished_and_paid_once() {
    let bench = with_tasks();
    let (mut child, task) = start(&bench);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!bench.files().contains(&"fox.jpg".to_owned()));

    let listed = bench.run_ok(&["jobs", "--json"]).json();
    let job = &listed["jobs"][0];
    assert_eq!((&job["task_id"], &job["resumable"]), (&task.as_str().into(), &true.into()));
    assert_eq!((&job["state"], &job["provider"]), (&"waiting".into(), &"atlas".into()));
    let text = bench.run_ok(&["jobs"]).stdout;
    assert!(text.contains("a fox") && text.contains(&format!("task {task}")), "{text}");

    let resumed = bench.run_ok(&["jobs", "resume", &task, "--poll-interval", "0.01"]);
    assert_eq!(resumed.lines().len(), 1);
    assert!(resumed.stdout.ends_with("fox.jpg\n"), "{}", resumed.stdout);
    assert_eq!(&bench.read("fox.jpg")[..2], b"\xff\xd8");
    let sidecar: serde_json::Value = serde_json::from_slice(&bench.read("fox.jpg.json")).unwrap();
    assert_eq!(sidecar["run"]["emulated"], true, "{sidecar}");
    assert_eq!(bench.run_ok(&["usage", "--emulated", "--json"]).json()["total"]["images"], 1);
    assert_eq!(bench.bill().len(), 1, "it was paid once");
    let submits = bench.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(submits, 1, "it was sent once");
    assert_eq!(bench.run_ok(&["jobs", "--json"]).json()["jobs"], serde_json::json!([]));
}

#[test]
fn a_job_that_runs_is_left_to_its_own_process() {
    let bench = with_tasks();
    let (mut child, task) = start(&bench);
    let listed = bench.run_ok(&["jobs", "--json"]).json();
    let job = &listed["jobs"][0];
    assert_eq!((&job["state"], &job["resumable"]), (&"running".into(), &false.into()));
    let id = job["id"].as_str().unwrap().to_owned();
    assert!(bench.run_ok(&["jobs"]).stdout.ends_with(&format!("\n  running, task {task}\n")));

    let all = bench.run_ok(&["jobs", "resume", "--poll-interval", "0.01"]);
    assert_eq!(
        all.stderr,
        format!("job {id} is running: it is left to its own process\nno job can be taken up\n")
    );
    let named = bench.run(&["jobs", "resume", &id, "--json"]);
    assert_eq!(named.json()["jobs"][0]["result"]["error"]["kind"], "running");
    let forgotten = bench.run(&["jobs", "forget", &task]);
    assert_eq!(forgotten.code, 2, "{}", forgotten.stderr);
    assert!(forgotten.stderr.contains(&format!("{id} is running")), "{}", forgotten.stderr);

    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bench.run_ok(&["jobs", "--json"]).json()["jobs"][0]["state"], "waiting");
    bench.run_ok(&["jobs", "resume", "--poll-interval", "0.01"]);
    assert_eq!(bench.bill().len(), 1);
}

#[test]
fn a_job_that_was_being_prepared_says_so() {
    let state = tempfile::tempdir().unwrap();
    let bench = with_tasks().env("XDG_STATE_HOME", state.path().to_str().unwrap());
    let (mut child, _) = start(&bench);
    child.kill().unwrap();
    child.wait().unwrap();
    let id = bench.run_ok(&["jobs", "--json"]).json()["jobs"][0]["id"].as_str().unwrap().to_owned();
    // As a process leaves it that dies while it stores its input images.
    let record = state.path().join("impasto/jobs").join(format!("{id}.json"));
    let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
    json["state"] = serde_json::json!({ "is": "preparing" });
    std::fs::write(&record, json.to_string()).unwrap();
    let job = &bench.run_ok(&["jobs", "--json"]).json()["jobs"][0];
    assert_eq!((&job["state"], &job["resumable"]), (&"preparing".into(), &false.into()));
    assert!(bench.run_ok(&["jobs"]).stdout.contains("the program ended before anything was sent"));
}

/// The emulator's images lie on this machine, which may be out of bounds: the job stays, and is finished later.
#[test]
fn images_of_a_job_are_fetched_from_public_addresses_only_if_one_wishes() {
    let bench = Bench::with(Emulator::builder()).env("ATLASCLOUD_API_KEY", "sk-atlas");
    let base_url = bench.mount("/api/v1");
    let args =
        ["generate", "a fox", "-p", "atlas", "-m", "gpt-image-2", "-q", "low", "--base-url", &base_url];
    let args = [&args[..], &["--poll-interval", "0.01", "--out", "fox.jpg"]].concat();
    let wrong = bench.command(&args).env("IMPASTO_PUBLIC_DOWNLOADS_ONLY", "perhaps").output().unwrap();
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(told.contains("IMPASTO_PUBLIC_DOWNLOADS_ONLY: must be 1 or 0"), "{told}");

    let refused = bench.command(&args).env("IMPASTO_PUBLIC_DOWNLOADS_ONLY", "1").output().unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("images are only fetched from public addresses"), "{told}");
    assert!(!refused.status.success() && bench.files().is_empty());
    bench.run_ok(&["jobs", "resume", "--poll-interval", "0.01"]);
    assert_eq!((&bench.read("fox.jpg")[..2], bench.bill().len()), (&b"\xff\xd8"[..], 1));
}

#[test]
fn all_jobs_as_json() {
    let bench = with_tasks();
    let (mut child, _) = start(&bench);
    child.kill().unwrap();
    child.wait().unwrap();
    let json = bench.run_ok(&["jobs", "resume", "--all", "--poll-interval", "0.01", "--json"]).json();
    assert_eq!(json["ok"], true);
    assert_eq!(json["jobs"][0]["result"]["images"][0]["format"], "jpeg");
    let json = bench.run_ok(&["jobs", "resume", "--all", "--json"]).json();
    assert_eq!(json["jobs"], serde_json::json!([]));
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_what_may_be_billed_and_how_to_go_on() {
    let bench = with_tasks();
    let (child, task) = start(&bench);
    // The rest of stderr was taken to learn the task; JSON is not asked for, so the exit code is what is left.
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert_eq!(bench.finish(child.wait_with_output().unwrap()).code, 130);
    let listed = bench.run_ok(&["jobs", "--json"]).json();
    assert_eq!(listed["jobs"][0]["task_id"], task.as_str());
    let forgotten = bench.run_ok(&["jobs", "forget", &task]);
    assert_eq!(forgotten.lines(), [listed["jobs"][0]["id"].as_str().unwrap()]);
    assert_eq!(bench.run_ok(&["jobs"]).stdout, "no jobs: everything that was begun is over\n");
    let ran = bench.run(&["jobs", "resume", &task]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is no job that is written down"), "{}", ran.stderr);
}

#[test]
fn a_deadline_leaves_a_job_that_can_be_taken_up() {
    let bench = with_tasks();
    let base_url = bench.mount("/api/v1");
    let args =
        ["generate", "a fox", "-p", "atlas", "-m", "gpt-image-2", "-q", "low", "--base-url", &base_url];
    let ran = bench.run(&[&args[..], &["--timeout", "1", "--poll-interval", "3"]].concat());
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: `impasto jobs resume "), "{}", ran.stderr);
    assert_eq!(bench.run_ok(&["jobs", "--json"]).json()["jobs"][0]["state"], "stopped");
    // There is only this one, so it needs no id.
    let resumed = bench.run_ok(&["jobs", "resume", "--poll-interval", "0.01"]);
    assert!(resumed.stdout.ends_with("a-fox.jpg\n"), "{}", resumed.stdout);
    assert_eq!(bench.bill().len(), 1);
    assert_eq!(bench.run_ok(&["jobs", "resume"]).stderr, "no job can be taken up\n");
}
