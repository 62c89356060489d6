//! Binary data written as text: base64, hexadecimal digits, uuencode, Intel HEX.

use super::super::FileType;
use super::kinds::{BASE64, ENCODED_PE, HEX_PE, HEXADECIMAL, INTEL_HEX, UUENCODED};

/// Digits that a text must have before it counts as encoded.
const ENOUGH: usize = 64;

/// Base64 or hexadecimal digits of a Windows executable at the start.
pub(super) fn executable(text: &str) -> Option<FileType> {
    if is_executable(text) && text.lines().take(4).all(|line| line.trim_end().bytes().all(is_base64)) {
        return Some(ENCODED_PE);
    }
    let hex: String = text.lines().next()?.chars().filter(|c| !matches!(c, ' ' | ',' | ':' | '\t')).take(16).collect();
    let hex = hex.to_ascii_lowercase().replace("0x", "").replace("\\x", "");
    let starts = ["4d5a9000", "4d5a5000", "4d5a4552", "4d5a0000"].iter().any(|start| hex.starts_with(start));
    starts.then_some(HEX_PE)
}

/// Base64 of `MZ` and the usual bytes after it.
pub(super) fn is_executable(text: &str) -> bool {
    ["TVqQAAM", "TVpQAAI", "TVoAAAE", "TVqAAA", "TVpFUk", "TVroAAA", "TVpBUl"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// A text that is nothing but encoded data.
pub(super) fn find(text: &str) -> Option<FileType> {
    if let Some(rest) = text.strip_prefix("begin ").or_else(|| text.strip_prefix("begin-base64 ")) {
        let mode = rest.get(..3).is_some_and(|mode| mode.bytes().all(|byte| matches!(byte, b'0'..=b'7')));
        return mode.then_some(UUENCODED);
    }
    if text.starts_with(':') && text.lines().take(8).all(is_record) {
        return Some(INTEL_HEX);
    }
    let body = text.trim_end();
    let mut lines = body.lines();
    let first = lines.next()?.trim_end();
    if first.len() < 32 && body.lines().count() > 1 {
        return None;
    }
    if body.len() < ENOUGH || !body.bytes().all(|byte| is_base64(byte) || matches!(byte, b'\r' | b'\n')) {
        return None;
    }
    // All lines but the last are as long as the first; the last line of a cut head is as it is.
    let (mut short, mut count) = (false, 1usize);
    for line in lines {
        let line = line.trim_end();
        if short || line.len() > first.len() {
            return None;
        }
        short = line.len() != first.len();
        count = count.saturating_add(1);
    }
    if body.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'\r' | b'\n')) {
        return (first.len().is_multiple_of(2) && body.bytes().any(|byte| byte.is_ascii_digit()))
            .then_some(HEXADECIMAL);
    }
    let has = |of: fn(&u8) -> bool| body.bytes().any(|byte| of(&byte));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    (mixed && (first.len().is_multiple_of(4) || count == 1)).then_some(BASE64)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// `:`, a count, an address, a type from 0 to 5, and digits.
fn is_record(line: &str) -> bool {
    let line = line.trim_end();
    let digits = line.strip_prefix(':').unwrap_or_default();
    digits.len() >= 10
        && digits.len().is_multiple_of(2)
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && matches!(digits.get(6..8), Some("00" | "01" | "02" | "03" | "04" | "05"))
}
