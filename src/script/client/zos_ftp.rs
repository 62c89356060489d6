//! The FTP client of z/OS, mostly run in batch.
//!
//! Source: IBM, z/OS Communications Server: IP User's Guide and Commands. The client reads `INPUT` (or `SYSIN`): the host
//! comes first where the program's parameter names none, then user and password, in one line or two, then subcommands.
//! Names are compared without case. A word that begins with `(` holds options (`(REPLACE`, `(EXIT`). A `;` begins a remark,
//! a `+` at the end of a line continues it. Data sets are named `'A.B.C'`, members `'A.B.C(MEMBER)'`.

use super::dialect::{Confirmation, Dialect, Greets, LoginName, Lookup, Verb};
use super::shape;
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::reading::Confidence;

/// The semantics of z/OS' client.
pub static DIALECT: Dialect = Dialect {
    client: Client::ZosFtp,
    commands: &[
        ("!", Verb::Local),
        ("?", Verb::Local),
        ("account", Verb::Account),
        ("append", Verb::Append),
        ("ascii", Verb::Ascii),
        ("auth", Verb::Remote),
        ("big5", Verb::Remote),
        ("binary", Verb::Binary),
        ("block", Verb::Remote),
        ("ccc", Verb::Remote),
        ("cd", Verb::ChangeDirectory),
        ("cdup", Verb::ChangeUp),
        ("clear", Verb::Remote),
        ("close", Verb::Close),
        ("compress", Verb::Remote),
        ("cprotect", Verb::Remote),
        ("cwd", Verb::ChangeDirectory),
        ("debug", Verb::Local),
        ("delete", Verb::Delete),
        ("delimit", Verb::Local),
        ("dir", Verb::Dir),
        ("dump", Verb::Local),
        ("ebcdic", Verb::Ebcdic),
        ("euckanji", Verb::Remote),
        ("feature", Verb::Remote),
        ("file", Verb::Remote),
        ("get", Verb::Get),
        ("glob", Verb::Glob),
        ("hangeul", Verb::Remote),
        ("help", Verb::Local),
        ("ibmkanji", Verb::Remote),
        ("jis78kj", Verb::Remote),
        ("jis83kj", Verb::Remote),
        ("ksc5601", Verb::Remote),
        ("language", Verb::Remote),
        ("lcd", Verb::LocalDirectory),
        ("lmkdir", Verb::LocalSite),
        ("lpwd", Verb::Local),
        ("ls", Verb::List),
        ("locsite", Verb::LocalSite),
        ("locstat", Verb::Local),
        ("lstat", Verb::Local),
        ("mdelete", Verb::MultipleDelete),
        ("mget", Verb::MultipleGet),
        ("mkdir", Verb::MakeDirectory),
        ("mkfifo", Verb::Remote),
        ("mode", Verb::Remote),
        ("mput", Verb::MultiplePut),
        ("mvsget", Verb::Get),
        ("mvsput", Verb::Put),
        ("noop", Verb::Remote),
        ("open", Verb::Open),
        ("pass", Verb::Pass),
        ("private", Verb::Remote),
        ("prompt", Verb::Prompt),
        ("protect", Verb::Remote),
        ("proxy", Verb::Remote),
        ("put", Verb::Put),
        ("pwd", Verb::PrintDirectory),
        ("quit", Verb::Bye),
        ("quote", Verb::Quote),
        ("record", Verb::Remote),
        ("rename", Verb::Rename),
        ("restart", Verb::Restart),
        ("rmdir", Verb::RemoveDirectory),
        ("safe", Verb::Remote),
        ("schinese", Verb::Remote),
        ("sendport", Verb::Local),
        ("sendsite", Verb::Local),
        ("site", Verb::Site),
        ("size", Verb::Size),
        ("sjiskanji", Verb::Remote),
        ("srestart", Verb::Remote),
        ("status", Verb::RemoteStatus),
        ("stream", Verb::Remote),
        ("struct", Verb::Remote),
        ("sunique", Verb::UniqueRemote),
        ("system", Verb::System),
        ("tchinese", Verb::Remote),
        ("tso", Verb::Local),
        ("type", Verb::Type),
        ("ucs2", Verb::Remote),
        ("user", Verb::User),
        ("verbose", Verb::Local),
        ("xlate", Verb::Local),
    ],
    case_sensitive: false,
    unix: false,
    automatic_binary: false,
    list_sends: "NLST",
    confirmation: Confirmation::NoQuitElseYes,
    keeps_directories: true,
    refuses_extra_names: false,
    eof_aborts_login: true,
    greeting: &[],
    greets: Greets::BeforeLogin,
    login_name: LoginName::Any,
    splits_login: true,
    reopens: false,
    looks_first: false,
};

/// What a line of a job's input says to the client: without the sequence number in columns 73 to 80, without a remark and
/// without the blanks that fill it up.
#[must_use]
pub fn line_of_input(line: &str) -> &str {
    let numbered = line.len() == 80
        && line.get(72..).is_some_and(|tail| tail.bytes().all(|byte| byte.is_ascii_digit()) && tail.is_ascii());
    let line = if numbered { line.get(..72).unwrap_or(line) } else { line }.trim_end();
    if line.trim_start().starts_with(';') {
        return "";
    }
    line.find(" ;").and_then(|at| line.get(..at)).unwrap_or(line).trim_end()
}

/// How sure it is that a text is a script for this client rather than for another: it names data sets of this side, or
/// says what only this client knows, and most of its lines are its subcommands.
#[must_use]
pub fn confidence(text: &Text) -> Option<Confidence> {
    let (mut lines, mut commands, mut transfers, mut own, mut ends) = (0u32, 0u32, 0u32, 0u32, 0u32);
    for line in text.lines().map(|line| line_of_input(line.text)).filter(|line| !line.trim().is_empty()) {
        lines = lines.saturating_add(1);
        if lines > MAX_LINES {
            return None;
        }
        let mut words = line.split_whitespace();
        let Some(word) = words.next() else { continue };
        let arguments: Vec<String> = words.filter(|word| !word.starts_with('(')).map(str::to_owned).collect();
        let Lookup::Command(name, verb) = DIALECT.lookup(word) else { continue };
        if !name.eq_ignore_ascii_case(word) || !shape::fits(verb, &arguments) && verb != Verb::User {
            continue;
        }
        commands = commands.saturating_add(1);
        let first = arguments.first().map_or("", String::as_str);
        own = own.saturating_add(u32::from(match verb {
            Verb::LocalSite => name == "locsite" && first.len() > 2,
            Verb::Put | Verb::Append => is_data_set(first) || first.to_ascii_uppercase().starts_with("//DD:"),
            Verb::Get => arguments.get(1).is_some_and(|local| is_data_set(local)),
            _ => false,
        }));
        match verb {
            Verb::Get | Verb::Put | Verb::Append | Verb::MultipleGet | Verb::MultiplePut => {
                transfers = transfers.saturating_add(1);
            }
            Verb::Bye | Verb::Close => ends = ends.saturating_add(1),
            _ => {}
        }
    }
    // Beside subcommands there may be the host and the login.
    let strangers = lines.saturating_sub(commands);
    if own == 0 || strangers > 4 || commands < 2 || strangers > commands.saturating_mul(2) {
        None
    } else if transfers > 0 && ends > 0 && strangers <= 3 {
        Some(Confidence::Certain)
    } else if transfers > 0 {
        Some(Confidence::Likely)
    } else {
        Some(Confidence::Possible)
    }
}

/// Lines of a script; longer texts are something else.
const MAX_LINES: u32 = 500;

/// Whether a word names a data set in full: `'A.B.C'`, `'A.B(MEMBER)'`, `'A.B(+1)'`.
#[must_use]
pub fn is_data_set(word: &str) -> bool {
    let Some(name) = word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) else { return false };
    let (name, member) = match name.split_once('(') {
        Some((name, member)) => (name, Some(member)),
        None => (name, None),
    };
    let is_qualifier = |part: &str| {
        (1..=8).contains(&part.len())
            && part.starts_with(|c: char| c.is_ascii_alphabetic() || "&@#$%".contains(c))
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "&@#$%-".contains(c))
    };
    name.contains('.')
        && name.split('.').filter(|part| !part.is_empty()).all(is_qualifier)
        && member.is_none_or(|member| member.ends_with(')') && member.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_sets() {
        for word in ["'A.B.C'", "'HLQ.LIB(MEM)'", "'PROD.GDG(+1)'", "'&HLQ..DATA'"] {
            assert!(is_data_set(word), "{word}");
        }
        for word in ["A.B", "'a b.c'", "'file'", "'my.verylongname'", "'don.t", "'A.B(M'", "'1.2.3'"] {
            assert!(!is_data_set(word), "{word}");
        }
    }

    #[test]
    fn lines_lose_numbers_and_remarks() {
        let numbered = format!("{:<72}00010000", "put 'A.B' c");
        for (line, expected) in [
            (numbered.as_str(), "put 'A.B' c"),
            ("; remark", ""),
            ("quit   ; done", "quit"),
            (" user pw;x ", " user pw;x"),
        ] {
            assert_eq!(line_of_input(line), expected);
        }
    }

    #[test]
    fn scripts_tell_their_client() {
        let cases = [
            ("192.0.2.10\nibmuser\nsecret\nput 'HLQ.DATA' data.txt\nquit\n", Some(Confidence::Certain)),
            (
                "open 192.0.2.10\nuser bob pw\nlocsite recfm=fb lrecl=80\nget x 'A.B.C' (replace\nquit\n",
                Some(Confidence::Certain),
            ),
            ("locsite recfm=fb lrecl=80\nput 'A.B.C(MEM)' m\n", Some(Confidence::Likely)),
            ("open 192.0.2.10\nuser bob pw\nput HELLO.cbl 'IBMUSER.COBOL(HELLO)'\nquit\n", None),
            ("open 192.0.2.10\nuser bob pw\nput a.txt\nquit\n", None),
            ("The client knows locsite.\nput 'A.B.C' on the list\nand wait\nfor\nthe\nanswer\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(confidence(&Text::from_content(text)), expected, "{text}");
        }
    }
}
