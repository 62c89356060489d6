//! Bytes as text, as `[Text.Encoding]` makes them.

/// Bytes as text: UTF-16 with the low byte first, or UTF-8.
pub(super) fn text(bytes: &[u8], is_wide: bool) -> String {
    if is_wide {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .filter_map(|pair| Some(u16::from_le_bytes([*pair.first()?, *pair.get(1)?])))
            .collect();
        return String::from_utf16_lossy(&units);
    }
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text() {
        assert_eq!(text(b"ftp -n", false), "ftp -n");
        assert_eq!(text(b"f\0t\0p\0", true), "ftp");
    }
}
