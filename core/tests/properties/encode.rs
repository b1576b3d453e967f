//! A further attempt encodes anew: the request must be the same each time.

use apideck_vault_core::{
    ConsumerMetadata, CreateSession, Operation, Session, SessionSettings, Theme, UnifiedApiId,
    Vault,
};
use proptest::collection::{hash_map, vec};
use proptest::prelude::{ProptestConfig, any};
use proptest::{option, prop_assert_eq, proptest};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_is_encoded_the_same_each_time(
        consumer_id in "[!-~]{1,40}",
        texts in vec(option::of(any::<String>()), 3),
        apis in vec("[a-z-]{1,20}", 0..4),
        custom in hash_map(any::<String>(), any::<i64>(), 0..8),
        headers in vec(("x-[a-z]{1,10}", "[!-~]{1,20}"), 0..4),
    ) {
        let mut session = Session::new().settings(
            SessionSettings::new().unified_apis(apis.into_iter().map(UnifiedApiId::from).collect::<Vec<_>>()),
        );
        let mut theme = Theme::new();
        theme.vault_name = texts[0].clone();
        let mut metadata = ConsumerMetadata::new();
        metadata.email = texts[1].clone();
        session.redirect_uri = texts[2].clone();
        session = session.theme(theme).consumer_metadata(metadata);
        for (name, value) in custom {
            session = session.custom_consumer_setting(name, value);
        }
        let mut create = CreateSession::new(consumer_id).session(session);
        for (name, value) in headers {
            create = create.header(name, value);
        }

        let vault = Vault::new("key", "app").unwrap();
        let (first, second) = (create.encode(&vault).unwrap(), create.encode(&vault).unwrap());
        prop_assert_eq!(first.method(), second.method());
        prop_assert_eq!(first.uri(), second.uri());
        prop_assert_eq!(first.headers(), second.headers());
        prop_assert_eq!(first.body(), second.body());
        let again = create.clone().encode(&vault.clone()).unwrap();
        prop_assert_eq!(again.body(), first.body());
    }
}
