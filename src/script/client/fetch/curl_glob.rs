//! The sequences of curl's addresses: `{a,b}`, `[1-10]`, `[001-100:5]`, `[a-z]` (manual page, "Globbing").

/// Bytes of a text whose sequences are worked off.
const LONGEST: usize = 4096;

/// The text's variants, each with the parts that were put in; nothing where there are more than `cap`.
pub(super) fn expand(text: &str, cap: usize) -> Option<Vec<(String, Vec<String>)>> {
    if text.len() > LONGEST {
        return Some(vec![(text.to_owned(), Vec::new())]);
    }
    let mut done = vec![(String::new(), Vec::new())];
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        let (head, tail) = rest.split_at_checked(at)?;
        append(&mut done, head);
        let closing = if tail.starts_with('{') { '}' } else { ']' };
        let inner = tail.get(1..).and_then(|tail| tail.split_once(closing));
        let members = inner.and_then(|(inner, _)| if closing == '}' { set(inner) } else { range(inner, cap) });
        match (inner, members) {
            (Some((_, after)), Some(members)) => {
                if members.len().saturating_mul(done.len()) > cap {
                    return None;
                }
                done = multiplied(&done, &members);
                rest = after;
            }
            _ => {
                // A host of IPv6, or a bracket that is no sequence.
                append(&mut done, tail.get(..1)?);
                rest = tail.get(1..)?;
            }
        }
    }
    append(&mut done, rest);
    Some(done)
}

/// The name with `#1`, `#2` as the parts that were put in.
pub(super) fn fill(name: &str, parts: &[String]) -> String {
    let mut filled = String::new();
    let mut rest = name;
    while let Some((head, tail)) = rest.split_once('#') {
        filled.push_str(head);
        let digits = tail.len().saturating_sub(tail.trim_start_matches(|c: char| c.is_ascii_digit()).len());
        let (number, after) = tail.split_at_checked(digits).unwrap_or(("", tail));
        let part = number.parse::<usize>().ok().and_then(|number| parts.get(number.checked_sub(1)?));
        match part {
            Some(part) => {
                filled.push_str(part);
                rest = after;
            }
            None => {
                filled.push('#');
                rest = tail;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn append(done: &mut [(String, Vec<String>)], text: &str) {
    done.iter_mut().for_each(|(variant, _)| variant.push_str(text));
}

fn multiplied(done: &[(String, Vec<String>)], members: &[String]) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::with_capacity(done.len().saturating_mul(members.len()));
    for (variant, parts) in done {
        for member in members {
            let parts = parts.iter().cloned().chain([member.clone()]).collect();
            all.push((format!("{variant}{member}"), parts));
        }
    }
    all
}

/// Empty braces, which curl refuses, are a file's name that `find` or `xargs` puts in.
fn set(inner: &str) -> Option<Vec<String>> {
    (!inner.is_empty() && !inner.contains(['{', '['])).then(|| inner.split(',').map(str::to_owned).collect())
}

fn range(inner: &str, cap: usize) -> Option<Vec<String>> {
    let (ends, step) = inner.split_once(':').map_or((inner, "1"), |(ends, step)| (ends, step));
    let step = step.parse::<usize>().ok().filter(|step| *step > 0)?;
    let (from, to) = ends.split_once('-')?;
    // One more than the cap, so that the caller sees that there are too many.
    let most = cap.saturating_add(1);
    if let (Ok(first), Ok(last)) = (from.parse::<u64>(), to.parse::<u64>()) {
        let width = if from.starts_with('0') { from.len().min(20) } else { 0 };
        return (first <= last)
            .then(|| (first..=last).step_by(step).take(most).map(|n| format!("{n:0width$}")).collect());
    }
    let letter = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|c| c.is_ascii_alphabetic() && characters.next().is_none())
    };
    let (first, last) = (letter(from)?, letter(to)?);
    (first <= last).then(|| (first..=last).step_by(step).take(most).map(String::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences() {
        let cases: [(&str, Option<&[&str]>); 11] = [
            ("a", Some(&["a"])),
            ("{a,b}c", Some(&["ac", "bc"])),
            ("[1-3]", Some(&["1", "2", "3"])),
            ("[08-10]", Some(&["08", "09", "10"])),
            ("[1-9:4]", Some(&["1", "5", "9"])),
            ("[a-c]{,x}", Some(&["a", "ax", "b", "bx", "c", "cx"])),
            ("ftp://[::1]/", Some(&["ftp://[::1]/"])),
            ("[3-1]", Some(&["[3-1]"])),
            ("[1-99999999999]", None),
            ("{a", Some(&["{a"])),
            ("x{}y", Some(&["x{}y"])),
        ];
        for (text, expected) in cases {
            let have = expand(text, 20).map(|all| all.into_iter().map(|(variant, _)| variant).collect::<Vec<_>>());
            let have: Option<Vec<&str>> = have.as_ref().map(|all| all.iter().map(String::as_str).collect());
            assert_eq!(have.as_deref(), expected, "{text}");
        }
        let parts = ["x".to_owned(), "7".to_owned()];
        assert_eq!(fill("a_#1-#2#3#", &parts), "a_x-7#3#");
    }
}
