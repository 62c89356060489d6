//! Shortcuts of the Windows shell: whatever the bytes are, no more text comes out than they could hold.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::shortcut;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use ftpsift::script::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(link) = shortcut::read(bytes) else { return };
    assert!(shortcut::is_shortcut(bytes));
    assert!(link.command_line().len() <= bytes.len().saturating_mul(6).saturating_add(8));
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let Some(reading) = read::read_shortcut(&link, Origin::default(), &Alone, &limits) else { return };
    assert!(reading.launches.iter().all(|(launch, _)| launch.found_in.line == Some(1)));
});
