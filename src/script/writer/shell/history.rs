//! What was typed into a shell of Unix, as its history keeps it: each line a command by itself, with the time where it is kept.
//!
//! bash writes `#SECONDS` above a command where `HISTTIMEFORMAT` is set, tcsh `#+SECONDS`; zsh with `EXTENDED_HISTORY` begins
//! a line with `: SECONDS:DURATION;`; fish writes `- cmd: …` and below it `  when: SECONDS`. Sources: bash(1) HISTORY,
//! zshoptions(1), tcsh(1) `savehist`, and fish's `history_file.cpp`.

use super::quoted;
use super::run::Interpreter;
use super::source::Lines;
use crate::base::number::to_u32;
use crate::base::time::Timestamp;
use crate::script::reading::Feed;
use crate::script::writer::emulation::Input;
use std::borrow::Cow;

/// Lines that one typed command may take.
const LINES: usize = 400;

/// Histories of other programs than shells, by what stands before `_history`.
const OTHERS: [&str; 16] = [
    "python",
    "mysql",
    "mariadb",
    "psql",
    "sqlite",
    "node_repl",
    "irb",
    "irb-",
    "pry",
    "php",
    "scala",
    "gdb",
    "rl",
    "rediscli",
    "mongo",
    "lldb",
];

/// What a reader is told of a client that was started at the keyboard.
const TYPED: &str = "typed at a prompt: what the client was told then is not known";

/// Whether a file is the history of a shell by its name: `.bash_history`, `fish_history`, `.history`, and names like them.
#[must_use]
pub fn is_named(name: &str) -> bool {
    if name.eq_ignore_ascii_case(".histfile") {
        return true;
    }
    let at = name.len().checked_sub("history".len());
    let Some((head, tail)) = at.and_then(|at| name.split_at_checked(at)) else { return false };
    if !tail.eq_ignore_ascii_case("history") {
        return false;
    }
    let head = head.to_ascii_lowercase();
    match head.strip_suffix('_') {
        Some(shell) => !OTHERS.contains(&shell.trim_start_matches('.')),
        None => matches!(head.as_str(), "." | ".z" | ".sh" | ".ksh") || is_session(&head),
    }
}

/// `B2C3….`: macOS keeps the history of each window under its number.
fn is_session(head: &str) -> bool {
    head.strip_suffix('.')
        .is_some_and(|number| number.len() == 36 && number.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
}

/// Whether a text has the shape of a history with times.
pub(super) fn has_shape(content: &str) -> bool {
    let mut lines = content.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    time_above(first).is_some() && lines.next().is_some_and(|line| !line.starts_with('#'))
        || extended(first).is_some()
        || first.starts_with("- cmd: ") && lines.next().is_some_and(|line| time_below(line).is_some())
}

/// A command as it was typed.
#[derive(Debug, PartialEq, Eq)]
struct Typed<'t> {
    /// The line of the history that it begins on.
    line: u32,
    time: Option<Timestamp>,
    text: Cow<'t, str>,
    /// Lines of the history that it takes.
    lines: usize,
}

/// `#1700000000`, `#+1700000000`.
fn time_above(line: &str) -> Option<Timestamp> {
    let digits = line.trim_end().strip_prefix('#')?;
    seconds(digits.strip_prefix('+').unwrap_or(digits))
}

/// `: 1700000000:0;command`.
fn extended(line: &str) -> Option<(Timestamp, &str)> {
    let (times, command) = line.strip_prefix(": ")?.split_once(';')?;
    let (begun, taken) = times.trim_start().split_once(':')?;
    taken.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    Some((seconds(begun)?, command))
}

/// `  when: 1700000000`.
fn time_below(line: &str) -> Option<Timestamp> {
    seconds(line.trim().strip_prefix("when: ")?)
}

fn seconds(digits: &str) -> Option<Timestamp> {
    let plausible = (9..=11).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plausible.then(|| Timestamp::from_unix(digits.parse().ok()?, 0)).flatten()
}

/// The commands of a history, in order.
fn typed(content: &str) -> Vec<Typed<'_>> {
    let lines: Vec<&str> = content.split('\n').collect();
    let mut commands = Vec::new();
    let mut time = None;
    let mut at = 0usize;
    while let Some(line) = lines.get(at).copied() {
        let number = to_u32(at).saturating_add(1);
        at = at.saturating_add(1);
        if let Some(above) = time_above(line) {
            time = Some(above);
            continue;
        }
        if let Some(command) = line.strip_prefix("- cmd: ") {
            let time = lines.get(at).and_then(|below| time_below(below));
            at = at.saturating_add(usize::from(time.is_some()));
            commands.push(Typed { line: number, time, text: without_escapes(command), lines: 1 });
            continue;
        }
        let (time, command) = match extended(line) {
            Some((time, command)) => (Some(time), command),
            None => (time, line),
        };
        let more = continued(command, lines.get(at..).unwrap_or_default());
        let mut text = Cow::Borrowed(command);
        for line in lines.iter().skip(at).take(more) {
            let text = text.to_mut();
            text.push('\n');
            text.push_str(line);
        }
        at = at.saturating_add(more);
        if !command.trim().is_empty() {
            commands.push(Typed { line: number, time, text, lines: more.saturating_add(1) });
        }
    }
    commands
}

/// How many of the lines that follow belong to a command: its here-document, or those that a backslash joins to it.
fn continued(command: &str, rest: &[&str]) -> usize {
    let rest = rest.get(..rest.len().min(LINES)).unwrap_or(rest);
    if command.ends_with('\\') {
        let joined = rest.iter().take_while(|line| line.ends_with('\\')).count();
        return joined.saturating_add(1).min(rest.len());
    }
    let Some((_, after)) = command.split_once("<<").filter(|(_, after)| !after.starts_with('<')) else { return 0 };
    let word = after.trim_start_matches(['-', ' ', '\t', '\\']);
    let delimiter: &str = word
        .strip_prefix(['\'', '"'])
        .map(|quoted| quoted.split(['\'', '"']).next().unwrap_or_default())
        .unwrap_or_else(|| word.split([' ', '\t', '|', ';', '&', '>', '\\']).next().unwrap_or_default());
    let ends = |line: &&str| line.trim_start_matches('\t').trim_end_matches('\\') == delimiter;
    match rest.iter().position(ends) {
        Some(last) if !delimiter.is_empty() => last.saturating_add(1),
        _ => 0,
    }
}

/// A command of fish's history with `\n` and `\\` worked off.
fn without_escapes(command: &str) -> Cow<'_, str> {
    if !command.contains('\\') {
        return Cow::Borrowed(command);
    }
    let mut text = String::with_capacity(command.len());
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (character, if character == '\\' { characters.next() } else { None }) {
            (_, Some('n')) => text.push('\n'),
            (_, Some('\\')) => text.push('\\'),
            (first, next) => {
                text.push(first);
                text.extend(next);
            }
        }
    }
    Cow::Owned(text)
}

impl Interpreter<'_, '_> {
    /// Runs what a history says was typed. A line that cannot be parsed costs itself alone.
    pub(super) fn history(&mut self, content: &str) {
        let launches = self.emulation.outcome.launches.len();
        for command in typed(content) {
            if self.emulation.is_capped() {
                break;
            }
            self.emulation.typed_at = command.time;
            self.emulation.line = command.line;
            self.emulation.input = Input::Keyboard;
            let lines = if command.lines > 1 { Lines::From(command.line) } else { Lines::At(command.line) };
            self.run_lines(&command.text, lines);
            if self.flow.take() == Some(super::run::Flow::Exit) {
                // The next shell begins in the home, and knows nothing of this one.
                self.emulation.directory = None;
            }
        }
        self.emulation.typed_at = None;
        for (launch, feed) in self.emulation.outcome.launches.iter_mut().skip(launches) {
            if *feed == Feed::Elsewhere && launch.script_path.is_none() {
                launch.note.get_or_insert_with(|| TYPED.to_owned());
            }
        }
    }
}

/// Whether a history speaks of a client at all.
pub(super) fn may_start_client(content: &str) -> bool {
    quoted::may_start_client(content) || content.contains("scp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_are_told_by_their_names() {
        let histories = [
            ".bash_history",
            ".zsh_history",
            ".sh_history",
            ".ash_history",
            ".ksh_history",
            "fish_history",
            ".history",
            ".zhistory",
            ".histfile",
            "root_bash_history",
            "0A1B2C3D-0000-1111-2222-333344445555.history",
        ];
        for name in histories {
            assert!(is_named(name), "{name}");
        }
        for name in [
            ".python_history",
            ".mysql_history",
            ".psql_history",
            ".node_repl_history",
            "rl_history",
            "history",
            "ConsoleHost_history.txt",
            "notes.history",
            "prehistory",
            "a.txt",
            "",
            "é",
            "xéhistory",
        ] {
            assert!(!is_named(name), "{name}");
        }
    }

    #[test]
    fn commands_come_with_their_lines_and_times() {
        let at = |seconds| Timestamp::from_unix(seconds, 0);
        let cases: [(&str, &[(u32, Option<Timestamp>, &str)]); 6] = [
            ("ls\n\ncd /x\n", &[(1, None, "ls"), (3, None, "cd /x")]),
            (
                "ls\n#1700000000\ncd /x\nfoo\n",
                &[(1, None, "ls"), (3, at(1_700_000_000), "cd /x"), (4, at(1_700_000_000), "foo")],
            ),
            (": 1700000001:0;ftp h\\\n -n\n", &[(1, at(1_700_000_001), "ftp h\\\n -n")]),
            (
                "- cmd: a \\\\ b\\nc\n  when: 1700000002\n- cmd: d\n",
                &[(1, at(1_700_000_002), "a \\ b\nc"), (3, None, "d")],
            ),
            (
                "ftp -n h << 'EOF' | tee x\nbye\nEOF\nls",
                &[(1, None, "ftp -n h << 'EOF' | tee x\nbye\nEOF"), (4, None, "ls")],
            ),
            ("cat <<EOF\nls\ncat <<< x", &[(1, None, "cat <<EOF"), (2, None, "ls"), (3, None, "cat <<< x")]),
        ];
        for (content, expected) in cases {
            let found = typed(content);
            let found: Vec<_> = found.iter().map(|t| (t.line, t.time, t.text.as_ref())).collect();
            assert_eq!(found, expected, "{content}");
        }
    }
}
