//! What happens next: a wheel of one slot for each millisecond.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Nanoseconds of virtual time since the beginning.
pub(super) type Time = u64;

pub(super) const MILLISECOND: Time = 1_000_000;
pub(super) const SECOND: Time = 1_000 * MILLISECOND;

const SLOTS: u64 = 1 << 16;

/// Events by time. Putting one in and taking one out costs the same however many there are; a heap
/// would spend most of a simulation's time on its own order.
#[derive(Debug)]
pub(super) struct Events {
    slots: Vec<Vec<(Time, u32)>>,
    /// The millisecond whose events are being taken, the last first.
    current: Vec<(Time, u32)>,
    millisecond: u64,
    /// What lies further ahead than the wheel reaches.
    later: BinaryHeap<Reverse<(Time, u32)>>,
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![Vec::new(); SLOTS as usize],
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
            self.slots[(millisecond % SLOTS) as usize].push((at, what));
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
            let slot = &mut self.slots[(self.millisecond % SLOTS) as usize];
            // Its memory goes with it: 65,536 slots that keep theirs do not fit a cache.
            self.current = std::mem::take(slot);
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
