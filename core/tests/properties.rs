//! What holds for every call, whatever the policy, the outcomes and the clock.

use apideck_vault_core::error::{CallError, CallErrorKind, Failure, FailureKind, GaveUp};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{
    ExponentialBackoff, FailedAttempt, OfficialBackoff, RetryBudget, RetryPolicy, Verdict,
    WhenEmpty,
};
use apideck_vault_core::{Bytes, Call, CreateSession, CreatedSession, Step, Vault};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any};
use proptest::{option, prop_assert, prop_assert_eq, prop_oneof, proptest};
use std::fmt;
use std::time::Duration;

const CASES: u32 = 10_000;
const LONGEST_HELD: Duration = Duration::from_secs(15);
const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;

/// What the server, or the way to it, makes of an attempt.
#[derive(Debug, Clone)]
enum Outcome {
    Success,
    Broken,
    Refusal(u16, Option<String>),
    Failure(FailureKind),
}

/// An error of a stack that knows which attempt it ended.
#[derive(Debug, Clone, PartialEq)]
struct Ended(u32);

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "attempt {}", self.0)
    }
}

impl std::error::Error for Ended {}

impl Outcome {
    /// Every answer and failure says which attempt it belongs to.
    fn of(&self, attempt: u32) -> Result<Response<Bytes>, Failure<Ended>> {
        let answer = Response::builder();
        let answer = match self {
            Self::Success => answer.body(OK.into()),
            Self::Broken => answer.body(format!("broken answer to attempt {attempt}").into()),
            Self::Refusal(status, retry_after) => {
                let mut answer = answer.status(*status);
                if let Some(asked) = retry_after {
                    answer = answer.header("retry-after", asked);
                }
                answer.body(format!(r#"{{"message":"attempt {attempt}"}}"#).into())
            }
            Self::Failure(kind) => return Err(Failure::new(*kind, Ended(attempt))),
        };
        Ok(answer.unwrap())
    }

    /// Whether this error is the one that this outcome gave this attempt.
    fn is(&self, error: &CallError<Ended>, attempt: u32) -> bool {
        match (self, error.kind()) {
            (Self::Broken, CallErrorKind::Decode(error)) => {
                error.body() == format!("broken answer to attempt {attempt}").as_bytes()
            }
            (Self::Refusal(status, _), CallErrorKind::Api(error)) => {
                error.status().as_u16() == *status
                    && error.message() == Some(format!("attempt {attempt}").as_str())
            }
            (Self::Failure(kind), CallErrorKind::Transport(failure)) => {
                failure.kind() == *kind && failure.error() == Some(&Ended(attempt))
            }
            _ => false,
        }
    }
}

/// Says whatever it was made to say.
#[derive(Debug)]
struct Whatever {
    verdicts: Vec<Verdict>,
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    budget: Option<RetryBudget>,
}

impl RetryPolicy for Whatever {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        let index = usize::try_from(failed.number - 1).unwrap();
        *self.verdicts.get(index).unwrap_or(&Verdict::Stop)
    }

    fn attempt_timeout(&self) -> Option<Duration> {
        self.attempt_timeout
    }

    fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    fn budget(&self) -> Option<&RetryBudget> {
        self.budget.as_ref()
    }
}

/// How to make a policy: each run of a case gets one with a fresh budget.
#[derive(Debug, Clone)]
enum Plan {
    Exponential {
        max_attempts: u32,
        initial_backoff: Duration,
        max_backoff: Duration,
        max_retry_after: Duration,
        attempt_timeout: Option<Duration>,
        deadline: Option<Duration>,
        budget: Option<Budget>,
    },
    Whatever {
        verdicts: Vec<Verdict>,
        attempt_timeout: Option<Duration>,
        deadline: Option<Duration>,
        budget: Option<Budget>,
    },
    Official,
}

#[derive(Debug, Clone, Copy)]
struct Budget {
    capacity: u32,
    per_call: f64,
    per_success: f64,
    fails: bool,
}

impl Budget {
    fn make(self) -> RetryBudget {
        let when_empty = if self.fails {
            WhenEmpty::Fail
        } else {
            WhenEmpty::Wait
        };
        RetryBudget::new()
            .capacity(self.capacity)
            .per_call(self.per_call)
            .per_success(self.per_success)
            .when_empty(when_empty)
    }
}

impl Plan {
    fn make(&self) -> Box<dyn RetryPolicy> {
        match self.clone() {
            Self::Exponential {
                max_attempts,
                initial_backoff,
                max_backoff,
                max_retry_after,
                attempt_timeout,
                deadline,
                budget,
            } => Box::new(
                ExponentialBackoff::new()
                    .max_attempts(max_attempts)
                    .initial_backoff(initial_backoff)
                    .max_backoff(max_backoff)
                    .max_retry_after(max_retry_after)
                    .attempt_timeout(attempt_timeout)
                    .deadline(deadline)
                    .budget(budget.map(Budget::make)),
            ),
            Self::Whatever {
                verdicts,
                attempt_timeout,
                deadline,
                budget,
            } => Box::new(Whatever {
                verdicts,
                attempt_timeout,
                deadline,
                budget: budget.map(Budget::make),
            }),
            Self::Official => Box::new(OfficialBackoff::new()),
        }
    }

    /// How many attempts it allows; the official policy is bound by its deadline alone.
    fn max_attempts(&self) -> usize {
        match self {
            Self::Exponential { max_attempts, .. } => (*max_attempts).max(1) as usize,
            Self::Whatever { verdicts, .. } => verdicts.len() + 1,
            Self::Official => usize::MAX,
        }
    }

    /// The longest wait it can come to by itself or at a server's wish.
    fn longest_wait(&self) -> Duration {
        match self {
            Self::Exponential {
                max_backoff,
                max_retry_after,
                ..
            } => max_retry_after.saturating_add(*max_backoff.max(&(*max_retry_after / 2))),
            Self::Whatever { .. } => Duration::MAX,
            Self::Official => Duration::from_secs(60),
        }
    }
}

/// What a clock shows next, seen from what it should show.
#[derive(Debug, Clone, Copy)]
enum Clock {
    Right,
    Still,
    Jumps(Duration),
    GoesBack(Duration),
}

#[derive(Debug, Clone)]
struct Case {
    plan: Plan,
    deadline: Option<Duration>,
    seed: u64,
    /// For each attempt: what comes of it, and what part of its timeout it takes.
    attempts: Vec<(Outcome, f64)>,
    clock: Vec<Clock>,
    /// Calls of the same client that failed before this one began.
    before: u8,
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => (0_u64..40_000).prop_map(Duration::from_millis),
        1 => Just(Duration::ZERO),
        1 => any::<u64>().prop_map(Duration::from_nanos),
        1 => Just(Duration::MAX),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let asked = option::of(prop_oneof![
        (0_u32..100).prop_map(|seconds| seconds.to_string()),
        Just("99999999999999999999".to_owned()),
        Just("soon".to_owned()),
    ]);
    let kind = prop_oneof![
        Just(FailureKind::NotSent),
        Just(FailureKind::TimedOut),
        Just(FailureKind::Unanswered),
        Just(FailureKind::TooLarge),
        Just(FailureKind::Other),
    ];
    let status = prop_oneof![
        4 => prop_oneof![Just(408_u16), Just(429), Just(500), Just(502), Just(503), Just(504)],
        1 => 201_u16..600,
    ];
    prop_oneof![
        1 => Just(Outcome::Success),
        1 => Just(Outcome::Broken),
        8 => (status, asked).prop_map(|(status, asked)| Outcome::Refusal(status, asked)),
        4 => kind.prop_map(Outcome::Failure),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let budget = || {
        let budget = (0_u32..6, 0.0..1.5, -0.5..1.5, any::<bool>());
        option::of(
            budget.prop_map(|(capacity, per_call, per_success, fails)| Budget {
                capacity,
                per_call,
                per_success,
                fails,
            }),
        )
    };
    let verdict = prop_oneof![
        6 => duration().prop_map(Verdict::RetryAfter),
        1 => Just(Verdict::Stop),
    ];
    let backoff = (0_u32..12, duration(), duration(), duration());
    let times = || (option::of(duration()), option::weighted(0.8, duration()));
    prop_oneof![
        6 => (backoff, times(), budget()).prop_map(|(backoff, times, budget)| Plan::Exponential {
            max_attempts: backoff.0,
            initial_backoff: backoff.1,
            max_backoff: backoff.2,
            max_retry_after: backoff.3,
            attempt_timeout: times.0,
            deadline: times.1,
            budget,
        }),
        3 => (vec(verdict, 0..12), times(), budget()).prop_map(|(verdicts, times, budget)| {
            Plan::Whatever {
                verdicts,
                attempt_timeout: times.0,
                deadline: times.1,
                budget,
            }
        }),
        1 => Just(Plan::Official),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let clock = prop_oneof![
        2 => Just(Clock::Right),
        2 => Just(Clock::Still),
        1 => duration().prop_map(Clock::Jumps),
        1 => duration().prop_map(Clock::GoesBack),
    ];
    (
        plan(),
        option::weighted(0.2, duration()),
        any::<u64>(),
        vec((outcome(), 0.0..=1.0), 1..8),
        vec(clock, 1..6),
        0_u8..10,
    )
        .prop_map(|(plan, deadline, seed, attempts, clock, before)| Case {
            // Its attempts have no other bound: a deadline of years would be a run of years.
            deadline: deadline.filter(|_| !matches!(plan, Plan::Official)),
            plan,
            seed,
            attempts,
            clock,
            before,
        })
}

/// A wait of a run.
#[derive(Debug, Clone, PartialEq)]
struct Waited {
    begun: Duration,
    delay: Duration,
    is_held: bool,
}

#[derive(Debug)]
struct Run {
    result: Result<Response<CreatedSession>, CallError<Ended>>,
    /// When each attempt began.
    attempts: Vec<Duration>,
    waits: Vec<Waited>,
    elapsed: Duration,
    available: Vec<f64>,
}

/// Runs the case, with a clock that is right or with the clock of the case. What a call sees of
/// time is only what it is handed.
fn run(case: &Case, with_right_clock: bool) -> Run {
    let policy = case.plan.make();
    let vault = Vault::new("key", "app").unwrap();
    for seed in 0..u64::from(case.before) {
        spend(&vault, policy.as_ref(), seed);
    }
    let mut create = CreateSession::new("test-consumer");
    if let Some(deadline) = case.deadline {
        create = create.deadline(deadline);
    }
    let (mut elapsed, mut readings) = (Duration::ZERO, 0);
    let mut read = |elapsed: Duration, passed: Duration| {
        readings += 1;
        let right = elapsed.saturating_add(passed);
        match case.clock[readings % case.clock.len()] {
            _ if with_right_clock => right,
            Clock::Right => right,
            Clock::Still => elapsed,
            Clock::Jumps(jump) => right.saturating_add(jump),
            Clock::GoesBack(jump) => elapsed.saturating_sub(jump),
        }
    };
    let (mut attempts, mut waits, mut available) = (Vec::new(), Vec::new(), Vec::new());
    let mut step = Call::begin(&vault, create, policy.as_ref(), case.seed);
    let result = loop {
        assert!(attempts.len() + waits.len() < 100_000, "it does not end");
        available.extend(policy.budget().map(RetryBudget::available));
        step = match step {
            Step::Send(attempt) => {
                attempts.push(elapsed);
                let (outcome, part) = &case.attempts[(attempts.len() - 1) % case.attempts.len()];
                let timeout = attempt.timeout().unwrap_or(Duration::from_secs(60));
                let took = timeout.min(Duration::from_secs(3600)).mul_f64(*part);
                elapsed = read(elapsed, took);
                let number = attempt.number();
                attempt.finish(outcome.of(number), elapsed)
            }
            Step::Wait(wait) => {
                waits.push(Waited {
                    begun: elapsed,
                    delay: wait.delay(),
                    is_held: wait.is_held(),
                });
                elapsed = read(elapsed, wait.delay());
                wait.resume(elapsed)
            }
            Step::Done(result) => break result,
        };
    };
    available.extend(policy.budget().map(RetryBudget::available));
    Run {
        result,
        attempts,
        waits,
        elapsed,
        available,
    }
}

/// A call that fails, and so takes what tokens it can get.
fn spend(vault: &Vault, policy: &dyn RetryPolicy, seed: u64) {
    let create = CreateSession::new("test-consumer").deadline(Duration::from_secs(60));
    let mut step = Call::begin(vault, create, policy, seed);
    let mut elapsed = Duration::ZERO;
    loop {
        step = match step {
            Step::Send(attempt) => attempt.finish(Outcome::Refusal(503, None).of(1), elapsed),
            Step::Wait(wait) => {
                elapsed = elapsed.saturating_add(wait.delay());
                wait.resume(elapsed)
            }
            Step::Done(_) => break,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_call_makes_more_attempts_than_its_policy_allows(case in case()) {
        let run = run(&case, false);
        prop_assert!(run.attempts.len() <= case.plan.max_attempts());
        if let Err(error) = &run.result {
            prop_assert_eq!(error.attempts() as usize, run.attempts.len());
        }
    }

    #[test]
    fn a_call_ends_by_its_deadline_and_one_attempt_timeout(mut case in case()) {
        let policy = case.plan.make();
        let deadline = case.deadline.or(policy.deadline()).unwrap_or(Duration::from_secs(30));
        case.deadline = Some(deadline);
        let run = run(&case, true);
        let timeout = policy.attempt_timeout().unwrap_or(deadline).min(deadline);
        prop_assert!(run.elapsed <= deadline.saturating_add(timeout), "{run:?}");
        // And more exactly: an attempt only gets what is left.
        prop_assert!(run.elapsed <= deadline, "{run:?}");
    }

    #[test]
    fn every_wait_is_between_zero_and_its_limit_and_leaves_time_to_send(case in case()) {
        let run = run(&case, true);
        let deadline = case.deadline.or(case.plan.make().deadline());
        for wait in &run.waits {
            let limit = if wait.is_held { LONGEST_HELD } else { case.plan.longest_wait() };
            prop_assert!(wait.delay <= limit, "{wait:?}");
            prop_assert!(!wait.is_held || wait.delay > Duration::ZERO, "{wait:?}");
            if let Some(deadline) = deadline {
                prop_assert!(wait.begun.saturating_add(wait.delay) < deadline, "{wait:?}");
            }
        }
        if let Some(deadline) = deadline {
            let late = run.attempts.iter().skip(1).find(|begun| **begun >= deadline);
            prop_assert_eq!(late, None);
        }
    }

    #[test]
    fn the_same_seed_and_readings_give_the_same_run(case in case()) {
        let (one, other) = (run(&case, false), run(&case, false));
        prop_assert_eq!(one.attempts, other.attempts);
        prop_assert_eq!(one.waits, other.waits);
        prop_assert_eq!(one.available, other.available);
        prop_assert_eq!(format!("{:?}", one.result), format!("{:?}", other.result));
    }

    #[test]
    fn the_last_error_is_the_one_that_comes_back(case in case()) {
        let run = run(&case, false);
        let deadline = case.deadline.or(case.plan.make().deadline());
        let Some(last) = run.attempts.len().checked_sub(1) else {
            // Only where there is no time at all, nothing is sent.
            let error = run.result.unwrap_err();
            prop_assert!(matches!(error.kind(), CallErrorKind::Build(_)), "{error:?}");
            prop_assert_eq!(deadline, Some(Duration::ZERO));
            return Ok(());
        };
        let (last, _) = &case.attempts[last % case.attempts.len()];
        match &run.result {
            Ok(_) => prop_assert!(matches!(last, Outcome::Success)),
            Err(error) => {
                let attempt = u32::try_from(run.attempts.len()).unwrap();
                prop_assert!(last.is(error, attempt), "{last:?} {error:?}");
            }
        }
    }

    #[test]
    fn the_budget_stays_between_nothing_and_its_capacity(case in case()) {
        let run = run(&case, false);
        let capacity = match &case.plan {
            Plan::Exponential { budget, .. } | Plan::Whatever { budget, .. } => *budget,
            Plan::Official => None,
        };
        let Some(Budget { capacity, .. }) = capacity else {
            prop_assert!(run.available.is_empty());
            return Ok(());
        };
        for available in run.available {
            prop_assert!((0.0..=f64::from(capacity)).contains(&available), "{available}");
        }
    }

    #[test]
    fn only_a_budget_that_fails_or_holds_is_named_as_the_reason(case in case()) {
        let run = run(&case, false);
        let Err(error) = run.result else { return Ok(()) };
        let budget = match &case.plan {
            Plan::Exponential { budget, .. } | Plan::Whatever { budget, .. } => *budget,
            Plan::Official => None,
        };
        let was_held = run.waits.last().is_some_and(|wait| wait.is_held);
        match (error.gave_up(), budget) {
            (GaveUp::Budget, None) => prop_assert!(false, "there is no budget"),
            (GaveUp::Budget, Some(Budget { fails: true, .. })) => prop_assert!(!was_held),
            _ => {}
        }
        // A failing budget never makes a call wait.
        if budget.is_some_and(|budget| budget.fails) {
            prop_assert!(run.waits.iter().all(|wait| !wait.is_held));
        }
    }
}
