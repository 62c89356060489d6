//! Bytes to text: every line lies inside the input, lines do not overlap, and narrowing keeps the length.
#![no_main]

use ftpsift::base::text::{self, Encoding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some((encoding, mark)) = text::sniff(bytes) {
        assert!(mark <= bytes.len());
        let mut narrow = Vec::new();
        text::extend_lowercase(&mut narrow, &bytes[mark..], encoding);
        match encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => assert_eq!(narrow.len(), (bytes.len() - mark) / 2),
            _ => assert_eq!(narrow.len(), bytes.len() - mark),
        }
    }
    let Some(decoded) = text::decode(bytes) else { return };
    let mut end = 0;
    for (number, line) in (1..).zip(decoded.lines()) {
        assert_eq!(line.number, number);
        assert!(line.offset >= end);
        end = line.offset + line.length;
        assert!(decoded.lossy || end <= bytes.len() as u64);
    }
});
