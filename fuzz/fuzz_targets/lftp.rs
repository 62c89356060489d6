//! A script of lftp: the same commands twice give the same sessions, commands and transfers stand in lines that exist, and
//! aliases, groups and commands that run commands make no more of them than the limits allow.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text::{self, Text};
use ftpsift::base::number::to_u32;
use ftpsift::script::client::{self, lftp, world::Unknown};
use ftpsift::script::launch::{Client, Launch, Platform};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { script_lines: 2000, script_bytes: 1 << 16, batch_output: 1 << 16, ..Limits::default() };
    let _ = lftp::confidence(&text, "x.lftp");
    let by_command_line = flags & 1 != 0;
    let launch = if by_command_line {
        let words: Vec<String> = std::iter::once("lftp").chain(text.content.split('\0')).map(str::to_owned).collect();
        let Some(launch) = client::launch(&words, "lftp", Platform::Unix) else { return };
        Launch { arguments: words.get(1..).unwrap_or_default().to_vec(), ..launch }
    } else {
        Launch { client: Client::Lftp, would_run: true, ..Launch::default() }
    };
    let script: Option<&Text> = (!by_command_line).then_some(&text);
    let run = client::run(script, &launch, &Unknown, &limits);
    assert_eq!(run, client::run(script, &launch, &Unknown, &limits));
    let lines = to_u32(text.content.split('\n').count());
    let mut commands = 0;
    for session in &run.sessions {
        commands += session.commands.len();
        assert!(session.commands.iter().all(|command| command.line <= lines.max(1)));
        assert!(session.transfers.iter().all(|transfer| transfer.line <= lines.max(1)));
    }
    assert!(commands <= limits.script_lines * 2 + 64);
});
