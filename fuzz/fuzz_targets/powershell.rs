//! A script of PowerShell through the emulation: what comes out stays within the caps, comes from lines that exist, and is
//! the same twice.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::writer::emulation::{Alone, Emulation};
use ftpsift::script::launch::Platform;
use ftpsift::script::writer::outcome::{Origin, Outcome};
use ftpsift::script::writer::powershell;
use libfuzzer_sys::fuzz_target;

fn run(text: &text::Text, limits: &Limits) -> Outcome {
    let origin = Origin { directory: Some("C:\\w"), name: "a.ps1" };
    let mut emulation = Emulation::new(origin, Platform::Windows, &Alone, limits);
    powershell::run_file(&mut emulation, text);
    emulation.finish()
}

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { batch_steps: 500, batch_output: 1 << 16, line_bytes: 2048, ..Limits::default() };
    let _ = powershell::is_script(&text.content, "");
    let outcome = run(&text, &limits);
    let lines = text.content.matches('\n').count() as u32 + 1;
    for file in outcome.fed.iter().chain(&outcome.left) {
        assert!(file.content().len() <= limits.batch_output);
        assert!(file.pieces.iter().all(|piece| (1..=lines).contains(&piece.line)));
    }
    for (launch, _) in &outcome.launches {
        assert!(launch.found_in.line.is_some_and(|line| (1..=lines).contains(&line)));
    }
    for session in &outcome.sessions {
        assert!((1..=lines).contains(&session.line));
    }
    let again = run(&text, &limits);
    assert_eq!((&outcome.fed, &outcome.left, &outcome.sessions), (&again.fed, &again.left, &again.sessions));
    assert_eq!(outcome.launches, again.launches);
});
