//! The stacks, behind one face: a client, a call, what came of it.

use apideck_vault_core::error::{ApiError, CallError, CallErrorKind, FailureKind};
use apideck_vault_core::http::{HeaderMap, Response, StatusCode};
use apideck_vault_core::retry::{ExponentialBackoff, RetryPolicy};
use apideck_vault_core::{Attempts, Operation, Vault};
use apideck_vault_emulator::Emulator;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stack {
    /// No stack: the state machine of a call with answers at hand.
    Core,
    Reqwest,
    Ureq,
    Hyper,
}

impl Stack {
    pub(crate) const ALL: [Self; 4] = [Self::Core, Self::Reqwest, Self::Ureq, Self::Hyper];
    pub(crate) const WITH_SOCKETS: [Self; 3] = [Self::Reqwest, Self::Ureq, Self::Hyper];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Reqwest => "reqwest",
            Self::Ureq => "ureq",
            Self::Hyper => "hyper",
        }
    }

    /// The stack's default client.
    pub(crate) fn client(self, vault: Vault) -> Client {
        match self {
            Self::Core => panic!("the core alone has no client"),
            Self::Reqwest => {
                Client::Reqwest(runtime(), apideck_vault_reqwest::VaultClient::new(vault))
            }
            Self::Ureq => Client::Ureq(apideck_vault_ureq::VaultClient::new(vault)),
            Self::Hyper => Client::Hyper(runtime(), apideck_vault_hyper::VaultClient::new(vault)),
        }
    }

    /// The default client for an emulator, with retries that hardly wait.
    pub(crate) fn client_for(self, emulator: &Emulator) -> Client {
        self.client(vault(emulator)).with_retry(hasty())
    }
}

/// A call that is under way, on a task or a thread of its own.
pub(crate) enum Begun<T> {
    Task(Arc<Runtime>, JoinHandle<Outcome<T>>),
    Thread(std::thread::JoinHandle<Outcome<T>>),
}

impl<T> Begun<T> {
    pub(crate) fn wait(self) -> Outcome<T> {
        match self {
            Self::Task(runtime, call) => runtime.block_on(call).unwrap(),
            Self::Thread(call) => call.join().unwrap(),
        }
    }

    /// Drops the call's future, wherever it is.
    pub(crate) fn give_up(self) {
        self.into_task().abort();
    }

    pub(crate) fn into_task(self) -> JoinHandle<Outcome<T>> {
        match self {
            Self::Task(_, call) => call,
            Self::Thread(_) => panic!("a blocking call has no task"),
        }
    }
}

/// A client of any stack.
#[derive(Debug, Clone)]
pub(crate) enum Client {
    Reqwest(Arc<Runtime>, apideck_vault_reqwest::VaultClient),
    Ureq(apideck_vault_ureq::VaultClient),
    Hyper(Arc<Runtime>, apideck_vault_hyper::VaultClient),
    /// On a hyper client of one's own, which has a type of its own.
    OwnHyper(
        Arc<Runtime>,
        Box<apideck_vault_hyper::VaultClient<crate::own::OwnHyper>>,
    ),
}

impl Client {
    /// Sends as an application would: the async stacks from a task of their runtime.
    pub(crate) fn send<O>(&self, operation: O) -> Outcome<O::Output>
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        match self {
            Self::Ureq(client) => outcome(client.send(operation)),
            _ => self.begin(operation).wait(),
        }
    }

    /// Makes a call's future and drops it, which nobody has polled.
    pub(crate) fn make_and_drop<O: Operation>(&self, operation: O) {
        match self {
            Self::Reqwest(_, client) => drop(client.send(operation)),
            Self::Hyper(_, client) => drop(client.send(operation)),
            Self::OwnHyper(_, client) => drop(client.send(operation)),
            Self::Ureq(_) => panic!("a blocking call has no future"),
        }
    }

    /// The same client, used on another runtime from now on.
    pub(crate) fn on(&self, runtime: Arc<Runtime>) -> Self {
        match self.clone() {
            Self::Reqwest(_, client) => Self::Reqwest(runtime, client),
            Self::Hyper(_, client) => Self::Hyper(runtime, client),
            Self::OwnHyper(_, client) => Self::OwnHyper(runtime, client),
            Self::Ureq(_) => panic!("ureq needs no runtime"),
        }
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        match self {
            Self::Reqwest(runtime, _) | Self::Hyper(runtime, _) | Self::OwnHyper(runtime, _) => {
                runtime
            }
            Self::Ureq(_) => panic!("ureq needs no runtime"),
        }
    }

    /// Begins to send.
    pub(crate) fn begin<O>(&self, operation: O) -> Begun<O::Output>
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        match self.clone() {
            Self::Reqwest(runtime, client) => {
                let call = runtime.spawn(async move { outcome(client.send(operation).await) });
                Begun::Task(runtime, call)
            }
            Self::Hyper(runtime, client) => {
                let call = runtime.spawn(async move { outcome(client.send(operation).await) });
                Begun::Task(runtime, call)
            }
            Self::OwnHyper(runtime, client) => {
                let call = runtime.spawn(async move { outcome(client.send(operation).await) });
                Begun::Task(runtime, call)
            }
            Self::Ureq(client) => {
                Begun::Thread(std::thread::spawn(move || outcome(client.send(operation))))
            }
        }
    }

    pub(crate) fn with_vault(&self, vault: Vault) -> Self {
        match self {
            Self::Reqwest(runtime, client) => {
                Self::Reqwest(Arc::clone(runtime), client.with_vault(vault))
            }
            Self::Ureq(client) => Self::Ureq(client.with_vault(vault)),
            Self::Hyper(runtime, client) => {
                Self::Hyper(Arc::clone(runtime), client.with_vault(vault))
            }
            Self::OwnHyper(runtime, client) => {
                Self::OwnHyper(Arc::clone(runtime), Box::new(client.with_vault(vault)))
            }
        }
    }

    pub(crate) fn with_retry(&self, policy: impl RetryPolicy + 'static) -> Self {
        match self {
            Self::Reqwest(runtime, client) => {
                Self::Reqwest(Arc::clone(runtime), client.with_retry(policy))
            }
            Self::Ureq(client) => Self::Ureq(client.with_retry(policy)),
            Self::Hyper(runtime, client) => {
                Self::Hyper(Arc::clone(runtime), client.with_retry(policy))
            }
            Self::OwnHyper(runtime, client) => {
                Self::OwnHyper(Arc::clone(runtime), Box::new(client.with_retry(policy)))
            }
        }
    }

    pub(crate) fn with_max_response_bytes(&self, bytes: usize) -> Self {
        match self {
            Self::Reqwest(runtime, client) => {
                Self::Reqwest(Arc::clone(runtime), client.with_max_response_bytes(bytes))
            }
            Self::Ureq(client) => Self::Ureq(client.with_max_response_bytes(bytes)),
            Self::Hyper(runtime, client) => {
                Self::Hyper(Arc::clone(runtime), client.with_max_response_bytes(bytes))
            }
            Self::OwnHyper(runtime, client) => Self::OwnHyper(
                Arc::clone(runtime),
                Box::new(client.with_max_response_bytes(bytes)),
            ),
        }
    }
}

/// What came of a call.
pub(crate) type Outcome<T> = Result<Answered<T>, End>;

/// A success, with its envelope.
#[derive(Debug)]
pub(crate) struct Answered<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
}

/// An error, whatever the stack's own is.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) kind: Kind,
    pub(crate) attempts: u32,
    pub(crate) is_deadline: bool,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// The field that is wrong.
    Build(String),
    Api(ApiError),
    /// The path of the fault.
    Decode(String),
    Transport(FailureKind),
}

impl End {
    pub(crate) fn api(&self) -> &ApiError {
        match &self.kind {
            Kind::Api(error) => error,
            other => panic!("Apideck should have refused, not {other:?}"),
        }
    }

    pub(crate) fn failure(&self) -> FailureKind {
        match self.kind {
            Kind::Transport(kind) => kind,
            ref other => panic!("no answer should have come, not {other:?}"),
        }
    }
}

/// The emulator's URL, key and app id.
pub(crate) fn vault(emulator: &Emulator) -> Vault {
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    vault.with_server_url(emulator.url()).unwrap()
}

/// The default policy with four attempts, waits of a millisecond and no budget, so that retries take
/// no time however many calls fail.
pub(crate) fn hasty() -> ExponentialBackoff {
    ExponentialBackoff::new()
        .max_attempts(4)
        .initial_backoff(Duration::from_millis(1))
        .budget(None)
}

/// Far beyond what anything takes: it is there so that a failure does not hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn runtime() -> Arc<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    Arc::new(runtime.unwrap())
}

pub(crate) fn outcome<T, E: Error + 'static>(
    result: Result<Response<T>, CallError<E>>,
) -> Outcome<T> {
    match result {
        Ok(answer) => {
            let attempts = Attempts::of(&answer);
            let (head, value) = answer.into_parts();
            Ok(Answered {
                value,
                status: head.status,
                headers: head.headers,
                attempts,
            })
        }
        Err(error) => {
            assert_no_secret(&error);
            Err(End {
                attempts: error.attempts(),
                is_deadline: error.is_deadline(),
                text: error.to_string(),
                kind: match error.into_kind() {
                    CallErrorKind::Build(error) => Kind::Build(error.field().to_owned()),
                    CallErrorKind::Api(error) => Kind::Api(error),
                    CallErrorKind::Decode(error) => Kind::Decode(error.path().to_owned()),
                    CallErrorKind::Transport(failure) => Kind::Transport(failure.kind()),
                    other => panic!("the suite does not know {other:?}"),
                },
            })
        }
    }
}

/// Whatever case it is: no error shows the key, in any of its texts or those of its sources.
fn assert_no_secret(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains(Emulator::API_KEY), "the key is in {text:?}");
        }
        next = error.source();
    }
}
