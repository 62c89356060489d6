//! Variables of cmd.exe: `%name%`, `%name:~a,b%`, `%name:from=to%`, `%1`, `%~dp0`, `!name!`.
//!
//! A variable that the text does not define stays as written: on the real host it may hold anything.

use std::collections::BTreeMap;

/// The variables that a text has set, by upper-case name.
pub(super) type Variables = BTreeMap<String, String>;

/// Puts the percent variables in. `directory` is that of the batch file itself, for `%~dp0`; `arguments` those of the
/// subroutine at hand, the first being `%1`.
pub(super) fn percent(line: &str, variables: &Variables, directory: Option<&str>, arguments: &[String]) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(tail) = after.strip_prefix('%') {
            // A doubled sign is one sign: `%%i` is the loop variable `%i`.
            out.push('%');
            rest = tail;
        } else if let Some((value, tail)) = argument(after, directory, arguments) {
            out.push_str(&value);
            rest = tail;
        } else if let Some((value, tail)) = named(after, '%', variables) {
            out.push_str(&value);
            rest = tail;
        } else {
            out.push('%');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Puts `!variables!` in, as they are when the command runs.
pub(super) fn delayed(text: &str, variables: &Variables) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('!') {
        out.push_str(before);
        match named(after, '!', variables) {
            Some((value, tail)) => {
                out.push_str(&value);
                rest = tail;
            }
            None => {
                out.push('!');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The variables that stand in the text as written, each once, in order.
#[must_use]
pub fn unresolved(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let digits = after.trim_start_matches('~').trim_start_matches(|c: char| c.is_ascii_lowercase());
        let name = match after.split_once('%') {
            Some((name, tail)) if is_name(name.split(':').next().unwrap_or(name)) => {
                rest = tail;
                format!("%{name}%")
            }
            _ if digits.starts_with(|c: char| c.is_ascii_digit() || c == '*') => {
                let length = after.len().saturating_sub(digits.len()).saturating_add(1);
                let (name, tail) = after.split_at_checked(length).unwrap_or((after, ""));
                rest = tail;
                format!("%{name}")
            }
            _ => {
                rest = after;
                continue;
            }
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// `%1`, `%*`, `%~1`, `%~dp0`: what is known of them.
fn argument<'t>(after: &'t str, directory: Option<&str>, arguments: &[String]) -> Option<(String, &'t str)> {
    let bare = after.strip_prefix('~').unwrap_or(after);
    let tail = bare.trim_start_matches(|c: char| c.is_ascii_lowercase() || c.is_ascii_uppercase() && bare != after);
    let modifiers = bare.strip_suffix(tail)?;
    if bare == after && !modifiers.is_empty() {
        return None;
    }
    let (digit, rest) = (tail.chars().next()?, tail.get(1..)?);
    if digit == '*' && modifiers.is_empty() && bare == after && !arguments.is_empty() {
        return Some((arguments.join(" "), rest));
    }
    let index = usize::try_from(digit.to_digit(10)?).ok()?;
    if index == 0 {
        let directory = directory?;
        return (modifiers.eq_ignore_ascii_case("dp"))
            .then(|| (format!("{}\\", directory.trim_end_matches(['\\', '/'])), rest));
    }
    let value = arguments.get(index.saturating_sub(1))?;
    let value = if bare == after { value.as_str() } else { value.trim_matches('"') };
    modifiers.is_empty().then(|| (value.to_owned(), rest))
}

fn named<'t>(after: &'t str, sign: char, variables: &Variables) -> Option<(String, &'t str)> {
    let (inner, tail) = after.split_once(sign)?;
    let (name, operation) = inner.split_once(':').map_or((inner, None), |(name, operation)| (name, Some(operation)));
    if !is_name(name) {
        return None;
    }
    let value = variables.get(&name.to_uppercase())?;
    Some((operation.map_or_else(|| value.clone(), |operation| apply(value, operation)), tail))
}

fn apply(value: &str, operation: &str) -> String {
    if let Some(range) = operation.strip_prefix('~') {
        let (start, length) = range.split_once(',').map_or((range, None), |(start, length)| (start, Some(length)));
        return substring(value, start.trim(), length.map(str::trim));
    }
    match operation.split_once('=') {
        Some((from, to)) if !from.is_empty() => replace(value, from, to),
        _ => value.to_owned(),
    }
}

/// `~start,length`, both counted from the end where negative.
fn substring(value: &str, start: &str, length: Option<&str>) -> String {
    let characters: Vec<char> = value.chars().collect();
    let total = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let clamp = |number: i64| if number < 0 { total.saturating_add(number) } else { number }.clamp(0, total);
    let begin = clamp(start.parse().unwrap_or(0));
    let end = match length.map(|text| text.parse::<i64>().unwrap_or(0)) {
        None => total,
        Some(count) if count < 0 => clamp(count),
        Some(count) => begin.saturating_add(count).clamp(0, total),
    };
    let take = usize::try_from(end.saturating_sub(begin)).unwrap_or(0);
    characters.iter().skip(usize::try_from(begin).unwrap_or(0)).take(take).collect()
}

/// Every occurrence of `from`, compared without case; `*from` takes all before the first with it.
fn replace(value: &str, from: &str, to: &str) -> String {
    let (from, greedy) = from.strip_prefix('*').map_or((from, false), |from| (from, true));
    let (folded, wanted) = (value.to_ascii_lowercase(), from.to_ascii_lowercase());
    let mut out = String::with_capacity(value.len());
    let mut at = 0usize;
    while let Some(found) = folded.get(at..).and_then(|rest| rest.find(&wanted)) {
        let found = at.saturating_add(found);
        if !greedy {
            out.push_str(value.get(at..found).unwrap_or_default());
        }
        out.push_str(to);
        at = found.saturating_add(wanted.len().max(1));
        if greedy {
            break;
        }
    }
    out.push_str(value.get(at..).unwrap_or_default());
    out
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '~' || c == '*')
        && !name.contains([' ', '"', '&', '|', '<', '>', '\\', '/', '%', '!'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_variables() {
        let variables: Variables = [("H", "203.0.113.5"), ("F", "%TEMP%\\~t.tmp"), ("ABC", "abcdef")]
            .map(|(n, v)| (n.into(), v.into()))
            .into();
        let cases = [
            ("echo open %H% 8021>%F%", "echo open 203.0.113.5 8021>%TEMP%\\~t.tmp"),
            ("echo user %COMPUTERNAME% x", "echo user %COMPUTERNAME% x"),
            ("%abc:~1,2% %abc:~-2% %abc:~0,-4% %abc:cd=XY% %abc:*c=%", "bc ef ab abXYef def"),
            ("for %%i in (a) do echo %%i", "for %i in (a) do echo %i"),
            ("100% sure", "100% sure"),
            ("cd %~dp0", "cd C:\\dir\\"),
            ("put %1 %~2 %3", "put one two %3"),
        ];
        for (line, expected) in cases {
            let arguments = ["one".to_owned(), "\"two\"".to_owned()];
            assert_eq!(percent(line, &variables, Some("C:\\dir"), &arguments), expected);
        }
    }

    #[test]
    fn what_stays_is_listed() {
        assert_eq!(unresolved("put %1 %USERNAME%\\%USERNAME% %~dp0 5%"), ["%1", "%USERNAME%", "%~dp0"]);
    }
}
