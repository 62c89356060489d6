//! PDF files (ISO 32000-1, 7.5): the offsets of the cross-reference table.

use super::{Bytes, Finding, Proof};
use memchr::memmem;

/// Entries of the table that are looked at.
const ENTRIES: usize = 64;

pub(super) fn check(file: Bytes<'_>) -> Option<Finding> {
    let length = usize::try_from(file.len().min(2048)).ok()?;
    let tail = file.get(file.len().saturating_sub(u64::try_from(length).ok()?), length)?;
    let Some(found) = memmem::rfind(&tail, b"startxref") else {
        return Some(Finding::broken("the file has no startxref"));
    };
    let at = number(tail.get(found.saturating_add(9)..)?)?.0;
    let Some(table) = file.get(at, usize::try_from(file.len().checked_sub(at).unwrap_or(0).min(8192)).ok()?) else {
        return Some(Finding::broken("the cross-reference table lies outside the file"));
    };
    if !table.starts_with(b"xref") {
        // A cross-reference stream is an object of its own.
        let object = is_object(&table);
        return Some(if object && file.len() > at {
            Finding::proven(Proof::Structure)
        } else {
            Finding::broken("no cross-reference table stands where startxref says")
        });
    }
    let (mut rest, mut entries, mut used) = (table.get(4..)?, 0usize, 0usize);
    while let Some((first, next)) = number(rest) {
        let Some((count, next)) = number(next) else { break };
        rest = next;
        // An entry of the table is two numbers and a letter; a subsection's head is two numbers.
        let letter = rest.iter().position(|byte| !byte.is_ascii_whitespace()).and_then(|at| rest.get(at..));
        let Some(letter) = letter.filter(|letter| letter.first().is_some_and(|byte| matches!(byte, b'n' | b'f')))
        else {
            continue;
        };
        rest = letter.get(1..)?;
        entries = entries.saturating_add(1);
        if letter.first() == Some(&b'n') && first > 0 && count < 65536 {
            let head = file.get(first, usize::try_from(file.len().checked_sub(first).unwrap_or(0).min(32)).ok()?);
            if !head.is_some_and(|head| is_object(&head)) {
                return Some(Finding::broken(format!("no object starts at byte {first}, where the table says")));
            }
            used = used.saturating_add(1);
        }
        if entries >= ENTRIES {
            break;
        }
    }
    Some(if used > 0 { Finding::proven(Proof::Structure) } else { Finding::default() })
}

/// A decimal number after white space, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let digits = bytes.get(start..)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len()).min(18);
    let value = std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()?;
    Some((value, digits.get(end..)?))
}

/// `12 0 obj`, perhaps after white space.
fn is_object(bytes: &[u8]) -> bool {
    let after = number(bytes).and_then(|(_, rest)| number(rest)).map(|(_, rest)| rest.trim_ascii_start());
    after.is_some_and(|rest| rest.starts_with(b"obj"))
}
