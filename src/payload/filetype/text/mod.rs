//! Kinds of text. A kind is told by what only it would hold; a text of no certain kind is plain text.
//!
//! First what a text begins with, then what it is built like, then the languages: each line is looked at once and speaks
//! for the languages in which it could be written.

mod any_case;
mod encoded;
mod kinds;
mod language;
mod line;
mod start;
mod structure;

use super::FileType;
use crate::base::text;

#[cfg(test)]
mod tests;

/// Bytes of a text that are looked at for its language.
const LANGUAGE: usize = 24 << 10;

/// A head of at least this many bytes may be cut.
const CUT: usize = 4096;

/// Documents that begin like text and may hold anything after that.
pub(super) fn early(head: &[u8]) -> Option<FileType> {
    if head.starts_with(b"%PDF-") {
        return Some(kinds::PDF);
    }
    // Readers accept a PDF whose header lies within the first kilobyte; a text that speaks of PDF holds no objects.
    let start = head.get(..1024).unwrap_or(head);
    if let Some(at) = memchr::memmem::find(start, b"%PDF-") {
        let rest = head.get(at..).unwrap_or_default();
        let version = matches!(rest.get(5..8), Some([b'1' | b'2', b'.', b'0'..=b'9']));
        let blank = head.get(..at).is_some_and(|before| before.trim_ascii().is_empty());
        if version && (blank || memchr::memmem::find(rest, b" obj").is_some()) {
            return Some(kinds::PDF);
        }
    }
    start.trim_ascii_start().starts_with(b"{\\rtf").then_some(kinds::RTF)
}

/// The kind of text, if the head is text in an encoding that Windows writes.
pub(super) fn kind(head: &[u8]) -> Option<FileType> {
    let decoded = text::decode(whole_characters(head))?;
    let content = decoded.content.as_str();
    let trimmed = content.trim_start();
    Some(
        start::find(trimmed)
            .or_else(|| encoded::find(trimmed))
            .or_else(|| structure::find(trimmed))
            .or_else(|| language::find(cut(content, LANGUAGE)))
            .or_else(|| structure::find_late(trimmed))
            .unwrap_or(kinds::PLAIN),
    )
}

/// A long head without the character of UTF-8 that its end may cut, for which it would not be UTF-8.
fn whole_characters(head: &[u8]) -> &[u8] {
    if head.len() < CUT || head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return head;
    }
    let tail = head.iter().rev().take(3).take_while(|byte| !byte.is_ascii()).count();
    head.get(..head.len().saturating_sub(tail)).unwrap_or(head)
}

/// Text that only its mark shows to be one.
pub(super) fn late(head: &[u8]) -> Option<FileType> {
    (head.starts_with(b"\xff\xfe\0\0") && head.len() >= 8 || head.starts_with(b"\0\0\xfe\xff")).then_some(kinds::WIDE)
}

/// The first bytes of a text, up to a character's end.
fn cut(text: &str, length: usize) -> &str {
    text.get(..text.floor_char_boundary(length)).unwrap_or(text)
}
