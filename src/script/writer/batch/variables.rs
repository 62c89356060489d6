//! What is done to a variable's value (`:~a,b`, `:from=to`), and the values that every Windows gives.

use crate::base::number::to_i64;
use std::collections::BTreeMap;

/// The variables that a text has set, by upper-case name. An empty value is that of a variable that the text has removed.
pub(super) type Variables = BTreeMap<String, String>;

/// Values of a default installation, `*` standing for what differs from host to host. Source: Microsoft, "Recognized
/// environment variables", and the registry of a fresh Windows 10.
const DEFAULTS: &[(&str, &str)] = &[
    ("ALLUSERSPROFILE", "C:\\ProgramData"),
    ("APPDATA", "C:\\Users\\*\\AppData\\Roaming"),
    ("COMMONPROGRAMFILES", "C:\\Program Files\\Common Files"),
    ("COMMONPROGRAMFILES(X86)", "C:\\Program Files (x86)\\Common Files"),
    ("COMSPEC", "C:\\Windows\\system32\\cmd.exe"),
    ("HOMEDRIVE", "C:"),
    ("HOMEPATH", "\\Users\\*"),
    ("LOCALAPPDATA", "C:\\Users\\*\\AppData\\Local"),
    ("OS", "Windows_NT"),
    ("PATH", "C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\Wbem;*"),
    ("PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"),
    ("PROCESSOR_ARCHITECTURE", "AMD64"),
    ("PROGRAMDATA", "C:\\ProgramData"),
    ("PROGRAMFILES", "C:\\Program Files"),
    ("PROGRAMFILES(X86)", "C:\\Program Files (x86)"),
    ("PROGRAMW6432", "C:\\Program Files"),
    ("PROMPT", "$P$G"),
    ("PSMODULEPATH", "*C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules"),
    ("PUBLIC", "C:\\Users\\Public"),
    ("SYSTEMDRIVE", "C:"),
    ("SYSTEMROOT", "C:\\Windows"),
    ("TEMP", "C:\\Users\\*\\AppData\\Local\\Temp"),
    ("TMP", "C:\\Users\\*\\AppData\\Local\\Temp"),
    ("USERPROFILE", "C:\\Users\\*"),
    ("WINDIR", "C:\\Windows"),
];

/// Variables whose value cmd.exe makes up or a host always has, without one that can be known.
const OTHERS: &[&str] = &[
    "CD",
    "CMDCMDLINE",
    "CMDEXTVERSION",
    "COMPUTERNAME",
    "DATE",
    "ERRORLEVEL",
    "HIGHESTNUMANODENUMBER",
    "LOGONSERVER",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_IDENTIFIER",
    "PROCESSOR_LEVEL",
    "PROCESSOR_REVISION",
    "RANDOM",
    "SESSIONNAME",
    "TIME",
    "USERDNSDOMAIN",
    "USERDOMAIN",
    "USERNAME",
];

/// The value that the variable has on every host, where it is one that all share. `name` is in upper case.
pub(super) fn default_value(name: &str) -> Option<&'static str> {
    pattern(name).filter(|value| !value.contains('*'))
}

fn pattern(name: &str) -> Option<&'static str> {
    DEFAULTS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The variables with a value that all hosts share.
pub(super) fn defaults() -> impl Iterator<Item = (&'static str, &'static str)> {
    DEFAULTS.iter().copied().filter(|(_, value)| !value.contains('*'))
}

/// Whether every host has the variable, whatever its value. `name` is in upper case.
pub(super) fn is_standard(name: &str) -> bool {
    pattern(name).is_some() || OTHERS.contains(&name)
}

/// What `operation` makes of a variable that the text has not set, from what is known of its value on every host.
pub(super) fn of_default(name: &str, operation: &str) -> Option<String> {
    let value = pattern(name)?;
    let Some((head, tail)) = value.split_once('*') else { return Some(apply(value, operation)) };
    let range = operation.strip_prefix('~')?;
    let (start, length) = range.split_once(',').map_or((range, None), |(start, length)| (start, Some(length)));
    let start: i64 = start.trim().parse().ok()?;
    let length: Option<i64> = match length {
        Some(length) => Some(length.trim().parse().ok()?),
        None => None,
    };
    let known = |part: &str| to_i64(part.chars().count());
    match length {
        Some(count) if start >= 0 && count >= 0 && start.saturating_add(count) <= known(head) => {
            Some(apply(head, operation))
        }
        _ if start < 0 && start.saturating_neg() <= known(tail) => Some(apply(tail, operation)),
        _ => None,
    }
}

/// `~start,length` or `from=to` done to a value; the value itself where it is neither.
pub(super) fn apply(value: &str, operation: &str) -> String {
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
    let total = to_i64(characters.len());
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
    let (from, greedy) = match from.strip_prefix('*') {
        Some(rest) if !rest.is_empty() => (rest, true),
        _ => (from, false),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations() {
        let cases = [
            ("~1,2", "bc"),
            ("~-2", "ef"),
            ("~0,-4", "ab"),
            ("~-3,2", "de"),
            ("~-3,-1", "de"),
            ("~2", "cdef"),
            ("~9", ""),
            ("~,3", "abc"),
            ("cd=XY", "abXYef"),
            ("CD=", "abef"),
            ("*c=", "def"),
            ("*c=Z", "Zdef"),
            ("x=y", "abcdef"),
        ];
        for (operation, expected) in cases {
            assert_eq!(apply("abcdef", operation), expected, "{operation}");
        }
    }

    #[test]
    fn what_every_host_has() {
        let cases = [
            ("COMSPEC", "~-7,3", Some("cmd")),
            ("OS", "~0,1", Some("W")),
            ("PROGRAMFILES", "~10,1", Some(" ")),
            ("LOCALAPPDATA", "~-5", Some("Local")),
            ("LOCALAPPDATA", "~0,9", Some("C:\\Users\\")),
            ("LOCALAPPDATA", "~0,12", None),
            ("PATH", "~0,1", Some("C")),
            ("OS", "Windows=x", Some("x_NT")),
            ("USERNAME", "~0,1", None),
        ];
        for (name, operation, expected) in cases {
            assert_eq!(of_default(name, operation).as_deref(), expected, "{name} {operation}");
        }
    }
}
