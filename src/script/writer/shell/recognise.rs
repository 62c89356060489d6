//! Whether a text is a script for a shell of Unix, and for which one.

use super::history;
use super::quoted;
use super::recorded;
use super::run::Flavour;
use crate::script::writer::outcome::Origin;

/// What kind of text of Unix it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A script of a shell.
    Script(Flavour),
    /// A script of expect.
    Expect,
    /// Commands with their times.
    Crontab,
    /// What was typed into a shell.
    History,
    /// A log of the commands that were run.
    Recorded,
    /// Another text that quotes commands.
    Notes,
}

/// Endings of names whose texts are in another language, whatever they quote.
const OTHERS: [&str; 37] = [
    "bat", "cmd", "ps1", "psm1", "psd1", "vbs", "vbe", "js", "jse", "wsf", "hta", "py", "pyw", "pl", "pm", "php",
    "php3", "phtml", "rb", "c", "h", "cc", "cpp", "hpp", "cs", "java", "go", "rs", "sql", "html", "htm", "xml", "json",
    "reg", "bas", "vb", "lua",
];

/// Whether a text is a shell script, a script of expect, a crontab, or quotes a script that is given to a client on the
/// spot.
#[must_use]
pub fn is_script(content: &str, name: &str) -> bool {
    kind(content, name).is_some()
}

pub(super) fn kind(content: &str, name: &str) -> Option<Kind> {
    if history::is_named(name) || history::has_shape(content) {
        return history::may_start_client(content).then_some(Kind::History);
    }
    let first = content.lines().next().unwrap_or_default();
    if let Some(program) = first.trim_start_matches('\u{feff}').strip_prefix("#!") {
        return interpreter(program);
    }
    let name = name.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if OTHERS.contains(&ending) {
        return None;
    }
    match ending {
        "sh" | "bash" | "dash" | "command" | "bashrc" | "profile" | "bash_profile" | "bash_login" | "bash_logout" => {
            return Some(Kind::Script(Flavour::Bash));
        }
        "ksh" | "zsh" | "mksh" | "zshrc" | "kshrc" | "zprofile" => return Some(Kind::Script(Flavour::Korn)),
        "csh" | "tcsh" | "cshrc" | "tcshrc" => return Some(Kind::Script(Flavour::C)),
        "exp" | "expect" if content.contains("spawn") && content.contains("send") => return Some(Kind::Expect),
        _ => {}
    }
    // Only a text that names a client is worth a closer look.
    if !quoted::may_start_client(content) || content.contains("<?php") || content.contains("@echo off") {
        return None;
    }
    if recorded::has_shape(content) {
        return Some(Kind::Recorded);
    }
    let cron = |line: &str| quoted::may_start_client(line) && quoted::cron_command(line, false).is_some();
    if content.lines().any(cron) {
        return Some(Kind::Crontab);
    }
    if !quoted::holds_script(content.lines()) {
        return None;
    }
    let begins = content.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    Some(if begins_like_script(begins) { Kind::Script(Flavour::Bash) } else { Kind::Notes })
}

/// Whether the first line of a text is one of a script: a remark, an assignment, a common command.
fn begins_like_script(line: &str) -> bool {
    if line.starts_with("# ") && !line.contains("$Id") {
        // A remark, or the title of a manual in Markdown.
        return false;
    }
    let word = line.split([' ', '\t', ';', '(']).next().unwrap_or_default();
    let assigns = word.split_once('=').is_some_and(|(name, _)| super::parse::is_name(name));
    assigns
        || line.starts_with('#') && !line.starts_with("##")
        || matches!(
            word,
            "ftp"
                | "echo"
                | "cd"
                | "set"
                | "export"
                | "."
                | "source"
                | "if"
                | "for"
                | "while"
                | "function"
                | "cat"
                | "printf"
                | "ssh"
                | "trap"
                | "umask"
                | "alias"
                | "exec"
                | "test"
                | "["
                | "case"
                | "tar"
                | "mkdir"
                | "rm"
                | "lftp"
        )
        || line.ends_with("()")
        || line.ends_with("() {")
}

/// The kind that the program on the first line makes of a text.
fn interpreter(line: &str) -> Option<Kind> {
    let mut words = line.split_whitespace();
    let mut program = words.next()?;
    if program.ends_with("/env") {
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    if program.ends_with("busybox") {
        program = words.next()?;
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    if name.starts_with("expect") {
        return Some(Kind::Expect);
    }
    flavour(name).map(Kind::Script)
}

/// The make of a shell by its name.
pub(super) fn flavour(name: &str) -> Option<Flavour> {
    Some(match name {
        "sh" | "dash" | "ash" => Flavour::Posix,
        "bash" | "rbash" => Flavour::Bash,
        "ksh" | "ksh88" | "ksh93" | "mksh" | "pdksh" | "zsh" => Flavour::Korn,
        "csh" | "tcsh" => Flavour::C,
        _ => return None,
    })
}

/// Whether the lines of a crontab name a user before the command, as those of the system do.
pub(super) fn crontab_has_users(content: &str, origin: Origin<'_>) -> bool {
    let directory = origin.directory.unwrap_or_default().replace('\\', "/");
    let of_system =
        origin.name.eq_ignore_ascii_case("crontab") && directory.ends_with("etc") || directory.contains("cron.d");
    // Away from its place it is told by the user that is no program.
    let command = |line| quoted::cron_command(line, false).map(|(command, _)| command);
    of_system || content.lines().filter_map(command).any(|command| command.split([' ', '\t']).next() == Some("root"))
}
