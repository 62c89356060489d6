//! Source code, SQL, tasks and exports of the registry through the emulation: what comes out stays within the caps, comes
//! from lines that exist, and is the same every time.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::read;
use ftpsift::script::reading::Feed;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use libfuzzer_sys::fuzz_target;

const NAMES: &[&str] = &[
    "a.c", "a.java", "a.cs", "a.js", "a.go", "a.rs", "a.py", "a.pl", "a.php", "a.rb", "a.pas", "a.au3", "a.sql", "a.json",
    "a.xml", "a.reg", "a.url", "a.log",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let name = NAMES[usize::from(*choice) % NAMES.len()];
    let origin = Origin { directory: Some("C:\\w"), name };
    let reading = read::read(&text, origin, &Alone, &limits);
    assert!(reading == read::read(&text, origin, &Alone, &limits));
    let Some(reading) = reading else { return };
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
