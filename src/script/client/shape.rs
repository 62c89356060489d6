//! Whether a line has the shape of a command that an author would write: a known word with arguments that fit it.
//!
//! The clients themselves are less strict (they ignore what is too much); this is for telling scripts from prose.

use super::dialect::{Dialect, Lookup, Verb};
use super::tokens;
use crate::script::address;

/// How a line reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing stands there.
    Blank,
    /// A command and arguments that fit it.
    Command(Verb),
    /// A word that is a command, with arguments that do not fit.
    Misfit,
    /// The beginning of several commands, alone or with one argument: an error that the client passes over.
    Ambiguous,
    /// A remark in the style of another language.
    Remark,
    /// Anything else: an answer, prose, an error.
    Other,
}

/// How a line reads to someone who knows the client.
#[must_use]
pub fn of(line: &str, dialect: &Dialect) -> Shape {
    let trimmed = line.trim();
    if trimmed.is_empty() {
        return Shape::Blank;
    }
    if is_remark(trimmed) {
        return Shape::Remark;
    }
    let words = tokens::split(line, dialect.unix);
    let Some((word, arguments)) = words.split_first() else { return Shape::Blank };
    if word.eq_ignore_ascii_case("exit") && arguments.is_empty() {
        return Shape::Command(Verb::Bye);
    }
    match dialect.lookup(word) {
        Lookup::Command(name, verb) if abbreviated_beyond_use(word, name) => misfit_or_other(verb),
        Lookup::Command(_, verb) if fits(verb, arguments) => Shape::Command(verb),
        Lookup::Command(..) => Shape::Misfit,
        Lookup::Ambiguous if arguments.len() < 2 => Shape::Ambiguous,
        Lookup::Ambiguous | Lookup::Invalid => Shape::Other,
    }
}

/// Whether the line is a remark of another language; clients refuse it and go on.
#[must_use]
pub fn is_remark(trimmed: &str) -> bool {
    trimmed.starts_with(['#', ';', '\'', '@', ':'])
        || trimmed.starts_with("//")
        || trimmed.starts_with("--")
        || trimmed.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("rem "))
}

/// Whether the arguments are of the number and kind that the command wants.
#[must_use]
pub fn fits(verb: Verb, arguments: &[String]) -> bool {
    let count = arguments.len();
    let first = arguments.first().map_or("", String::as_str);
    match verb {
        Verb::Shell => count > 0,
        Verb::Open => match arguments {
            [host] => is_host(host),
            [host, port] => is_host(host) && (port.parse::<u16>().is_ok() || port.starts_with(['%', '$', '!'])),
            _ => false,
        },
        Verb::User => (1..=3).contains(&count),
        // Without names they ask for them.
        Verb::Get | Verb::Put | Verb::Append => count <= 2,
        Verb::MultipleGet | Verb::MultiplePut | Verb::MultipleDelete => count > 0,
        Verb::Quote | Verb::Site => count > 0,
        Verb::ChangeDirectory | Verb::Delete | Verb::MakeDirectory | Verb::RemoveDirectory => count == 1,
        Verb::Size | Verb::ModificationTime => count == 1,
        Verb::Rename | Verb::ChangeMode => count == 2,
        Verb::LocalDirectory | Verb::Type => count <= 1,
        Verb::List | Verb::Dir | Verb::NameList => count <= 2,
        Verb::MultipleList | Verb::MultipleDir => count >= 2,
        Verb::Prompt | Verb::Glob => {
            count == 0 || count == 1 && matches!(first, "on" | "off" | "n" | "y" | "no" | "yes")
        }
        Verb::Local | Verb::RemoteHelp | Verb::Remote => count <= 1,
        Verb::Account
        | Verb::Idle
        | Verb::Umask
        | Verb::RemoteStatus
        | Verb::DefineMacro
        | Verb::PagedList
        | Verb::MachineList
        | Verb::MachineStatus
        | Verb::TranslateNames => count <= 1,
        Verb::Restart | Verb::Page | Verb::Pass => count == 1,
        Verb::RunMacro | Verb::LocalSite => count > 0,
        Verb::Ebcdic | Verb::Tenex | Verb::FoldCase | Verb::UniqueLocal | Verb::UniqueRemote => count == 0,
        Verb::Ascii | Verb::Binary | Verb::Bye | Verb::Close | Verb::ChangeUp | Verb::PrintDirectory | Verb::System => {
            count == 0
        }
    }
}

/// Whether a word could name a host: a name, an address, a variable, a template's field, perhaps with a port or a scheme.
#[must_use]
pub fn is_host(word: &str) -> bool {
    let bare = word.strip_prefix("ftp://").unwrap_or(word).trim_end_matches('/');
    let bare = bare.rsplit('@').next().unwrap_or(bare);
    // The colons of an address are none of a port.
    if is_address(bare) {
        return true;
    }
    let name = bare.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(bare, |(name, _)| name);
    is_address(name)
        || address::is_name(name)
        || is_bracketed(name, '%', '%')
        || is_bracketed(name, '{', '}')
        || is_bracketed(name, '<', '>')
        || is_bracketed(name, '!', '!')
        || name.starts_with('$') && name.len() > 1
        || name.starts_with('%') && name.len() > 1
        || (name.contains('%') || name.contains('$')) && !name.contains(' ')
}

/// An address in the usual way of writing, or an IPv4 address as one number, which resolvers take (`inet_aton`).
fn is_address(word: &str) -> bool {
    let inner = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
    // A lower number would be an address of the network 0, and is more likely to count something.
    let is_number = || word.parse::<u32>().is_ok_and(|number| number >> 24 > 0);
    inner.parse::<std::net::IpAddr>().is_ok() || is_number()
}

fn is_bracketed(word: &str, open: char, close: char) -> bool {
    word.len() > 2 && word.starts_with(open) && word.ends_with(close)
}

/// One-letter forms are legal but no evidence.
fn abbreviated_beyond_use(word: &str, name: &str) -> bool {
    word.len() < 2 && name.len() > 1
}

fn misfit_or_other(verb: Verb) -> Shape {
    if matches!(verb, Verb::Open | Verb::User) { Shape::Misfit } else { Shape::Other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::client::windows_ftp::DIALECT;

    #[test]
    fn shapes() {
        let cases = [
            ("open 192.0.2.1 21", Shape::Command(Verb::Open)),
            ("open ftp.example.com", Shape::Command(Verb::Open)),
            ("open %HOST%", Shape::Command(Verb::Open)),
            ("open {Hostname}", Shape::Command(Verb::Open)),
            ("open 192.0.2.1:2121", Shape::Command(Verb::Open)),
            ("open 2001:db8::1", Shape::Command(Verb::Open)),
            ("open [2001:db8::1]:2121", Shape::Command(Verb::Open)),
            ("open 3325256705", Shape::Command(Verb::Open)),
            ("open 2024", Shape::Misfit),
            ("open data portal", Shape::Misfit),
            ("open question: should the user get more time?", Shape::Misfit),
            ("get well", Shape::Command(Verb::Get)),
            ("put the kettle on", Shape::Misfit),
            ("binary choices are hard", Shape::Misfit),
            ("bye for now", Shape::Misfit),
            ("BIN", Shape::Command(Verb::Binary)),
            ("# remark", Shape::Remark),
            ("rem remark", Shape::Remark),
            ("bob", Shape::Other),
            ("  ", Shape::Blank),
            ("exit", Shape::Command(Verb::Bye)),
        ];
        for (line, shape) in cases {
            assert_eq!(of(line, &DIALECT), shape, "{line}");
        }
    }
}
