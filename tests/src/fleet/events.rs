//! What happens next: a wheel of one slot for each millisecond.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Nanoseconds of virtual time since the beginning.
pub(super) type Time = u64;

pub(super) const MILLISECOND: Time = 1_000_000;
pub(super) const SECOND: Time = 1_000 * MILLISECOND;

const SLOTS: u64 = 1 << 16;
/// The end of a chain.
const END: u32 = u32::MAX;

/// Events by time. Putting one in and taking one out costs the same however many there are; a heap
/// would spend most of a simulation's time on its own order.
#[derive(Debug)]
pub(super) struct Events {
    /// The first event of each millisecond, as an index into `chains`.
    wheel: Vec<u32>,
    /// Events that wait, and the next one of the same millisecond. All in one place: a `Vec` for
    /// each millisecond would allocate for every few events.
    chains: Vec<(Time, u32, u32)>,
    /// The first place in `chains` that is free, and from there on the next.
    free: u32,
    /// The millisecond whose events are being taken, the last first.
    current: Vec<(Time, u32)>,
    millisecond: u64,
    /// What lies further ahead than the wheel reaches.
    later: BinaryHeap<Reverse<(Time, u32)>>,
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            wheel: vec![END; SLOTS as usize],
            chains: Vec::new(),
            free: END,
            current: Vec::new(),
            millisecond: 0,
            later: BinaryHeap::new(),
        }
    }

    /// What is put into the past happens now.
    pub(super) fn put(&mut self, at: Time, what: u32) {
        let millisecond = at / MILLISECOND;
        if millisecond <= self.millisecond {
            let place = self.current.partition_point(|event| *event > (at, what));
            self.current.insert(place, (at, what));
        } else if millisecond < self.millisecond + SLOTS {
            self.chain(at, what);
        } else {
            self.later.push(Reverse((at, what)));
        }
    }

    /// The next event. There has to be one. `soon` hears of the events of a millisecond before the
    /// first of them is taken.
    pub(super) fn take(&mut self, soon: impl Fn(u32)) -> (Time, u32) {
        loop {
            if let Some(event) = self.current.pop() {
                return event;
            }
            self.millisecond += 1;
            self.unchain();
            while let Some(Reverse((at, what))) = self.later.peek().copied() {
                if at / MILLISECOND > self.millisecond {
                    break;
                }
                self.later.pop();
                self.current.push((at, what));
            }
            self.current.sort_unstable_by(|one, other| other.cmp(one));
            self.current.iter().for_each(|(_, what)| soon(*what));
        }
    }

    fn chain(&mut self, at: Time, what: u32) {
        let first = &mut self.wheel[(at / MILLISECOND % SLOTS) as usize];
        let event = (at, what, *first);
        if self.free == END {
            *first = u32::try_from(self.chains.len()).expect("as many events as numbers");
            self.chains.push(event);
        } else {
            *first = self.free;
            let place = &mut self.chains[self.free as usize];
            self.free = place.2;
            *place = event;
        }
    }

    /// Moves the millisecond's events to `current`.
    fn unchain(&mut self) {
        let first = &mut self.wheel[(self.millisecond % SLOTS) as usize];
        let mut next = std::mem::replace(first, END);
        while next != END {
            let place = &mut self.chains[next as usize];
            self.current.push((place.0, place.1));
            let freed = std::mem::replace(&mut next, place.2);
            place.2 = std::mem::replace(&mut self.free, freed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::random::Random;

    #[test]
    fn many_events_come_in_the_order_of_their_times() {
        let (mut events, mut expected) = (Events::new(), BinaryHeap::new());
        let mut random = Random::new(1, 1);
        let mut now = 0;
        for _ in 0..20_000 {
            // Some of them in the same millisecond, some beyond the wheel.
            let ahead = 3 * MILLISECOND * [1, 1, 10, 30_000][random.below(4) as usize];
            let event = (now + random.next() % ahead, random.below(1000));
            events.put(event.0, event.1);
            expected.push(Reverse(event));
            // More of them wait all the time.
            if random.below(3) > 0 {
                let taken = events.take(|_| ());
                assert_eq!(Some(Reverse(taken)), expected.pop());
                now = taken.0;
            }
        }
        while let Some(Reverse(event)) = expected.pop() {
            assert_eq!(events.take(|_| ()), event);
        }
    }

    #[test]
    fn events_come_in_the_order_of_their_times() {
        let mut events = Events::new();
        let times = [
            7,
            3 * MILLISECOND,
            90 * SECOND,
            2,
            3 * MILLISECOND - 1,
            70 * SECOND,
        ];
        for (what, at) in times.iter().enumerate() {
            events.put(*at, what as u32);
        }
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(events.take(|_| ()).0);
        }
        events.put(5, 9);
        events.put(4 * MILLISECOND, 9);
        for _ in 0..5 {
            taken.push(events.take(|_| ()).0);
        }
        assert_eq!(
            taken,
            [
                2,
                7,
                3 * MILLISECOND - 1,
                5,
                3 * MILLISECOND,
                4 * MILLISECOND,
                70 * SECOND,
                90 * SECOND
            ]
        );
    }
}
