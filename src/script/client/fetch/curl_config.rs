//! Files of options for curl (`-K`, `.curlrc`): one option a line, with or without dashes, its value after a blank, `=` or
//! `:`, in quotes where it holds blanks (manual page, `--config`).

use super::curl_options::{FLAGS, GRAMMAR};
use crate::base::text::Text;
use crate::script::session::Session;

/// An option with its line and its value.
pub(super) type Word = (u32, String, Option<String>);

/// Lines that are read.
const LINES: usize = 10_000;

/// The options of a text.
pub(super) fn words(text: &Text) -> Vec<Word> {
    let lines = text.lines().take(LINES);
    lines.filter_map(|line| split(line.text).map(|(name, value)| (line.number, name, value))).collect()
}

/// Whether a text is such a file and asks something of FTP: every line is an option that curl has.
pub(super) fn is_config(text: &Text) -> bool {
    let mut ftp = false;
    for line in text.lines().take(LINES) {
        let bare = line.text.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let Some((name, value)) = split(bare) else { return false };
        let takes = GRAMMAR.names.contains(&name.as_str()) || name.len() == 1 && GRAMMAR.letters.contains(&name);
        let flag = FLAGS.contains(&name.as_str()) || bare.starts_with('-') && name.len() == 1;
        if !takes && !flag || takes && value.is_none() {
            return false;
        }
        let address = value.as_deref().unwrap_or_default().to_ascii_lowercase();
        ftp |= name == "url" && (address.starts_with("ftp://") || address.starts_with("ftps://"));
    }
    ftp
}

/// Gives every line of the text to the session that is open at it.
pub(super) fn comment(sessions: &mut [Session], text: &Text, words: &[Word]) {
    let starts: Vec<u32> = sessions.iter().map(|session| session.line).collect();
    for line in text.lines().take(LINES).filter(|line| !line.text.trim().is_empty()) {
        let word = words.iter().find(|(number, ..)| *number == line.number);
        let record = super::command(
            line.number,
            word.map(|(_, name, _)| name.as_str()),
            word.and_then(|(_, _, value)| value.as_deref()),
            line.text,
        );
        let at = starts.iter().rposition(|start| *start <= line.number).unwrap_or(0);
        if let Some(session) = sessions.get_mut(at) {
            session.commands.push(record);
        }
    }
}

/// One line's option and value; nothing for remarks and blank lines.
fn split(line: &str) -> Option<(String, Option<String>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let dashed = line.strip_prefix("--").or_else(|| line.strip_prefix('-'));
    let one_letter = line.starts_with('-') && !line.starts_with("--");
    let bare = dashed.unwrap_or(line);
    if one_letter {
        let (name, rest) = bare.split_at_checked(bare.chars().next().map_or(0, char::len_utf8))?;
        let rest = rest.trim_start();
        return Some((name.to_owned(), value(rest)));
    }
    let end = bare.find(|c: char| c.is_whitespace() || matches!(c, '=' | ':')).unwrap_or(bare.len());
    let (name, rest) = bare.split_at_checked(end)?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    Some((name.to_owned(), value(rest)))
}

fn value(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return (!text.is_empty()).then(|| text.trim_end().to_owned());
    };
    let mut unescaped = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('t') => unescaped.push('\t'),
                Some('n') => unescaped.push('\n'),
                Some('r') => unescaped.push('\r'),
                Some('v') => unescaped.push('\u{b}'),
                Some(other) => unescaped.push(other),
                None => break,
            },
            _ => unescaped.push(character),
        }
    }
    Some(unescaped)
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;
    use crate::base::limits::Limits;
    use crate::script::client::{self, world::Unknown};
    use crate::script::launch::{Client, Launch};

    fn run(text: &str) -> Vec<Session> {
        let launch = Launch { client: Client::Curl, would_run: true, ..Launch::default() };
        client::run(Some(&Text::from_content(text)), &launch, &Unknown, &Limits::default()).sessions
    }

    #[test]
    fn options_become_sessions() {
        let text =
            "# nightly\nurl = \"ftp://192.0.2.7/in/\"\nuser = \"ann:p\\\"w\"\nupload-file: C:\\d\\a.zip\n--silent\n";
        let sessions = run(text);
        assert_eq!(
            sessions.iter().map(summary).collect::<Vec<_>>(),
            ["ftp ann:p\"w@192.0.2.7:21 put in/a.zip <- C:\\d\\a.zip"]
        );
        let roles: Vec<_> =
            sessions[0].commands.iter().map(|command| (command.line, command.verb.as_deref())).collect();
        assert_eq!(
            roles,
            [(1, None), (2, Some("url")), (3, Some("user")), (4, Some("upload-file")), (5, Some("silent"))]
        );
        let two = run("-u a:b\nurl ftp://h.x/1\n-O\nnext\nurl=ftp://h.y/2\noutput=c\n");
        assert_eq!(
            two.iter().map(summary).collect::<Vec<_>>(),
            ["ftp a:b@h.x:21 get 1 -> 1", "ftp anonymous:ftp@example.com@h.y:21 get 2 -> c"]
        );
    }

    #[test]
    fn only_files_of_options_are_taken() {
        let is = |text: &str| is_config(&Text::from_content(text));
        assert!(is("url = ftp://h.x/a\nuser = a:b\n"));
        assert!(is("--url ftp://h.x/a\n-u a:b\n-s\n"));
        for text in
            ["url = http://h.x/a\nuser = a:b", "url = ftp://h.x/a\nbranch = master", "user = a:b", "ftp://h.x/a", ""]
        {
            assert!(!is(text), "{text}");
        }
    }
}
