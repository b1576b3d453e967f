//! Counts what each case of the core allocates. It is a program of its own, because counting makes
//! an allocation dearer: `cargo bench --bench core` runs it.

use apideck_vault_benches::cases::{self, Meter, Side};
use std::hint::black_box;

struct Counter;

impl Meter for Counter {
    fn measure<I, O>(
        &mut self,
        case: &'static str,
        side: Side,
        mut input: impl FnMut() -> I,
        mut work: impl FnMut(I) -> O,
    ) {
        // What is made only the first time is no cost of a call.
        drop(black_box(work(black_box(input()))));
        let input = black_box(input());
        let mut output = None;
        let counted = allocation_counter::measure(|| output = Some(work(input)));
        drop(black_box(output));
        println!("{case} {} {}", side.name(), counted.count_total);
    }
}

fn main() {
    cases::all(&mut Counter);
}
