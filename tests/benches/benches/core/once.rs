//! Runs each case once.

use apideck_vault_benches::cases::{Meter, Side};
use std::hint::black_box;

pub(crate) struct Once;

impl Meter for Once {
    fn measure<I, O>(
        &mut self,
        _case: &'static str,
        _side: Side,
        mut input: impl FnMut() -> I,
        mut work: impl FnMut(I) -> O,
    ) {
        black_box(work(input()));
    }
}
