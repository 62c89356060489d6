//! Archives as payloads, by their content: reading ends, lists keep their caps, and the same bytes tell the same.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::payload;
use ftpsift::payload::authenticode::Authorities;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A search for what a transfer swallowed may take a second, and under a sanitizer fifty.
    let limits = Limits {
        archive_listed: 16,
        archive_entries: 256,
        archive_member_bytes: 1 << 18,
        ascii_search_bytes: 1 << 22,
        ..Limits::default()
    };
    let read = || payload::inspect(&bytes.to_vec(), "a", "a", &limits, &Authorities::default());
    let (facts, anomalies) = read();
    if let Some(archive) = &facts.archive {
        assert!(archive.members.len() <= 16);
        assert!(archive.members.len() as u64 <= archive.member_count && archive.member_count <= 256);
        assert!(archive.offset.is_none_or(|offset| offset > 0 && offset < bytes.len() as u64));
        let members = archive.members.iter().filter(|member| member.encrypted).count() as u64;
        assert!(archive.encrypted.as_ref().map_or(0, |encrypted| encrypted.members) >= members);
        let listed = archive.executables_inside.len() + archive.scripts_inside.len() + archive.archives_inside.len();
        assert!(listed <= 3 * 64 && archive.escaping_names.len() <= 64);
    }
    assert!(anomalies.len() < 1024);
    assert_eq!(read().0, facts);
});
