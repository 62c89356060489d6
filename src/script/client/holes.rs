//! Expansions that their writer could not tell, `$(date +%Y-%m-%d)`, as the one word that they were.
//!
//! What a writer leaves as it is written stands for a value, and its blanks and quotes are not those of the script: read as
//! words, they make names and transfers that never were. While a client runs, each such character is another one.

use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::session::{Credential, Diagnostic, Session};
use crate::script::transfer::Transfer;

/// The first of the private characters that stand for the 128 of ASCII.
const FIRST: u32 = 0xf700;

/// The text with its holes closed; nothing where none of them could be taken for more than a word.
#[must_use]
pub fn closed(text: &str, holes: &[String]) -> Option<String> {
    let mut holes: Vec<&String> = holes.iter().filter(|hole| hole.contains([' ', '\t', '"', '\'', ';', '|'])).collect();
    holes.retain(|hole| text.contains(hole.as_str()));
    // One may be part of another.
    holes.sort_by_key(|hole| std::cmp::Reverse(hole.len()));
    let mut closed = (!holes.is_empty()).then(|| text.to_owned())?;
    for hole in holes {
        closed = closed.replace(hole.as_str(), &close(hole));
    }
    Some(closed)
}

/// The same for a text with its encoding.
#[must_use]
pub fn closed_text(text: &Text, holes: &[String]) -> Option<Text> {
    closed(&text.content, holes).map(|content| Text { content, ..text.clone() })
}

/// The command substitutions of a Unix shell that stand in a word: `$(…)`.
#[must_use]
pub fn substitutions(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = word;
    while let Some((_, after)) = rest.split_once("$(") {
        let mut depth = 1usize;
        let end = after.find(|character| {
            match character {
                '(' => depth = depth.saturating_add(1),
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let Some((inner, behind)) = end.and_then(|end| after.split_at_checked(end)) else { break };
        found.push(format!("$({inner})"));
        rest = behind;
    }
    found
}

/// What tells that a word is open, `$`, `%` and `!`, stays.
fn close(hole: &str) -> String {
    let stays =
        |character: char| !character.is_ascii() || character.is_ascii_alphanumeric() || "$%!_.-".contains(character);
    let private = |character: char| char::from_u32(FIRST.saturating_add(u32::from(character)));
    hole.chars()
        .map(|character| if stays(character) { character } else { private(character).unwrap_or(character) })
        .collect()
}

fn open(text: &mut String) {
    let plain = |character: char| {
        let offset = u32::from(character).checked_sub(FIRST).filter(|offset| *offset < 128)?;
        char::from_u32(offset)
    };
    if text.chars().any(|character| plain(character).is_some()) {
        *text = text.chars().map(|character| plain(character).unwrap_or(character)).collect();
    }
}

/// Opens the holes in what came of a run.
pub fn open_all(sessions: &mut [Session], diagnostics: &mut [Diagnostic]) {
    diagnostics.iter_mut().for_each(|diagnostic| open(&mut diagnostic.message));
    for session in sessions {
        session.host.iter_mut().for_each(open);
        session.credentials.iter_mut().for_each(open_login);
        if let Some(meant) = &mut session.intended {
            meant.username.iter_mut().for_each(open);
            meant.password.iter_mut().for_each(open_secret);
        }
        for command in &mut session.commands {
            command.verb.iter_mut().chain(&mut command.message).for_each(open);
            command.arguments.iter_mut().chain(&mut command.wire).chain([&mut command.text]).for_each(open);
        }
        session.transfers.iter_mut().for_each(open_transfer);
        let lists = [
            &mut session.deletes,
            &mut session.makes_directories,
            &mut session.removes_directories,
            &mut session.executes,
            &mut session.local_writes,
            &mut session.raw,
            &mut session.also_named_hosts,
            &mut session.uncertain,
        ];
        lists.into_iter().flatten().chain(session.renames.iter_mut().flatten()).for_each(open);
    }
}

fn open_login(login: &mut Credential) {
    login.username.iter_mut().chain(&mut login.account).for_each(open);
    login.password.iter_mut().for_each(open_secret);
}

fn open_secret(secret: &mut Secret) {
    let mut text = secret.reveal().to_owned();
    open(&mut text);
    *secret = Secret::new(text);
}

fn open_transfer(transfer: &mut Transfer) {
    let names = [
        &mut transfer.remote_path,
        &mut transfer.remote_directory,
        &mut transfer.local_path,
        &mut transfer.local_directory,
        &mut transfer.resolved_path,
    ];
    names.into_iter().flatten().chain([&mut transfer.command]).for_each(open);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_closed_and_opened() {
        let holes = ["$(date +%F)".to_owned(), "$x".to_owned()];
        let line = "put a b_$(date +%F).gz $x";
        let mut text = closed(line, &holes).unwrap();
        assert_eq!(text.split(' ').count(), 4, "{text}");
        open(&mut text);
        assert_eq!(text, line);
        assert_eq!(closed("put a $x", &holes), None);
        assert_eq!(closed("put a b", &holes), None);
    }

    #[test]
    fn substitutions_end_where_their_parentheses_do() {
        for (word, found) in [
            ("a_$(date +%F).gz", vec!["$(date +%F)"]),
            ("$(a $(b c)) $(d)", vec!["$(a $(b c))", "$(d)"]),
            ("$(a", vec![]),
            ("$a (b)", vec![]),
        ] {
            assert_eq!(substitutions(word), found, "{word}");
        }
    }
}
