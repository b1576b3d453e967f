//! Counts the allocations of each case of the core. It is a separate program because counting makes
//! allocations slower. `cargo bench --bench core` runs it.

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
        // What is allocated only the first time is not part of the cost of a call.
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
