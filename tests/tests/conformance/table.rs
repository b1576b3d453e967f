//! What became of each case on each stack, for the end of the run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::stack::Stack;

#[derive(Default)]
pub(crate) struct Table(Mutex<Cells>);

#[derive(Default)]
struct Cells {
    cases: Vec<&'static str>,
    cells: BTreeMap<(&'static str, Stack), Cell>,
    has_run: bool,
}

#[derive(Clone, Copy)]
enum Cell {
    Ran(bool),
    NotApplicable(&'static str),
}

impl Table {
    pub(crate) fn add(&self, case: &'static str) {
        self.with(|table| table.cases.push(case));
    }

    pub(crate) fn ran(&self, case: &'static str, stack: Stack, passed: bool) {
        self.with(|table| {
            table.has_run = true;
            table.cells.insert((case, stack), Cell::Ran(passed));
        });
    }

    pub(crate) fn not_applicable(&self, case: &'static str, stack: Stack, reason: &'static str) {
        self.with(|table| {
            table
                .cells
                .insert((case, stack), Cell::NotApplicable(reason));
        });
    }

    /// Nothing, if nothing ran: `--list` has an output of its own.
    pub(crate) fn print(&self) {
        self.with(|table| {
            if table.has_run {
                table.print();
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Cells) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Cells {
    fn print(&self) {
        let width = self.cases.iter().map(|case| case.len()).max();
        let width = width.unwrap_or_default();
        let line = |name: &str, cells: [&str; 4]| {
            println!(
                "{name:width$}  {}",
                cells.map(|cell| format!("{cell:<8}")).concat()
            );
        };
        line("case", Stack::ALL.map(Stack::name));
        for case in &self.cases {
            let cell = |stack| match self.cells.get(&(*case, stack)) {
                Some(Cell::Ran(true)) => "ok",
                Some(Cell::Ran(false)) => "FAILED",
                Some(Cell::NotApplicable(_)) => "n/a",
                None if stack == Stack::Core => "socket",
                None => "-",
            };
            line(case, Stack::ALL.map(cell));
        }
        println!("\nsocket: the case is about one, so it is nothing for the core alone");
        for ((case, stack), cell) in &self.cells {
            if let Cell::NotApplicable(reason) = cell {
                println!("n/a: {case} on {}: {reason}", stack.name());
            }
        }
    }
}
