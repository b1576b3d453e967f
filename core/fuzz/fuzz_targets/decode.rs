//! An answer with any status, headers and body.

#![no_main]

use apideck_vault_core::error::ResponseError;
use apideck_vault_core::http::Uri;
use apideck_vault_core::{CreateSession, Operation};
use apideck_vault_core_fuzz::answer::Answer;
use apideck_vault_core_fuzz::echo::has_key;
use apideck_vault_core_fuzz::{check, vault};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(answer) = Answer::read(data) else {
        return;
    };
    let bytes = answer.body().len();
    match CreateSession::new("test-consumer").decode(&vault(), answer) {
        Ok(created) => {
            let created = created.into_body();
            let uri = created.session_uri();
            assert!(
                !uri.contains(|c: char| c.is_control() || c.is_whitespace()),
                "{uri:?}"
            );
            // `Uri` is stricter about what comes after the host.
            let end = uri[8..]
                .find(['/', '?', '#'])
                .map_or(uri.len(), |end| end + 8);
            let parsed: Uri = uri[..end].parse().expect("its beginning is a URL");
            let authority = parsed.authority().expect("it has a host");
            assert!(!authority.as_str().contains('@'));
            assert!(!format!("{created:?}").contains(uri));
            let _ = created.session_token().claims();
        }
        Err(error) => {
            check(&error);
            let headers = match &error {
                ResponseError::Api(error) => error.headers(),
                ResponseError::Decode(error) => error.headers(),
                _ => return,
            };
            for (name, value) in headers {
                let value = String::from_utf8_lossy(value.as_bytes());
                assert!(
                    !has_key(name.as_str()) && !has_key(&value),
                    "{name}: {value}"
                );
            }
            if let ResponseError::Api(error) = &error {
                let texts = [error.message(), error.error(), error.type_name()];
                let texts = texts.into_iter().chain([error.detail(), error.reference()]);
                let texts: Vec<_> = texts.flatten().collect();
                assert!(texts.iter().all(|text| !has_key(text)));
                let kept: usize = texts.iter().map(|text| text.len()).sum();
                assert!(kept <= 2 * bytes + 100, "{kept} of {bytes}");
                assert!(error.downstream_errors().len() <= 100);
                assert!(!has_key(&format!("{:?}", error.downstream_errors())));
                let _ = (error.retry_after(), error.request_id());
            }
        }
    }
});
