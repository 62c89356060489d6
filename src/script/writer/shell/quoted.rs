//! Commands that a text only quotes: remarks of a script that hold a script, notes and manuals that show one.
//!
//! A line counts where it begins like a command that starts a client or writes for one; from there on the text is read as
//! a script up to the end of that command, here-documents and all.

use super::expand::Value;
use super::parse::{Parser, is_name};
use super::run::Interpreter;
use super::source::Lines;

/// Lines that one quoted command may take.
const LINES: usize = 400;

/// Commands that are looked into in one text.
const COMMANDS: usize = 200;

/// The clients that read a script from their input, and what prints for them.
const CLIENTS: [&str; 8] = ["ftp", "lftp", "tnftp", "inetutils-ftp", "ncftp", "sftp", "pftp", "ftps"];

/// Whether a text names a client at all.
pub(super) fn may_start_client(text: &str) -> bool {
    text.as_bytes().windows(3).any(|window| window.eq_ignore_ascii_case(b"ftp")) || text.contains("rclone")
}

/// The remarks of a script, block by block, each line with its number and without its sign.
pub(super) fn remarks<'t>(lines: impl Iterator<Item = (u32, &'t str)>) -> Vec<Vec<(u32, &'t str)>> {
    let mut blocks: Vec<Vec<(u32, &str)>> = Vec::new();
    let mut open = false;
    let mut blank = None;
    for (number, line) in lines {
        let trimmed = line.trim_start();
        if let Some(rest) = trimmed.strip_prefix('#').filter(|rest| !rest.starts_with('!')) {
            let rest = rest.trim_start_matches('#');
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match blocks.last_mut() {
                Some(block) if open => {
                    block.extend(blank.take());
                    block.push((number, rest));
                }
                _ => blocks.push(vec![(number, rest)]),
            }
            open = true;
        } else if trimmed.is_empty() && open && blank.is_none() {
            blank = Some((number, ""));
        } else {
            open = false;
            blank = None;
        }
    }
    blocks.retain(|block| block.iter().any(|(_, line)| may_start_client(line)));
    blocks
}

impl Interpreter<'_, '_> {
    /// Runs the commands that lines quote. `strong` asks for a script that is given to a client on the spot.
    pub(super) fn quoted(&mut self, lines: &[(u32, &str)], strong: bool) {
        let (mut at, mut commands) = (0usize, 0usize);
        while let Some((_, line)) = lines.get(at) {
            let block = lines.get(at..).unwrap_or_default();
            let block = block.get(..LINES.min(block.len())).unwrap_or_default();
            let follows = |sign: &str| block.iter().any(|(_, line)| closes_into_client(line, sign));
            let bare = without_prompt(line);
            let begins = if feeds_client(bare) {
                true
            } else if bare.starts_with(['(', '{']) {
                follows(if bare.starts_with('(') { ")" } else { "}" })
            } else {
                is_assignment(bare) || !strong && begins_with_client(bare)
            };
            at = at.saturating_add(1);
            if !begins || commands >= COMMANDS {
                continue;
            }
            commands = commands.saturating_add(1);
            let indent = line.len().saturating_sub(line.trim_start().len());
            let prompted = bare.len() < line.trim_start().len();
            let text: String = block
                .iter()
                .enumerate()
                .flat_map(|(number, (_, text))| {
                    let text = if number == 0 { bare } else { outdented(text, line, indent, prompted) };
                    [text, "\n"]
                })
                .collect();
            let numbers: Vec<u32> = block.iter().map(|(number, _)| *number).collect();
            let mut parser = Parser::new(&text, Lines::Table(numbers.into()));
            if let Some(node) = parser.next_command() {
                let taken = parser.end_line();
                at = at.saturating_add(taken.saturating_sub(1));
                self.node(&node);
                self.flow = None;
            }
        }
    }
}

/// A line without the indentation of the block, and without the sign of a continued prompt.
fn outdented<'t>(text: &'t str, first: &str, indent: usize, prompted: bool) -> &'t str {
    let margin = first.get(..indent).unwrap_or_default();
    let text = text.strip_prefix(margin).unwrap_or(text);
    if prompted { text.strip_prefix("> ").unwrap_or(text) } else { text }
}

fn without_prompt(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix("$ ")
        .or_else(|| line.strip_prefix("# "))
        .or_else(|| line.strip_prefix("% "))
        .unwrap_or(line)
        .trim_start()
}

fn is_assignment(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').is_some_and(|(name, value)| {
        is_name(name)
            && !value.starts_with([' ', '='])
            && (!value.contains(' ') || value.starts_with(['"', '\'', '$', '`']))
    })
}

/// Whether the first word, after what may stand before a program, is a client.
fn begins_with_client(line: &str) -> bool {
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    words
        .find(|word| {
            !matches!(*word, "sudo" | "nohup" | "exec" | "time" | "/usr/bin/env" | "env") && !word.contains('=')
        })
        .is_some_and(|word| CLIENTS.contains(&word.rsplit('/').next().unwrap_or(word)))
}

/// Whether a here-document or a pipe on this line goes to a client.
fn feeds_client(line: &str) -> bool {
    if let Some((before, after)) = line.split_once("<<") {
        let delimiter = after.trim_start_matches(['-', ' ', '\t']);
        let begins =
            delimiter.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '\'' | '"' | '\\' | '!' | '_'));
        if begins && !after.starts_with('<') && !after.starts_with('=') {
            let into = before.rsplit(['|', ';', '&']).next().unwrap_or(before).trim_start();
            if begins_with_client(into) || pipes_into_client(after) {
                return true;
            }
        }
    }
    let prints = ["echo ", "printf ", "cat ", "print "].iter().any(|word| line.starts_with(word));
    prints && pipes_into_client(line)
}

fn pipes_into_client(text: &str) -> bool {
    text.match_indices('|')
        .any(|(at, _)| text.get(at.saturating_add(1)..).is_some_and(|rest| begins_with_client(rest.trim_start())))
}

/// Whether a group that a line closes is piped into a client.
fn closes_into_client(line: &str, sign: &str) -> bool {
    line.split_once(sign).is_some_and(|(_, rest)| pipes_into_client(rest))
}

/// Whether a text that is no script by its name or first line gives a client its script on the spot.
pub(super) fn holds_script<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    let mut opened = [false, false];
    for line in lines {
        let bare = without_prompt(line);
        if feeds_client(bare) {
            return true;
        }
        for (number, signs) in [["(", ")"], ["{", "}"]].iter().enumerate() {
            let Some(open) = opened.get_mut(number) else { continue };
            let [opening, closing] = signs;
            *open |= bare.trim_end() == *opening
                || bare.starts_with(&format!("{opening} echo"))
                || bare.starts_with(&format!("{opening}echo"));
            if *open && bare.starts_with(closing) && closes_into_client(bare, closing) {
                return true;
            }
        }
    }
    false
}

/// The lines of a crontab that run a command, with the command and what it is given as its input.
pub(super) fn cron_command(line: &str, has_user: bool) -> Option<(String, Option<String>)> {
    let line = line.trim();
    let rest = if let Some(rest) = line.strip_prefix('@') {
        let (word, rest) = rest.split_once([' ', '\t'])?;
        matches!(word, "reboot" | "hourly" | "daily" | "midnight" | "weekly" | "monthly" | "yearly" | "annually")
            .then_some(rest)?
    } else {
        let mut rest = line;
        for _ in 0..5 {
            let (field, tail) = rest.split_once([' ', '\t'])?;
            let allowed = |c: char| c.is_ascii_digit() || matches!(c, '*' | ',' | '-' | '/');
            let named = field.len() == 3 && field.chars().all(|c| c.is_ascii_alphabetic());
            if field.is_empty() || !(field.chars().all(allowed) || named) || field.starts_with('/') {
                return None;
            }
            rest = tail.trim_start();
        }
        rest
    };
    let mut rest = rest.trim_start();
    if has_user {
        rest = rest.split_once([' ', '\t'])?.1.trim_start();
    }
    // A percent sign that no backslash protects ends the line; what follows is the input.
    let (mut command, mut input, mut escaped) = (String::new(), None::<String>, false);
    for character in rest.chars() {
        if character == '%' && !escaped {
            match &mut input {
                None => input = Some(String::new()),
                Some(text) => text.push('\n'),
            }
            continue;
        }
        let target = input.as_mut().unwrap_or(&mut command);
        if character == '%' {
            target.pop();
        }
        target.push(character);
        escaped = character == '\\';
    }
    (!command.is_empty()).then_some((command, input.map(|text| text + "\n")))
}

/// The arguments of a program as values.
pub(super) fn values(words: &[String]) -> Vec<Value> {
    words.iter().map(Value::known).collect()
}
