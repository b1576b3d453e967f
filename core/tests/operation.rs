//! What an operation of any kind gets from the core: where the answer broke off, and a connection.

use apideck_vault_core::error::{BuildError, DecodeError, ResponseError};
use apideck_vault_core::http::{Method, Request, Response, StatusCode};
use apideck_vault_core::operation::{decode_json, path_segment};
use apideck_vault_core::{Bytes, Connect, CreateSession, Operation, Vault};
use serde::Deserialize;

/// An operation of the caller's own, whose output is not only texts.
struct ListConnections;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only what is wrong with it is looked at")]
struct Connections {
    data: Vec<Connection>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only what is wrong with it is looked at")]
struct Connection {
    is_enabled: bool,
    created: u32,
    state: State,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only what is wrong with it is looked at")]
enum State {
    Callable,
    Invalid { since: u32 },
}

impl Operation for ListConnections {
    type Output = Connections;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        vault.request(Method::GET, "/vault/connections", Bytes::new())
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Connections>, ResponseError> {
        decode_json(vault, answer, StatusCode::OK)
    }
}

fn vault() -> Vault {
    Vault::new("sk_live_secret", "app").unwrap()
}

fn answer(status: u16, body: &str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::copy_from_slice(body.as_bytes()));
    *answer.status_mut() = status.try_into().unwrap();
    answer
}

/// What is wrong with a list of a good connection and this one.
fn broken(connection: &str) -> DecodeError {
    let good = r#"{"is_enabled":true,"created":1,"state":"callable"}"#;
    let body = format!(r#"{{"data":[{good},{connection}]}}"#);
    match ListConnections.decode(&vault(), answer(200, &body)) {
        Err(ResponseError::Decode(error)) => error,
        other => panic!("the contract should be broken, not {other:?}"),
    }
}

#[test]
fn what_is_wrong_in_a_list_or_an_enum_is_reported_by_its_path() {
    let connection = |is_enabled: &str, created: &str, state: &str| {
        format!(r#"{{"is_enabled":{is_enabled},"created":{created},"state":{state}}}"#)
    };
    for (connection, path, problem) in [
        (
            connection("null", "1", r#""callable""#),
            "$.data[1].is_enabled",
            "is null instead of a boolean",
        ),
        (
            connection("true", "1.5", r#""callable""#),
            "$.data[1].created",
            "is a number with a fraction instead of u32",
        ),
        (
            connection("true", "true", r#""callable""#),
            "$.data[1].created",
            "is a boolean instead of u32",
        ),
        (
            connection("true", "1", r#"{"invalid":{"since":"secret"}}"#),
            "$.data[1].state.invalid.since",
            "is a string instead of u32",
        ),
        (
            connection("true", "1", r#""secret""#),
            "$.data[1].state",
            "is not what the contract promises",
        ),
        (
            connection("true", "1", r#""invalid""#),
            "$.data[1].state.invalid",
            "is not what the contract promises",
        ),
        (
            r#"{"is_enabled":true,"is_enabled":true}"#.to_owned(),
            "$.data[1].is_enabled",
            "appears twice",
        ),
    ] {
        let error = broken(&connection);
        assert_eq!((error.path(), error.problem()), (path, problem));
    }
}

#[test]
fn another_status_than_the_expected_one_is_a_refusal() {
    for status in [201, 204, 404] {
        let refused = ListConnections.decode(&vault(), answer(status, r#"{"data":[]}"#));
        let Err(ResponseError::Api(error)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(error.status(), status);
    }
}

#[test]
fn a_path_segment_that_would_change_the_path_is_refused() {
    for text in ["", ".", ".."] {
        let error = path_segment("connection_id", text).unwrap_err();
        assert_eq!(error.field(), "connection_id");
    }
}

#[test]
fn connecting_sends_neither_the_key_nor_an_id() {
    let create = CreateSession::new("consumer").encode(&vault()).unwrap();
    let request = Connect.encode(&vault()).unwrap();
    assert_eq!(request.method(), Method::HEAD);
    assert_eq!(request.uri().path(), "/");
    assert_eq!(request.uri().authority(), create.uri().authority());
    let names: Vec<_> = request.headers().keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["accept", "user-agent"]);
}

#[test]
fn any_answer_to_connecting_means_that_the_server_was_reached() {
    for status in [200, 301, 401, 404, 500] {
        let answer = Connect.decode(&vault(), answer(status, "<html>")).unwrap();
        assert_eq!(answer.status(), status);
    }
}
