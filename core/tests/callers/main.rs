//! What the callers of one client get, with the default settings, in virtual time.

mod world;

use world::{MS, Outcome, S, World, part};

/// The share of single calls that an outage of so many seconds does not fail, when each begins at some
/// moment of it.
fn rescued_from_an_outage_of(seconds: u32) -> f64 {
    let runs = 2000;
    let rescued = (0..runs).filter(|seed| {
        let begun = part(*seed) * f64::from(seconds);
        let left = S.mul_f64(f64::from(seconds) - begun);
        let mut world = World::new(*seed, |now, _| match now < left {
            true => (Outcome::Status(503), 20 * MS),
            false => (Outcome::Success, 80 * MS),
        });
        world.call();
        world.run()[0].error.is_none()
    });
    rescued.count() as f64 / runs as f64
}

#[test]
fn a_lone_caller_gets_through_an_outage_that_is_shorter_than_its_patience() {
    let rescued = [10, 20, 30].map(rescued_from_an_outage_of);
    assert!(rescued[0] >= 0.99, "{rescued:?}");
    assert!(rescued[1] >= 0.97, "{rescued:?}");
    assert!(rescued[2] >= 0.83, "{rescued:?}");
}

#[test]
fn a_blip_costs_workers_in_a_closed_loop_a_few_seconds_and_no_call() {
    let mut most_lost = 0.0;
    for seed in 0..50 {
        let mut world = World::new(seed, |now, _| match (10 * S..11 * S).contains(&now) {
            true => (Outcome::Status(503), 20 * MS),
            false => (Outcome::Success, 100 * MS),
        });
        for _ in 0..4 {
            world.call();
        }
        let mut successes = 0.0;
        while world.next_event().unwrap() < 70 * S {
            if let Some(ended) = world.go_on() {
                assert!(ended.error.is_none(), "{ended:?}");
                successes += 1.0;
                world.call();
            }
        }
        let lost = 70.0 - successes / 40.0;
        most_lost = f64::max(most_lost, lost);
    }
    assert!(most_lost <= 6.0, "{most_lost} s of throughput");
}

#[test]
fn none_of_many_calls_fails_whose_connections_are_each_reset_once() {
    for calls in [16, 64] {
        let mut world = World::new(1, |_, attempt| match attempt {
            1 => (Outcome::Reset, 5 * MS),
            _ => (Outcome::Success, 80 * MS),
        });
        for _ in 0..calls {
            world.call();
        }
        let ended = world.run();
        assert_eq!(ended.len(), calls);
        assert!(
            ended
                .iter()
                .all(|call| call.error.is_none() && call.took < S)
        );
    }
}

#[test]
fn none_of_many_calls_fails_that_begin_at_once_in_a_short_outage() {
    for (seed, calls) in [(1, 16), (2, 64), (3, 64), (4, 64)] {
        let mut attempts = 0;
        let mut world = World::new(seed, |now, _| {
            attempts += 1;
            match now < S {
                true => (Outcome::Status(503), 20 * MS),
                false => (Outcome::Success, 80 * MS),
            }
        });
        for _ in 0..calls {
            world.call();
        }
        let ended = world.run();
        assert_eq!(ended.len(), calls);
        assert!(ended.iter().all(|call| call.error.is_none()), "{ended:?}");
        drop(world);
        assert!(2 * attempts <= 5 * calls, "{attempts} by {calls}");
    }
}

#[test]
fn a_client_is_hardly_ever_held_while_its_service_is_healthy() {
    for (per_second, calls) in [(1.0 / 60.0, 4000), (1.0, 20_000), (100.0, 50_000)] {
        for (failing, most_held, most_failed) in [
            (0.01, 0.0, 0.0),
            (0.05, 0.0005, 0.0),
            (0.20, 0.02, 0.0005),
            (0.30, 0.25, 0.02),
        ] {
            let mut n = 0;
            let mut world = World::new(7, |_, _| {
                n += 1;
                match part(n) < failing {
                    true => (Outcome::Status(503), 20 * MS),
                    false => (Outcome::Success, 80 * MS),
                }
            });
            let (mut at, mut ended) = (S, Vec::new());
            for call in 0..calls {
                while world.next_event().is_some_and(|next| next < at) {
                    ended.extend(world.go_on());
                }
                world.now = at;
                world.call();
                at += S.mul_f64(-(1.0 - part(1 << 40 | call)).ln() / per_second);
            }
            ended.extend(world.run());
            let share = |count: usize| count as f64 / calls as f64;
            let held = share(ended.iter().filter(|call| call.was_held).count());
            let failed = share(ended.iter().filter(|call| call.error.is_some()).count());
            assert!(held <= most_held, "{per_second}/s, {failing}: {held}");
            assert!(failed <= most_failed, "{per_second}/s, {failing}: {failed}");
        }
    }
}
