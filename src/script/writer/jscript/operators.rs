//! What operators make of values; of unknown ones, something unknown.

use crate::script::writer::automation::value::{self, Value, integer};
use crate::script::writer::automation::{Automation, Object};
use std::cmp::Ordering;

/// Whether a condition holds; nothing where that is not known.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        Value::Empty | Value::Null => Some(false),
        Value::Number(number) => Some(*number != 0.0),
        Value::Text(text) => Some(!text.is_empty()),
        Value::Object(_) | Value::Partial(_) => Some(true),
        Value::Unknown(_) => None,
    }
}

/// The value as a number.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Flag(flag) => Some(f64::from(u8::from(*flag))),
        Value::Empty => None,
        Value::Text(text) if text.trim().is_empty() => Some(0.0),
        Value::Text(text) => match text.trim().strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).ok().map(f64::from),
            None => value.number(),
        },
        other => other.number(),
    }
}

/// The value as text in this language.
pub(super) fn text(automation: &Automation<'_, '_>, value: &Value) -> Value {
    match value {
        Value::Flag(flag) => Value::Text(flag.to_string().into()),
        Value::Empty => Value::Text("undefined".into()),
        Value::Null => Value::Text("null".into()),
        Value::Object(_) => match automation.object(value) {
            Some(Object::List(items)) if items.len() < 10_000 => {
                let texts: Vec<String> = items.iter().map(Value::text).collect();
                let joined = texts.join(",");
                if items.iter().all(Value::is_known) {
                    Value::Text(joined.into())
                } else {
                    Value::Partial(joined.into())
                }
            }
            _ => Value::unknown("object"),
        },
        other => other.clone(),
    }
}

/// A binary operator.
pub(super) fn apply(automation: &mut Automation<'_, '_>, operator: &str, left: &Value, right: &Value) -> Value {
    match operator {
        "+" => add(automation, left, right),
        "==" | "!=" | "===" | "!==" | "<" | ">" | "<=" | ">=" => compare(operator, left, right),
        "in" | "instanceof" => Value::unknown(operator),
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => arithmetic(operator, left, right),
            _ => Value::unknown(left.name_or(right.name_or("number"))),
        },
    }
}

fn add(automation: &mut Automation<'_, '_>, left: &Value, right: &Value) -> Value {
    let joins = |value: &Value| matches!(value, Value::Text(_) | Value::Partial(_) | Value::Object(_));
    if joins(left) || joins(right) {
        let parts = [text(automation, left), text(automation, right)];
        return automation.join(&parts, "");
    }
    match (number(left), number(right)) {
        (Some(left), Some(right)) => finite(left + right),
        _ => Value::unknown(left.name_or(right.name_or("number"))),
    }
}

fn compare(operator: &str, left: &Value, right: &Value) -> Value {
    let nothing = |value: &Value| matches!(value, Value::Empty | Value::Null);
    let order = match (left, right) {
        _ if !left.is_known() || !right.is_known() => return Value::unknown("comparison"),
        (Value::Object(left), Value::Object(right)) => Some(left.cmp(right)),
        (Value::Object(_), other) | (other, Value::Object(_)) if nothing(other) => Some(Ordering::Less),
        (Value::Object(_), _) | (_, Value::Object(_)) => return Value::unknown("comparison"),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ if nothing(left) || nothing(right) => {
            Some(if nothing(left) && nothing(right) { Ordering::Equal } else { Ordering::Less })
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(left.text().cmp(&right.text())),
        },
    };
    let Some(order) = order else { return Value::Flag(operator.starts_with('!')) };
    Value::Flag(match operator {
        "==" | "===" => order == Ordering::Equal,
        "!=" | "!==" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        ">" => order == Ordering::Greater,
        "<=" => order != Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

fn arithmetic(operator: &str, left: f64, right: f64) -> Value {
    match operator {
        "-" => return finite(left - right),
        "*" => return finite(left * right),
        "/" => return finite(left / right),
        "%" => return finite(left % right),
        _ => {}
    }
    // Those of bits work on 32 of them.
    let (Some(left), Some(right)) = (bits(left), bits(right)) else { return Value::unknown("number") };
    let signed = |number: u32| Value::Number(f64::from(number.cast_signed()));
    match operator {
        "&" => signed(left & right),
        "|" => signed(left | right),
        "^" => signed(left ^ right),
        "<<" => signed(left.wrapping_shl(right)),
        ">>" => Value::Number(f64::from(left.cast_signed().wrapping_shr(right))),
        ">>>" => Value::Number(f64::from(left.wrapping_shr(right))),
        _ => Value::unknown("number"),
    }
}

fn bits(number: f64) -> Option<u32> {
    u32::try_from(integer(number)?.rem_euclid(1 << 32)).ok()
}

/// A unary operator.
pub(super) fn unary(operator: &str, operand: &Value) -> Value {
    match operator {
        "!" => truth(operand).map_or_else(|| Value::unknown(operand.name_or("!")), |truth| Value::Flag(!truth)),
        "-" => number(operand).map_or_else(|| Value::unknown(operand.name_or("number")), |number| finite(-number)),
        "+" => number(operand).map_or_else(|| Value::unknown(operand.name_or("number")), finite),
        "~" => match number(operand).and_then(bits) {
            Some(bits) => Value::Number(f64::from((!bits).cast_signed())),
            None => Value::unknown("number"),
        },
        "typeof" => match operand {
            Value::Text(_) | Value::Partial(_) => Value::Text("string".into()),
            Value::Number(_) => Value::Text("number".into()),
            Value::Flag(_) => Value::Text("boolean".into()),
            Value::Empty => Value::Text("undefined".into()),
            _ => Value::unknown("typeof"),
        },
        _ => Value::Empty,
    }
}

pub(super) fn finite(number: f64) -> Value {
    if number.is_finite() { Value::Number(number) } else { Value::unknown("number") }
}

/// A number as the index of an item or a character.
pub(super) fn index(value: &Value) -> Option<usize> {
    number(value).and_then(value::integer).and_then(|number| usize::try_from(number).ok())
}
