//! Putting values in: `%name%`, `%1` and `%~dp0` as a line is read, loop variables and `!name!` as a command runs.
//!
//! A variable that the text does not define stays as written: on the real host it may hold anything.

use super::variables::{self, Variables};
use crate::script::local_path;
use crate::script::writer::outcome::Origin;
use std::collections::BTreeMap;

/// What a doubled percent sign of a batch file becomes until the command runs: it may begin a loop's variable, which no
/// single percent sign of a batch file does.
pub(super) const LOOP_SIGN: char = '\u{e000}';

/// Letters that may stand between `%~` and the name of an argument or a loop's variable.
const MODIFIERS: &str = "fdpnxsatz";

/// From where a line's variables take their values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The environment.
    pub(super) variables: &'s Variables,
    /// The arguments of the subroutine at hand, `%1` first; nothing where they are not known.
    pub(super) arguments: Option<&'s [String]>,
    /// The batch file, for `%~dp0`.
    pub(super) origin: Origin<'s>,
    /// The working directory, for `%CD%`.
    pub(super) directory: Option<&'s str>,
    /// Whether the line stands in a batch file, not on a command line.
    pub(super) in_file: bool,
    /// Bytes that a line may grow to.
    pub(super) cap: usize,
}

/// The value of one loop's variable, and the sign that its loop wrote before its name.
#[derive(Debug, Clone)]
pub(super) struct LoopValue {
    pub(super) sign: char,
    pub(super) value: String,
}

/// The variables of the loops at hand.
pub(super) type LoopValues = BTreeMap<char, LoopValue>;

/// Puts the percent variables in.
pub(super) fn percent(line: &str, scope: &Scope<'_>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if out.len() > scope.cap {
            return out;
        }
        if let Some(tail) = after.strip_prefix('%') {
            let begins_name = tail.starts_with(|c: char| c.is_ascii_alphabetic() || c == '~');
            if scope.in_file || begins_name {
                out.push(LOOP_SIGN);
            } else {
                out.push_str("%%");
            }
            rest = tail;
        } else if let Some((value, tail)) = argument(after, scope).or_else(|| named(after, '%', scope)) {
            out.push_str(&value);
            rest = tail;
        } else {
            out.push('%');
            let kept = after.split_once('%').filter(|(inner, _)| is_name(base_name(inner)));
            rest = match kept {
                Some((inner, tail)) => {
                    out.push_str(inner);
                    out.push('%');
                    tail
                }
                None => after,
            };
        }
    }
    out.push_str(rest);
    out
}

/// Puts `!variables!` in, as they are when the command runs. A sign without its pair falls away, and so do carets where a
/// sign stands (phase 5 of cmd.exe's parser).
pub(super) fn delayed(text: &str, scope: &Scope<'_>) -> String {
    if !text.contains('!') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['!', '^']) {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if out.len() > scope.cap {
            return out;
        }
        if let Some(tail) = tail.strip_prefix('^') {
            let mut characters = tail.chars();
            out.extend(characters.next());
            rest = characters.as_str();
            continue;
        }
        let after = tail.get(1..).unwrap_or_default();
        rest = match (named(after, '!', scope), after.split_once('!')) {
            (Some((value, tail)), _) => {
                out.push_str(&value);
                tail
            }
            (None, Some((inner, tail))) => {
                if is_name(base_name(inner)) {
                    out.push('!');
                    out.push_str(inner);
                    out.push('!');
                }
                tail
            }
            (None, None) => after,
        };
    }
    out.push_str(rest);
    out
}

/// Puts the loops' variables in.
pub(super) fn loops(text: &str, values: &LoopValues, directory: Option<&str>, cap: usize) -> String {
    if values.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', LOOP_SIGN]) {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if out.len() > cap {
            return out;
        }
        let mut characters = tail.chars();
        let sign = characters.next().unwrap_or('%');
        let after = characters.as_str();
        match loop_value(after, sign, values, directory) {
            Some((value, tail)) => {
                out.push_str(&value);
                rest = tail;
            }
            None => {
                out.push(sign);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn loop_value<'t>(
    after: &'t str,
    sign: char,
    values: &LoopValues,
    directory: Option<&str>,
) -> Option<(String, &'t str)> {
    let of = |name: char| values.get(&name).filter(|value| value.sign == sign || sign == LOOP_SIGN);
    if let Some(rest) = after.strip_prefix('~') {
        let letters =
            rest.chars().take_while(char::is_ascii_alphabetic).take(MODIFIERS.len().saturating_add(1)).count();
        for length in (0..=letters).rev() {
            let (modifiers, tail) = rest.split_at_checked(length)?;
            let name = tail.chars().next().unwrap_or(' ');
            if let (true, Some(value)) = (modifiers.chars().all(is_modifier), of(name)) {
                let tail = tail.get(name.len_utf8()..).unwrap_or_default();
                return Some((modified(&value.value, modifiers, directory), tail));
            }
        }
        return None;
    }
    // `%name%` of a variable that is not known is none of a loop's, unless its name is one letter.
    if sign == '%' && after.split_once('%').is_some_and(|(name, _)| name.chars().nth(1).is_some() && is_name(name)) {
        return None;
    }
    let name = after.chars().next()?;
    let value = of(name)?;
    Some((value.value.clone(), after.get(name.len_utf8()..)?))
}

/// The variables that stand in the text as written, each once, in order.
#[must_use]
pub fn unresolved(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let digits = after.trim_start_matches('~').trim_start_matches(|c: char| c.is_ascii_lowercase());
        let name = match after.split_once('%') {
            Some((name, tail)) if is_name(base_name(name)) => {
                rest = tail;
                format!("%{name}%")
            }
            _ if digits.starts_with(|c: char| c.is_ascii_digit() || c == '*') => {
                let length = after.len().saturating_sub(digits.len()).saturating_add(1);
                let (name, tail) = after.split_at_checked(length).unwrap_or((after, ""));
                rest = tail;
                format!("%{name}")
            }
            _ if left_by_loop(after).is_some() => {
                let (name, tail) =
                    after.split_at_checked(left_by_loop(after).unwrap_or_default()).unwrap_or((after, ""));
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

/// The length of what a loop over unknown things leaves of its variable: `%~nf`, or `%f` as a word of its own.
fn left_by_loop(after: &str) -> Option<usize> {
    let letters = |text: &str| text.chars().take_while(char::is_ascii_alphabetic).count();
    match after.strip_prefix('~') {
        Some(rest) => match letters(rest) {
            0 => None,
            count if count <= 5 => count.checked_add(1),
            _ => None,
        },
        None => (letters(after) == 1 && !after.get(1..)?.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            .then_some(1),
    }
}

/// Whether something of the text is not known: a variable that stayed as written.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(['%', LOOP_SIGN]) && !unresolved(&text.replace(LOOP_SIGN, "%")).is_empty()
        || text.split_once('!').is_some_and(|(_, after)| after.split_once('!').is_some_and(|(name, _)| is_name(name)))
}

/// `%1`, `%*`, `%~1`, `%~dp0`: what is known of them.
fn argument<'t>(after: &'t str, scope: &Scope<'_>) -> Option<(String, &'t str)> {
    let bare = after.strip_prefix('~').unwrap_or(after);
    let tail = bare.trim_start_matches(is_modifier);
    let modifiers = bare.strip_suffix(tail)?;
    if bare == after && !modifiers.is_empty() {
        return None;
    }
    let digit = tail.chars().next()?;
    let rest = tail.get(digit.len_utf8()..)?;
    if digit == '*' && bare == after {
        return scope.arguments.map(|arguments| (arguments.join(" "), rest));
    }
    let index = usize::try_from(digit.to_digit(10)?).ok()?;
    if index == 0 {
        return own_name(modifiers, scope.origin).map(|value| (value, rest));
    }
    let value = scope.arguments?.get(index.saturating_sub(1)).map_or("", String::as_str);
    let value = if bare == after { value.to_owned() } else { modified(value, modifiers, scope.directory) };
    Some((value, rest))
}

/// `%~dp0` and its like. The whole path (`%0`, `%~f0`) stays as written: it says best that the batch file means itself.
fn own_name(modifiers: &str, origin: Origin<'_>) -> Option<String> {
    let modifiers = modifiers.to_ascii_lowercase();
    let directory = || origin.directory.map(|directory| directory.trim_end_matches(['\\', '/']));
    let name = (!origin.name.is_empty()).then_some(origin.name);
    match modifiers.as_str() {
        "dp" | "pd" => directory().map(|directory| format!("{directory}\\")),
        "d" => directory().and_then(|directory| directory.get(..2)).map(str::to_owned),
        "p" => directory().and_then(|directory| directory.get(2..)).map(|path| format!("{path}\\")),
        "nx" | "xn" => name.map(str::to_owned),
        "n" => name.map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()),
        "x" => name.map(|name| name.rsplit_once('.').map_or(String::new(), |(_, extension)| format!(".{extension}"))),
        _ => None,
    }
}

/// A path with the modifiers `fdpnxs` done; quotes fall away. A relative path is taken from the working directory, where that
/// is known; the attributes, the time and the size of a file are not, and leave the path as it is.
pub(super) fn modified(value: &str, modifiers: &str, directory: Option<&str>) -> String {
    let bare = value.trim_matches('"');
    let modifiers = modifiers.to_ascii_lowercase().replace('s', "");
    if modifiers.is_empty() || modifiers.contains(['a', 't', 'z']) {
        return bare.to_owned();
    }
    let full = match directory {
        Some(directory) if !bare.is_empty() => local_path::join(directory, bare),
        _ => bare.to_owned(),
    };
    if modifiers.contains('f') {
        return full;
    }
    let name = local_path::file_name(&full);
    let folder = full.strip_suffix(name).unwrap_or_default();
    let drive = folder.get(..2).filter(|drive| drive.ends_with(':')).unwrap_or_default();
    let path = folder.strip_prefix(drive).unwrap_or_default();
    let (stem, extension) = name.rfind('.').and_then(|dot| name.split_at_checked(dot)).unwrap_or((name, ""));
    let mut out = String::new();
    for (letter, part) in [('d', drive), ('p', path), ('n', stem), ('x', extension)] {
        if modifiers.contains(letter) {
            out.push_str(part);
        }
    }
    out
}

/// The value of the variable whose name and operation stand before the closing sign.
fn named<'t>(after: &'t str, sign: char, scope: &Scope<'_>) -> Option<(String, &'t str)> {
    let (inner, tail) = after.split_once(sign)?;
    let value_of = |name: &str| {
        let name = name.to_uppercase();
        match scope.variables.get(&name) {
            Some(value) => (!refers_to_itself(value, &name)).then(|| value.clone()),
            None if name == "CD" => scope.directory.map(str::to_owned),
            None => None,
        }
    };
    if let Some(value) = value_of(inner) {
        return Some((value, tail));
    }
    let (name, operation) = inner.split_once(':')?;
    match value_of(name) {
        // A part of what is not known is not known.
        Some(value) if is_open(&value) && (operation.starts_with('~') || touches_open(&value, operation)) => None,
        Some(value) => Some((variables::apply(&value, operation), tail)),
        None if scope.variables.contains_key(&name.to_uppercase()) => None,
        None => variables::of_default(&name.to_uppercase(), operation).map(|value| (value, tail)),
    }
}

/// Whether a value says no more than `set random=%random%` does.
fn refers_to_itself(value: &str, name: &str) -> bool {
    value
        .strip_prefix(['%', '!'])
        .and_then(|rest| rest.strip_suffix(['%', '!']))
        .is_some_and(|inner| inner.to_uppercase() == name)
}

/// Whether a replacement could change the name of a variable that stayed as written.
fn touches_open(value: &str, operation: &str) -> bool {
    let from = operation.split_once('=').map_or("", |(from, _)| from).to_ascii_lowercase();
    from.starts_with('*')
        || from.contains(['%', '!'])
        || unresolved(value).iter().any(|name| name.to_ascii_lowercase().contains(&from))
}

fn is_modifier(letter: char) -> bool {
    MODIFIERS.contains(letter.to_ascii_lowercase())
}

fn base_name(inner: &str) -> &str {
    inner.split(':').next().unwrap_or(inner)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '~' || c == '*')
        && !name.contains([' ', '"', '&', '|', '<', '>', '\\', '/', '%', '!', '\r', '\n', LOOP_SIGN])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope<'s>(variables: &'s Variables, arguments: Option<&'s [String]>) -> Scope<'s> {
        let origin = Origin { directory: Some("C:\\dir"), name: "a.b.cmd" };
        Scope { variables, arguments, origin, directory: None, in_file: true, cap: 1 << 16 }
    }

    #[test]
    fn percent_variables() {
        let variables: Variables = [
            ("H", "203.0.113.5"),
            ("F", "%TEMP%\\~t.tmp"),
            ("ABC", "abcdef"),
            ("RANDOM", "%RANDOM%"),
            ("GONE", ""),
            ("A B", "x"),
            ("Q", "\"%TEMP%\\a\""),
        ]
        .map(|(n, v)| (n.into(), v.into()))
        .into();
        let arguments = ["one".to_owned(), "\"c:\\x y\\two.txt\"".to_owned()];
        let cases = [
            ("echo open %H% 8021>%F%", "echo open 203.0.113.5 8021>%TEMP%\\~t.tmp"),
            ("echo user %COMPUTERNAME% x", "echo user %COMPUTERNAME% x"),
            ("%abc:~1,2% %abc:~-2% %abc:~0,-4% %abc:cd=XY% %abc:*c=%", "bc ef ab abXYef def"),
            ("log%random%.txt%RaNdOm%", "log%random%.txt%RaNdOm%"),
            ("%nobody%H%nobody%", "%nobody%H%nobody%"),
            ("100% sure %H%", "100% sure 203.0.113.5"),
            ("[%gone%] [%a b%]", "[] [x]"),
            ("cd %~dp0 %~n0 %~nx0 %~x0 %~d0 %~f0 %0", "cd C:\\dir\\ a.b a.b.cmd .cmd C: %~f0 %0"),
            (
                "%1 %~2 %~nx2 %~dp2 %2 [%3] %*",
                "one c:\\x y\\two.txt two.txt c:\\x y\\ \"c:\\x y\\two.txt\" [] one \"c:\\x y\\two.txt\"",
            ),
            ("%f:~0,3% %q:\"=%", "%f:~0,3% %TEMP%\\a"),
            ("%comspec% %comspec:~-7,3%", "%comspec% cmd"),
        ];
        for (line, expected) in cases {
            assert_eq!(percent(line, &scope(&variables, Some(&arguments))), expected);
        }
        assert_eq!(percent("put %1 %*", &scope(&variables, None)), "put %1 %*");
    }

    #[test]
    fn delayed_variables() {
        let variables: Variables = [("H", "203.0.113.5"), ("X", "a!b")].map(|(n, v)| (n.into(), v.into())).into();
        let cases = [
            ("open !h! !h:~0,3!", "open 203.0.113.5 203"),
            ("!nobody! wow! a^b", "!nobody! wow ab"),
            ("a^b", "a^b"),
            ("pa^!ss", "pa!ss"),
            ("!x!", "a!b"),
        ];
        for (text, expected) in cases {
            assert_eq!(delayed(text, &scope(&variables, None)), expected, "{text}");
        }
    }

    #[test]
    fn loop_variables() {
        let value = |sign: char, value: &str| LoopValue { sign, value: value.to_owned() };
        let values: LoopValues =
            [('f', value(LOOP_SIGN, "C:\\d\\a.b.txt")), ('i', value('%', "7")), ('N', value('%', "\"q\""))].into();
        let cases = [
            ("put \u{e000}f \u{e000}~nf.ftp \u{e000}~nxf \u{e000}~dpf", "put C:\\d\\a.b.txt a.b.ftp a.b.txt C:\\d\\"),
            ("%i%i x%i.txt %~N %N", "77 x7.txt q \"q\""),
            ("%f %index% \u{e000}g", "%f %index% \u{e000}g"),
        ];
        for (text, expected) in cases {
            assert_eq!(loops(text, &values, None, 1 << 16), expected, "{text}");
        }
    }

    #[test]
    fn what_stays_is_listed() {
        let cases: [(&str, &[&str]); 4] = [
            ("put %1 %USERNAME%\\%USERNAME% %~dp0 5%", &["%1", "%USERNAME%", "%~dp0"]),
            ("put %~nf.txt %f", &["%~nf", "%f"]),
            ("50%off 100%", &[]),
            ("%a:~0,3%", &["%a:~0,3%"]),
        ];
        for (text, names) in cases {
            assert_eq!(unresolved(text), names, "{text}");
        }
    }
}
