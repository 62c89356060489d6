//! How many steps the emulation of one text may take, and which of them loops may use up.
//!
//! A text that is run from its first line to its last never runs out, however long it is: lines that do nothing are an old way
//! to hide what follows them. Loops share the limit: each may take half of what the loops before it have left, and is left
//! then, so that what stands behind a loop that burns time is run too.

/// Things that are worked on for one step's worth.
const WORK: usize = 64;

/// Steps taken, and those that may be.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    steps: usize,
    /// Steps that may be taken in all.
    allowed: usize,
    /// Steps' worth of work on many things.
    work: usize,
    /// Steps that loops may still take.
    for_loops: usize,
    /// Where the innermost loop that is running must end, in steps taken.
    end: Option<usize>,
}

/// A loop that is running.
#[derive(Debug)]
pub struct Loop {
    began: usize,
    outer_end: Option<usize>,
    end: usize,
}

impl Budget {
    /// Of a limit of steps beyond those of one pass over the text.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, steps: 0, allowed: limit.saturating_mul(2), work: 0, for_loops: limit, end: None }
    }

    /// Allows for one pass over a text of so many bytes: no command takes more steps than it has bytes with its line's end.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowed = self.allowed.saturating_add(bytes);
    }

    /// Whether less than half of the steps are taken.
    pub(super) fn has_half(&self) -> bool {
        self.steps < self.allowed / 2 && self.work < self.limit / 2
    }

    /// Counts a step; false once there were too many.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        self.steps <= self.allowed && self.work <= self.limit
    }

    /// Counts work on so many things.
    pub(super) fn spend(&mut self, things: usize) {
        self.work = self.work.saturating_add(things / WORK);
    }

    /// Begins a loop; one inside another gets half of what that one has left.
    pub(super) fn begin_loop(&mut self) -> Loop {
        let outer_end = self.end;
        let room = outer_end.map_or(self.for_loops, |end| end.saturating_sub(self.steps));
        let end = self.steps.saturating_add(room.div_ceil(2));
        self.end = Some(end);
        Loop { began: self.steps, outer_end, end }
    }

    /// Whether the loop has steps left.
    pub(super) fn may_repeat(&self, running: &Loop) -> bool {
        self.steps < running.end
    }

    /// Ends a loop.
    pub(super) fn end_loop(&mut self, running: Loop) {
        if running.outer_end.is_none() {
            self.for_loops = self.for_loops.saturating_sub(self.steps.saturating_sub(running.began));
        }
        self.end = running.outer_end;
    }

    /// Whether a jump back over so many lines may be made; it takes of what loops may use.
    pub(super) fn may_go_back(&mut self, lines: usize) -> bool {
        let cost = lines.saturating_mul(2).saturating_add(1);
        let may = self.for_loops > cost;
        if may {
            self.for_loops = self.for_loops.saturating_sub(cost);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a loop of bodies of so many steps until it may not go round once more, and says how often it went.
    fn rounds(budget: &mut Budget, steps: usize) -> usize {
        let running = budget.begin_loop();
        let mut rounds = 0;
        loop {
            assert!((0..steps).all(|_| budget.step()));
            rounds += 1;
            if !budget.may_repeat(&running) {
                budget.end_loop(running);
                return rounds;
            }
        }
    }

    #[test]
    fn a_pass_over_the_text_is_always_allowed() {
        let mut budget = Budget::new(10);
        budget.allow(1000);
        assert!((0..1020).all(|_| budget.step()));
        assert!(!budget.step());
    }

    #[test]
    fn each_loop_takes_half_of_what_is_left_and_runs_at_least_once() {
        let mut budget = Budget::new(1000);
        assert_eq!((rounds(&mut budget, 1), rounds(&mut budget, 1), rounds(&mut budget, 10)), (500, 250, 13));
        let later: Vec<usize> = (0..8).map(|_| rounds(&mut budget, 10)).collect();
        assert_eq!(later, [6, 3, 2, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn loops_inside_a_loop_share_what_it_may_take() {
        let mut budget = Budget::new(1000);
        let outer = budget.begin_loop();
        let inner: Vec<usize> = (0..3).map(|_| rounds(&mut budget, 1)).collect();
        assert_eq!(inner, [250, 125, 63]);
        assert!(budget.may_repeat(&outer));
        budget.end_loop(outer);
        assert_eq!(rounds(&mut budget, 1), 281);
    }

    #[test]
    fn work_on_many_things_is_limited_by_itself() {
        let mut budget = Budget::new(10);
        budget.allow(1 << 20);
        budget.spend(64 * 10);
        assert!(budget.step());
        budget.spend(64);
        assert!(!budget.step());
    }

    #[test]
    fn jumps_back_use_what_loops_may() {
        let mut budget = Budget::new(100);
        assert_eq!((0..).take_while(|_| budget.may_go_back(2)).count(), 19);
        assert!(!budget.may_go_back(usize::MAX));
    }
}
