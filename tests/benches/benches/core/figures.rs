//! Figures of one kind for all cases.

use apideck_vault_benches::cases::Side;
use apideck_vault_benches::report::Report;

/// Figures of one kind for all cases, in the order in which the cases ran.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<Figure>);

#[derive(Debug)]
struct Figure {
    case: String,
    side: String,
    value: f64,
}

impl Figures {
    pub(crate) fn add(&mut self, case: &str, side: &str, value: f64) {
        self.0.push(Figure {
            case: case.to_owned(),
            side: side.to_owned(),
            value,
        });
    }

    pub(crate) fn of(&self, case: &str, side: Side) -> Option<f64> {
        let mut figures = self.0.iter();
        figures
            .find(|figure| figure.case == case && figure.side == side.name())
            .map(|figure| figure.value)
    }

    /// The cases, each once.
    pub(crate) fn cases(&self) -> impl Iterator<Item = &str> {
        let ours = |figure: &&Figure| figure.side == Side::Ours.name();
        self.0.iter().filter(ours).map(|figure| &*figure.case)
    }

    /// A row for each figure, with its ratio to the one by hand.
    pub(crate) fn report(&self, unit: &'static str, report: &mut Report) {
        for figure in &self.0 {
            let floor = self.of(&figure.case, Side::ByHand);
            let is_floor = figure.side == Side::ByHand.name();
            let ratio = floor
                .filter(|floor| !is_floor && *floor > 0.0)
                .map(|floor| figure.value / floor);
            let name = format!("{}/{}", figure.case, figure.side);
            report.row(name, figure.value, unit, ratio);
        }
    }
}
