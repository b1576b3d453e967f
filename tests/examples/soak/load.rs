//! The callers.

use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Session, Vault};
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{Ability, BoxError, Call, Client, Outcome, Stack};
use fastrand::Rng;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

use crate::ledger::Ledger;
use crate::options::Options;
use crate::server::Server;
use crate::vitals::waited;

/// All callers, until their time is over.
pub(crate) struct Load {
    ledger: Arc<Mutex<Ledger>>,
    runtime: Option<Runtime>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Load {
    pub(crate) fn start(
        stack: Stack,
        server: &Server,
        options: &Options,
    ) -> Result<Self, BoxError> {
        let plain = stack.default_client(settings(&server.http)?);
        let encrypted = stack.trusting(settings(&server.https)?, &server.authority)?;
        let runtime = match stack.lacks(Ability::Futures) {
            None => Some(Runtime::new()?),
            Some(_) => None,
        };
        let mut load = Self {
            ledger: Arc::default(),
            runtime,
            tasks: Vec::new(),
            threads: Vec::new(),
        };
        let pace = options.callers as f64 / options.calls_per_second;
        let mut seeds = Rng::with_seed(options.seed);
        for number in 0..options.callers {
            let caller = Caller {
                number,
                client: if number % 2 == 0 { &plain } else { &encrypted }.clone(),
                pace: Duration::from_secs_f64(pace),
                until: Instant::now() + options.time,
                random: seeds.fork(),
                ledger: Arc::clone(&load.ledger),
            };
            match &load.runtime {
                Some(runtime) => load.tasks.push(runtime.spawn(caller.run())),
                None => load.threads.push(thread::spawn(|| caller.run_blocking())),
            }
        }
        Ok(load)
    }

    pub(crate) fn begun(&self) -> u64 {
        lock(&self.ledger).begun
    }

    /// Waits for the last calls. The clients and their runtime are gone when it returns.
    pub(crate) fn end(self) -> Result<Ledger, BoxError> {
        for thread in self.threads {
            thread.join().map_err(|_| "a caller panicked")?;
        }
        if let Some(runtime) = self.runtime {
            for task in self.tasks {
                runtime.block_on(task)?;
            }
        }
        let ledger = Arc::into_inner(self.ledger).ok_or("a caller is still there")?;
        Ok(ledger.into_inner()?)
    }
}

/// Times that are often too short for what the server does. Everything else is the default.
fn settings(url: &str) -> Result<ClientSettings, BoxError> {
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(url)?;
    Ok(ClientSettings::from(vault).attempt_timeout(Duration::from_secs(1)))
}

struct Caller {
    number: u64,
    client: Client,
    pace: Duration,
    until: Instant,
    random: Rng,
    ledger: Arc<Mutex<Ledger>>,
}

/// One call.
struct Plan {
    consumer: String,
    operation: CreateSession,
    deadline: Duration,
    canceled_after: Option<Duration>,
    begins: Instant,
}

impl Caller {
    async fn run(mut self) {
        for count in 0.. {
            let plan = self.plan(count);
            if self.until < plan.begins {
                break;
            }
            tokio::time::sleep_until(plan.begins.into()).await;
            let (began, call) = self.begin(&plan, false);
            let Call::Future(call) = call else {
                unreachable!("it needs no runtime")
            };
            let outcome = match plan.canceled_after {
                Some(after) => tokio::time::timeout(after, call).await.ok(),
                None => Some(call.await),
            };
            self.end(&plan, &began, outcome);
        }
    }

    /// A blocking call cannot be canceled. It has a short deadline instead.
    fn run_blocking(mut self) {
        for count in 0.. {
            let mut plan = self.plan(count);
            if self.until < plan.begins {
                break;
            }
            thread::sleep(plan.begins.saturating_duration_since(Instant::now()));
            plan.deadline = plan.canceled_after.take().unwrap_or(plan.deadline);
            let (began, call) = self.begin(&plan, true);
            let Call::Blocking(call) = call else {
                unreachable!("it needs a runtime")
            };
            self.end(&plan, &began, Some(call()));
        }
    }

    fn plan(&mut self, count: u64) -> Plan {
        let random = &mut self.random;
        let consumer = format!("caller-{}-{count}", self.number);
        let most = match random.u8(..100) {
            0..70 => 2_000,
            70..98 => 60_000,
            // More than the server reads.
            _ => 400_000,
        };
        let size = random.usize(..most);
        let session = Session::new().custom_consumer_setting("some", "x".repeat(size));
        let deadline = Duration::from_millis(random.u64(300..4000));
        // From 1 microsecond to half a second: most calls take a few milliseconds.
        let after = Duration::from_secs_f64(1e-6 * 5e5_f64.powf(random.f64()));
        let pause = self.pace.mul_f64(2.0 * random.f64());
        Plan {
            operation: CreateSession::new(&consumer).session((size > 0).then_some(session)),
            consumer,
            deadline,
            // Half of those end before that.
            canceled_after: (random.u8(..5) == 0).then_some(after),
            begins: Instant::now() + pause,
        }
    }

    fn begin(&self, plan: &Plan, is_thread: bool) -> (Began, Call<CreatedSession>) {
        lock(&self.ledger).begun += 1;
        let client = (self.client).with_settings(|settings| settings.deadline(plan.deadline));
        let began = Began {
            waited: waited(is_thread),
            is_thread,
            at: Instant::now(),
        };
        (began, client.call(plan.operation.clone()))
    }

    fn end(&self, plan: &Plan, began: &Began, outcome: Option<Outcome<CreatedSession>>) {
        let elapsed = began.at.elapsed();
        let waited = waited(began.is_thread).saturating_sub(began.waited);
        let mut ledger = lock(&self.ledger);
        if outcome.is_some() {
            ledger.took(elapsed, waited, plan.deadline);
        }
        ledger.ended(outcome, &plan.consumer);
    }
}

/// The beginning of a call.
struct Began {
    at: Instant,
    /// How long its thread had waited for a processor until then, or all threads.
    waited: Duration,
    is_thread: bool,
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}
