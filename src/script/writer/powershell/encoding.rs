//! Bytes as text, as `[Text.Encoding]` makes them.

use crate::base::wide;

/// Bytes as text: UTF-16 with the low byte first, or UTF-8.
pub(super) fn text(bytes: &[u8], is_wide: bool) -> String {
    if is_wide {
        return wide::text(wide::units(bytes));
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
