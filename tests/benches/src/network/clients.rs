//! The clients: each adapter, the bare stacks with their own defaults, and both with HTTP/2.

use apideck_vault_core::{Bytes, ClientSettings, Operation as _, Vault};
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{Ability, Call, Client, Custom, Http, Stack, hyper, reqwest, ureq};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::Anything;
use crate::example;

/// Something that makes calls.
pub(super) trait Calls {
    /// Makes this many calls at once. Returns when the last one ends, and how long that took.
    fn at_once(&mut self, calls: usize) -> Result<Duration, Anything>;

    /// `connect()`, if it has that.
    fn connect(&mut self) -> Option<Result<(), Anything>> {
        None
    }
}

/// How to make a client.
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) new: Box<dyn Fn() -> Result<Box<dyn Calls>, Anything>>,
}

/// Where the server is.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) url: String,
    pub(super) authority: String,
}

impl Server {
    pub(super) fn vault(&self) -> Result<Vault, Anything> {
        Ok(Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(&self.url)?)
    }
}

/// All kinds of clients of the Rust stacks.
pub(super) fn all(server: &Server, runtime: &Rc<Runtime>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for &stack in apideck_vault_stacks::ALL {
        let versions = match stack.lacks(Ability::Http2) {
            None => &[Http::One, Http::Two][..],
            Some(_) => &[Http::One],
        };
        for &http in versions {
            kinds.push(kind(
                server,
                runtime,
                format!("{}/ours", stack.name()),
                http,
                ours(stack),
            ));
            let name = format!("{}/bare", stack.name());
            kinds.push(kind(server, runtime, name, http, bare(stack)));
        }
    }
    kinds
}

type New = fn(&Server, &Rc<Runtime>, Http, Stack) -> Result<Box<dyn Calls>, Anything>;

fn kind(
    server: &Server,
    runtime: &Rc<Runtime>,
    name: String,
    http: Http,
    (stack, new): (Stack, New),
) -> Kind {
    let (server, runtime) = (server.clone(), Rc::clone(runtime));
    let version = if http == Http::One { "" } else { "-http2" };
    Kind {
        name: format!("{name}{version}"),
        new: Box::new(move || new(&server, &runtime, http, stack)),
    }
}

/// Our client with the settings of the default client, or on the stack's client with HTTP/2.
fn ours(stack: Stack) -> (Stack, New) {
    (stack, |server, runtime, http, stack| {
        let settings = ClientSettings::from(server.vault()?);
        let client = match http {
            Http::One => stack.trusting(settings, &server.authority)?,
            http => stack.custom(
                settings,
                &Custom::new().trusting(&server.authority).http(http),
            )?,
        };
        Ok(Box::new(Ours(client, Rc::clone(runtime))))
    })
}

fn bare(stack: Stack) -> (Stack, New) {
    (stack, |server, runtime, http, stack| {
        let runtime = Rc::clone(runtime);
        let request = example::create().encode(&server.vault()?)?;
        let authority = server.authority.as_str();
        Ok(match stack.name() {
            "hyper" => {
                let client = hyper::with_its_defaults(authority, http)?;
                Box::new(Awaited(
                    runtime,
                    Box::new(move || Box::pin(by_hyper(client.clone(), request.clone()))),
                ))
            }
            "reqwest" => {
                let client = reqwest::with_its_defaults(authority, http)?;
                Box::new(Awaited(
                    runtime,
                    Box::new(move || Box::pin(by_reqwest(client.clone(), request.clone()))),
                ))
            }
            _ => {
                let client = ureq::with_its_defaults(authority)?;
                Box::new(Blocking(Arc::new(move || {
                    by_ureq(&client, request.clone())
                })))
            }
        })
    })
}

async fn by_hyper(client: hyper::Bare, request: Request<Bytes>) -> Result<(), Anything> {
    let answer = client.request(request.map(Full::new)).await?;
    let status = answer.status();
    answer.into_body().collect().await?;
    is_ok(status)
}

async fn by_reqwest(client: reqwest::Bare, request: Request<Bytes>) -> Result<(), Anything> {
    let answer = client.execute(request.try_into()?).await?;
    let status = answer.status();
    answer.bytes().await?;
    is_ok(status)
}

fn by_ureq(client: &ureq::Bare, request: Request<Bytes>) -> Result<(), Anything> {
    let (head, body) = request.into_parts();
    let mut answer = client.run(Request::from_parts(head, &body[..]))?;
    answer.body_mut().read_to_vec()?;
    is_ok(answer.status())
}

fn is_ok(status: StatusCode) -> Result<(), Anything> {
    match status {
        StatusCode::OK => Ok(()),
        status => Err(format!("the server answered {status}").into()),
    }
}

type Sent = Pin<Box<dyn Future<Output = Result<(), Anything>> + Send>>;

struct Awaited(Rc<Runtime>, Box<dyn Fn() -> Sent>);
struct Blocking(Arc<dyn Fn() -> Result<(), Anything> + Send + Sync>);
struct Ours(Client, Rc<Runtime>);

impl Calls for Awaited {
    fn at_once(&mut self, calls: usize) -> Result<Duration, Anything> {
        self.0.block_on(async {
            let began = Instant::now();
            let mut under_way: JoinSet<_> = (0..calls).map(|_| (self.1)()).collect();
            while let Some(ended) = under_way.join_next().await {
                ended??;
            }
            Ok(began.elapsed())
        })
    }
}

impl Calls for Blocking {
    fn at_once(&mut self, calls: usize) -> Result<Duration, Anything> {
        let began = Instant::now();
        thread::scope(|scope| -> Result<(), Anything> {
            let threads: Vec<_> = (0..calls).map(|_| scope.spawn(|| (self.0)())).collect();
            for thread in threads {
                thread.join().map_err(|_| "a thread panicked")??;
            }
            Ok(())
        })?;
        Ok(began.elapsed())
    }
}

impl Calls for Ours {
    fn at_once(&mut self, calls: usize) -> Result<Duration, Anything> {
        let client = self.0.clone();
        match client.call(example::create()) {
            Call::Future(_) => {
                let call = move || -> Sent { Box::pin(once(client.call(example::create()))) };
                Awaited(Rc::clone(&self.1), Box::new(call)).at_once(calls)
            }
            Call::Blocking(_) => {
                let call = move || blocking(client.call(example::create()));
                Blocking(Arc::new(call)).at_once(calls)
            }
        }
    }

    fn connect(&mut self) -> Option<Result<(), Anything>> {
        Some(match self.0.connect() {
            Call::Blocking(call) => blocking(Call::Blocking(call)),
            call => self.1.block_on(once(call)),
        })
    }
}

async fn once<T>(call: Call<T>) -> Result<(), Anything> {
    match call {
        Call::Future(call) => attempts(call.await.map(|answered| answered.attempts)),
        Call::Blocking(_) => Err("it blocks".into()),
    }
}

fn blocking<T>(call: Call<T>) -> Result<(), Anything> {
    match call {
        Call::Blocking(call) => attempts(call().map(|answered| answered.attempts)),
        Call::Future(_) => Err("it does not block".into()),
    }
}

/// A retry would count as a slow call.
fn attempts(outcome: Result<u32, apideck_vault_stacks::Failed>) -> Result<(), Anything> {
    match outcome.map_err(|failed| failed.error)? {
        1 => Ok(()),
        attempts => Err(format!("{attempts} attempts").into()),
    }
}
