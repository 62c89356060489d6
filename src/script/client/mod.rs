//! Clients: each an interpreter that walks the lines of a script as the real one does.
//!
//! The line-based clients (Windows' `ftp.exe`, inetutils, tnftp) descend from one ancestor, 4.3BSD's: one [`machine`] runs
//! them all, and a [`dialect::Dialect`] holds in what they differ.

pub mod bsd_ftp;
pub mod dialect;
pub mod dotnet;
pub mod fetch;
pub mod holes;
pub mod journal;
pub mod lftp;
pub mod login;
pub mod machine;
pub mod netrc;
pub mod sftp;
pub mod shape;
pub mod switches;
pub mod tokens;
pub mod told;
pub mod windows_ftp;
pub mod winscp;
pub mod world;
pub mod zos_ftp;

use super::launch::{Client, Launch, Platform, Switches};
use super::reading::Interpretation;
use crate::base::limits::Limits;
use crate::base::text::Text;
use dialect::Dialect;
use world::World;

/// The semantics of a line-based client; nothing for the others.
#[must_use]
pub fn dialect(client: Client) -> Option<&'static Dialect> {
    match client {
        Client::WindowsFtp => Some(&windows_ftp::DIALECT),
        Client::BsdFtp => Some(&bsd_ftp::BSD),
        Client::Inetutils => Some(&bsd_ftp::INETUTILS),
        Client::Tnftp => Some(&bsd_ftp::TNFTP),
        Client::ZosFtp => Some(&zos_ftp::DIALECT),
        _ => None,
    }
}

/// The launch that a command line is, whose first word is the client itself; nothing if it starts no known client.
#[must_use]
pub fn launch(words: &[String], command_line: &str, platform: Platform) -> Option<Launch> {
    let (program, arguments) = words.split_first()?;
    let launch = fetch::launch(program, arguments, platform)
        .or_else(|| switches::launch(program, arguments, platform))
        .or_else(|| lftp::launch(words))
        .or_else(|| winscp::launch(words, command_line))
        .or_else(|| sftp::launch(words))?;
    Some(Launch { command_line: command_line.trim().to_owned(), arguments: arguments.to_vec(), ..launch })
}

/// Runs a client as it was launched, with its script where it has one.
#[must_use]
pub fn run(script: Option<&Text>, launch: &Launch, world: &dyn World, limits: &Limits) -> Interpretation {
    if let Some(run) = fetch::run(script, launch, world) {
        return run;
    }
    match launch.client {
        Client::Lftp => return lftp::run(script, launch, world, limits),
        Client::Winscp => return winscp::run(script, launch, world, limits),
        Client::Psftp | Client::Sftp => return sftp::run(script, launch, world, limits),
        _ => {}
    }
    match (dialect(launch.client), script) {
        (Some(_), Some(text)) => interpret(text, launch.client, &launch.switches, world, limits),
        // Nobody types anything: what the client does by itself, with a login that it has in store.
        (Some(_), None) if launch.switches.host.is_some() => {
            let dialect = dialect(launch.client).unwrap_or(&windows_ftp::DIALECT);
            let mut machine = machine::Machine::new(&Text::from_content(""), dialect, &launch.switches, world, limits);
            machine.show_command_line(launch);
            machine.run()
        }
        _ => Interpretation { client: launch.client, ..Interpretation::default() },
    }
}

/// The words of a command line of Unix: quotes group, a backslash quotes one character.
#[cfg(test)]
fn shell_words(command_line: &str) -> Vec<String> {
    let (mut words, mut word, mut begun, mut quote) = (Vec::new(), String::new(), false, None);
    let mut characters = command_line.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None) => word.extend(characters.next()),
            (' ', None) => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            ('"' | '\'', None) => quote = Some(character),
            (_, Some(open)) if open == character => quote = None,
            _ => word.push(character),
        }
        begun = true;
    }
    words.extend(begun.then_some(word));
    words
}

/// Runs a script as a line-based client does with these switches; as `ftp.exe` does where the client is none.
#[must_use]
pub fn interpret(
    text: &Text,
    client: Client,
    switches: &Switches,
    world: &dyn World,
    limits: &Limits,
) -> Interpretation {
    let dialect = dialect(client).unwrap_or(&windows_ftp::DIALECT);
    machine::Machine::new(text, dialect, switches, world, limits).run()
}
