//! Programs that use class libraries: every session names a line that exists, and every transfer one of its commands.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::read;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use libfuzzer_sys::fuzz_target;

const NAMES: &[&str] = &["a.py", "a.pl", "a.php", "a.rb", "a.java", "a.cs", "a.cpp", "a.pas", "a.au3"];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let origin = Origin { directory: None, name: NAMES[usize::from(*choice) % NAMES.len()] };
    let reading = read::read(&text, origin, &Alone, &limits);
    assert!(reading == read::read(&text, origin, &Alone, &limits));
    let Some(reading) = reading else { return };
    let lines = text.lines().count() as u32;
    for session in &reading.sessions {
        assert!(session.host.is_some());
        assert!(session.commands.iter().all(|command| (1..=lines).contains(&command.line)));
        for transfer in &session.transfers {
            assert!(session.commands.iter().any(|command| command.line == transfer.line) || session.commands.len() >= 1000);
        }
    }
});
