//! A script through every client: each line has exactly one fate, in the order of the file, and what is reported stands in
//! lines that exist.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::client::{self, login, world::Unknown};
use ftpsift::script::launch::{Client, Switches};
use ftpsift::script::reading::Interpretation;
use ftpsift::script::sniff;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { script_lines: 2000, line_bytes: 512, ..Limits::default() };
    let switches = Switches {
        no_auto_login: flags & 1 != 0,
        anonymous: flags & 2 != 0,
        no_prompting: flags & 4 != 0,
        no_globbing: flags & 8 != 0,
        host: (flags & 16 != 0).then(|| "192.0.2.1".to_owned()),
        ..Switches::default()
    };
    for client in [Client::WindowsFtp, Client::Inetutils, Client::Tnftp] {
        check(&client::interpret(&text, client, &switches, &Unknown, &limits), limits.script_lines);
    }
    let _ = sniff::confidence(&text);
    check(&login::interpret_unlaunched(&text, Client::WindowsFtp, &Unknown, &limits), limits.script_lines);
});

fn check(run: &Interpretation, lines: usize) {
    let mut last = 0;
    for command in run.sessions.iter().flat_map(|session| &session.commands) {
        assert!(command.line > last, "line {} after {last}", command.line);
        last = command.line;
    }
    assert!(last as usize <= lines);
    for transfer in run.sessions.iter().flat_map(|session| &session.transfers) {
        assert!(transfer.line > 0 && transfer.line <= last);
    }
}
