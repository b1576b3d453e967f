//! What is counted.

use super::events::{MILLISECOND, SECOND, Time};

/// How finely the times of calls are told apart: 16 steps for each doubling.
const STEPS_PER_DOUBLING: f64 = 16.0;
const STEPS: usize = 320;

/// The calls that began in one second.
#[derive(Debug, Clone)]
struct Calls {
    begun: u64,
    succeeded: u64,
    /// How many attempts they made, whenever that was.
    attempts: u64,
    times: Vec<u32>,
}

/// What is counted, by second.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) attempts: Vec<u64>,
    /// Calls that succeeded in each second, whenever they began.
    answered: Vec<u64>,
    calls: Vec<Calls>,
}

impl Record {
    pub(super) fn attempt(&mut self, at: Time) {
        count(&mut self.attempts, at);
    }

    pub(super) fn begin(&mut self, at: Time) {
        self.calls_of(at).begun += 1;
    }

    pub(super) fn end(&mut self, begun: Time, at: Time, is_success: bool, attempts: u32) {
        let milliseconds = (at - begun) as f64 / MILLISECOND as f64;
        let step = ((1.0 + milliseconds).log2() * STEPS_PER_DOUBLING) as usize;
        if is_success {
            count(&mut self.answered, at);
        }
        let calls = self.calls_of(begun);
        calls.succeeded += u64::from(is_success);
        calls.attempts += u64::from(attempts);
        calls.times[step.min(STEPS - 1)] += 1;
    }

    fn calls_of(&mut self, at: Time) -> &mut Calls {
        let second = (at / SECOND) as usize;
        if self.calls.len() <= second {
            let none = Calls {
                begun: 0,
                succeeded: 0,
                attempts: 0,
                times: vec![0; STEPS],
            };
            self.calls.resize(second + 1, none);
        }
        &mut self.calls[second]
    }

    /// How many calls succeeded in these seconds, whenever they began.
    pub(super) fn answered(&self, seconds: std::ops::Range<usize>) -> u64 {
        let seconds = self.answered.iter().take(seconds.end).skip(seconds.start);
        seconds.sum()
    }

    /// What came of the calls that began in these seconds.
    pub(super) fn sum(&self, seconds: std::ops::Range<usize>) -> Sum {
        let mut sum = Sum::default();
        sum.times.resize(STEPS, 0);
        for calls in self.calls.iter().take(seconds.end).skip(seconds.start) {
            sum.calls += calls.begun;
            sum.succeeded += calls.succeeded;
            sum.attempts += calls.attempts;
            for (all, some) in sum.times.iter_mut().zip(&calls.times) {
                *all += u64::from(*some);
            }
        }
        sum
    }
}

fn count(seconds: &mut Vec<u64>, at: Time) {
    let second = (at / SECOND) as usize;
    if seconds.len() <= second {
        seconds.resize(second + 1, 0);
    }
    seconds[second] += 1;
}

/// What came of some calls.
#[derive(Debug, Default, Clone)]
pub(super) struct Sum {
    pub(super) calls: u64,
    pub(super) succeeded: u64,
    pub(super) attempts: u64,
    times: Vec<u64>,
}

impl Sum {
    pub(super) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.succeeded += other.succeeded;
        self.attempts += other.attempts;
        self.times.resize(STEPS, 0);
        for (all, some) in self.times.iter_mut().zip(&other.times) {
            *all += some;
        }
    }

    pub(super) fn attempts_per_call(&self) -> f64 {
        self.attempts as f64 / self.calls as f64
    }

    pub(super) fn success_rate(&self) -> f64 {
        self.succeeded as f64 / self.calls as f64
    }

    /// The time in milliseconds in which this part of the calls was over.
    pub(super) fn percentile(&self, part: f64) -> f64 {
        let all: u64 = self.times.iter().sum();
        let mut before = 0;
        for (step, calls) in self.times.iter().enumerate() {
            if *calls > 0 && (before + calls) as f64 >= part * all as f64 {
                let within = (part * all as f64 - before as f64) / *calls as f64;
                return ((step as f64 + within) / STEPS_PER_DOUBLING).exp2() - 1.0;
            }
            before += calls;
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_to_a_few_percent() {
        let mut record = Record::default();
        for call in 1..=1000 {
            record.begin(0);
            record.end(0, call * MILLISECOND, call % 4 != 0, 2);
        }
        let sum = record.sum(0..1);
        assert_eq!((sum.calls, sum.succeeded, sum.attempts), (1000, 750, 2000));
        for (part, milliseconds) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
            let error = sum.percentile(part) / milliseconds;
            assert!((0.97..1.03).contains(&error), "{part}: {error}");
        }
    }
}
