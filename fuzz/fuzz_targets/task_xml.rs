//! Scheduled tasks, XML and `.job`: what comes out is capped by what went in, and UTF-16 says what UTF-8 says.
#![no_main]

use ftpsift::artifact::event::Starts;
use ftpsift::artifact::task;
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fn read(bytes: Vec<u8>) -> Vec<Starts> {
    let mut found = Vec::new();
    let mut visit = |event: ftpsift::artifact::event::Event| found.extend(event.starts);
    task::read(&bytes, "name.job", &Limits::default(), &mut |_| {}, &mut visit).unwrap();
    found
}

fuzz_target!(|bytes: &[u8]| {
    let found = read(bytes.to_vec());
    assert!(found.len() <= 1024 + 32);
    let mut held = 0usize;
    for starts in &found {
        assert_eq!(starts.mechanism, "scheduled-task");
        assert!(starts.triggers.iter().map(String::len).sum::<usize>() <= 64 * 1024);
        held += starts.command_line.as_ref().map_or(0, String::len);
    }
    assert!(held <= bytes.len() * 3 + found.len() * 3);
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.starts_with('<')) else { return };
    let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    // NULs behind a text are padding, and then every one of it is blank.
    let unpadded = if text.ends_with('\0') { text.replace('\0', " ") } else { text.to_owned() };
    assert_eq!(read(wide), task::starts_of_xml(&unpadded, "name.job", &Limits::default(), &mut |_| {}));
});
