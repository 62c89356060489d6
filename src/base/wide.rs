//! Text in UTF-16, as UTF-8.

/// UTF-8 of UTF-16. Surrogates that stand alone take three bytes, as any unit would (WTF-8), so that none is lost.
#[must_use]
pub fn utf8(units: impl Iterator<Item = u16>) -> Vec<u8> {
    let mut bytes = Vec::new();
    push(&mut bytes, units);
    bytes
}

/// Appends the same.
pub fn push(bytes: &mut Vec<u8>, units: impl Iterator<Item = u16>) {
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(alone) => {
                let [high, low] = alone.unpaired_surrogate().to_be_bytes();
                bytes.extend_from_slice(&[0xe0 | high >> 4, 0x80 | (high & 0x0f) << 2 | low >> 6, 0x80 | low & 0x3f]);
            }
        }
    }
}

/// The units that bytes hold, the low byte of each first; an odd byte at the end is none.
pub fn units(bytes: &[u8]) -> impl Iterator<Item = u16> + Clone {
    bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit))
}

/// Units as text; surrogates that stand alone are replaced.
#[must_use]
pub fn text(units: impl Iterator<Item = u16>) -> String {
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The text of such bytes up to its NUL, or to the end.
#[must_use]
pub fn until_nul(bytes: &[u8]) -> String {
    text(units(bytes).take_while(|unit| *unit != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_kept() {
        assert_eq!(utf8([0x41, 0xd83d, 0xde00, 0xd800, 0x42].into_iter()), b"A\xf0\x9f\x98\x80\xed\xa0\x80B");
    }

    #[test]
    fn text_ends_at_its_nul() {
        assert_eq!(until_nul(b"a\0\xe9\0\0\0b\0"), "aé");
        assert_eq!(text(units(b"a\0\x00\xd8b")), "a\u{fffd}");
    }
}
