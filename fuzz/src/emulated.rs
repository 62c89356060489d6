//! Writers of scripts through the emulation, and what must hold of whatever comes out.

use ftpsift::base::limits::Limits;
use ftpsift::base::text::{self, Text};
use ftpsift::script::read;
use ftpsift::script::reading::{Feed, TextReading};
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;

/// Limits that a few kilobytes reach.
pub fn limits() -> Limits {
    Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() }
}

/// What a text under a name writes and starts, which is the same a second time.
pub fn reading(text: &Text, name: &str) -> Option<TextReading> {
    let origin = Origin { directory: Some("C:\\w"), name };
    let reading = read::read(text, origin, &Alone, &limits());
    assert!(reading == read::read(text, origin, &Alone, &limits()));
    reading
}

/// What comes out stays within the caps and comes from lines that exist.
pub fn assert_bounded(reading: &TextReading, lines: u32) {
    for written in &reading.written {
        assert!(written.text.content.len() <= limits().batch_output);
        assert!(written.provenance.iter().all(|p| (1..=lines).contains(&p.written_by_line)));
    }
    for (launch, feed) in &reading.launches {
        assert!(launch.found_in.line.is_some_and(|line| (1..=lines).contains(&line)));
        if let Feed::Written(index) = feed {
            assert!(*index < reading.written.len());
        }
    }
}

/// A program whose name is chosen by the first byte: all of this, and its sessions come from lines that exist too.
pub fn program(bytes: &[u8], names: &[&str]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Some(text) = text::decode(rest) else { return };
    let Some(reading) = reading(&text, names[usize::from(*first) % names.len()]) else { return };
    let lines = text.content.matches(['\n', '\r']).count() as u32 + 1;
    assert_bounded(&reading, lines);
    for session in &reading.sessions {
        assert!((1..=lines).contains(&session.line));
    }
}
