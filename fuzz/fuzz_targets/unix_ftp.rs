//! `.netrc`, macros and the scripts and jobs of z/OS: what is reported stands in lines that exist, each line of a script has
//! one fate at most, in the order of the file, and the same text is read the same way twice.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text::{self, Text};
use ftpsift::base::number::to_u32;
use ftpsift::script::client::netrc::{self, Netrc};
use ftpsift::script::client::{self, world::Unknown, zos_ftp};
use ftpsift::script::launch::{Client, Switches};
use ftpsift::script::read;
use ftpsift::script::writer::emulation::Alone;
use ftpsift::script::writer::outcome::Origin;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { script_lines: 2000, line_bytes: 512, ..Limits::default() };
    let lines = to_u32(text.lines().count());
    check_netrc(&text, lines, &limits);
    let _ = zos_ftp::confidence(&text);
    let switches = Switches {
        no_auto_login: flags & 1 != 0,
        no_prompting: flags & 2 != 0,
        no_globbing: flags & 4 != 0,
        host: (flags & 8 != 0).then(|| "192.0.2.1".to_owned()),
        ..Switches::default()
    };
    for client in [Client::BsdFtp, Client::Tnftp, Client::ZosFtp] {
        let run = client::interpret(&text, client, &switches, &Unknown, &limits);
        let mut last = 0;
        for command in run.sessions.iter().flat_map(|session| &session.commands) {
            assert!(command.line > last, "line {} after {last}", command.line);
            last = command.line;
        }
        assert_eq!(run, client::interpret(&text, client, &switches, &Unknown, &limits));
    }
    let origin = Origin { directory: None, name: "job" };
    let Some(reading) = read::read(&text, origin, &Alone, &limits) else { return };
    for provenance in reading.written.iter().flat_map(|written| &written.provenance) {
        assert!(provenance.written_by_line <= lines);
    }
});

fn check_netrc(text: &Text, lines: u32, limits: &Limits) {
    let parsed = Netrc::parse(text);
    for entry in &parsed.entries {
        assert!((1..=lines).contains(&entry.line));
        assert!(entry.macros.iter().flat_map(|one| &one.lines).all(|(line, _)| (1..=lines).contains(line)));
    }
    let sessions = netrc::sessions(text, limits);
    assert!(sessions.len() <= parsed.entries.len());
    for transfer in sessions.iter().flat_map(|session| &session.transfers) {
        assert!((1..=lines).contains(&transfer.line));
    }
    assert_eq!(sessions, netrc::sessions(text, limits));
}
