//! Names and contents of evidence, made harmless wherever a person sees them.

use std::borrow::Cow;

/// The text with every character that could steer a terminal or deceive the eye written as `\u{…}`.
///
/// Escaped are control characters, line and paragraph separators, and the invisible format characters (bidirectional
/// overrides and isolates, zero-width characters and fillers, the byte-order mark, tags, variation selectors). A backslash stays as
/// it is: Windows paths
/// are full of them, and the report's JSON holds the exact text.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    // Nearly every name is plain, and listings have many.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_hazard) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => safe.push_str("\\t"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            _ if is_hazard(character) => safe.extend(character.escape_unicode()),
            _ => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// Bytes as text: valid UTF-8 as it stands, every other byte as `\xNN`. Different bytes give different texts unless the
/// name itself holds such an escape; the exact bytes are then in the report's `path_raw`.
#[must_use]
pub fn lossless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// Lower-case hexadecimal digits of the bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| DIGITS.get(usize::from(digit))).collect()
}

/// Whether a character turns the order of those around it (Unicode, UAX #9: embeddings, overrides, isolates).
#[must_use]
pub fn turns_around(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character shows nothing and takes no place, or shows as a blank that is none: Unicode's
/// `Default_Ignorable_Code_Point`, and the blank pattern of Braille.
#[must_use]
pub fn shows_nothing(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
        || selects_variation(character)
        || matches!(character, '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character only chooses how the one before it looks, as those of emoji and of Japanese names do.
#[must_use]
pub fn selects_variation(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_hazard(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || turns_around(character)
        || shows_nothing(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazards_are_written_out() {
        let cases = [
            ("plain ünïcode 日本", "plain ünïcode 日本"),
            ("C:\\Temp\\a.txt", "C:\\Temp\\a.txt"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("line\nbreak\r", "line\\nbreak\\r"),
            ("invoice\u{202e}fdp.exe", "invoice\\u{202e}fdp.exe"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("a\u{3164}b\u{115f}\u{1160}\u{ffa0}", "a\\u{3164}b\\u{115f}\\u{1160}\\u{ffa0}"),
            ("\u{2764}\u{fe0f}\u{e0101}\u{2800}", "\u{2764}\\u{fe0f}\\u{e0101}\\u{2800}"),
        ];
        for (text, safe) in cases {
            assert_eq!(terminal(text), safe);
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay_distinct() {
        assert_eq!(lossless(b"a\xffb"), "a\\xFFb");
        assert_eq!(lossless("ü".as_bytes()), "ü");
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
    }
}
