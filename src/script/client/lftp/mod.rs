//! lftp: its command line and its command language, which is a small shell.
//!
//! Source: lftp(1) of version 4.9.2, and experiments with that program against a loopback server: it connects only when a
//! command needs the server, enters a directory when `cd` names it first, and takes everything in binary.

mod commands;
mod connection;
mod machine;
mod options;
mod parse;
mod remote;
mod sign;
mod transfer;

pub use sign::confidence;

use super::world::World;
use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::launch::{Client, Launch};
use crate::script::local_path;
use crate::script::reading::Interpretation;
use machine::Machine;

/// What the program's arguments tell it to do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Task<'a> {
    /// `-f file`
    File(&'a str),
    /// `-c command`
    Commands(&'a [String]),
    /// Anything else: what `open` takes; commands then come from the standard input.
    Open(Vec<String>),
    /// `lftpget [-c] [-d] [-v] address …`
    Fetch(Vec<String>),
}

/// The launch of lftp; nothing if the program is another.
#[must_use]
pub fn launch(words: &[String]) -> Option<Launch> {
    let (program, arguments) = words.split_first()?;
    let name = local_path::file_name(program.trim_matches(['"', '\'', '@'])).to_ascii_lowercase();
    let is_get = name == "lftpget";
    if !is_get && !matches!(name.as_str(), "lftp" | "lftp.exe") {
        return None;
    }
    let mut launch = Launch { client: Client::Lftp, would_run: true, ..Launch::default() };
    match task(arguments, is_get) {
        Task::File(path) => launch.script_path = Some(path.to_owned()),
        Task::Commands(_) => launch.tells_all = true,
        Task::Fetch(addresses) => {
            let site = addresses.iter().find(|word| connection::is_site(word))?;
            launch.host = crate::script::url::parse(site).map(|url| url.host);
            launch.tells_all = true;
        }
        Task::Open(given) => {
            let given = match options::read(&given, commands::OPEN) {
                Ok(given) => given,
                Err(option) => {
                    launch.would_run = false;
                    launch.note = Some(format!("lftp refuses {option} beside other options and ends"));
                    options::read(&commands_apart(given).0, commands::OPEN).unwrap_or_default()
                }
            };
            let site = given.words.first();
            let url = site.and_then(|site| {
                crate::script::url::parse(site).or_else(|| crate::script::url::parse(&format!("ftp://{site}")))
            });
            launch.host = url.as_ref().map(|url| url.host.clone());
            launch.port = given.value('p').and_then(|port| port.parse().ok()).or(url.and_then(|url| url.port));
            let is_meant = given.has('u') || given.has('e') || site.is_some_and(|site| connection::is_site(site));
            launch.tells_all = is_meant && (site.is_some() || given.has('e'));
            launch.reads_input = true;
        }
    }
    Some(launch)
}

fn task(arguments: &[String], is_get: bool) -> Task<'_> {
    if is_get {
        return Task::Fetch(arguments.iter().filter(|word| !word.starts_with('-')).cloned().collect());
    }
    let own = |word: &&String| matches!(word.as_str(), "--norc" | "-d");
    let start = arguments.iter().take_while(own).count();
    match arguments.get(start..).unwrap_or_default() {
        // Many give it the commands themselves, over several lines.
        [option, commands, ..] if option == "-f" && commands.contains('\n') => {
            Task::Commands(arguments.get(start.saturating_add(1)..start.saturating_add(2)).unwrap_or_default())
        }
        [option, file, ..] if option == "-f" => Task::File(file),
        [option, commands @ ..] if option == "-c" && !commands.is_empty() => Task::Commands(commands),
        rest => Task::Open(rest.to_vec()),
    }
}

/// Runs lftp as it was launched, with its script where it has one.
#[must_use]
pub fn run(script: Option<&Text>, launch: &Launch, world: &dyn World, limits: &Limits) -> Interpretation {
    let mut machine = Machine::new(launch.switches.working_directory.clone(), world, limits);
    let is_get = launch.command_line.split([' ', '/']).any(|word| word == "lftpget");
    let text = launch.command_line.as_str();
    // Commands of the command line stand in its only line; beside a script they stand in none.
    let line = u32::from(script.is_none());
    match task(&launch.arguments, is_get) {
        Task::File(_) => {}
        Task::Commands([command]) => machine.run_text(command, line),
        Task::Commands(words) => machine.run_command(words, line),
        Task::Open(given) => {
            let (given, then) = commands_apart(given);
            if !given.is_empty() {
                machine.run_open(&given, line, text);
            }
            for command in then {
                machine.run_text(&command, line);
            }
        }
        Task::Fetch(addresses) => {
            for address in addresses {
                machine.run_command(&["get".to_owned(), "-c".to_owned(), address], line);
            }
        }
    }
    if let Some(script) = script {
        machine.run_text(&script.content, 1);
    }
    machine.finish(launch.would_run || launch.arguments.is_empty())
}

/// The commands of a `-c` that the program refuses because other options stand beside it, apart from these.
fn commands_apart(mut given: Vec<String>) -> (Vec<String>, Vec<String>) {
    let at = given.iter().position(|word| word == "-c").filter(|at| *at > 0);
    let mut then = Vec::new();
    if let Some(at) = at.filter(|at| at.saturating_add(1) < given.len()) {
        given.remove(at);
        then.push(given.remove(at));
    }
    (given, then)
}

#[cfg(test)]
mod tests;
