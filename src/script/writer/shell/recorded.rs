//! Commands that a Unix recorded when they were run: the lines of sudo in the log of logins, and the audit system's `EXECVE`.
//!
//! `… sudo: bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/curl -T f ftp://h/`: sudo writes the arguments with
//! blanks between them and no quotes (sudoers(5), EVENT LOGGING). `type=EXECVE msg=audit(1700000000.123:45): argc=2 a0="ftp"
//! a1=…`: an argument in quotes, or in hexadecimal where it holds blanks or quotes; a long one in parts, `a1[0]=…`
//! (auditd's `audit_log_execve_info`).

use super::expand::Value;
use super::run::Interpreter;
use crate::base::time::Timestamp;
use crate::script::reading::Feed;
use crate::script::writer::emulation::{Input, program_name};
use std::collections::BTreeMap;

/// Arguments of one command that are read.
const ARGUMENTS: usize = 1000;

/// What a reader is told of a client of which only the start was recorded.
const RECORDED: &str = "recorded when it was run: what the client was told then is not known";

/// A command that was run, or that sudo refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Command {
    time: Option<Timestamp>,
    directory: Option<String>,
    words: Vec<String>,
    refused: bool,
}

/// Whether a text holds such a record.
pub(super) fn has_shape(content: &str) -> bool {
    (content.contains(" COMMAND=/") || content.contains("type=EXECVE"))
        && content.lines().any(|line| command(line).is_some())
}

/// The command that a line records.
fn command(line: &str) -> Option<Command> {
    of_sudo(line).or_else(|| of_audit(line))
}

fn of_sudo(line: &str) -> Option<Command> {
    let (head, text) = line.split_once(" ; COMMAND=")?;
    let (before, fields) = head.split_once("TTY=")?;
    before.contains("sudo").then_some(())?;
    let directory = fields.split(" ; ").find_map(|field| field.trim().strip_prefix("PWD="));
    let refused = ["not allowed", "NOT in sudoers", "incorrect password", "password is required"];
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace().take(ARGUMENTS) {
        match words.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push(' ');
                last.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
    }
    let command = Command {
        time: line.split(' ').next().and_then(Timestamp::parse),
        directory: directory.filter(|directory| directory.starts_with('/')).map(str::to_owned),
        words,
        refused: refused.iter().any(|sign| before.contains(sign)),
    };
    (!command.words.is_empty()).then_some(command)
}

fn of_audit(line: &str) -> Option<Command> {
    let (_, record) = line.split_once("type=EXECVE msg=audit(")?;
    let (stamp, fields) = record.split_once("): argc=")?;
    let (seconds, rest) = stamp.split_once('.')?;
    let thousandths = rest.get(..3).and_then(|digits| digits.parse::<i32>().ok());
    let nanoseconds = thousandths.unwrap_or(0).saturating_mul(1_000_000);
    let mut arguments: BTreeMap<usize, String> = BTreeMap::new();
    for field in fields.split(' ').take(ARGUMENTS) {
        let Some((name, value)) = field.strip_prefix('a').and_then(|field| field.split_once('=')) else { continue };
        let number = name.split('[').next().and_then(|digits| digits.parse::<usize>().ok());
        let Some(number) = number.filter(|number| *number < ARGUMENTS) else { continue };
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').unwrap_or(quoted).to_owned(),
            None => of_digits(value)?,
        };
        arguments.entry(number).or_default().push_str(&value);
    }
    let time = seconds.parse().ok().and_then(|seconds| Timestamp::from_unix(seconds, nanoseconds));
    let words: Vec<String> = arguments.into_values().collect();
    (!words.is_empty()).then(|| Command { time, words, ..Command::default() })
}

/// Text in hexadecimal.
fn of_digits(digits: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.as_bytes().chunks(2) {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        bytes.push(u8::from_str_radix(pair, 16).ok()?);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

impl Interpreter<'_, '_> {
    /// Runs the commands that a log records, each by itself.
    pub(super) fn recorded(&mut self, content: &str) {
        let launches = self.emulation.outcome.launches.len();
        for (number, line) in (1u32..).zip(content.split('\n')) {
            let Some(Command { time, directory, words, refused }) = command(line) else { continue };
            let Some((name, arguments)) = words.split_first() else { continue };
            if !self.emulation.step() {
                break;
            }
            self.emulation.line = number;
            self.emulation.typed_at = time;
            self.emulation.directory = directory;
            self.emulation.input = Input::Keyboard;
            self.emulation.dead = refused;
            self.emulation.note = refused.then(|| "sudo refused to run it".to_owned());
            let arguments = match script_of_shell(name, arguments) {
                Some(text) => vec!["-c".to_owned(), text],
                None => arguments.to_vec(),
            };
            let values: Vec<Value> = arguments.iter().map(Value::known).collect();
            self.command(&Value::known(name), &values);
            self.flow = None;
        }
        self.emulation.dead = false;
        self.emulation.note = None;
        self.emulation.typed_at = None;
        self.emulation.directory = None;
        for (launch, feed) in self.emulation.outcome.launches.iter_mut().skip(launches) {
            if *feed == Feed::Elsewhere && launch.script_path.is_none() {
                launch.note.get_or_insert_with(|| RECORDED.to_owned());
            }
        }
    }
}

/// What a shell is given to run, which a record without quotes has in pieces.
fn script_of_shell(name: &str, arguments: &[String]) -> Option<String> {
    super::recognise::flavour(&program_name(name))?;
    let (switch, text) = arguments.split_first()?;
    (switch == "-c" && !text.is_empty()).then(|| text.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_tell_their_commands() {
        let sudo = "Nov 16 22:13:20 h sudo[7]:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/ftp -n 192.0.2.6";
        let refused = "2024-01-02T03:04:05.5+01:00 h sudo: bob : command not allowed ; TTY=pts/1 ; PWD=/x ; USER=root ; COMMAND=/bin/cp a\\ b c";
        let audit = "node=h type=EXECVE msg=audit(1700000000.250:45): argc=4 a0=\"curl\" a1=\"-T\" a2=2F782079 a3[0]=\"ftp:\" a3[1]=\"//h/\"";
        let told = |line: &str| {
            let command = command(line)?;
            let time = command.time.map(|time| time.to_string()).unwrap_or_default();
            Some((command.words.join("|"), command.directory.unwrap_or_default(), time, command.refused))
        };
        let cases = [
            (sudo, Some(("/usr/bin/ftp|-n|192.0.2.6", "/home/alice", "", false))),
            (refused, Some(("/bin/cp|a b|c", "/x", "2024-01-02T02:04:05.5Z", true))),
            (audit, Some(("curl|-T|/x y|ftp://h/", "", "2023-11-14T22:13:20.25Z", false))),
            ("type=EXECVE msg=audit(1700000000.250:45): argc=1 a0=2F7", None),
            ("type=EXECVE msg=audit(é", None),
            ("say COMMAND=/bin/ftp h", None),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|(words, directory, time, refused)| {
                (words.to_owned(), directory.to_owned(), time.to_owned(), refused)
            });
            assert_eq!(told(line), expected, "{line}");
        }
    }
}
