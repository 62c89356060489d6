//! `cmd.exe` as a program that is started: its switches, its rule for quotes, and what it reads from its input.

use super::filters::lines_of;
use super::parse::is_delimiter;
use super::run::Interpreter;
use crate::script::writer::emulation::{Emulation, Input};

/// What a command line gives cmd.exe to do.
#[derive(Debug, PartialEq, Eq)]
struct Given<'t> {
    /// The commands after `/c` or `/k`.
    commands: Option<&'t str>,
    /// `/v:on`.
    delayed: bool,
}

/// Runs what `cmd /c …` is given, or what its input holds; false where that is nothing. `command_line` is the whole of it.
pub fn run_shell(emulation: &mut Emulation<'_>, command_line: &str) -> bool {
    let given = given(command_line);
    if given.commands.is_none() && !is_fed(emulation) {
        return false;
    }
    if !emulation.enter() {
        return true;
    }
    emulation.spend(emulation.environment.len());
    let outer = (emulation.environment.clone(), emulation.directory.clone());
    match given.commands {
        Some(commands) => {
            let mut batch = Interpreter::new(emulation, Vec::new());
            batch.delayed = given.delayed;
            batch.run_text(commands);
        }
        None => run_input(emulation, given.delayed),
    }
    (emulation.environment, emulation.directory) = outer;
    emulation.leave();
    true
}

/// Whether cmd.exe is given no commands but its input.
#[must_use]
pub fn reads_input(command_line: &str) -> bool {
    given(command_line).commands.is_none()
}

fn is_fed(emulation: &Emulation<'_>) -> bool {
    match &emulation.input {
        Input::Keyboard => false,
        Input::File(path) => emulation.files.get(path, emulation.directory.as_deref()).is_some(),
        Input::Text(pieces) => !pieces.is_empty(),
    }
}

/// Each line of the input is a command line.
fn run_input(emulation: &mut Emulation<'_>, delayed: bool) {
    let pieces = match emulation.input.clone() {
        Input::Text(pieces) => pieces,
        Input::File(path) => {
            let directory = emulation.directory.clone();
            emulation.files.get(&path, directory.as_deref()).map(|file| file.pieces.clone()).unwrap_or_default()
        }
        Input::Keyboard => return,
    };
    let keyboard = std::mem::replace(&mut emulation.input, Input::Keyboard);
    let line = emulation.line;
    let lines = lines_of(pieces);
    let borrowed = lines.iter().map(|line| (line.line, line.text.trim_end_matches(['\r', '\n']))).collect();
    let mut batch = Interpreter::new(emulation, borrowed);
    batch.delayed = delayed;
    batch.run_command_lines();
    emulation.input = keyboard;
    emulation.line = line;
}

/// Takes the switches off. Of the quotes around the commands the first and the last fall away, unless nothing but the path of
/// a program stands between the only two (`cmd /?`).
fn given(command_line: &str) -> Given<'_> {
    let text = command_line.trim_start();
    let end = match text.strip_prefix('"') {
        Some(rest) => rest.find('"').map_or(text.len(), |end| end.saturating_add(2)),
        None => text.find(|c| is_delimiter(c) || c == '/').unwrap_or(text.len()),
    };
    // A path with slashes is no switch.
    let end = match text.get(..end) {
        Some(head) if head.len() > 1 && !is_shell(head) => text.find(is_delimiter).unwrap_or(text.len()),
        _ => end,
    };
    let mut rest = text.get(end..).unwrap_or_default().trim_start_matches(is_delimiter);
    let (mut delayed, mut strips) = (false, false);
    loop {
        let quoted = rest.starts_with('"');
        let bare = rest.trim_start_matches('"');
        let Some(switch) = bare.strip_prefix('/') else { break };
        let mut characters = switch.chars();
        let letter = characters.next().unwrap_or(' ').to_ascii_lowercase();
        if matches!(letter, 'c' | 'k' | 'r') {
            let tail = characters.as_str().trim_start_matches(is_delimiter);
            // `"/c" "…"` is quoted word by word.
            let tail =
                if quoted { tail.strip_prefix('"').unwrap_or(tail).trim_start_matches(is_delimiter) } else { tail };
            return Given { commands: Some(unquoted(tail, strips)).filter(|text| !text.trim().is_empty()), delayed };
        }
        let length = switch.find(|c: char| is_delimiter(c) || c == '/').unwrap_or(switch.len());
        let (word, tail) = switch.split_at_checked(length).unwrap_or((switch, ""));
        strips |= letter == 's';
        delayed |= letter == 'v' && !word.to_ascii_lowercase().ends_with("off");
        rest = tail.trim_start_matches(is_delimiter);
    }
    Given { commands: None, delayed }
}

fn is_shell(word: &str) -> bool {
    let word = word.trim_matches('"').to_ascii_lowercase();
    let name = word.rsplit(['\\', '/']).next().unwrap_or_default();
    matches!(name.trim_end_matches(".exe"), "cmd" | "command" | "command.com" | "%comspec%" | "!comspec!")
}

fn unquoted(text: &str, strips: bool) -> &str {
    let Some(after) = text.strip_prefix('"') else { return text };
    let Some((inner, tail)) = after.rsplit_once('"') else { return after };
    let only_two = !inner.contains('"') && tail.trim().is_empty();
    let lower = inner.trim_end().to_ascii_lowercase();
    let is_program = [".exe", ".com", ".bat", ".cmd"].iter().any(|extension| lower.ends_with(extension));
    let is_path = is_program && inner.contains(' ') && !inner.contains(['&', '<', '>', '(', ')', '@', '^', '|']);
    match only_two && is_path && !strips && !lower.starts_with("echo ") {
        true => text,
        // What follows the last quote is kept by cmd.exe; it hardly ever is more than blanks.
        false if tail.trim().is_empty() => inner,
        false => after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cmd_is_given() {
        let cases = [
            ("cmd /c echo x>f", Some("echo x>f"), false),
            ("cmd.exe /c \"echo x>f&ftp -s:f\"", Some("echo x>f&ftp -s:f"), false),
            ("C:\\Windows\\System32\\cmd.exe /q /c \"a & b\"", Some("a & b"), false),
            ("\"C:\\Windows\\system32\\cmd.exe\" /k a", Some("a"), false),
            ("cmd /v:on /c \"set a=1&&echo !a!\"", Some("set a=1&&echo !a!"), true),
            ("cmd /V/C\"a\"", Some("a"), true),
            ("cmd/c a", Some("a"), false),
            ("cmd,/c,a", Some("a"), false),
            ("cmd /c \"C:\\Program Files\\x.exe\"", Some("\"C:\\Program Files\\x.exe\""), false),
            ("cmd /s /c \"C:\\a b\\x.exe\"", Some("C:\\a b\\x.exe"), false),
            ("cmd /c \"ftp -n \"-s:a b.txt\"\"", Some("ftp -n \"-s:a b.txt\""), false),
            ("%COMSPEC% /C a", Some("a"), false),
            ("cmd \"/c\" a", Some("a"), false),
            ("command.com /c a", Some("a"), false),
            ("cmd", None, false),
            ("cmd /c", None, false),
            ("cmd /q", None, false),
        ];
        for (line, commands, delayed) in cases {
            assert_eq!(given(line), Given { commands, delayed }, "{line}");
        }
    }
}
