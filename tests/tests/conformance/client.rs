//! A client of any stack, and its calls, made as an application makes them.

use apideck_vault_core::retry::RetryPolicy;
use apideck_vault_core::{ClientSettings, Operation, Vault};
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{Ability, Call, Client as AnyClient, Outcome, Stack};
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::secrets::checked;
use crate::settings::settings_at;

/// The stack's default client for an emulator, with retries that hardly wait.
pub(crate) fn client_for(stack: Stack, emulator: &Emulator) -> Client {
    client(stack, settings_at(emulator.url()))
}

/// The stack's default client.
pub(crate) fn client(stack: Stack, settings: impl Into<ClientSettings>) -> Client {
    Client::new(stack, stack.default_client(settings.into()))
}

pub(crate) fn runtime() -> Arc<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    Arc::new(runtime.unwrap())
}

/// A client, and the runtime that its calls run on, if they need one.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    client: AnyClient,
    runtime: Option<Arc<Runtime>>,
}

impl Client {
    pub(crate) fn new(stack: Stack, client: AnyClient) -> Self {
        let runtime = stack.lacks(Ability::Futures).is_none().then(runtime);
        Self { client, runtime }
    }

    /// Sends as an application would: the async stacks from a task of their runtime.
    pub(crate) fn send<O>(&self, operation: O) -> Outcome<O::Output>
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        match self.call(operation) {
            Call::Blocking(call) => checked(call()),
            call => self.begin_call(call).wait(),
        }
    }

    /// Begins to send, on a task or on a thread.
    pub(crate) fn begin<O>(&self, operation: O) -> Begun<O::Output>
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        self.begin_call(self.call(operation))
    }

    /// Makes a call and does not begin it.
    pub(crate) fn call<O>(&self, operation: O) -> Call<O::Output>
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        self.client.call(operation)
    }

    /// Connects, as an application that starts.
    pub(crate) fn connect(&self) -> Outcome<()> {
        self.begin_call(self.client.connect()).wait()
    }

    fn begin_call<T: Send + 'static>(&self, call: Call<T>) -> Begun<T> {
        match call {
            Call::Future(call) => {
                let runtime = Arc::clone(self.runtime());
                let call = runtime.spawn(call);
                Begun::Task(runtime, call)
            }
            Call::Blocking(call) => Begun::Thread(std::thread::spawn(call)),
        }
    }

    /// The same client, used on another runtime from now on.
    pub(crate) fn on(&self, runtime: Arc<Runtime>) -> Self {
        Self {
            client: self.client.clone(),
            runtime: Some(runtime),
        }
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        self.runtime.as_ref().expect("the stack needs no runtime")
    }

    pub(crate) fn settings(&self) -> &ClientSettings {
        self.client.settings()
    }

    pub(crate) fn with_settings(
        &self,
        change: impl FnOnce(ClientSettings) -> ClientSettings,
    ) -> Self {
        self.with(self.client.with_settings(change))
    }

    pub(crate) fn with_retry(&self, policy: impl RetryPolicy + 'static) -> Self {
        self.with_settings(|settings| settings.retry(policy))
    }

    pub(crate) fn with_vault(&self, vault: Vault) -> Self {
        self.with(self.client.with_vault(vault))
    }

    fn with(&self, client: AnyClient) -> Self {
        Self {
            client,
            runtime: self.runtime.clone(),
        }
    }
}

/// A call that is under way, on a task or a thread of its own.
pub(crate) enum Begun<T> {
    Task(Arc<Runtime>, JoinHandle<Outcome<T>>),
    Thread(std::thread::JoinHandle<Outcome<T>>),
}

impl<T> Begun<T> {
    pub(crate) fn wait(self) -> Outcome<T> {
        checked(match self {
            Self::Task(runtime, call) => runtime.block_on(call).unwrap(),
            Self::Thread(call) => call.join().unwrap(),
        })
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
