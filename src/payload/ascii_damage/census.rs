//! Counts of line ends over a stream: what tells a transfer in ASCII mode from one in binary, nearly for nothing.

/// Line ends, counted chunk by chunk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Census {
    /// Line feeds (`0A`).
    pub lf: u64,
    /// Line feeds behind a carriage return.
    pub crlf: u64,
    /// Line feeds behind two carriage returns.
    pub crcrlf: u64,
    /// Carriage returns (`0D`).
    pub cr: u64,
    /// Carriage returns before a NUL.
    pub cr_nul: u64,
    /// CRLF next to a control character that no text holds there: in text there are none, in dense data about a fifth.
    pub in_data: u64,
    /// The last four bytes, the newest first.
    last: [u8; 4],
}

impl Census {
    /// Takes the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        let Some(first) = bytes.first() else { return };
        let [newest, before, earlier, earliest] = self.last;
        if newest == b'\r' && *first == 0 {
            self.cr_nul = self.cr_nul.saturating_add(1);
        }
        if newest == b'\n'
            && before == b'\r'
            && !is_control(if earlier == b'\r' { earliest } else { earlier })
            && is_control(*first)
        {
            self.in_data = self.in_data.saturating_add(1);
        }
        for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
            let next = at.checked_add(1).and_then(|at| bytes.get(at)).copied();
            if bytes.get(at) == Some(&b'\r') {
                self.cr = self.cr.saturating_add(1);
                self.cr_nul = self.cr_nul.saturating_add(u64::from(next == Some(0)));
                continue;
            }
            self.lf = self.lf.saturating_add(1);
            if self.back(bytes, at, 1) == b'\r' {
                let third = self.back(bytes, at, 2);
                self.crlf = self.crlf.saturating_add(1);
                self.crcrlf = self.crcrlf.saturating_add(u64::from(third == b'\r'));
                let text = if third == b'\r' { self.back(bytes, at, 3) } else { third };
                let in_data = is_control(text) || next.is_some_and(is_control);
                self.in_data = self.in_data.saturating_add(u64::from(in_data));
            }
        }
        let end = bytes.len();
        self.last = [1, 2, 3, 4].map(|distance| self.back(bytes, end, distance));
    }

    /// The byte at a distance before a position, which may stand in the chunk before.
    fn back(&self, bytes: &[u8], at: usize, distance: usize) -> u8 {
        match at.checked_sub(distance) {
            Some(at) => bytes.get(at).copied().unwrap_or_default(),
            None => self.last.get(distance.saturating_sub(at).saturating_sub(1)).copied().unwrap_or_default(),
        }
    }

    /// Line feeds without a carriage return before them.
    #[must_use]
    pub fn lone_lf(&self) -> u64 {
        self.lf.saturating_sub(self.crlf)
    }

    /// Carriage returns without a line feed behind them.
    #[must_use]
    pub fn lone_cr(&self) -> u64 {
        self.cr.saturating_sub(self.crlf)
    }
}

/// Control characters that do not stand next to a line end in any text: tabulators, form feeds, escapes, backspaces, bells
/// and the old end of file do.
fn is_control(byte: u8) -> bool {
    matches!(byte, 1..=6 | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f) || byte == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_do_not_depend_on_chunks() {
        let bytes = b"\x01\r\na\r\r\n\x02\nb\r\0c\r\nd\r\n\x03\r\r\r\n\x04\r\n\r\n".repeat(50);
        let mut whole = Census::default();
        whole.update(&bytes);
        assert_eq!((whole.lf, whole.crlf, whole.crcrlf, whole.lone_lf()), (400, 350, 100, 50));
        assert_eq!((whole.cr_nul, whole.lone_cr()), (50, 200));
        for size in [1, 2, 3, 7, 64] {
            let mut parts = Census::default();
            bytes.chunks(size).for_each(|chunk| parts.update(chunk));
            assert_eq!(format!("{parts:?}"), format!("{whole:?}"), "{size}");
        }
    }

    #[test]
    fn text_has_no_line_end_in_data() {
        let mut census = Census::default();
        census.update("caf\u{e9}\r\n\tx\r\n\r\n\x1b[0m\r\n".as_bytes());
        assert_eq!((census.crlf, census.in_data), (4, 0));
    }
}
