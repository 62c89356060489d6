//! `set /a`: expressions over whole numbers of 32 bits, as Microsoft's reference of `set` gives their operators and order.

/// Deepest nesting of parentheses and signs that is followed.
const DEPTH: usize = 64;

/// The variables of an expression.
pub(super) trait Names {
    /// The value: zero for a variable that is not set; nothing where the value is not known.
    fn value(&self, name: &str) -> Option<i32>;
    /// Sets it; to nothing where the value is not known.
    fn set(&mut self, name: &str, value: Option<i32>);
}

/// The value of the last expression; nothing where it is not known or the text is no expression.
pub(super) fn evaluate(text: &str, names: &mut dyn Names) -> Option<i32> {
    let mut last = None;
    for part in split_top(text) {
        last = assignment(part.trim(), names, 0);
    }
    last
}

/// The parts between commas outside parentheses.
fn split_top(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0i32, 0usize);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// `name=…`, `name+=…`, or an expression.
fn assignment(text: &str, names: &mut dyn Names, depth: usize) -> Option<i32> {
    let name_length = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(name_length)?;
    let rest = rest.trim_start();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || depth > DEPTH {
        return expression(text, names);
    }
    for operator in ["<<", ">>", "*", "/", "%", "+", "-", "&", "^", "|", ""] {
        let Some(value) = rest.strip_prefix(operator).and_then(|rest| rest.strip_prefix('=')) else { continue };
        let value = assignment(value.trim(), names, depth.saturating_add(1));
        let result = if operator.is_empty() {
            value
        } else {
            names.value(name).zip(value).and_then(|(left, right)| apply(operator, left, right))
        };
        names.set(name, result);
        return result;
    }
    expression(text, names)
}

fn expression(text: &str, names: &dyn Names) -> Option<i32> {
    let mut reader = Reader { rest: text, names, depth: 0 };
    let value = reader.binary(0)?;
    reader.rest.trim().is_empty().then_some(value)
}

/// The operators by level, the weakest first.
const LEVELS: &[&[&str]] = &[&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];

struct Reader<'t> {
    rest: &'t str,
    names: &'t dyn Names,
    depth: usize,
}

impl Reader<'_> {
    fn binary(&mut self, level: usize) -> Option<i32> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level.saturating_add(1))?;
        loop {
            let rest = self.rest.trim_start();
            let Some((operator, tail)) =
                operators.iter().find_map(|operator| Some((*operator, rest.strip_prefix(operator)?)))
            else {
                return Some(left);
            };
            self.rest = tail;
            let right = self.binary(level.saturating_add(1))?;
            left = apply(operator, left, right)?;
        }
    }

    fn unary(&mut self) -> Option<i32> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH {
            return None;
        }
        let rest = self.rest.trim_start();
        let mut characters = rest.chars();
        let value = match characters.next()? {
            sign @ ('-' | '+' | '~' | '!') => {
                self.rest = characters.as_str();
                let value = self.unary()?;
                match sign {
                    '-' => value.wrapping_neg(),
                    '~' => !value,
                    '!' => i32::from(value == 0),
                    _ => value,
                }
            }
            '(' => {
                self.rest = characters.as_str();
                let value = self.binary(0)?;
                self.rest = self.rest.trim_start().strip_prefix(')')?;
                value
            }
            first => {
                let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
                let (word, tail) = rest.split_at_checked(end)?;
                self.rest = tail;
                if first.is_ascii_digit() { number(word)? } else { self.names.value(word).filter(|_| end > 0)? }
            }
        };
        self.depth = self.depth.saturating_sub(1);
        Some(value)
    }
}

/// A number as cmd.exe reads it: decimal, `0x` hexadecimal, or octal where it begins with a zero.
pub(super) fn number(word: &str) -> Option<i32> {
    let (sign, digits) = word.strip_prefix('-').map_or((1, word), |digits| (-1, digits));
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok()?,
        None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(digits, 8).ok()?,
        None => digits.parse::<i64>().ok()?,
    };
    i32::try_from(value.saturating_mul(sign)).ok()
}

fn apply(operator: &str, left: i32, right: i32) -> Option<i32> {
    Some(match operator {
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "<<" => u32::try_from(right).map_or(0, |by| left.checked_shl(by).unwrap_or(0)),
        ">>" => u32::try_from(right).map_or(0, |by| left.checked_shr(by).unwrap_or(0)),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        "/" => left.checked_div(right)?,
        "%" => left.checked_rem(right)?,
        _ => return None,
    })
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '#' | '$' | '@' | '[' | ']' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Table(BTreeMap<String, Option<i32>>);

    impl Names for Table {
        fn value(&self, name: &str) -> Option<i32> {
            self.0.get(name).copied().unwrap_or(Some(0))
        }
        fn set(&mut self, name: &str, value: Option<i32>) {
            self.0.insert(name.to_owned(), value);
        }
    }

    #[test]
    fn expressions() {
        let mut table = Table::default();
        table.set("i", Some(7));
        table.set("unknown", None);
        let cases = [
            ("1+2*3", Some(7)),
            ("(1+2)*3", Some(9)),
            ("2121-(0x10)", Some(2105)),
            ("010", Some(8)),
            ("-5 % 3", Some(-2)),
            ("7/2", Some(3)),
            ("1/0", None),
            ("i+1", Some(8)),
            ("nobody+1", Some(1)),
            ("unknown+1", None),
            ("1<<4|1", Some(17)),
            ("~0", Some(-1)),
            ("!0", Some(1)),
            ("2147483647+1", Some(i32::MIN)),
            ("a=b=4", Some(4)),
            ("i+=3", Some(10)),
            ("i-=1,j=i*2", Some(18)),
            ("08", None),
            ("", None),
            ("1 2", None),
        ];
        for (text, value) in cases {
            assert_eq!(evaluate(text, &mut table), value, "{text}");
        }
        assert_eq!((table.value("a"), table.value("j")), (Some(4), Some(18)));
    }

    #[test]
    fn deep_and_long_expressions_end() {
        let mut table = Table::default();
        for text in ["(".repeat(100_000), "-".repeat(100_000), "a=".repeat(100_000), "1+".repeat(100_000)] {
            let _ = evaluate(&text, &mut table);
        }
    }
}
