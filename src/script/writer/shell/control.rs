//! What decides which commands run, and how often: conditions, loops, cases.

use super::expand::{Doubt, Value};
use super::run::{CHOICES, Flow, Interpreter};
use super::syntax::{Junction, List, Node, Word};
use super::test::Operand;
use crate::script::writer::emulation::Input;

/// Rounds of one loop that are run.
pub(super) const ROUNDS: usize = 256;

impl Interpreter<'_, '_> {
    pub(super) fn chain(&mut self, first: &Node, rest: &[(Junction, Node)]) {
        self.node(first);
        for (junction, node) in rest {
            if self.flow.is_some() {
                return;
            }
            let runs = match (junction, self.status) {
                (Junction::And, Some(status)) => status == 0,
                (Junction::Or, Some(status)) => status != 0,
                (junction, None) => {
                    let directory = self.emulation.directory.clone();
                    self.in_doubt(|shell| shell.node(node));
                    // `cd /tmp || cd /var/run`: what was gone to first is there on most hosts.
                    if *junction == Junction::Or {
                        self.emulation.directory = directory;
                    }
                    self.status = None;
                    continue;
                }
            };
            if runs {
                self.node(node);
            } else if *junction == Junction::And && matches!(first, Node::Simple { .. }) {
                self.dead("never reached: its condition is false", |shell| shell.node(node));
            }
        }
    }

    /// Runs what may or may not run: it does not end the script.
    pub(super) fn in_doubt(&mut self, run: impl FnOnce(&mut Self)) {
        self.doubtful = self.doubtful.saturating_add(1);
        run(self);
        self.doubtful = self.doubtful.saturating_sub(1);
        if self.flow.take().is_some() {
            self.waived = self.waived.saturating_add(1);
        }
    }

    pub(super) fn condition(&mut self, arms: &[(List, List)], otherwise: Option<&[Node]>) {
        let mut branches: Vec<Option<&[Node]>> = Vec::new();
        let mut decided = false;
        for (condition, body) in arms {
            self.list(condition);
            if self.flow.is_some() {
                return;
            }
            match self.status {
                Some(0) => {
                    branches.push(Some(body));
                    decided = true;
                    break;
                }
                Some(_) => self.dead("never reached: its condition is false", |shell| shell.list(body)),
                None => branches.push(Some(body)),
            }
        }
        if !decided {
            branches.push(otherwise);
        } else if branches.len() == 1
            && let Some(body) = otherwise
        {
            self.dead("never reached: the condition is true", |shell| shell.list(body));
        }
        self.status = Some(0);
        self.branch(&branches);
    }

    /// Takes one of the branches; an empty one only matters where another changes what a later command sees.
    fn branch(&mut self, branches: &[Option<&[Node]>]) {
        if let [branch] = branches {
            if let Some(body) = branch {
                self.list(body);
            }
            return;
        }
        let last = branches.len().saturating_sub(1);
        let overwrote = std::mem::take(&mut self.overwrote);
        let taken: Vec<usize> = if self.choice.saturating_add(1) >= CHOICES && last >= CHOICES {
            (self.choice..=last).collect()
        } else {
            vec![self.choice.min(last)]
        };
        for number in taken {
            if let Some(Some(body)) = branches.get(number) {
                self.in_doubt(|shell| shell.list(body));
            }
        }
        let empty_last = branches.last().is_some_and(Option::is_none);
        let count = if empty_last && !self.overwrote { last } else { branches.len() };
        self.choices = self.choices.max(count.min(CHOICES));
        self.overwrote |= overwrote;
        self.status = None;
    }

    pub(super) fn repeat(&mut self, until: bool, condition: &[Node], body: &[Node]) {
        let running = self.emulation.begin_loop();
        for round in 0..ROUNDS {
            self.list(condition);
            if self.flow.is_some() {
                break;
            }
            let goes_on = match self.status {
                Some(status) => (status == 0) != until,
                None => {
                    if round == 0 {
                        self.in_doubt(|shell| shell.list(body));
                    }
                    self.emulation.end_loop(running);
                    self.status = None;
                    return;
                }
            };
            if !goes_on {
                if round == 0 {
                    self.dead("never reached: the condition of the loop is false", |shell| shell.list(body));
                }
                break;
            }
            let (waived, changes, steps) =
                (self.waived, self.journal.len(), matches!(self.emulation.input, Input::Text(_)));
            self.list(body);
            if self.ends_loop() || !self.emulation.another_round(&running) {
                break;
            }
            // An endless loop, or one that only an unknown condition ends.
            if self.waived > waived || self.journal.len() == changes && !steps {
                break;
            }
        }
        self.emulation.end_loop(running);
        self.status = Some(0);
    }

    /// Takes a `break` or `continue` off; true where the loop ends.
    fn ends_loop(&mut self) -> bool {
        match self.flow {
            None => false,
            Some(Flow::Break(levels)) => {
                self.flow = levels.checked_sub(1).filter(|levels| *levels > 0).map(Flow::Break);
                true
            }
            Some(Flow::Continue(levels)) => {
                self.flow = levels.checked_sub(1).filter(|levels| *levels > 0).map(Flow::Continue);
                self.flow.is_some()
            }
            Some(Flow::Return | Flow::Exit) => true,
        }
    }

    pub(super) fn each(&mut self, variable: &str, items: Option<&[Word]>, body: &[Node]) {
        let items = match items {
            Some(words) => self.fields(words),
            None => {
                self.arguments.clone().unwrap_or_else(|| vec![Value { text: "$@".to_owned(), doubt: Doubt::Wholly }])
            }
        };
        let running = self.emulation.begin_loop();
        for item in items.into_iter().take(ROUNDS) {
            self.assign(variable, item);
            self.list(body);
            if self.ends_loop() || !self.emulation.another_round(&running) {
                break;
            }
        }
        self.emulation.end_loop(running);
    }

    pub(super) fn count(&mut self, clauses: &[Word], body: &[Node]) {
        let clause = |shell: &mut Self, number: usize| -> Option<i64> {
            let value = shell.joined(clauses.get(number)?);
            if value.text.trim().is_empty() {
                return Some(1);
            }
            if value.is_known() { shell.arithmetic(&value.text) } else { None }
        };
        clause(self, 0);
        let running = self.emulation.begin_loop();
        for _ in 0..ROUNDS {
            match clause(self, 1) {
                Some(0) => break,
                Some(_) => self.list(body),
                None => {
                    self.in_doubt(|shell| shell.list(body));
                    break;
                }
            }
            if self.ends_loop() || !self.emulation.another_round(&running) {
                break;
            }
            if clause(self, 2).is_none() {
                break;
            }
        }
        self.emulation.end_loop(running);
    }

    pub(super) fn case(&mut self, subject: &Word, arms: &[(Vec<Word>, List)]) {
        let value = self.joined(subject);
        if !value.is_known() {
            let branches: Vec<Option<&[Node]>> = arms.iter().map(|(_, body)| Some(body.as_slice())).collect();
            self.branch(&branches);
            return;
        }
        self.status = Some(0);
        for (patterns, body) in arms {
            for pattern in patterns {
                let (pattern, known) = self.pattern(pattern);
                if known && pattern.matches(&value.text) == Some(true) {
                    self.list(body);
                    return;
                }
            }
        }
    }

    pub(super) fn extended_test(&mut self, words: &[Word]) -> Option<u8> {
        let mut operands = Vec::new();
        let mut after_comparison = false;
        for word in words {
            let value = self.joined(word);
            let pattern = if after_comparison { Some(self.pattern(word).0) } else { None };
            after_comparison = matches!(value.text.as_str(), "=" | "==" | "!=");
            operands.push(Operand { value, pattern });
        }
        self.evaluate_test(&operands).map(|truth| u8::from(!truth))
    }
}
