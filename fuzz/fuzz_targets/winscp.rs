//! A script of WinSCP: every line has one fate, in the order of the file, and the same text gives the same sessions; so do
//! its command line and the batches of `sftp` and `psftp`, which are read by the same rules.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::client::{self, winscp, world::Unknown};
use ftpsift::script::launch::{Client, Launch, Platform};
use ftpsift::script::session::Scheme;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits { script_lines: 2000, line_bytes: 512, ..Limits::default() };
    let _ = winscp::confidence(&text);
    let program = ["winscp.com", "psftp", "sftp", "pscp", "scp"][usize::from(flags & 7) % 5];
    let command_line = format!("{program} {}", text.content);
    let words = client::switches::split_arguments(&command_line);
    if let Some(launch) = client::launch(&words, &command_line, Platform::Windows) {
        let _ = client::run(None, &launch, &Unknown, &limits);
    }
    for client in [Client::Winscp, Client::Psftp, Client::Sftp] {
        let launch = Launch { client, would_run: true, ..Launch::default() };
        let run = client::run(Some(&text), &launch, &Unknown, &limits);
        assert_eq!(run, client::run(Some(&text), &launch, &Unknown, &limits));
        let commands = run.sessions.iter().map(|session| session.commands.len()).sum::<usize>();
        assert!(commands <= limits.script_lines);
        for session in &run.sessions {
            assert!(session.commands.windows(2).all(|pair| pair[0].line < pair[1].line));
            assert!(client == Client::Winscp || session.transfers.is_empty() || session.scheme == Scheme::Sftp);
        }
    }
});
