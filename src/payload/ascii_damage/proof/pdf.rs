//! PDF files (ISO 32000-1, 7.5): the offsets of the cross-reference table.

use super::{Bytes, Depth, Finding, Proof, pdf_streams};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use memchr::memmem;

/// Entries of the table that are looked at.
const ENTRIES: usize = 200_000;
/// Bytes of an entry, whatever its line end.
const ENTRY: usize = 20;

pub(super) fn check(file: Bytes<'_>, depth: Depth, limits: &Limits) -> Option<Finding> {
    let mut found = table(file)?;
    if depth == Depth::Full && found.broken.is_none() {
        // What an encoder left unfinished says nothing.
        if pdf_streams::hold(file, limits) == Some(true) {
            found.proofs.insert(0, Proof::Checksums);
        }
    }
    Some(found)
}

/// The table, and the objects that it points to.
fn table(file: Bytes<'_>) -> Option<Finding> {
    let length = usize::try_from(file.len().min(2048)).ok()?;
    let tail = file.get(file.len().saturating_sub(to_u64(length)), length)?;
    let Some(found) = memmem::rfind(&tail, b"startxref") else {
        return Some(Finding::broken("the file has no startxref"));
    };
    let at = number(tail.get(found.saturating_add(9)..)?)?.0;
    let rest = file.len().saturating_sub(at);
    let Some(table) = file.get(at, usize::try_from(rest.min(4 << 20)).ok()?) else {
        return Some(Finding::broken("the cross-reference table lies outside the file"));
    };
    if !table.starts_with(b"xref") {
        // A cross-reference stream is an object of its own; what it holds is not read.
        return Some(if is_object(file, at, None) {
            Finding::default()
        } else {
            Finding::broken("no cross-reference table stands where startxref says")
        });
    }
    walk(file, &table)
}

/// The subsections of a table: first number and count, then an entry for each object.
fn walk(file: Bytes<'_>, table: &[u8]) -> Option<Finding> {
    let (mut rest, mut object, mut used) = (table.get(4..)?, 0u64, 0usize);
    let mut last = None::<usize>;
    for _ in 0..ENTRIES {
        let here = table.len().saturating_sub(rest.trim_ascii_start().len());
        let Some((first, next)) = number(rest) else { break };
        let Some((second, next)) = number(next) else { break };
        rest = next;
        let Some(kind) = rest.trim_ascii_start().first().filter(|kind| matches!(kind, b'n' | b'f')) else {
            (object, last) = (first, None);
            continue;
        };
        if last.is_some_and(|last| last.saturating_add(ENTRY) != here) {
            return Some(Finding::broken("an entry of the cross-reference table has not 20 bytes"));
        }
        last = Some(here);
        if *kind == b'n' && first > 0 && second < 65_536 {
            if !is_object(file, first, Some(object)) {
                return Some(Finding::broken(format!(
                    "no object {object} starts at byte {first}, where the table says"
                )));
            }
            used = used.saturating_add(1);
        }
        object = object.saturating_add(1);
        rest = rest.trim_ascii_start().get(1..)?;
    }
    Some(if used > 0 { Finding::proven(Proof::Structure) } else { Finding::default() })
}

/// A decimal number after white space, and what follows it.
pub(in crate::payload::ascii_damage) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes.trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len()).min(18);
    let value = std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()?;
    Some((value, digits.get(end..)?))
}

/// `12 0 obj`, perhaps after white space, and no digit before it; the number is that of the object.
fn is_object(file: Bytes<'_>, at: u64, object: Option<u64>) -> bool {
    let length = usize::try_from(file.len().saturating_sub(at).min(32)).unwrap_or_default();
    let Some(bytes) = file.get(at, length) else { return false };
    let before = at.checked_sub(1).and_then(|at| file.array::<1>(at));
    let Some((first, rest)) = number(&bytes) else { return false };
    let keyword = number(rest).is_some_and(|(_, rest)| rest.trim_ascii_start().starts_with(b"obj"));
    keyword && object.is_none_or(|object| object == first) && !before.is_some_and(|[byte]| byte.is_ascii_digit())
}
