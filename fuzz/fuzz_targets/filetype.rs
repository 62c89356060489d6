//! Any bytes under any name: the same head has the same type, only an empty file is empty, and name and content are only
//! said to disagree where they do.
#![no_main]

use ftpsift::payload::filetype::{self, Family};
use ftpsift::payload::mismatch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The name stands before the first LF.
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let name = String::from_utf8_lossy(&bytes[..end]);
    let content = bytes.get(end.saturating_add(1)..).unwrap_or_default().to_vec();
    let size = content.len() as u64;
    let head = &content[..content.len().min(40 << 10)];
    let kind = filetype::identify(head, &content, size);
    assert_eq!(kind, filetype::identify(head, &content, size));
    assert_eq!(filetype::detect(head, size), filetype::detect(head, size));
    assert_eq!(kind.family == Family::Empty, content.is_empty());
    assert!(!kind.mime.is_empty() && !kind.description.is_empty());
    assert!(kind.family != Family::Pe || kind.mime == "application/vnd.microsoft.portable-executable");
    if let Some(mismatch) = mismatch::judge(&name, &kind, size) {
        assert_ne!(mismatch.declared, mismatch.detected);
        assert!(name.to_lowercase().contains(&mismatch.declared));
    }
});
