//! The words that are hidden in running text, and where they stand for a password.
//!
//! A password that is long stands for itself wherever it is found. A shorter one may be part of another word, so that it is hidden
//! where it stands alone, and where what stands before it is no word but a switch (`-pS3cr3t`) or an escape (`` `nS3cr3t``,
//! `\nS3cr3t`, `%20S3cr3t`). One that is shorter still, or the name of a command (`a`, `get`), is found all over a report that
//! nobody could read any more: it is hidden where passwords are told, which is behind the name of its account, behind a switch for
//! passwords, and where it is a line of its own.

use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::ops::Range;

/// What stands for a secret in running text.
pub(super) const MASK: &str = "****";

/// A word of so many bytes is hidden wherever it is.
const LONG: usize = 8;
/// A word of fewer characters is hidden where passwords are told.
const SHORT: usize = 4;
/// What stands before an escape or a switch is looked at no further back than so many bytes.
const NEAR: usize = 64;

/// Commands that people choose for a password, or that a reader takes for one where a script is odd.
const COMMANDS: &[&str] = &[
    "account", "append", "ascii", "bell", "binary", "bye", "close", "debug", "delete", "dir", "echo", "exit", "force",
    "get", "glob", "hash", "help", "image", "lcd", "literal", "mdelete", "mdir", "mget", "mkdir", "mls", "mput",
    "open", "pass", "passive", "prompt", "quit", "quote", "recv", "remote", "rename", "reset", "rmdir", "send", "size",
    "status", "trace", "type", "user", "verbose",
];

/// What is read as a switch for passwords, without the sign before it.
const SWITCHES: &[&str] =
    &["p", "pw", "pwd", "pass", "passwd", "password", "passphrase", "ftp-password", "http-password"];

/// Where a word stands for a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Alone,
    Told,
}

/// Passwords and accounts of a case, and the names that they belong to.
pub(super) struct Words {
    /// Absent where the words are too many for it: then nothing is shown.
    finder: Option<AhoCorasick>,
    places: Vec<Place>,
    users: BTreeSet<String>,
}

impl Words {
    pub(super) fn new(words: &BTreeSet<String>, users: BTreeSet<String>) -> Self {
        let words: BTreeSet<&str> = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
        let place = |word: &&str| match word {
            word if word.chars().count() < SHORT || COMMANDS.contains(&word.to_ascii_lowercase().as_str()) => {
                Place::Told
            }
            word if word.len() < LONG => Place::Alone,
            _ => Place::Anywhere,
        };
        Self { finder: AhoCorasick::new(&words).ok(), places: words.iter().map(place).collect(), users }
    }

    /// Hides the words in a text.
    pub(super) fn hide(&self, text: &mut String) {
        self.replace(text, false);
    }

    /// Hides the words in a text that may be a password as a whole.
    pub(super) fn hide_answer(&self, text: &mut String) {
        self.replace(text, true);
    }

    /// Hides the words in a line of a script, which may be a password as a whole unless it is a command.
    pub(super) fn hide_line(&self, line: &mut String) {
        let is_command = COMMANDS.contains(&line.trim().to_ascii_lowercase().as_str());
        self.replace(line, !is_command);
    }

    fn replace(&self, text: &mut String, answer: bool) {
        let Some(finder) = &self.finder else {
            MASK.clone_into(text);
            return;
        };
        let mut hidden: Vec<Range<usize>> = Vec::new();
        for found in finder.find_overlapping_iter(text.as_str()) {
            let place = self.places.get(found.pattern().as_usize()).copied().unwrap_or(Place::Anywhere);
            let (start, end) = (found.start(), found.end());
            if !self.is_secret(place, text, start..end, answer) {
                continue;
            }
            // One may be part of another, or begin in it: they come in the order of their ends.
            let mut start = start;
            while let Some(last) = hidden.pop_if(|last| last.end > start) {
                start = start.min(last.start);
            }
            hidden.push(start..end);
        }
        if hidden.is_empty() {
            return;
        }
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for range in hidden {
            shown.push_str(text.get(from..range.start).unwrap_or_default());
            shown.push_str(MASK);
            from = range.end;
        }
        shown.push_str(text.get(from..).unwrap_or_default());
        *text = shown;
    }

    fn is_secret(&self, place: Place, text: &str, at: Range<usize>, answer: bool) -> bool {
        if place == Place::Anywhere {
            return true;
        }
        let (head, tail) = (text.get(..at.start).unwrap_or_default(), text.get(at.end..).unwrap_or_default());
        let word = text.get(at).unwrap_or_default();
        let left =
            !word.starts_with(is_word) || !head.ends_with(is_word) || follows_switch(head) || escape(head).is_some();
        let right = !word.ends_with(is_word) || !tail.starts_with(is_word);
        if place == Place::Alone || !left || !right {
            return left && right;
        }
        if head.trim().is_empty() && tail.trim().is_empty() {
            return answer;
        }
        self.follows_user(head) || follows_password_switch(head) || is_a_line(head, tail)
    }

    /// `bob a`, `bob:a@`, `-u bob,a`, `-u bob -pa`.
    fn follows_user(&self, head: &str) -> bool {
        const BETWEEN: [char; 7] = [' ', ',', ':', ';', '"', '\'', '\t'];
        let separated = head.trim_end_matches(BETWEEN);
        [separated, without_switch(separated).trim_end_matches(BETWEEN)]
            .into_iter()
            .any(|before| before.len() < head.len() && self.ends_with_user(before))
    }

    fn ends_with_user(&self, before: &str) -> bool {
        let near = end(before);
        let names = near.char_indices().filter_map(|(at, _)| Some((near.get(..at)?, near.get(at..)?)));
        let is_user = |(rest, name): (&str, &str)| {
            self.users.contains(name) && (!rest.ends_with(is_word) || escape(rest).is_some())
        };
        names.into_iter().any(is_user)
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric()
}

/// The end of a text, as much as matters.
fn end(text: &str) -> &str {
    let from = text.len().saturating_sub(NEAR);
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text.get(from..).unwrap_or_default()
}

/// What stands before a switch that a text ends with, one of letters and in front of what it takes: `x -p`, `x /pw`.
fn without_switch(text: &str) -> &str {
    let name = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
    let before = match name.strip_suffix('/') {
        Some(before) => before,
        None if text.get(name.len()..).is_some_and(|rest| rest.starts_with('-')) => name,
        None => return text,
    };
    if before.ends_with(is_word) { text } else { before }
}

/// Whether a text ends with a short switch that its value may be glued to.
fn follows_switch(head: &str) -> bool {
    let near = end(head);
    let before = without_switch(near);
    let name = near.get(before.len()..).unwrap_or_default();
    (2..=4).contains(&name.len()) && !before.ends_with(is_word)
}

/// Whether a text ends with a switch for passwords, and perhaps what stands between it and its value.
fn follows_password_switch(head: &str) -> bool {
    let near = end(head).trim_end_matches([' ', '=', ':', '"', '\'', '\t']);
    let name =
        near.rsplit([' ', '\t', '"', '\'', '&', '|', '(', '<', '>', '\n', '`', '?', ';']).next().unwrap_or_default();
    // `PASS a`, `ACCT a`: what goes over the wire.
    if matches!(name, "PASS" | "ACCT") {
        return true;
    }
    let bare = name.trim_start_matches(['-', '/']);
    bare.len() < name.len() && SWITCHES.contains(&bare.to_ascii_lowercase().as_str())
}

/// The start of an escape that a text ends with: `` `n``, `\n`, `\x0a`, `\u000a`, `%n`, `%0A`.
fn escape(head: &str) -> Option<usize> {
    let near = end(head);
    let base = head.len().saturating_sub(near.len());
    [("`", 1), ("\\", 1), ("%", 1), ("%", 2), ("\\x", 2), ("\\u", 4)].into_iter().find_map(|(lead, length)| {
        let at = near.len().checked_sub(length)?;
        let (before, code) = (near.get(..at)?, near.get(at..)?);
        let fits = |c: char| if length == 1 { c.is_ascii_alphanumeric() } else { c.is_ascii_hexdigit() };
        (before.ends_with(lead) && code.chars().all(fits)).then_some(base.saturating_add(at).saturating_sub(lead.len()))
    })
}

/// Whether what stands between these is a line of its own in a text of lines, or in a command that writes such a text.
fn is_a_line(head: &str, tail: &str) -> bool {
    let near = end(head).to_ascii_lowercase();
    let begins =
        head.is_empty() || head.ends_with(['\n', '\r', '"', '\'']) || near.ends_with("echo ") || escape(head).is_some();
    let mut next = tail.trim_start_matches(' ').chars();
    let ends = match next.next() {
        None | Some('\n' | '\r' | '"' | '\'' | '>' | '&' | '|' | ')' | '`') => true,
        Some('\\') => matches!(next.next(), Some('n' | 'r')),
        Some('%') => true,
        _ => false,
    };
    begins && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(word: &str, text: &str) -> String {
        let words = Words::new(&BTreeSet::from([word.to_owned()]), BTreeSet::from(["bob".to_owned()]));
        let mut text = text.to_owned();
        words.hide(&mut text);
        text
    }

    #[test]
    fn a_word_is_hidden_where_it_stands_for_a_password() {
        let cases = [
            ("hunter2hunter2", "xhunter2hunter2x", "x****x"),
            ("S3cr3t", "ncftpget -u bob -pS3cr3t h", "ncftpget -u bob -p**** h"),
            ("S3cr3t", "plink /pwS3cr3t", "plink /pw****"),
            ("S3cr3t", "-pwS3cr3t", "-pw****"),
            ("S3cr3t", "--password=S3cr3t", "--password=****"),
            ("S3cr3t", "--passwordS3cr3t", "--passwordS3cr3t"),
            ("S3cr3t", "-u bob,S3cr3t", "-u bob,****"),
            ("S3cr3t", "`nbob`nS3cr3t`nget", "`nbob`n****`nget"),
            ("S3cr3t", "bob\\nS3cr3t\\nget", "bob\\n****\\nget"),
            ("S3cr3t", "bob%0AS3cr3t%0Aget", "bob%0A****%0Aget"),
            ("S3cr3t", "bob\\x0aS3cr3t", "bob\\x0a****"),
            ("S3cr3t", "bob\\u000aS3cr3t", "bob\\u000a****"),
            ("S3cr3t", "xS3cr3t S3cr3ts", "xS3cr3t S3cr3ts"),
            ("wolf", "mput -pwolf werewolf wolf.exe", "mput -p**** werewolf ****.exe"),
            ("p@ss", "ftp://bob:p@ss@host/", "ftp://bob:****@host/"),
            ("!abc", "x!abc", "x****"),
            ("ÄÖÜß", "bob`nÄÖÜß`n é", "bob`n****`n é"),
            ("", "a", "a"),
        ];
        for (word, text, expected) in cases {
            assert_eq!(hidden(word, text), expected, "{word}: {text}");
        }
    }

    #[test]
    fn a_very_short_one_and_a_command_are_hidden_where_passwords_are_told() {
        let cases = [
            ("a", "user bob a", "user bob ****"),
            ("a", "a a-a banana", "a a-a banana"),
            ("a", "a script that is a dropper", "a script that is a dropper"),
            ("a", "curl ftp://bob:a@h/a", "curl ftp://bob:****@h/a"),
            ("a", "lftp -u bob,a h", "lftp -u bob,**** h"),
            ("a", "ncftpget -u bob -pa h a", "ncftpget -u bob -p**** h a"),
            ("a", "ncftpget -u bob -p a h a", "ncftpget -u bob -p **** h a"),
            ("a", "psftp -pw a h", "psftp -pw **** h"),
            ("a", "PASS a", "PASS ****"),
            ("a", "echo bob>x&echo a>>x&echo get a>>x", "echo bob>x&echo ****>>x&echo get a>>x"),
            ("a", "\"open h`nbob`na`nget a`n\"", "\"open h`nbob`n****`nget a`n\""),
            ("a", "open h\nbob\na\nget a\n", "open h\nbob\n****\nget a\n"),
            ("get", "get get.exe", "get get.exe"),
            ("get", "user bob get", "user bob ****"),
            ("quit", "user bob quit\nget quit.txt", "user bob ****\nget quit.txt"),
            ("a", "a", "a"),
        ];
        for (word, text, expected) in cases {
            assert_eq!(hidden(word, text), expected, "{word}: {text}");
        }
        let words = Words::new(&BTreeSet::from(["a".to_owned()]), BTreeSet::new());
        let mut answer = "a".to_owned();
        words.hide_answer(&mut answer);
        assert_eq!(answer, MASK);
    }

    #[test]
    fn words_in_words_leave_nothing() {
        let words: BTreeSet<String> =
            ["hunter2hunter2", "hunter2hunter2!x", "2hunter2!", "wolf"].map(str::to_owned).into();
        let words = Words::new(&words, BTreeSet::new());
        for (text, expected) in [
            ("a hunter2hunter2!x b", "a **** b"),
            ("2hunter2!", MASK),
            ("hunter2hunter2hunter2!x", MASK),
            ("wolf wolf", "**** ****"),
        ] {
            let mut text = text.to_owned();
            words.hide(&mut text);
            assert_eq!(text, expected);
        }
    }
}
