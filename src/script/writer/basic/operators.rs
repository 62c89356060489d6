//! What operators make of values; of unknown ones, something unknown.

use super::syntax::Operator;
use crate::script::writer::automation::Automation;
use crate::script::writer::automation::value::{Value, integer};
use std::cmp::Ordering;

/// Whether a condition holds; nothing where that is not known.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        Value::Empty | Value::Null => Some(false),
        Value::Number(number) => Some(*number != 0.0),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Text(_) => value.number().map(|number| number != 0.0),
        Value::Partial(_) | Value::Unknown(_) | Value::Object(_) => None,
    }
}

/// A comparison.
pub(super) fn compare(operator: Operator, left: &Value, right: &Value) -> Value {
    if operator == Operator::Is {
        return match (left, right) {
            (Value::Object(left), Value::Object(right)) => Value::Flag(left == right),
            (Value::Object(_), Value::Null) | (Value::Null, Value::Object(_)) => Value::Flag(false),
            (Value::Null | Value::Empty, Value::Null) => Value::Flag(true),
            _ => Value::unknown("Is"),
        };
    }
    if operator == Operator::Like || !left.is_known() || !right.is_known() {
        return Value::unknown("comparison");
    }
    let order = match (left, right) {
        (Value::Object(_), _) | (_, Value::Object(_)) => return Value::unknown("comparison"),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Text(text), Value::Empty) => Some((**text).cmp("")),
        (Value::Empty, Value::Text(text)) => Some("".cmp(text)),
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(left.text().cmp(&right.text())),
        },
    };
    let Some(order) = order else { return Value::unknown("comparison") };
    Value::Flag(match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::More => order == Ordering::Greater,
        Operator::AtMost => order != Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// `Not`.
pub(super) fn not(value: &Value) -> Value {
    match value {
        Value::Number(number) => integer(*number).map_or_else(|| value.clone(), |number| whole(!number)),
        other => truth(other).map_or_else(|| Value::unknown(other.name_or("Not")), |truth| Value::Flag(!truth)),
    }
}

/// A binary operator other than concatenation.
pub(super) fn apply(automation: &mut Automation<'_, '_>, operator: Operator, left: &Value, right: &Value) -> Value {
    match operator {
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::More
        | Operator::AtMost
        | Operator::AtLeast
        | Operator::Is
        | Operator::Like => compare(operator, left, right),
        Operator::And | Operator::Or | Operator::Xor | Operator::Equivalent | Operator::Implies => {
            logic(operator, left, right)
        }
        Operator::Concatenate => automation.join(&[left.clone(), right.clone()], ""),
        Operator::Add if is_concatenation(left, right) => automation.join(&[left.clone(), right.clone()], ""),
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => arithmetic(operator, left, right),
            _ => Value::unknown(left.name_or(right.name_or("number"))),
        },
    }
}

/// `+` joins texts; a text that is a number is added to a number.
fn is_concatenation(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Text(_), Value::Text(_)) => true,
        (Value::Text(_), other) | (other, Value::Text(_)) => {
            matches!(other, Value::Partial(_) | Value::Unknown(_))
                || left.number().is_none()
                || right.number().is_none()
        }
        (Value::Partial(_), _) | (_, Value::Partial(_)) => true,
        _ => false,
    }
}

fn arithmetic(operator: Operator, left: f64, right: f64) -> Value {
    let number = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Power => left.powf(right),
        Operator::DivideWhole | Operator::Modulo => {
            let both = integer(left.round()).zip(integer(right.round()));
            let result = both.and_then(|(left, right)| {
                if operator == Operator::Modulo { left.checked_rem(right) } else { left.checked_div(right) }
            });
            return result.map_or_else(|| Value::unknown("number"), whole);
        }
        _ => return Value::unknown("number"),
    };
    if number.is_finite() { Value::Number(number) } else { Value::unknown("number") }
}

fn logic(operator: Operator, left: &Value, right: &Value) -> Value {
    if let (Value::Number(left), Value::Number(right)) = (left, right) {
        return match (integer(*left), integer(*right)) {
            (Some(left), Some(right)) => whole(match operator {
                Operator::And => left & right,
                Operator::Or => left | right,
                Operator::Xor => left ^ right,
                Operator::Equivalent => !(left ^ right),
                _ => !left | right,
            }),
            _ => Value::unknown("number"),
        };
    }
    let result = match (operator, truth(left), truth(right)) {
        (Operator::And, Some(false), _) | (Operator::And, _, Some(false)) => Some(false),
        (Operator::Or, Some(true), _) | (Operator::Or, _, Some(true)) => Some(true),
        (Operator::And, Some(left), Some(right)) => Some(left && right),
        (Operator::Or, Some(left), Some(right)) => Some(left || right),
        (Operator::Xor, Some(left), Some(right)) => Some(left != right),
        (Operator::Equivalent, Some(left), Some(right)) => Some(left == right),
        (Operator::Implies, Some(left), Some(right)) => Some(!left || right),
        _ => None,
    };
    result.map_or_else(|| Value::unknown("condition"), Value::Flag)
}

/// A whole number as a value.
pub(super) fn whole(number: i64) -> Value {
    // Exact up to 2^53, which is all that comes out of numbers of this kind.
    Value::Number(number as f64)
}
