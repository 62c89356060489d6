//! Formats: `printf`'s (ISO C 7.21.6.1, taken over by Python's `%`, Perl, PHP and Go) and those with braces (Python's
//! `str.format`, .NET's `String.Format`, Rust's `format!`). A field whose value is not known stays as written.

use super::value::{Value, Words};

/// Fills the fields of a `printf` format.
#[must_use]
pub fn percent(format: &Words, values: &[Value]) -> Words {
    let mut filled = Words { text: String::new(), fields: format.fields.clone() };
    let mut values = values.iter();
    let mut rest = format.text.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        filled.append(&Words::known(before));
        if let Some(tail) = after.strip_prefix('%') {
            filled.append(&Words::known("%"));
            rest = tail;
            continue;
        }
        let Some(length) = conversion(after) else {
            filled.append(&Words::known("%"));
            rest = after;
            continue;
        };
        let (specification, tail) = after.split_at_checked(length).unwrap_or((after, ""));
        rest = tail;
        let name = specification.strip_prefix('(').and_then(|named| named.split_once(')')).map(|(name, _)| name);
        let value = match name {
            Some(name) => values.as_slice().first().and_then(|map| map.get(name)),
            None => values.next(),
        };
        match value.and_then(Value::text) {
            Some(words) => filled.append(words),
            None => filled.append(&Words::field(format!("%{specification}"))),
        }
    }
    filled.append(&Words::known(rest));
    filled
}

/// Length of what follows a percent sign, if it is a conversion: `s`, `-10.3lf`, `(name)s`, `1$s`.
fn conversion(text: &str) -> Option<usize> {
    let mut length = 0usize;
    if text.starts_with('(') {
        length = text.find(')')?.saturating_add(1);
    }
    for character in text.get(length..)?.chars() {
        length = length.saturating_add(character.len_utf8());
        match character {
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' | 'c' | 's' | 'S' | 'f' | 'g' | 'e' | 'p' | 'v' | 'r' | 'a' => {
                return Some(length);
            }
            '0'..='9' | '-' | '+' | '.' | '#' | '*' | '$' | 'l' | 'h' | 'w' | 'I' | 'z' => {}
            _ => return None,
        }
    }
    None
}

/// Fills the fields of a format with braces: `{}`, `{0}`, `{name}`, `{0:x}`; `{{` is a brace.
#[must_use]
pub fn braces(format: &Words, values: &[Value], named: &[(String, Value)]) -> Words {
    let mut filled = Words { text: String::new(), fields: format.fields.clone() };
    let mut next = 0usize;
    let mut rest = format.text.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        filled.append(&Words::known(before));
        let mut characters = after.chars();
        let brace = characters.next().unwrap_or('{');
        let tail = characters.as_str();
        if let Some(doubled) = tail.strip_prefix(brace) {
            filled.append(&Words::known(brace.to_string()));
            rest = doubled;
            continue;
        }
        let Some((field, after_field)) = tail.split_once('}').filter(|(field, _)| brace == '{' && !field.contains('{'))
        else {
            filled.append(&Words::known(brace.to_string()));
            rest = tail;
            continue;
        };
        rest = after_field;
        let key = field.split([':', '!', ',']).next().unwrap_or_default();
        let value = if key.is_empty() {
            next = next.saturating_add(1);
            values.get(next.saturating_sub(1))
        } else if let Ok(index) = key.parse::<usize>() {
            values.get(index)
        } else {
            named.iter().find(|(name, _)| name == key).map(|(_, value)| value)
        };
        match value.and_then(Value::text) {
            Some(words) => filled.append(words),
            None => filled.append(&Words::field(format!("{{{field}}}"))),
        }
    }
    filled.append(&Words::known(rest));
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_filled_or_stay() {
        let host = Value::known("192.0.2.1");
        let unknown = Value::Unknown("h".to_owned());
        let cases = [
            ("open %s 21%%", vec![host.clone()], "open 192.0.2.1 21%", 0),
            ("open %s %d", vec![unknown.clone(), host.clone()], "open %s 192.0.2.1", 1),
            ("%TEMP%\\%s", vec![host.clone()], "%TEMP%\\192.0.2.1", 0),
            ("100% sure", vec![], "100% sure", 0),
            ("%-10s|%", vec![], "%-10s|%", 1),
        ];
        for (format, values, text, fields) in cases {
            let filled = percent(&Words::known(format), &values);
            assert_eq!((filled.text.as_str(), filled.fields.len()), (text, fields), "{format}");
        }
        let cases = [
            ("open {} {}", vec![host.clone(), unknown.clone()], "open 192.0.2.1 {}", 1),
            ("{0} {{x}} {1:d}", vec![host.clone()], "192.0.2.1 {x} {1:d}", 1),
            ("{name} }", vec![], "{name} }", 1),
        ];
        for (format, values, text, fields) in cases {
            let filled = braces(&Words::known(format), &values, &[]);
            assert_eq!((filled.text.as_str(), filled.fields.len()), (text, fields), "{format}");
        }
    }
}
