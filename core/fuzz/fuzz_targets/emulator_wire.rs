//! Any bytes on a connection to the emulator.

#![no_main]

use apideck_vault_emulator::Emulator;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|sent: &[u8]| {
    let emulator = Emulator::builder()
        .accept_any_key()
        .hosted()
        .largest_body(800)
        .offline();
    // Its clock moves on as soon as nothing else can happen, so that waits take no time.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let answered = runtime.block_on(emulator.serve(sent)).unwrap();
    let mut rest = &answered[..];
    while !rest.is_empty() {
        rest = after_one_answer(rest);
    }
});

/// What comes after one well-formed answer, which is not the emulator's own failure.
fn after_one_answer(answered: &[u8]) -> &[u8] {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = head.parse(answered).expect("it is HTTP") else {
        panic!("its head is cut off");
    };
    let status = head.code.unwrap();
    assert!((100..500).contains(&status), "{status}");
    let length = head
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |length| {
        str::from_utf8(length.value).unwrap().parse().unwrap()
    });
    // An answer to HEAD has a length and no body.
    let rest = &answered[end..];
    if rest.is_empty() || rest.starts_with(b"HTTP/1.") {
        rest
    } else {
        &rest[length..]
    }
}
