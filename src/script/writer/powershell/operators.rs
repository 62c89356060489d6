//! The operators of PowerShell on values that are known; what is not known stays unknown.

use super::pattern::{self, Pattern};
use super::value::{Text, Value};

/// The result of an operator between two values; nothing where the values do not tell it.
///
/// `cap` bounds the bytes and the items of what comes out.
pub(super) fn binary(operator: &str, left: &Value, right: &Value, line: u32, cap: usize) -> Option<Value> {
    let (operator, fold) = match operator.strip_prefix("c-") {
        Some(bare) => (format!("-{bare}"), false),
        None => (operator.to_owned(), true),
    };
    match operator.as_str() {
        "+" => add(left, right, line, cap),
        "*" => multiply(left, right, line, cap),
        "-" | "/" | "%" | "-band" | "-bor" | "-bxor" | "-shl" | "-shr" => arithmetic(&operator, left, right),
        "-f" => Some(Value::Text(format(&left.to_text(line), &as_list(right), line, cap))),
        ".." => range(left, right, cap),
        "-join" => Some(Value::Text(join(&as_list(left), &right.to_text(line), line))),
        "-split" => split(left, right, fold, line, cap),
        "-replace" => replace(left, right, fold, line, cap),
        "-and" | "-or" | "-xor" => logic(&operator, left, right),
        "-as" => Some(left.clone()),
        "-is" | "-isnot" => None,
        _ => compare(&operator, left, right, fold),
    }
}

/// The values of an operand that is a list, or the only one.
pub(super) fn as_list(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.to_vec(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| Value::Number(i64::from(*byte))).collect(),
        Value::Nothing => Vec::new(),
        other => vec![other.clone()],
    }
}

fn add(left: &Value, right: &Value, line: u32, cap: usize) -> Option<Value> {
    match (left, right) {
        (Value::List(items), right) => {
            let mut items = items.to_vec();
            items.extend(as_list(right));
            (items.len() <= cap.min(super::evaluate::ITEMS)).then(|| Value::list(items))
        }
        (Value::Number(a), right) => match right.number() {
            Some(b) => Some(Value::Number(a.saturating_add(b))),
            None => Some(Value::Text(Text::concat(&[left.to_text(line), right.to_text(line)]))),
        },
        (Value::Nothing, right) => Some(right.clone()),
        (Value::Table(a), Value::Table(b)) => {
            let mut pairs = a.to_vec();
            pairs.extend(b.to_vec());
            Some(Value::Table(pairs.into()))
        }
        _ => {
            let parts = [left.to_text(line), right.to_text(line)];
            let length = parts.iter().map(|part| part.content.len()).fold(0usize, usize::saturating_add);
            (length <= cap).then(|| Value::Text(Text::concat(&parts)))
        }
    }
}

fn multiply(left: &Value, right: &Value, line: u32, cap: usize) -> Option<Value> {
    let count = right.number()?;
    match left {
        Value::Text(text) => {
            let count = usize::try_from(count).ok()?;
            (text.content.len().saturating_mul(count) <= cap).then(|| Value::text(text.content.repeat(count), line))
        }
        Value::List(items) => {
            let count = usize::try_from(count).ok()?;
            (items.len().saturating_mul(count) <= cap)
                .then(|| Value::list(items.iter().cloned().cycle().take(items.len().saturating_mul(count)).collect()))
        }
        _ => Some(Value::Number(left.number()?.saturating_mul(count))),
    }
}

fn arithmetic(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    let (a, b) = (left.number()?, right.number()?);
    let shift = u32::try_from(b.rem_euclid(64)).unwrap_or(0);
    Some(Value::Number(match operator {
        "-" => a.saturating_sub(b),
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        "-band" => a & b,
        "-bor" => a | b,
        "-bxor" => a ^ b,
        "-shl" => a.checked_shl(shift)?,
        _ => a.checked_shr(shift)?,
    }))
}

fn range(left: &Value, right: &Value, cap: usize) -> Option<Value> {
    if let (Value::Char(a), Value::Char(b)) = (left, right) {
        return Some(Value::list((*a..=*b).take(cap).map(Value::Char).collect()));
    }
    let (a, b) = (left.number()?, right.number()?);
    if usize::try_from(a.abs_diff(b)).ok()? > cap {
        return None;
    }
    let numbers: Vec<Value> =
        if a <= b { (a..=b).map(Value::Number).collect() } else { (b..=a).rev().map(Value::Number).collect() };
    Some(Value::list(numbers))
}

/// `-join`: the texts of the items with another between them.
pub(super) fn join(items: &[Value], between: &Text, line: u32) -> Text {
    let mut parts = Vec::new();
    for item in items {
        if !parts.is_empty() && !between.content.is_empty() {
            parts.push(between.clone());
        }
        parts.push(item.to_text(line));
    }
    Text::concat(&parts)
}

/// `-f` and `String.Format`: `{0}`, `{1,-5}`, `{2:x2}`; a field that has no argument stays.
pub(super) fn format(template: &Text, arguments: &[Value], line: u32, cap: usize) -> Text {
    let mut parts: Vec<Text> = Vec::new();
    let mut length = 0usize;
    for (piece, line_of_piece) in template.pieces() {
        let mut text = String::new();
        let mut rest = piece;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            text.push_str(before);
            if let Some(tail) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
                text.push_str(after.get(..1).unwrap_or_default());
                rest = tail;
                continue;
            }
            let field = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let value = field.and_then(|(field, _)| {
                let digits = field.split([',', ':']).next()?;
                Some((field, arguments.get(digits.trim().parse::<usize>().ok()?)?))
            });
            match (field, value) {
                (Some((_, tail)), Some((field, value))) => {
                    parts.push(Text::new(std::mem::take(&mut text), line_of_piece));
                    let shown = shown(field, value, line);
                    length = length.saturating_add(shown.content.len());
                    parts.push(shown);
                    rest = tail;
                }
                _ => {
                    text.push_str(after.get(..1).unwrap_or_default());
                    rest = after.get(1..).unwrap_or_default();
                }
            }
            if length > cap {
                break;
            }
        }
        text.push_str(rest);
        parts.push(Text::new(text, line_of_piece));
    }
    Text::concat(&parts)
}

/// One field of a format: width and the forms of numbers that scripts use.
fn shown(field: &str, value: &Value, line: u32) -> Text {
    let (head, form) = field.split_once(':').map_or((field, ""), |(head, form)| (head, form));
    let width = head.split_once(',').and_then(|(_, width)| width.trim().parse::<i64>().ok()).unwrap_or(0);
    let digits = form.get(1..).and_then(|digits| digits.parse::<usize>().ok()).unwrap_or(0).min(64);
    let text = match (form.chars().next(), value.number()) {
        (Some('x'), Some(number)) if number >= 0 => Text::new(format!("{number:0digits$x}"), line),
        (Some('X'), Some(number)) if number >= 0 => Text::new(format!("{number:0digits$X}"), line),
        (Some('d' | 'D'), Some(number)) => Text::new(format!("{number:0digits$}"), line),
        (Some('0'), Some(number)) => Text::new(format!("{number:0width$}", width = form.len().min(64)), line),
        _ => value.to_text(line),
    };
    let missing =
        usize::try_from(width.unsigned_abs().min(256)).unwrap_or(0).saturating_sub(text.content.chars().count());
    if missing == 0 {
        return text;
    }
    let blanks = Text::new(" ".repeat(missing), line);
    if width < 0 { Text::concat(&[text, blanks]) } else { Text::concat(&[blanks, text]) }
}

fn split(left: &Value, right: &Value, fold: bool, line: u32, cap: usize) -> Option<Value> {
    let (separator, most) = match as_list(right).as_slice() {
        [separator, most, ..] => (separator.clone(), most.number().and_then(|n| usize::try_from(n).ok())),
        [separator] => (separator.clone(), None),
        [] => return None,
    };
    if matches!(separator, Value::Block(_)) || left.is_unknown() {
        return None;
    }
    let pattern = Pattern::parse(&separator.to_text(line).content, fold)?;
    let mut parts = Vec::new();
    for item in as_list(left) {
        let text = item.to_text(line);
        let content = &*text.content;
        let mut start = 0usize;
        for (from, to) in pattern.matches(content) {
            if most.is_some_and(|most| most > 0 && parts.len().saturating_add(1) >= most) || parts.len() >= cap {
                break;
            }
            // An empty pattern splits between all characters and at both ends.
            parts.push(Value::text(content.get(start..from).unwrap_or_default(), line));
            start = to;
        }
        parts.push(Value::text(content.get(start..).unwrap_or_default(), line));
    }
    Some(Value::list(parts))
}

fn replace(left: &Value, right: &Value, fold: bool, line: u32, cap: usize) -> Option<Value> {
    if left.is_unknown() {
        return None;
    }
    let arguments = as_list(right);
    let what = arguments.first()?.to_text(line);
    let with = arguments.get(1).map_or_else(|| Text::new("", line), |with| with.to_text(line));
    let pattern = Pattern::parse(&what.content, fold)?;
    let replaced: Option<Vec<Value>> = as_list(left)
        .iter()
        .map(|item| {
            let text = item.to_text(line);
            replaced(&pattern, &text.content, &with.content, cap).map(|text| Value::text(text, line))
        })
        .collect();
    let replaced = replaced?;
    Some(if matches!(left, Value::List(_)) { Value::list(replaced) } else { Value::collected(replaced) })
}

fn replaced(pattern: &Pattern, text: &str, with: &str, cap: usize) -> Option<String> {
    let mut result = String::new();
    let mut start = 0usize;
    for (from, to) in pattern.matches(text) {
        result.push_str(text.get(start..from).unwrap_or_default());
        result.push_str(&with.replace("$0", text.get(from..to).unwrap_or_default()).replace("$$", "$"));
        start = to;
        if result.len() > cap {
            return None;
        }
    }
    result.push_str(text.get(start..).unwrap_or_default());
    Some(result)
}

fn logic(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    let (a, b) = (left.truth(), right.truth());
    let result = match (operator, a, b) {
        ("-and", Some(false), _) | ("-and", _, Some(false)) => false,
        ("-or", Some(true), _) | ("-or", _, Some(true)) => true,
        ("-and", Some(true), Some(true)) => true,
        ("-or", Some(false), Some(false)) => false,
        ("-xor", Some(a), Some(b)) => a != b,
        _ => return None,
    };
    Some(Value::Bool(result))
}

fn compare(operator: &str, left: &Value, right: &Value, fold: bool) -> Option<Value> {
    if left.is_unknown() || right.is_unknown() {
        return None;
    }
    let equal = |a: &Value, b: &Value| match (a, b) {
        (Value::Object(_), _) | (_, Value::Object(_)) => None,
        (Value::Nothing, Value::Nothing) => Some(true),
        (Value::Nothing, _) | (_, Value::Nothing) => Some(false),
        (Value::Bool(_), _) | (Value::Number(_), _) if a.number().is_some() && b.number().is_some() => {
            Some(a.number() == b.number())
        }
        _ => {
            let (a, b) = (a.to_text(0), b.to_text(0));
            Some(if fold { a.content.to_lowercase() == b.content.to_lowercase() } else { a.content == b.content })
        }
    };
    let text = |value: &Value| value.to_text(0).content.to_string();
    let result = match operator {
        "-eq" | "-ne" => {
            if let Value::List(items) = left {
                let kept = items.iter().filter(|item| equal(item, right) == Some(operator == "-eq")).cloned();
                return Some(Value::list(kept.collect()));
            }
            equal(left, right)? == (operator == "-eq")
        }
        "-gt" => left.number()? > right.number()?,
        "-ge" => left.number()? >= right.number()?,
        "-lt" => left.number()? < right.number()?,
        "-le" => left.number()? <= right.number()?,
        "-like" => pattern::is_like(&text(left), &text(right)),
        "-notlike" => !pattern::is_like(&text(left), &text(right)),
        "-match" => !Pattern::parse(&text(right), fold)?.matches(&text(left)).is_empty(),
        "-notmatch" => Pattern::parse(&text(right), fold)?.matches(&text(left)).is_empty(),
        "-contains" => as_list(left).iter().any(|item| equal(item, right) == Some(true)),
        "-notcontains" => !as_list(left).iter().any(|item| equal(item, right) == Some(true)),
        "-in" => as_list(right).iter().any(|item| equal(item, left) == Some(true)),
        "-notin" => !as_list(right).iter().any(|item| equal(item, left) == Some(true)),
        _ => return None,
    };
    Some(Value::Bool(result))
}
