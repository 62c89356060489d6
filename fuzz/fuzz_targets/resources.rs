//! Any bytes as a tree of resources and as a version resource: both end, leaves keep the caps and lie in the file, and every
//! string of the whole is that of one of its tables.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload::pe::resources;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { pe_resources: 128, ..Limits::default() };
    if let Some(tree) = resources::probe(bytes, &limits) {
        assert!(tree.entries.len() <= limits.pe_resources && tree.count == tree.entries.len());
        for leaf in &tree.entries {
            assert!(leaf.offset.is_none_or(|offset| offset < bytes.len() as u64));
            assert!(leaf.entropy.is_none_or(|entropy| (0.0..=8.0).contains(&entropy)));
        }
    }
    let (strings, info) = resources::probe_version(bytes);
    assert!(strings.len() <= 256 && info.languages.len() <= 64 && info.translations.len() <= 64);
    assert!(info.languages.len() != 1);
    // Every string of the whole is that of a table.
    if !info.languages.is_empty() {
        let of_table =
            |key: &String, value: &String| info.languages.iter().any(|one| one.strings.get(key) == Some(value));
        assert!(strings.iter().all(|(key, value)| of_table(key, value)));
    }
});
