//! Files of sections and keys, and exports of the registry, which are the same in another dress.

use crate::base::text::Text;

/// Lines that are read.
const LINES: usize = 200_000;

/// One section; the lines before the first make one without a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// What stands in brackets.
    pub(super) name: String,
    /// Its line.
    pub(super) line: u32,
    /// Keys and values in their order, as they are written, without quotes around them.
    pub(super) entries: Vec<(String, String)>,
}

impl Section {
    /// The value of a key, without regard to case; the first where it stands twice.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        entry.map(|(_, value)| value.as_str())
    }

    /// The value of a key where it is not empty.
    pub(super) fn filled(&self, key: &str) -> Option<String> {
        self.get(key).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// The value of a key where it is bytes (`hex:01,02`); nothing where one of them is none.
    pub(super) fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        let digits = self.get(key)?.strip_prefix("hex:")?;
        digits.split(',').map(|byte| u8::from_str_radix(byte.trim(), 16).ok()).collect()
    }

    /// The value of a key where it is a port.
    pub(super) fn port(&self, key: &str) -> Option<u16> {
        self.get(key).and_then(|value| value.parse().ok()).filter(|port| *port > 0)
    }
}

/// The sections of a text; none where most of its lines are no part of such a file.
pub(super) fn sections(text: &Text) -> Vec<Section> {
    let mut found = vec![Section { line: 1, ..Section::default() }];
    let (mut good, mut bad) = (0usize, 0usize);
    let mut continued = false;
    for line in text.lines().take(LINES) {
        let bare = line.text.trim();
        if bare.is_empty() || bare.starts_with([';', '#']) || bare.starts_with("Windows Registry Editor") {
            continue;
        }
        if continued {
            // Binary values of a registry export run on over lines.
            continued = bare.ends_with('\\');
            if let Some((_, value)) = found.last_mut().and_then(|section| section.entries.last_mut()) {
                value.push_str(bare.trim_end_matches('\\'));
            }
            continue;
        }
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            found.push(Section { name: name.to_owned(), line: line.number, entries: Vec::new() });
            good = good.saturating_add(1);
        } else if let Some((key, value)) = entry(bare) {
            continued = value.starts_with("hex") && bare.ends_with('\\');
            let value = if continued { value.trim_end_matches('\\').to_owned() } else { value };
            good = good.saturating_add(1);
            if let Some(section) = found.last_mut() {
                section.entries.push((key, value));
            }
        } else {
            bad = bad.saturating_add(1);
        }
    }
    if bad > good {
        return Vec::new();
    }
    found.retain(|section| !section.entries.is_empty());
    found
}

/// `key=value`, `"key"="value"`, `"key"=dword:0000000a`.
fn entry(line: &str) -> Option<(String, String)> {
    if let Some(rest) = line.strip_prefix('"') {
        let (key, rest) = quoted(rest)?;
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
        let value = match (value.strip_prefix('"'), value.strip_prefix("dword:")) {
            (Some(inner), _) => quoted(inner)?.0,
            (_, Some(digits)) => u32::from_str_radix(digits.trim(), 16).ok()?.to_string(),
            _ => value.to_owned(),
        };
        return Some((key, value));
    }
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    (!key.is_empty()).then(|| (key.to_owned(), inner.unwrap_or(value).to_owned()))
}

/// What stands before the closing quote, with its escapes worked off, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((inner, text.get(at.saturating_add(1)..)?)),
            '\\' => inner.push(characters.next()?.1),
            _ => inner.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_exports() {
        let text = "; c\n[a b]\nx = \"1\"\nY=2=3\n\n[HKEY_CURRENT_USER\\S]\n\"K\\\"\"=\"C:\\\\x\"\n\"P\"=dword:00000849\n\"B\"=hex:01,\\\n  02\n@=\"d\"\n";
        let sections = sections(&Text::from_content(text));
        assert_eq!(
            (sections[0].name.as_str(), sections[0].line, sections[0].get("X"), sections[0].get("y")),
            ("a b", 2, Some("1"), Some("2=3"))
        );
        assert_eq!(
            (sections[1].get("k\""), sections[1].port("p"), sections[1].get("@")),
            (Some("C:\\x"), Some(2121), Some("d"))
        );
        assert_eq!((sections[1].bytes("b"), sections[1].bytes("p")), (Some(vec![1, 2]), None));
        assert!(super::sections(&Text::from_content("a=b\nprose here\nand here\n")).is_empty());
    }
}
