//! A shell script through the emulation: what comes out stays within the caps, comes from lines that exist, and is the same
//! when the text is read again.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::read;
use ftpsift::script::reading::Feed;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use ftpsift::script::writer::shell;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the name, by which the make of the shell is told.
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let name = match *choice {
        choice @ ..128 => ["a.sh", "a.ksh", "a.csh", "a.exp", "notes", "crontab"][usize::from(choice) % 6],
        choice => [".bash_history", "fish_history", "auth.log"][usize::from(choice & 0x7f) % 3],
    };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let origin = Origin { directory: Some("/home/bob"), name };
    assert!(shell::words(&text.content).iter().map(String::len).sum::<usize>() <= text.content.len());
    let Some(reading) = read::read(&text, origin, &Alone, &limits) else { return };
    let lines = text.content.split('\n').count() as u32;
    for written in &reading.written {
        assert!(written.text.content.len() <= limits.batch_output);
        assert!(written.provenance.iter().all(|p| p.written_by_line <= lines));
    }
    for (launch, feed) in &reading.launches {
        assert!(launch.found_in.line.is_some_and(|line| line <= lines));
        if let Feed::Written(index) = feed {
            assert!(*index < reading.written.len());
            assert!(reading.written[*index].active || !launch.would_run);
        }
    }
    let again = read::read(&text, origin, &Alone, &limits);
    assert!(again.is_some_and(|again| again.written == reading.written && again.launches == reading.launches));
});
