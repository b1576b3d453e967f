//! A name with more than one address. (The cases bring a resolver along: that of the default clients is
//! the system's.)

use apideck_vault_core::ClientSettings;
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{Custom, Stack};
use socket2::{Domain, Socket, Type};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::case::{Case, case};
use crate::custom_client::custom_client;
use crate::example::example;
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("an_address_that_refuses_does_not_cost_the_call", refuses),
    case("an_address_that_swallows_packets_does_not_cost_the_call", swallows),
    case("half_of_a_deadline_of_6_s_is_enough_for_a_second_address", short_deadline),
];

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Sends one request, in one attempt, to a name with these two addresses. Returns how long it took.
fn send(
    stack: Stack,
    emulator: &Emulator,
    change: fn(ClientSettings) -> ClientSettings,
) -> Duration {
    let addresses = [IpAddr::V4(OTHER), IpAddr::V4(HERE)];
    let url = format!("http://localhost:{}", emulator.address().port());
    let custom = Custom::new().finding(&addresses);
    let client = custom_client(stack, change(settings_at(url)), &custom);
    let began = Instant::now();
    assert_eq!(client.send(example()).unwrap().attempts, 1);
    began.elapsed()
}

fn refuses(stack: Stack) {
    send(stack, &Emulator::start().unwrap(), |it| it.retry(once()));
}

/// A part of the 5 s to connect is the first address's. Then it is the other one's turn.
fn swallows(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let _full = Full::listen(SocketAddr::from((OTHER, emulator.address().port())));
    let took = send(stack, &emulator, |it| it.retry(once()));
    // It would have been quicker if the first address had refused.
    assert!(took > Duration::from_secs(1), "{took:?}");
}

/// The first of several attempts has half of the deadline: a little more than an address has.
fn short_deadline(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let _full = Full::listen(SocketAddr::from((OTHER, emulator.address().port())));
    send(stack, &emulator, |it| it.deadline(Duration::from_secs(6)));
}

/// A listener whose queue is full: the system drops what else would connect.
struct Full {
    _listener: Socket,
    _queued: Vec<TcpStream>,
}

impl Full {
    fn listen(address: SocketAddr) -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&address.into()).unwrap();
        listener.listen(0).unwrap();
        let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let queued: Vec<_> = (0..64).map_while(connect).collect();
        assert!(queued.len() < 64, "the queue is never full");
        Self {
            _listener: listener,
            _queued: queued,
        }
    }
}
