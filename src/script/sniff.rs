//! Whether a text is an FTP script by its content alone, whatever its name.
//!
//! Keywords do not decide, prose is full of them: the lines must have the shape of commands, in an order that logs in
//! somewhere and does something there.

use super::client::dialect::Verb;
use super::client::shape::{self, Shape};
use super::client::{bsd_ftp, windows_ftp};
use super::reading::Confidence;
use super::session::AddressClass;
use crate::base::text::Text;

/// How sure it is that the text is a script for a line-based FTP client; nothing where it is none.
#[must_use]
pub fn confidence(text: &Text) -> Option<Confidence> {
    let survey = Survey::of(text, 0);
    if survey.opens > 0 {
        survey.with_open()
    } else if survey.names_open || survey.lines > SHORT {
        survey.without_open()
    } else {
        // Without `open` the first two lines may answer the login that the command line begins.
        Survey::of(text, 2).without_open()
    }
}

/// Lines of a script whose host stands on the command line: longer texts are something else.
const SHORT: u32 = 200;

/// What the lines of a text amount to.
#[derive(Debug, Default)]
struct Survey {
    opens: u32,
    /// Whether a line reads like `open`, even as an answer.
    names_open: bool,
    good_host: bool,
    logins: u32,
    answers: u32,
    transfers: u32,
    file_like: bool,
    own_words: u32,
    other_commands: u32,
    terminators: u32,
    errors: u32,
    lines: u32,
}

impl Survey {
    fn of(text: &Text, mut answers_left: u32) -> Self {
        let mut survey = Self::default();
        let mut ended = false;
        for text in text.lines().map(|line| line.text) {
            let shape = shape_of(text);
            if shape == Shape::Blank || shape == Shape::Remark {
                continue;
            }
            survey.names_open |= shape == Shape::Command(Verb::Open);
            if ended && shape != Shape::Command(Verb::Open) {
                survey.lines = survey.lines.saturating_add(1);
                continue;
            }
            survey.lines = survey.lines.saturating_add(1);
            let answers_before = std::mem::take(&mut answers_left);
            match shape {
                Shape::Command(verb) if answers_before == 0 || is_written_out(text) => {
                    survey.command(verb, text);
                    ended = verb == Verb::Bye;
                    answers_left = answers_after(verb, text);
                }
                _ if answers_before > 0 => {
                    survey.answers = survey.answers.saturating_add(1);
                    answers_left = answers_before.saturating_sub(1);
                }
                Shape::Ambiguous => {}
                _ => survey.errors = survey.errors.saturating_add(1),
            }
        }
        survey
    }

    fn command(&mut self, verb: Verb, text: &str) {
        let count = match verb {
            Verb::Open => {
                let host = text.split_whitespace().nth(1).unwrap_or_default();
                self.good_host |=
                    host.contains(['.', '%', '$', '{', '<', ':']) || host.eq_ignore_ascii_case("localhost");
                self.good_host |= !matches!(super::address::classify(host), AddressClass::Name | AddressClass::Invalid);
                &mut self.opens
            }
            Verb::User => &mut self.logins,
            Verb::Get | Verb::Put | Verb::Append | Verb::MultipleGet | Verb::MultiplePut | Verb::MultipleDelete => {
                self.file_like |= text.contains(['.', '*', '\\', '/', '%', '$']);
                &mut self.transfers
            }
            Verb::Bye | Verb::Close => &mut self.terminators,
            Verb::Ascii | Verb::Binary | Verb::Prompt | Verb::Quote | Verb::Type => &mut self.own_words,
            _ => &mut self.other_commands,
        };
        *count = count.saturating_add(1);
    }

    fn errors_are_few(&self) -> bool {
        self.errors.saturating_mul(4) <= self.lines
    }

    fn with_open(&self) -> Option<Confidence> {
        let acts = self
            .transfers
            .saturating_add(self.own_words)
            .saturating_add(self.logins)
            .saturating_add(self.other_commands);
        if !self.errors_are_few() || acts.saturating_add(self.terminators) == 0 {
            return None;
        }
        let logs_in = self.logins > 0 || self.answers > 0;
        if self.good_host && logs_in && self.transfers > 0 && self.terminators > 0 && self.errors == 0 {
            Some(Confidence::Certain)
        } else if self.good_host && acts > 0 && (self.terminators > 0 || self.own_words > 0 || self.file_like)
            || self.transfers > 0 && self.terminators > 0 && self.errors == 0
        {
            Some(Confidence::Likely)
        } else {
            Some(Confidence::Possible)
        }
    }

    /// The host stands on the command line: two answers or `user` first, and something that only FTP scripts say.
    fn without_open(&self) -> Option<Confidence> {
        if self.errors > 0 || self.transfers == 0 || !self.file_like || self.lines > SHORT {
            return None;
        }
        let logs_in = self.answers == 2 || self.logins > 0;
        let speaks_ftp = self.own_words > 0 || self.logins > 0;
        if self.answers == 1 || self.answers == 2 && self.terminators == 0 {
            None
        } else if logs_in && (speaks_ftp && self.terminators > 0) {
            Some(Confidence::Likely)
        } else if self.terminators > 0 || speaks_ftp || self.transfers > 1 {
            Some(Confidence::Possible)
        } else {
            None
        }
    }
}

/// Commands of other clients that people write into scripts for Windows, where they are refused and harm nothing.
const FOREIGN: [&str; 14] = [
    "cdup", "chmod", "epsv4", "image", "lpwd", "macdef", "modtime", "nlist", "passive", "reget", "runique", "site",
    "sunique", "umask",
];

fn shape_of(line: &str) -> Shape {
    let shape = shape::of(line, &windows_ftp::DIALECT);
    let mut words = line.split_whitespace();
    let (first, alone) = (words.next().unwrap_or_default(), words.next().is_none());
    let takes_some = matches!(first, "chmod" | "macdef" | "modtime" | "nlist" | "reget" | "site" | "umask");
    if shape == Shape::Other && FOREIGN.contains(&first) && (alone || takes_some) {
        shape::of(line, &bsd_ftp::TNFTP)
    } else {
        shape
    }
}

/// Whether the line's command is no abbreviation: where an answer is due, `pw` is a password rather than `pwd`.
fn is_written_out(line: &str) -> bool {
    let words = line.split_whitespace().collect::<Vec<_>>();
    let [word, arguments @ ..] = words.as_slice() else { return false };
    !arguments.is_empty() || windows_ftp::DIALECT.commands.iter().any(|(name, _)| word.eq_ignore_ascii_case(name))
}

/// Lines that the client may take as answers after a command, whatever they are.
fn answers_after(verb: Verb, text: &str) -> u32 {
    let words = text.split_whitespace().count();
    match verb {
        Verb::Open => 2,
        Verb::User if words == 2 => 1,
        Verb::Get | Verb::Put | Verb::Rename if words == 1 => 2,
        Verb::MultipleGet | Verb::MultiplePut | Verb::MultipleDelete => 9,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_prose() {
        let cases = [
            ("open 192.0.2.1\nbob\npw\nbinary\nget nc.exe\nbye\n", Some(Confidence::Certain)),
            ("open ftp.example.com 2121\nuser bob pw\nput C:\\a.zip\nquit", Some(Confidence::Certain)),
            ("verbose\nprompt\nopen 192.0.2.1\nuser a b\nbin\nget x.exe\nquit\n", Some(Confidence::Certain)),
            ("@ftp -i -s:\"%~f0\"&GOTO:EOF\nopen 192.0.2.1\nfox\nfox\nmget *.jpg\nbye\n", Some(Confidence::Certain)),
            ("open maquinaCM\nuser fulano\npassw mengano\ncd /x\nmget *.*\nquit", Some(Confidence::Likely)),
            ("open 192.168.178.1\nadam2\nadam2\nquote getenv x\nquote reboot\nbye", Some(Confidence::Likely)),
            ("bob\npw\nbinary\nput a.gz\nquit\n", Some(Confidence::Likely)),
            ("cd public_html\nput a.html\nput b.css\n", Some(Confidence::Possible)),
            ("open data portal\nget started guide\nuser manual\nquit smoking\n", None),
            (
                "open question: should the user get more time?\nput the kettle on\nget well soon\nbinary choices are hard\nbye for now\n",
                None,
            ),
            ("open the door and get coffee, bye", None),
            ("open 192.0.2.1\nbob\npw\nb\nd a.txt\nge a.exe\nqu\nquit\n", Some(Confidence::Certain)),
            ("open 192.0.2.1\nbob\npw\nput\nC:\\a.7z\nin/a.7z\nbye\n", Some(Confidence::Certain)),
            ("open db.sqlite\nuser table\nget row\n", Some(Confidence::Possible)),
            ("open SERVERNAME\nuser USERNAME PASSWORD\npassive\nput FILE NAME\nbye\n", Some(Confidence::Likely)),
            ("eu-central-1.docscloud.io\n0000\nXXXX", None),
            ("The quick brown fox.\nopen 192.0.2.1\nJumps over.\nAnd the lazy dog sleeps.\nAll day long.\nYes.", None),
        ];
        for (text, expected) in cases {
            assert_eq!(confidence(&Text::from_content(text)), expected, "{text}");
        }
    }
}
