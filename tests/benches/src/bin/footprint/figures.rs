//! The figures of a stack's programs, each compared with the one by hand.

use apideck_vault_benches::report::Report;

/// The program that all others are compared with.
pub(crate) const BY_HAND: &str = "by_hand";

#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

struct Figure {
    program: &'static str,
    name: &'static str,
    value: f64,
    unit: &'static str,
}

impl Figures {
    pub(crate) fn add(
        &mut self,
        program: &'static str,
        name: &'static str,
        value: f64,
        unit: &'static str,
    ) {
        self.0.push(Figure {
            program,
            name,
            value,
            unit,
        });
    }

    /// Adds a row for each figure and, if it is not by hand, one for the difference to the one by hand.
    pub(crate) fn report(&self, stack: &str, report: &mut Report) {
        for figure in &self.0 {
            let Figure { program, name, .. } = figure;
            let row = format!("{stack}/{name}/{program}");
            let by_hand = self.by_hand(name).filter(|_| *program != BY_HAND);
            let ratio = by_hand.map(|by_hand| figure.value / by_hand);
            let ratio = ratio.filter(|ratio| ratio.is_finite());
            report.row(row.clone(), figure.value, figure.unit, ratio);
            if let Some(by_hand) = by_hand {
                let on_top = figure.value - by_hand;
                report.row(format!("{row}/on_top"), on_top, figure.unit, None);
            }
        }
    }

    fn by_hand(&self, name: &str) -> Option<f64> {
        let mut figures = self.0.iter();
        let by_hand = figures.find(|figure| figure.name == name && figure.program == BY_HAND);
        by_hand.map(|figure| figure.value)
    }
}
