//! Two clients of each side that take turns, and the comparison of their figures.

use super::Anything;
use super::child::{Client, Server};
use super::work::{Ask, Side, Slice, Work};

/// A slice from each: ours, by hand, ours again, by hand again.
pub(crate) type Round = [Slice; 4];

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How often all clients are restarted: where the system puts a process's memory makes it faster or
    /// slower for its whole life.
    pub(crate) generations: usize,
    /// The rounds of each generation.
    pub(crate) rounds: usize,
    pub(crate) slice_milliseconds: u64,
}

/// The rounds of each generation.
pub(crate) fn generations(
    work: &Work,
    server: &Server,
    effort: Effort,
    mut progress: impl FnMut(),
) -> Result<Vec<Vec<Round>>, Anything> {
    (0..effort.generations)
        .map(|_| rounds(work, server, effort, &mut progress))
        .collect()
}

/// Starts the four clients, warms them up and lets them take turns.
fn rounds(
    work: &Work,
    server: &Server,
    effort: Effort,
    mut progress: impl FnMut(),
) -> Result<Vec<Round>, Anything> {
    let sides = [Side::Ours, Side::ByHand, Side::Ours, Side::ByHand];
    let mut clients = Vec::new();
    for side in sides {
        let work = Work {
            side,
            ..work.clone()
        };
        clients.push(Client::start(work, server)?);
    }
    let slice = Ask::For(effort.slice_milliseconds);
    for client in &mut clients {
        client.ask(Ask::Once)?.complete()?;
        client.ask(slice)?.complete()?;
    }
    (0..effort.rounds)
        .map(|round| {
            let mut slices: Round = Default::default();
            // Each client is first, second, third and last equally often.
            for turn in 0..sides.len() {
                let whose = (round + turn) % sides.len();
                if let (Some(client), Some(place)) = (clients.get_mut(whose), slices.get_mut(whose))
                {
                    *place = client.ask(slice)?.complete()?;
                }
            }
            progress();
            Ok(slices)
        })
        .collect()
}

/// One of our figures, and its ratio to the one by hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) ours: f64,
    pub(crate) ratio: f64,
    /// How far from 1 the ratio can be by chance.
    pub(crate) noise: f64,
}

impl Compared {
    /// The ratio is the median of the rounds' ratios. The null test is the same with one client of
    /// each side compared with the other two. The noise is the largest of three values: how far the
    /// null test's median is from 1, and the uncertainty of either median.
    pub(crate) fn of(rounds: &[Round], figure: impl Fn(&Slice) -> f64) -> Self {
        let each: Vec<_> = rounds
            .iter()
            .map(|round| round.each_ref().map(&figure))
            .collect();
        let ratios = each
            .iter()
            .map(|[ours, hand, ours_2, hand_2]| (ours + ours_2) / (hand + hand_2));
        let nulls = each
            .iter()
            .map(|[ours, hand, ours_2, hand_2]| (ours + hand) / (ours_2 + hand_2));
        let (ratios, nulls) = (Spread::of(ratios), Spread::of(nulls));
        let ours = each
            .iter()
            .flat_map(|[ours, _, ours_2, _]| [*ours, *ours_2]);
        Self {
            ours: Spread::of(ours).median,
            ratio: ratios.median,
            noise: [(nulls.median - 1.0).abs(), nulls.error, ratios.error]
                .into_iter()
                .fold(0.0, f64::max),
        }
    }
}

/// A median and half of its 95% interval ([McGill, Tukey, Larsen
/// 1978](https://doi.org/10.1080/00031305.1978.10479236)).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) error: f64,
}

impl Spread {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let between = quantile(&values, 0.75) - quantile(&values, 0.25);
        Self {
            median: quantile(&values, 0.5),
            error: 1.57 * between / (values.len() as f64).sqrt(),
        }
    }
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = part * sorted.len().saturating_sub(1) as f64;
    let value = |index: f64| sorted.get(index as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (value(at.floor()), value(at.ceil()));
    low + (high - low) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(cpu_seconds: f64) -> Slice {
        Slice {
            calls: 1,
            cpu_seconds,
            ..Slice::default()
        }
    }

    #[test]
    fn a_ratio_is_told_from_noise() {
        let round = |values: [f64; 4]| values.map(slice);
        let rounds = [
            round([2.0, 1.0, 2.0, 1.0]),
            round([4.0, 2.0, 4.0, 2.0]),
            round([2.2, 1.1, 2.2, 1.1]),
        ];
        let compared = Compared::of(&rounds, |slice| slice.cpu_seconds);
        assert!((compared.ratio - 2.0).abs() < 1e-9);
        assert!(compared.noise < 1e-9);
        assert!((compared.ours - 2.2).abs() < 1e-9);

        // The second client of each side is slower for an unknown reason: that much is noise.
        let compared = Compared::of(&[round([1.0, 1.0, 1.1, 1.1])], |slice| slice.cpu_seconds);
        assert!((compared.ratio - 1.0).abs() < 1e-9);
        assert!((compared.noise - (1.0 - 1.0 / 1.1)).abs() < 1e-9);
    }

    #[test]
    fn quantiles_lie_between_the_values() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.5);
        assert_eq!(quantile(&[1.0], 0.75), 1.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
