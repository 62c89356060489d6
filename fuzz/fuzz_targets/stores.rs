//! Stored sites under every name that decides: each site stands in a line that exists, and the same text says the same
//! twice. The words of the text then go through every scheme that obscures passwords. Of a store that is no text each site
//! has the number of an item that its head counts, and no more text than the bytes could hold.
#![no_main]

use ftpsift::base::text;
use ftpsift::script::obscured;
use ftpsift::script::store;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    binary(bytes);
    let Some(text) = text::decode(bytes) else { return };
    let lines = text.lines().count().max(1) as u32;
    for name in ["x.txt", "wcx_ftp.ini", "ws_ftp.ini", "sftp.json"] {
        let stored = store::read(&text, name);
        assert_eq!(stored, store::read(&text, name));
        for session in stored.iter().flat_map(|stored| &stored.sessions) {
            assert!((1..=lines).contains(&session.line), "{} of {lines}", session.line);
            assert!(session.port.is_some());
        }
    }
    for word in text.content.split_whitespace().take(64) {
        let schemes = [
            obscured::base64,
            obscured::core_ftp,
            obscured::dreamweaver,
            obscured::filezilla_2,
            obscured::flash_fxp,
            obscured::rclone,
            obscured::smart_ftp,
            obscured::total_commander,
            obscured::ws_ftp,
            obscured::ws_ftp_professional,
        ];
        for reveal in schemes {
            if let Some(secret) = reveal(word) {
                assert!(secret.reveal().len() <= word.len().saturating_mul(3));
            }
        }
        let _ = obscured::winscp(word, "ann", "h.x");
    }
});

fn binary(bytes: &[u8]) {
    let stored = store::read_binary(bytes);
    assert_eq!(stored, store::read_binary(bytes));
    assert!(stored.is_none() || store::is_binary(bytes));
    // Fewer bytes than a site has at the least.
    let most = (bytes.len() / 64 + 1) as u32;
    for session in stored.iter().flat_map(|stored| &stored.sessions) {
        assert!(session.line >= 1 && session.port.is_some());
        assert!(session.host.as_deref().is_some_and(|host| !host.is_empty() && host.len() <= bytes.len()));
    }
    assert!(stored.is_none_or(|stored| stored.sessions.len() as u32 <= most));
    for wide in [false, true] {
        let shown = obscured::cute_ftp_8(bytes, wide);
        assert!(shown.is_none_or(|shown| shown.reveal().len() <= bytes.len().saturating_mul(3)));
    }
    let _ = obscured::cute_ftp(bytes);
}
