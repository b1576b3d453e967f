//! What became of each case on each stack, for the end of the run.

use apideck_vault_stacks::ALL;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::case::On;

#[derive(Default)]
pub(crate) struct Table(Mutex<Cells>);

#[derive(Default)]
struct Cells {
    cases: Vec<&'static str>,
    /// By the names of the case and of where it runs.
    cells: BTreeMap<(&'static str, &'static str), Cell>,
    has_run: bool,
}

#[derive(Clone, Copy)]
enum Cell {
    Ran(bool),
    NotApplicable(&'static str),
}

impl Table {
    pub(crate) fn add(&self, case: &'static str) {
        self.with(|table| {
            assert!(!table.cases.contains(&case), "two cases are named {case}");
            table.cases.push(case);
        });
    }

    pub(crate) fn ran(&self, case: &'static str, on: On, passed: bool) {
        self.with(|table| {
            table.has_run = true;
            table.cells.insert((case, on.name()), Cell::Ran(passed));
        });
    }

    pub(crate) fn not_applicable(&self, case: &'static str, on: On, reason: &'static str) {
        self.with(|table| {
            let cell = Cell::NotApplicable(reason);
            table.cells.insert((case, on.name()), cell);
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
        let mut places = vec![On::Core.name()];
        places.extend(ALL.iter().map(|stack| stack.name()));
        let column = places.iter().map(|place| place.len()).max();
        let column = column.unwrap_or_default() + 1;
        let line = |name: &str, cells: Vec<&str>| {
            let cells = cells.iter().map(|cell| format!("{cell:<column$}"));
            println!("{name:width$}  {}", cells.collect::<String>());
        };
        line("case", places.clone());
        for case in self.cases.iter().filter(|case| self.has_row(case)) {
            let cell = |place: &&'static str| match self.cells.get(&(*case, *place)) {
                Some(Cell::Ran(true)) => "ok",
                Some(Cell::Ran(false)) => "FAILED",
                Some(Cell::NotApplicable(_)) => "n/a",
                None => "-",
            };
            line(case, places.iter().map(cell).collect());
        }
        println!("\n-: it is about a socket, or about none, or it was filtered out");
        for ((case, place), cell) in &self.cells {
            if let Cell::NotApplicable(reason) = cell
                && self.has_row(case)
            {
                println!("n/a: {case} on {place}: {reason}");
            }
        }
    }

    /// Whether it ran anywhere: of a few cases, the table has a few lines.
    fn has_row(&self, case: &str) -> bool {
        let ran =
            |((name, _), cell): (&(&str, _), &Cell)| *name == case && matches!(cell, Cell::Ran(_));
        self.cells.iter().any(ran)
    }
}
