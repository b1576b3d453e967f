//! How much memory the worst answers take, on top of a client that has made a call already.

use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::{Ability, Stack};

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::child::{self, Task};
use crate::oversized::{bomb, ten_thousand_headers};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("an_endless_answer_takes_little_memory", endless),
    case("an_answer_of_terabytes_takes_little_memory", terabytes),
    case("an_error_that_never_ends_takes_little_memory", endless_error),
    case("an_answer_that_decompresses_to_200_mb_takes_little_memory", unpacked),
    case("a_custom_client_decompresses_200_mb_in_little_memory", unpacked_by_own).needs(Ability::Unpacking),
    case("ten_thousand_headers_take_little_memory", many_headers),
    case("an_answer_in_chunks_of_one_byte_takes_little_memory", tiny_chunks),
];

/// The MiB of an answer that is read at most, and all that comes with it. It took 1.7 MiB at most;
/// where the system gives out memory by 2 MiB at a time it may be that much more.
const LIMIT_KIB: u64 = 4 * 1024;

fn measure(task: Task, stack: Stack, what: &str, answer: Answer, ends: &[&str]) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal(), answer]);
    let output = child::run(task, stack, &emulator, &[]);
    let (peak, outcome) = output.split_once(' ').unwrap();
    let is_expected = ends.iter().any(|end| outcome.starts_with(end));
    assert!(is_expected, "{outcome}");
    println!("memory: {what} on {}: {peak} KiB over idle", stack.name());
    assert!(peak.parse::<u64>().unwrap() < LIMIT_KIB, "{peak} KiB");
}

fn endless(stack: Stack) {
    let answer = Answer::normal().endless();
    measure(Task::Memory, stack, "endless", answer, &["TooLarge"]);
}

fn terabytes(stack: Stack) {
    let answer = Answer::normal()
        .header("content-length", "9999999999999")
        .endless();
    measure(Task::Memory, stack, "terabytes", answer, &["TooLarge"]);
}

fn endless_error(stack: Stack) {
    let answer = Answer::status(400).endless();
    measure(Task::Memory, stack, "endless error", answer, &["TooLarge"]);
}

fn packed() -> Answer {
    Answer::normal()
        .header("content-encoding", "gzip")
        .body(bomb())
}

fn unpacked(stack: Stack) {
    let ends = &["TooLarge", "Decode(\"$\")"];
    measure(Task::Memory, stack, "200 MB, packed", packed(), ends);
}

fn unpacked_by_own(stack: Stack) {
    let what = "200 MB, packed, on ones own client";
    measure(Task::MemoryOfOwn, stack, what, packed(), &["TooLarge"]);
}

fn many_headers(stack: Stack) {
    let answer = ten_thousand_headers();
    let ends = &["Unanswered"];
    measure(Task::Memory, stack, "10,000 headers", answer, ends);
}

/// What is kept of each chunk adds up, and it may keep what was read with it.
fn tiny_chunks(stack: Stack) {
    let chunks = "1\r\n \r\n".repeat(1 << 17);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}{:x}\r\n{SESSION}\r\n0\r\n\r\n",
        SESSION.len()
    );
    let ends = &["a session"];
    measure(
        Task::Memory,
        stack,
        "tiny chunks",
        Answer::raw(answer),
        ends,
    );
}
