//! A program in BASIC through the emulation: what comes out stays within the caps, comes from lines that exist, and is the
//! same a second time.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::read;
use ftpsift::script::reading::Feed;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 3] = ["a.vbs", "a.bas", "a.hta"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Some(text) = text::decode(rest) else { return };
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let origin = Origin { directory: Some("C:\\w"), name: NAMES[usize::from(*first) % NAMES.len()] };
    let reading = read::read(&text, origin, &Alone, &limits);
    assert!(reading == read::read(&text, origin, &Alone, &limits));
    let Some(reading) = reading else { return };
    let lines = text.content.matches(['\n', '\r']).count() as u32 + 1;
    for written in &reading.written {
        assert!(written.text.content.len() <= limits.batch_output);
        assert!(written.provenance.iter().all(|p| (1..=lines).contains(&p.written_by_line)));
    }
    for (launch, feed) in &reading.launches {
        assert!(launch.found_in.line.is_some_and(|line| (1..=lines).contains(&line)));
        if let Feed::Written(index) = feed {
            assert!(*index < reading.written.len());
        }
    }
    for session in &reading.sessions {
        assert!((1..=lines).contains(&session.line));
    }
});
