//! A batch file through the emulation: what comes out stays within the caps and comes from lines that exist.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::read;
use ftpsift::script::reading::Feed;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let origin = Origin { directory: Some("C:\\w"), name: "a.bat" };
    let Some(reading) = read::read(&text, origin, &Alone, &limits) else { return };
    let lines = text.lines().count() as u32;
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
});
