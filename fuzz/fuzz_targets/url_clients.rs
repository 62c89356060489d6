//! Command lines of the clients that need no script, one a line: what is reported stands in the line, the caps hold, and
//! the same line says the same twice. The whole input then serves as the text that such a client reads.
#![no_main]

use ftpsift::base::limits::Limits;
use ftpsift::base::text;
use ftpsift::script::client::{self, fetch, switches, world::Unknown};
use ftpsift::script::launch::{Client, Launch, Platform};
use ftpsift::script::session::Session;
use libfuzzer_sys::fuzz_target;

/// Transfers that one line may ask for: addresses times files that each stands for.
const TRANSFERS: usize = 1_000 * 100;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text::decode(bytes) else { return };
    let limits = Limits::default();
    for line in text.lines().take(64) {
        let words = switches::split_arguments(line.text);
        let _ = fetch::is_quoted_call(line.text);
        for platform in [Platform::Windows, Platform::Unix] {
            let Some(launch) = client::launch(&words, line.text, platform) else { continue };
            let run = client::run(None, &launch, &Unknown, &limits);
            assert_eq!(run, client::run(None, &launch, &Unknown, &limits));
            // A remote or a bookmark tells nothing where no store says what it is.
            if words.first().is_some_and(|word| fetch::is_client(word)) && !launch.needs_store {
                assert_eq!(launch.tells_all, !run.sessions.is_empty());
            }
            run.sessions.iter().for_each(|session| check(session, 1));
        }
    }
    let lines = text.lines().count().max(1) as u32;
    for client in [Client::Curl, Client::Wget, Client::Ncftp] {
        let launch = Launch { client, would_run: true, ..Launch::default() };
        let run = client::run(Some(&text), &launch, &Unknown, &limits);
        run.sessions.iter().for_each(|session| check(session, lines));
    }
    let _ = fetch::curl_config_confidence(&text, "");
});

fn check(session: &Session, lines: u32) {
    assert!(session.line <= lines);
    assert!(session.transfers.len() <= TRANSFERS);
    assert!(session.transfers.iter().all(|transfer| (1..=lines).contains(&transfer.line)));
    assert!(session.commands.iter().all(|command| (1..=lines).contains(&command.line)));
    assert!(session.commands.is_sorted_by_key(|command| command.line));
}
