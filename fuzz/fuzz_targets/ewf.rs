//! Expert Witness sets of two segments: whatever the bytes are, the disk has a size that they can hold, reads stay inside it,
//! and what is read is the same twice.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::source::Source;
use ftpsift::evidence::container::{self, Siblings};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

/// Two segments, parted where the second begins with the signature.
struct Segments<'b>([&'b [u8]; 2], &'static [&'static str; 2]);

impl Siblings for Segments<'_> {
    fn open(&self, name: &str) -> Option<Source> {
        let place = self.1.iter().position(|one| *one == name)?;
        Some(Arc::new(self.0[place].to_vec()))
    }

    fn names(&self) -> Vec<String> {
        self.1.iter().map(|name| (*name).to_owned()).collect()
    }

    fn own_name(&self) -> &str {
        self.1[0]
    }
}

fuzz_target!(|bytes: &[u8]| {
    let second = bytes.windows(3).skip(1).position(|window| window == b"EVF").map_or(bytes.len(), |at| at + 1);
    let (first, second) = bytes.split_at(second);
    let names = if bytes.starts_with(b"EVF2") { &["d.Ex01", "d.Ex02"] } else { &["d.E01", "d.E02"] };
    let segments = Segments([first, second], names);
    let read = || {
        let source = segments.open(names[0])?;
        let medium = container::open(source, &segments, &Limits::default()).ok()?;
        let mut kept = Vec::new();
        let length = medium.source.len();
        for offset in [0, 4096, length / 2, length.saturating_sub(700)] {
            let mut buffer = vec![0xa5u8; 20_000];
            let count = medium.source.read_at(offset, &mut buffer).ok()?;
            assert!(count as u64 <= length.saturating_sub(offset));
            assert!(buffer[count..].iter().all(|byte| *byte == 0xa5));
            buffer.truncate(count);
            kept.push(buffer);
        }
        let told: Vec<String> = medium.damage.iter().chain(&medium.source.unread()).map(ToString::to_string).collect();
        Some((length, medium.stored, kept, told))
    };
    assert!(read() == read());
});
