//! `if`: what is known of a condition.

use super::arithmetic;
use super::expand;
use super::run::Interpreter;
use super::variables;
use std::cmp::Ordering;

impl Interpreter<'_, '_> {
    /// Whether the condition holds; nothing where that depends on the host.
    pub(super) fn truth(&self, words: &[String]) -> Option<bool> {
        let mut rest = words;
        let (mut negated, mut folds) = (false, false);
        while let [first, tail @ ..] = rest {
            match first.to_ascii_lowercase().as_str() {
                "not" => negated = !negated,
                "/i" => folds = true,
                _ => break,
            }
            rest = tail;
        }
        let late: Vec<String> = rest.iter().map(|word| self.late(word)).collect();
        let holds = match late.as_slice() {
            [test, operand] => self.simple_truth(&test.to_ascii_lowercase(), operand)?,
            [left, operator, right] => compare(left, &operator.to_ascii_lowercase(), right, folds)?,
            _ => return None,
        };
        Some(holds != negated)
    }

    fn simple_truth(&self, test: &str, operand: &str) -> Option<bool> {
        match test {
            "exist" => {
                let path = operand.trim_matches('"');
                let folded = path.to_ascii_lowercase();
                if folded == "nul" || folded.ends_with("\\nul") {
                    return Some(true);
                }
                let directory = self.emulation.directory.as_deref();
                match self.emulation.files.get(path, directory) {
                    Some(_) => Some(true),
                    // A client that was started since may have brought it again.
                    None if !self.emulation.outcome.launches.is_empty() => None,
                    None => self.emulation.files.is_gone(path, directory).then_some(false),
                }
            }
            "defined" => {
                let name = operand.to_uppercase();
                match self.emulation.environment.get(&name) {
                    Some(value) if value.is_empty() => Some(false),
                    Some(value) => (!expand::is_open(value)).then_some(true),
                    None => variables::is_standard(&name).then_some(true),
                }
            }
            "errorlevel" => Some(self.error_level? >= arithmetic::number(operand)?),
            "cmdextversion" => Some(true),
            _ => None,
        }
    }
}

fn compare(left: &str, operator: &str, right: &str, folds: bool) -> Option<bool> {
    let fold = |text: &str| if folds { text.to_lowercase() } else { text.to_owned() };
    let (left, right) = (fold(&with_defaults(left)), fold(&with_defaults(right)));
    if left != right && (expand::is_open(&left) || expand::is_open(&right)) {
        return None;
    }
    let order = match (arithmetic::number(&left), arithmetic::number(&right)) {
        (Some(left), Some(right)) if operator != "==" => left.cmp(&right),
        _ => left.cmp(&right),
    };
    Some(match operator {
        "==" | "equ" => order == Ordering::Equal,
        "neq" => order != Ordering::Equal,
        "lss" => order == Ordering::Less,
        "leq" => order != Ordering::Greater,
        "gtr" => order == Ordering::Greater,
        "geq" => order != Ordering::Less,
        _ => return None,
    })
}

/// The text with the variables put in that have one value on every host: `if "%OS%"=="Windows_NT"`.
fn with_defaults(text: &str) -> String {
    let mut out = text.to_owned();
    for name in expand::unresolved(text) {
        let bare = name.trim_matches('%').to_uppercase();
        if let Some(value) = variables::default_value(&bare).filter(|_| bare == "OS" || bare == "SYSTEMDRIVE") {
            out = out.replace(&name, value);
        }
    }
    out
}
