//! No text of any public type shows a secret: not the API key, the token, the session's URI, what is said
//! about the consumer, nor a custom setting.

mod canaries;
mod public;
mod texts;

use apideck_vault_core::error::{
    ApiError, BuildError, ClientError, Failure, FailureKind, ResponseError, TransportError,
};
use apideck_vault_core::http::Response;
use apideck_vault_core::operation::{broken, refused};
use apideck_vault_core::proxy::EnvironmentProxy;
use apideck_vault_core::retry::{
    Cause, ExponentialBackoff, FailedAttempt, RetryBudget, Verdict, WhenEmpty,
};
use apideck_vault_core::{
    AllowAction, Attempts, Bytes, ClientSettings, Connect, ConsumerMetadata, CreateSession,
    CreatedSession, Operation, Session, SessionLength, SessionSettings, SessionToken, Step, Theme,
    UnifiedApiId, Vault,
};
use canaries::{
    API_KEY, CUSTOM_SETTING, EMAIL, HEADER, TOKEN, forms_of_the_key, seen_in, session_uri,
};
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use texts::Texts;

fn vault() -> Vault {
    Vault::new(API_KEY, "app").unwrap()
}

fn create() -> CreateSession {
    let metadata = ConsumerMetadata::new()
        .email(EMAIL)
        .user_name(EMAIL)
        .account_name(EMAIL)
        .image(EMAIL);
    let session = Session::new()
        .consumer_metadata(metadata)
        .settings(SessionSettings::new().session_length(SessionLength::minutes(30)))
        .theme(Theme::new().vault_name("Intercom"))
        .custom_consumer_setting("name", json!([{"deep": CUSTOM_SETTING}]));
    let create = CreateSession::new("test-consumer").session(session);
    create.header("x-trace", HEADER)
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let mut answer = Response::builder().status(status);
    if status != 200 {
        for echo in forms_of_the_key() {
            let text = format!("no such key: {echo}!");
            answer = answer
                .header("x-apideck-request-id", &text)
                .header("x-echo", &text);
        }
    }
    answer.body(body.to_string().into()).unwrap()
}

type Outcome = Result<Response<Bytes>, Failure<io::Error>>;

/// What a server answers that repeats all that it was sent and all that it made.
fn answers() -> Vec<Response<Bytes>> {
    let mut answers = Vec::new();
    for echo in forms_of_the_key() {
        let text = format!("no such key: {echo}!");
        let secret = json!({"token": TOKEN, "uri": session_uri(), "email": EMAIL, "key": echo});
        answers.push(answer(
            400,
            &json!({
                "message": text, "type_name": text, "error": text, "detail": text, "ref": text,
                "downstream_errors": [{"message": text, "detail": text, "code": text}],
                "data": secret,
            }),
        ));
        answers.push(answer(401, &json!({ "error": text, "detail": secret })));
        answers.push(answer(201, &json!({ "data": secret })));
        for data in [json!(TOKEN), json!([secret]), secret, json!(echo)] {
            answers.push(answer(200, &json!({ "data": data, "_raw": data })));
        }
        let data = json!({"session_uri": echo, "session_token": TOKEN});
        answers.push(answer(200, &json!({ "data": data })));
    }
    let whole = json!({"data": {"session_uri": session_uri(), "session_token": TOKEN}}).to_string();
    let cut_off = whole.trim_end_matches('}').to_owned();
    answers.push(Response::new(cut_off.into()));
    answers
}

/// All that a call with these outcomes leaves behind.
fn call(outcomes: [Outcome; 2], texts: &mut Texts) {
    let events = Arc::new(Mutex::new(Texts::default()));
    let told = events.clone();
    let settings = ClientSettings::from(vault())
        .retry(ExponentialBackoff::new().max_attempts(2))
        .observer(move |event| told.lock().unwrap().debug(event));
    texts.debug(settings.observer.as_ref().unwrap());
    texts.debug(&settings.prepare::<_, io::Error>(create(), 1));
    let mut outcomes = outcomes.into_iter();
    let mut elapsed = Duration::ZERO;
    let mut step = settings.begin(create(), 1);
    loop {
        texts.debug(&step);
        step = match step {
            Step::Send(_, attempt) => {
                texts.debug(&attempt);
                attempt.finish(outcomes.next().unwrap(), elapsed)
            }
            Step::Wait(wait) => {
                texts.debug(&wait);
                texts.debug(wait.error());
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(result) => {
                if let Ok(answer) = &result {
                    texts.debug(answer);
                    texts.debug(answer.extensions().get::<Attempts>().unwrap());
                }
                if let Err(error) = result {
                    texts.error(&error);
                    for past in error.history() {
                        texts.display(past);
                        texts.display(&past.cause);
                    }
                    texts.debug(&error.gave_up());
                    texts.debug(error.kind());
                }
                texts.0.append(&mut events.lock().unwrap().0);
                return;
            }
        };
    }
}

fn errors(texts: &mut Texts) {
    for answer in answers() {
        if answer.status() != 200 {
            let error: ApiError = refused(&vault(), answer.clone());
            texts.error(&error);
            texts.debug(&error.kind());
            texts.debug(&error.headers());
            texts.debug(&error.message());
            for downstream in error.downstream_errors() {
                texts.debug(downstream);
            }
            let cause = Cause::Api(&error);
            texts.debug(&cause);
            texts.debug(&FailedAttempt::new(1, cause));
        }
        let key = forms_of_the_key().join(" ");
        texts.error(&broken(&vault(), &answer, &key, &key));
        let error: ResponseError = create().decode(&vault(), answer.clone()).unwrap_err();
        texts.error(&error);
        let failure = Failure::new(FailureKind::NotSent, io::Error::other("refused"));
        call([Err(failure), Ok(answer)], texts);
    }
    for wrong in [
        format!("{API_KEY}\n"),
        format!("{API_KEY}ä"),
        format!("{API_KEY} "),
    ] {
        texts.error::<BuildError>(&Vault::new(&wrong, "app").unwrap_err());
        let error = vault().with_server_url(format!("https://{wrong}@h/{API_KEY}"));
        texts.error(&error.unwrap_err());
        let error = CreateSession::new(wrong.clone()).encode(&vault());
        texts.error(&error.unwrap_err());
        let error = create().header("x-secret", &wrong).encode(&vault());
        texts.error(&error.unwrap_err());
        let error = SessionToken::new(wrong).claims();
        texts.error(&error.unwrap_err());
    }
    for url in [
        "http://user:secret@proxy",
        "socks5://user:secret@proxy",
        "user:secret@ proxy",
    ] {
        let url = url.replace("secret", TOKEN);
        let proxy =
            EnvironmentProxy::new(|name| (name == "HTTPS_PROXY").then(|| url.clone().into()));
        texts.debug(&proxy);
        if let Err(error) = proxy.url_for(&vault()) {
            texts.error(&error);
        }
    }
    texts.error(&ClientError::missing_tls("apideck-vault-ureq"));
    texts.error(&TransportError::new("the pool is closed"));
    texts.error(&Failure::<io::Error>::too_large(1024));
    texts.debug(&FailureKind::Other);
}

fn values(texts: &mut Texts) {
    let created = CreatedSession::new(session_uri(), TOKEN);
    texts.debug(&created);
    texts.debug(created.session_token());
    texts.debug(&created.session_token().claims().unwrap());
    let refused = answer(503, &json!({}));
    let success = json!({"data": {"session_uri": session_uri(), "session_token": TOKEN}});
    call([Ok(refused), Ok(answer(200, &success))], texts);
    texts.debug(&Step::<CreateSession, io::Error>::Done(Ok(Response::new(
        created,
    ))));
    for echo in forms_of_the_key() {
        let data = json!({"session_uri": session_uri(), "session_token": TOKEN});
        let status = format!("{echo} {TOKEN} {EMAIL}");
        let answer = answer(
            200,
            &json!({"status": status, "data": data, "_raw": status}),
        );
        texts.debug(&create().decode(&vault(), answer).unwrap());
    }
    let create = create();
    texts.debug(&create);
    let session = create.session.as_ref().unwrap();
    texts.debug(session);
    texts.debug(session.consumer_metadata.as_ref().unwrap());
    texts.debug(session.settings.as_ref().unwrap());
    texts.debug(session.theme.as_ref().unwrap());
    texts.display(&SessionLength::minutes(30));
    texts.display(&AllowAction::Delete);
    texts.display(&UnifiedApiId::Crm);
    if let UnifiedApiId::Other(unknown) = UnifiedApiId::from("brand-new") {
        texts.display(&unknown);
    }
    texts.debug(&vault());
    texts.debug(&Connect);
    texts.debug(&ClientSettings::from(vault()));
    texts.debug(&ExponentialBackoff::new());
    texts.debug(&RetryBudget::new());
    texts.debug(&WhenEmpty::Wait);
    texts.debug(&Verdict::Stop);
    let request = create.encode(&vault()).unwrap();
    texts.debug(request.headers());
    // Also as a part of what a user's code prints when it panics.
    let panic = std::panic::catch_unwind(|| panic!("no session with {:?}", vault()));
    let panic = panic.unwrap_err();
    texts.debug(panic.downcast_ref::<String>().unwrap());
}

fn all() -> Texts {
    let mut texts = Texts::default();
    errors(&mut texts);
    values(&mut texts);
    texts
}

#[test]
fn no_text_of_a_public_type_shows_a_secret() {
    for (name, text) in all().0 {
        let seen = seen_in(&text);
        assert!(seen.is_empty(), "{name} shows {seen:?}: {text}");
    }
}

#[test]
fn every_public_type_is_looked_at() {
    let texts = all().0;
    for name in public::types() {
        let is_seen = texts.iter().any(|(seen, _)| *seen == name);
        assert!(
            is_seen,
            "no text of {name} is looked at: `all` has to add one"
        );
    }
}

#[test]
fn a_secret_that_shows_up_is_seen() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "only Debug reads it")]
    struct Careless<'a>(&'a str);

    let mut secrets = forms_of_the_key();
    secrets.extend([TOKEN, EMAIL, CUSTOM_SETTING, HEADER].map(str::to_owned));
    secrets.push(session_uri());
    for secret in secrets {
        let mut texts = Texts::default();
        texts.debug(&Careless(&secret));
        texts.error(&io::Error::other(secret.clone()));
        texts.error(&Failure::new(
            FailureKind::Other,
            io::Error::other(secret.clone()),
        ));
        for (_, text) in texts.0 {
            assert!(!seen_in(&text).is_empty(), "{text}");
        }
    }
}
