//! The account's own tasks are asked for and read.

use http::HeaderMap;
use impasto_providers::{ErrorKind, ReplyHead};
use serde_json::{Value, json};

use crate::support::target;

#[test]
fn pages_are_asked_for_with_the_key() {
    let request = target("atlas").history_request(2, 50).unwrap();
    assert_eq!(request.url, "https://api.atlascloud.ai/api/v1/model/history?no=2&size=50");
    assert_eq!(request.auth, impasto_transport::Auth::Bearer);
    let error = target("openai").history_request(1, 20).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("history")));
    assert!(error.to_string().contains("OpenAI lists no past tasks"), "{error}");
}

#[test]
fn tasks_are_read_in_and_outside_the_envelope() {
    #[track_caller]
    fn check(reply: &Value, ids: &[&str], total: Option<u64>) {
        let head = ReplyHead::new(200, HeaderMap::new());
        let page = target("atlas").read_history(&head, reply.to_string().as_bytes()).unwrap();
        let read: Vec<&str> = page.tasks.iter().map(|task| task.id.as_str()).collect();
        assert_eq!((read.as_slice(), page.total), (ids, total), "{reply}");
    }
    let item = json!({"ID": 7, "createdAt": "1785480000", "requestBody": "{\"n\":1}", "status": "completed"});
    check(&json!({"code": "200", "data": {"items": [item, {"model": "m"}], "total": "9"}}), &["7"], Some(9));
    check(&json!({"items": [item]}), &["7"], None);
    check(&json!({"code": 200, "data": {"items": []}}), &[], None);
}

#[test]
fn a_request_that_is_no_json_stays_a_text() {
    let head = ReplyHead::new(200, HeaderMap::new());
    let reply =
        json!({"data": {"items": [{"ID": "a", "requestBody": "n=1"}, {"ID": "b", "requestBody": "{}"}]}});
    let page = target("atlas").read_history(&head, reply.to_string().as_bytes()).unwrap();
    assert_eq!(page.tasks[0].request, "n=1");
    assert_eq!(page.tasks[1].request, json!({}));
}

#[test]
fn refusals_and_other_replies_are_errors() {
    let read = |status, body: &str| {
        let head = ReplyHead::new(status, HeaderMap::new());
        target("atlas").read_history(&head, body.as_bytes()).unwrap_err()
    };
    assert_eq!(read(401, r#"{"code": 401, "msg": "unauthorized"}"#).kind(), ErrorKind::Authentication);
    assert_eq!(read(200, "<html>").kind(), ErrorKind::UnexpectedReply);
    assert!(read(200, r#"{"code": 200, "data": null}"#).to_string().contains("200"));
}
