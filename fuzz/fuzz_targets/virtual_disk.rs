//! Any file as a virtual disk in a folder where every name is that file: it ends, and reads stay inside and agree.
#![no_main]

use ftpsift::base::bytes::{ReadAt, read_full};
use ftpsift::base::limits::Limits;
use ftpsift::base::source::Source;
use ftpsift::evidence::container::{self, Siblings};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

struct Everywhere(Source);

impl Siblings for Everywhere {
    fn open(&self, name: &str) -> Option<Source> {
        assert!(!name.contains(['/', '\\']));
        Some(self.0.clone())
    }

    fn names(&self) -> Vec<String> {
        vec!["disk".to_owned()]
    }

    fn own_name(&self) -> &str {
        "disk"
    }
}

fuzz_target!(|bytes: &[u8]| {
    let source: Source = Arc::new(bytes.to_vec());
    let Ok(medium) = container::open(source.clone(), &Everywhere(source), &Limits::default()) else { return };
    let size = medium.source.len();
    let (mut one, mut other) = (vec![1u8; 70_000], vec![2u8; 70_000]);
    for at in [0, 1, 511, 65_530, size / 2, size.saturating_sub(1), size, u64::MAX] {
        match (read_full(&medium.source, at, &mut one), read_full(&medium.source, at, &mut other)) {
            (Ok(first), Ok(second)) => {
                assert_eq!(first as u64, size.saturating_sub(at).min(70_000));
                assert_eq!((first, &one[..first]), (second, &other[..first]));
            }
            (first, second) => assert!(first.is_err() && second.is_err()),
        }
    }
});
