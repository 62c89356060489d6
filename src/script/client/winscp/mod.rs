//! WinSCP: its command line and its script commands.
//!
//! Source: winscp.net ("Command-line Options", "Scripting", the page of each command), and the behaviour of its published
//! source: a switch of a command is `-letters` up to `=` or `:`, of the program also `/letters`; command names may be cut
//! short; of several file names the last is the target; `#` and `;` begin a remark; `%1%` is an argument of `/parameter`,
//! `%NAME%` a variable of the environment.

mod machine;
mod sign;
mod site;
mod words;

pub use sign::confidence;

use super::world::World;
use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::launch::{Client, Launch};
use crate::script::local_path;
use crate::script::reading::Interpretation;
use crate::script::url;
use machine::Machine;
use words::Options;

/// Switches of the program that parameters follow.
const TAKERS: [&str; 12] = [
    "command",
    "parameter",
    "rawsettings",
    "rawconfig",
    "synchronize",
    "keepuptodate",
    "upload",
    "edit",
    "refresh",
    "batchsettings",
    "keygen",
    "browse",
];

/// Bytes that the arguments of `/parameter` may add to one command.
const EXPANSION: usize = 1 << 16;

/// The launch of WinSCP; nothing if the program is another.
#[must_use]
pub fn launch(words: &[String], command_line: &str) -> Option<Launch> {
    let (program, arguments) = words.split_first()?;
    let name = local_path::file_name(program.trim_matches(['"', '\'', '@'])).to_ascii_lowercase();
    if !matches!(name.as_str(), "winscp" | "winscp.com" | "winscp.exe" | "winscp3.com" | "winscp3.exe") {
        return None;
    }
    let arguments = given(arguments, command_line);
    let options = Options::new(&arguments, &['/', '-']);
    let mut launch = Launch { client: Client::Winscp, would_run: true, ..Launch::default() };
    launch.script_path = options.value("script").filter(|path| !path.is_empty()).map(str::to_owned);
    let site = options.parameters(&TAKERS).first().map(|site| (*site).to_owned());
    let address = site.as_deref().and_then(url::parse);
    launch.host = address.as_ref().map(|url| url.host.clone());
    launch.port = address.as_ref().and_then(|url| url.port);
    launch.tells_all =
        launch.script_path.is_none() && (!options.parameters_of("command").is_empty() || address.is_some());
    launch.reads_input = options.value("command").is_none();
    launch.note = store(&options).map(|ini| format!("takes its stored sites from {ini}"));
    Some(launch)
}

/// The configuration that the command line names.
fn store(options: &Options) -> Option<&str> {
    options.value("ini").filter(|ini| !ini.is_empty() && !ini.eq_ignore_ascii_case("nul"))
}

/// The arguments as WinSCP splits its command line: a doubled quote is one, and a backslash before a quote is the end of a
/// path, both of which the C runtime reads otherwise.
fn given(arguments: &[String], command_line: &str) -> Vec<String> {
    let ends_path = command_line.match_indices("\\\"").any(|(at, _)| {
        let before = command_line.get(..at).and_then(|head| head.chars().last());
        before.is_some_and(|before| !matches!(before, ' ' | '\t' | '=' | '"' | '\\'))
    });
    if !command_line.contains("\"\"") && !ends_path {
        return arguments.to_vec();
    }
    let words = words::split(command_line);
    let is_program =
        |word: &String| local_path::file_name(word.trim_matches(['@', '&'])).to_ascii_lowercase().starts_with("winscp");
    match words.iter().position(is_program) {
        Some(at) => words.get(at.saturating_add(1)..).unwrap_or_default().to_vec(),
        None => arguments.to_vec(),
    }
}

/// Runs WinSCP as it was launched, with its script where it has one.
#[must_use]
pub fn run(script: Option<&Text>, launch: &Launch, world: &dyn World, limits: &Limits) -> Interpretation {
    let arguments = given(&launch.arguments, &launch.command_line);
    let options = Options::new(&arguments, &['/', '-']);
    let mut machine = Machine::new(launch.switches.working_directory.clone(), world, store(&options));
    let line = u32::from(script.is_none());
    machine.stand_at(line);
    if let Some(site) = options.parameters(&TAKERS).first()
        && (url::parse(site).is_some()
            || script.is_some()
            || options.value("command").is_some()
            || machine.in_store(site).is_some())
    {
        machine.open(site, &options);
        upload(&mut machine, &options, line);
    }
    let parameters = options.parameters_of("parameter");
    if let Some(script) = script {
        let mut count = 0usize;
        for text in script.lines() {
            count = count.saturating_add(1);
            if count > limits.script_lines {
                let message = "the script has more lines than the limit; the rest was not run";
                machine.journal.note(text.number, "too-many-lines", message);
                break;
            }
            let cut = text.text.get(..text.text.floor_char_boundary(limits.line_bytes)).unwrap_or_default();
            machine.command(text.number, &expand(cut, &parameters));
        }
    }
    for command in options.parameters_of("command") {
        machine.command(line, &expand(command, &parameters));
    }
    let mut run = machine.finish();
    for session in &mut run.sessions {
        let texts = session.commands.iter().map(|command| command.text.as_str());
        session.unresolved = variables(texts);
    }
    run
}

/// What the program itself moves: `/upload file …`, `/synchronize local remote`.
fn upload(machine: &mut Machine<'_>, options: &Options, line: u32) {
    let quoted = |words: &[&str]| words.iter().map(|word| format!(" \"{word}\"")).collect::<String>();
    let files = options.parameters_of("upload");
    for file in files {
        machine.command(line, &format!("put{}", quoted(&[file])));
    }
    for (switch, command) in [("synchronize", "synchronize remote"), ("keepuptodate", "keepuptodate")] {
        let directories = options.parameters_of(switch);
        if !directories.is_empty() {
            machine.command(line, &format!("{command}{}", quoted(&directories)));
        }
    }
}

/// Puts the arguments of `/parameter` in.
fn expand(command: &str, parameters: &[&str]) -> String {
    let mut command = command.to_owned();
    for (number, value) in (1usize..).zip(parameters) {
        let name = format!("%{number}%");
        if command.contains(&name) {
            command = command.replace(&name, value);
            command.truncate(command.floor_char_boundary(EXPANSION));
        }
    }
    command
}

/// The variables of the environment that commands name; `%TIMESTAMP#…%` is WinSCP's own.
fn variables<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in texts {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('%') {
            let end = after
                .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '(' | ')'))
                .unwrap_or(after.len());
            let (name, tail) = after.split_at_checked(end).unwrap_or((after, ""));
            rest = after;
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && tail.starts_with('%');
            if is_name && !name.eq_ignore_ascii_case("timestamp") && names.len() < 64 {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
                rest = tail.strip_prefix('%').unwrap_or(tail);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests;
