//! Exports of the registry: values that are command lines, and addresses that were typed.
//!
//! Source: Microsoft, "How to add, modify, or delete registry subkeys and values by using a .reg file". `hex(2)` is
//! REG_EXPAND_SZ, `hex(7)` REG_MULTI_SZ, `hex(1)` REG_SZ, in UTF-16 in version 5 and in one-byte characters in REGEDIT4.

use super::super::emulation::Emulation;
use super::{is_command_line, open_address, start};
use crate::base::text::Text;
use crate::base::wide;
use crate::script::url;

pub(super) fn run_file(emulation: &mut Emulation<'_>, text: &Text) {
    let wide = !text.content.trim_start_matches('\u{feff}').trim_start().starts_with("REGEDIT4");
    let mut key = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut entry = line.text.trim().to_owned();
        if let Some(name) = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            key = name.to_ascii_lowercase();
            continue;
        }
        while entry.ends_with('\\') && entry.contains("hex") {
            entry.pop();
            let Some(more) = lines.next() else { break };
            entry.push_str(more.text.trim());
        }
        let Some(data) = data(&entry) else { continue };
        emulation.line = line.number;
        for value in values(data, wide) {
            if !emulation.step() {
                return;
            }
            // The list of the Run dialog ends each of its lines so.
            let value = value.strip_suffix("\\1").filter(|_| key.ends_with("\\runmru")).unwrap_or(&value).to_owned();
            let parsed = url::parse(&value);
            let tells = parsed.is_some_and(|url| url.password.is_some()) || key.ends_with("\\typedurls");
            if tells && open_address(emulation, &value, &entry) {
                continue;
            }
            if is_command_line(&value) {
                start(emulation, &value);
            }
        }
    }
}

/// What follows the name and the sign of a value.
fn data(entry: &str) -> Option<&str> {
    if let Some(data) = entry.strip_prefix("@=") {
        return Some(data);
    }
    let rest = entry.strip_prefix('"')?;
    let mut escaped = false;
    let end = rest.char_indices().find_map(|(at, character)| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends.then_some(at)
    })?;
    rest.get(end.saturating_add(1)..)?.strip_prefix('=')
}

/// The strings of a value's data.
fn values(data: &str, wide: bool) -> Vec<String> {
    if let Some(quoted) = data.strip_prefix('"') {
        let mut value = String::new();
        let mut characters = quoted.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => value.extend(characters.next()),
                '"' => break,
                _ => value.push(character),
            }
        }
        return vec![value];
    }
    let kinds = ["hex(1):", "hex(2):", "hex(7):"];
    let Some(digits) = kinds.iter().find_map(|kind| data.strip_prefix(kind)) else { return Vec::new() };
    let bytes: Vec<u8> = digits.split(',').filter_map(|byte| u8::from_str_radix(byte.trim(), 16).ok()).collect();
    let text =
        if wide { wide::text(wide::units(&bytes)) } else { bytes.iter().map(|byte| char::from(*byte)).collect() };
    text.split('\0').filter(|value| !value.is_empty()).map(str::to_owned).collect()
}
