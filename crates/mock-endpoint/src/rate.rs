//! A limit to how many requests are answered in a second.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The limit, and what came within the last second.
#[derive(Debug)]
pub(crate) struct Rate {
    per_second: usize,
    answered: VecDeque<Instant>,
}

impl Rate {
    pub(crate) fn new(per_second: usize) -> Self {
        Self { per_second, answered: VecDeque::new() }
    }

    /// Whether a request is answered that comes at this moment.
    pub(crate) fn admits(&mut self, now: Instant) -> bool {
        while self.answered.front().is_some_and(|earlier| now.duration_since(*earlier) >= Duration::from_secs(1)) {
            self.answered.pop_front();
        }
        let admits = self.answered.len() < self.per_second;
        if admits {
            self.answered.push_back(now);
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_answers_so_many_and_no_more() {
        let (mut rate, begin) = (Rate::new(2), Instant::now());
        let at = |milliseconds| begin + Duration::from_millis(milliseconds);
        let admitted: Vec<bool> = [0, 400, 900, 1000, 1100, 1400].map(|time| rate.admits(at(time))).to_vec();
        assert_eq!(admitted, [true, true, false, true, false, true]);
    }
}
