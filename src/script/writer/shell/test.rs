//! Conditions: `test`, `[ … ]` and `[[ … ]]`, in three values: true, false, and not known.

use super::expand::Value;
use super::pattern::Pattern;
use super::run::Interpreter;

/// One word of a condition.
#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) value: Value,
    /// What it means as a pattern, to the right of `==` in `[[ … ]]`.
    pub(super) pattern: Option<Pattern>,
}

/// Deepest nesting of parentheses and negations.
const NESTING: usize = 16;

struct Condition<'s, 'e, 'a> {
    shell: &'s Interpreter<'e, 'a>,
    operands: &'s [Operand],
    at: usize,
    depth: usize,
}

impl Interpreter<'_, '_> {
    /// Whether a condition holds; nothing where that is not known.
    pub(super) fn evaluate_test(&self, operands: &[Operand]) -> Option<bool> {
        if operands.is_empty() {
            return Some(false);
        }
        let mut condition = Condition { shell: self, operands, at: 0, depth: 0 };
        let truth = condition.either();
        if condition.at < operands.len() { None } else { truth }
    }
}

impl Condition<'_, '_, '_> {
    fn text(&self, ahead: usize) -> Option<&str> {
        self.operands.get(self.at.saturating_add(ahead)).map(|operand| operand.value.text.as_str())
    }

    fn left(&self) -> usize {
        self.operands.len().saturating_sub(self.at)
    }

    fn eat(&mut self, words: &[&str]) -> bool {
        let seen = self.text(0).is_some_and(|text| words.contains(&text));
        if seen {
            self.at = self.at.saturating_add(1);
        }
        seen
    }

    fn either(&mut self) -> Option<bool> {
        let mut truth = self.both();
        while self.left() > 1 && self.eat(&["-o", "||"]) {
            truth = match (truth, self.both()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        truth
    }

    fn both(&mut self) -> Option<bool> {
        let mut truth = self.one();
        while self.left() > 1 && self.eat(&["-a", "&&"]) {
            truth = match (truth, self.one()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        truth
    }

    fn one(&mut self) -> Option<bool> {
        if self.depth >= NESTING {
            self.at = self.operands.len();
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let truth = self.one_inside();
        self.depth = self.depth.saturating_sub(1);
        truth
    }

    fn one_inside(&mut self) -> Option<bool> {
        if self.left() > 1 && self.text(0) == Some("!") && !self.is_binary() {
            self.at = self.at.saturating_add(1);
            return self.one().map(|truth| !truth);
        }
        if self.is_binary() {
            return self.comparison();
        }
        if self.left() > 2 && self.eat(&["("]) {
            let truth = self.either();
            return if self.eat(&[")"]) { truth } else { None };
        }
        let first = self.operands.get(self.at)?;
        if self.left() > 1 && first.value.text.len() == 2 && first.value.text.starts_with('-') {
            let operand = self.operands.get(self.at.saturating_add(1))?;
            self.at = self.at.saturating_add(2);
            return self.unary(&first.value.text, &operand.value);
        }
        self.at = self.at.saturating_add(1);
        first.value.is_known().then_some(!first.value.text.is_empty())
    }

    fn is_binary(&self) -> bool {
        self.left() > 2
            && self.text(1).is_some_and(|sign| {
                matches!(
                    sign,
                    "=" | "=="
                        | "!="
                        | "=~"
                        | "<"
                        | ">"
                        | "-eq"
                        | "-ne"
                        | "-lt"
                        | "-le"
                        | "-gt"
                        | "-ge"
                        | "-nt"
                        | "-ot"
                        | "-ef"
                )
            })
    }

    fn unary(&self, sign: &str, operand: &Value) -> Option<bool> {
        let text = operand.text.as_str();
        match sign {
            "-z" => operand.is_known().then_some(text.is_empty()),
            "-n" => operand.is_known().then_some(!text.is_empty()),
            // Only a file that the text itself wrote is known to be there.
            "-e" | "-f" | "-r" | "-s" => {
                let file = self.shell.emulation.files.get(text, self.shell.emulation.directory.as_deref())?;
                (sign != "-s" || !file.pieces.is_empty()).then_some(true)
            }
            _ => None,
        }
    }

    fn comparison(&mut self) -> Option<bool> {
        let left = self.operands.get(self.at)?;
        let sign = self.text(1)?.to_owned();
        let right = self.operands.get(self.at.saturating_add(2))?;
        self.at = self.at.saturating_add(3);
        if !left.value.is_known() || !right.value.is_known() {
            return None;
        }
        let (a, b) = (left.value.text.as_str(), right.value.text.as_str());
        let equal = || match &right.pattern {
            Some(pattern) => pattern.matches(a),
            None => Some(a == b),
        };
        match sign.as_str() {
            "=" | "==" => equal(),
            "!=" => equal().map(|equal| !equal),
            "<" => Some(a < b),
            ">" => Some(a > b),
            _ => {
                let (a, b) = (a.trim().parse::<i64>().ok()?, b.trim().parse::<i64>().ok()?);
                match sign.as_str() {
                    "-eq" => Some(a == b),
                    "-ne" => Some(a != b),
                    "-lt" => Some(a < b),
                    "-le" => Some(a <= b),
                    "-gt" => Some(a > b),
                    "-ge" => Some(a >= b),
                    _ => None,
                }
            }
        }
    }
}
