//! Whether a text is a script of lftp, by its content alone.
//!
//! Some command must be one that only lftp has in that form, and there must be a server or a transfer; what other clients
//! would take as well (`open host`, `get file`) speaks for nobody.

use super::commands::{self, Lookup, Verb};
use super::connection;
use super::parse::{Body, Reader, Statement};
use crate::base::text::Text;
use crate::script::reading::Confidence;

/// Commands that are looked at.
const LOOKED_AT: usize = 400;

/// Groups of variables that `set` sets.
const SETTINGS: [&str; 16] = [
    "ftp", "ftps", "net", "ssl", "mirror", "xfer", "cmd", "sftp", "fish", "dns", "file", "http", "hftp", "pget", "bmk",
    "log",
];

#[derive(Default)]
struct Evidence {
    commands: usize,
    others: usize,
    servers: usize,
    transfers: usize,
    /// What only lftp has.
    own: usize,
    /// Addresses with a login: line-based clients take none.
    logins: usize,
    /// What only WinSCP has.
    foreign: usize,
}

/// How sure it is that a text is a script of lftp; nothing where it is none.
#[must_use]
pub fn confidence(text: &Text, name: &str) -> Option<Confidence> {
    let content = text.content.as_str();
    let first = content.lines().next().unwrap_or_default();
    let interpreter = first.strip_prefix("#!").map(str::trim).unwrap_or_default();
    if interpreter.split([' ', '/', '\t']).any(|word| word == "lftp") {
        return Some(Confidence::Certain);
    }
    if !may_be(content) {
        return None;
    }
    let mut evidence = Evidence::default();
    let says = |statement: &Statement| statement.body != Body::Remark;
    for statement in Reader::new(content, 1).filter(says).take(LOOKED_AT) {
        match &statement.body {
            Body::Group { text, .. } => {
                for inner in Reader::new(text, 1).take(LOOKED_AT) {
                    weigh(&inner.body, &mut evidence);
                }
            }
            body => weigh(body, &mut evidence),
        }
        if evidence.others > evidence.commands.saturating_add(4) {
            return None;
        }
    }
    let named = name.to_ascii_lowercase().ends_with(".lftp");
    let by_address = evidence.logins > 0 && evidence.others == 0;
    let own = evidence.own.saturating_add(usize::from(named || by_address));
    let is_script = own > 0
        && evidence.foreign == 0
        && evidence.servers > 0
        && evidence.servers.saturating_add(evidence.transfers) > 1
        && evidence.others.saturating_mul(5) <= evidence.commands;
    is_script.then_some(Confidence::Likely)
}

/// A cheap look first: the words that a script of lftp cannot do without.
fn may_be(content: &str) -> bool {
    let line_begins = |words: &[&str]| {
        content.lines().flat_map(|line| line.split(';')).any(|part| {
            words
                .iter()
                .any(|word| part.trim_start().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
        })
    };
    line_begins(&["open ", "connect ", "lftp ", "mirror ", "get ", "mget ", "put ", "mput "])
        && line_begins(&["open ", "connect ", "lftp ", "user ", "login "])
}

fn weigh(body: &Body, evidence: &mut Evidence) {
    let words = match body {
        Body::Words { words, .. } => words,
        Body::Shell(_) | Body::Remark => return,
        Body::Group { .. } | Body::Broken(_) => {
            evidence.others = evidence.others.saturating_add(1);
            return;
        }
    };
    let Some((word, arguments)) = words.split_first() else { return };
    let exact = match commands::lookup(word) {
        Lookup::Command(name, verb) if name.eq_ignore_ascii_case(word) => Some(verb),
        _ => None,
    };
    let has = |options: &[&str]| arguments.iter().any(|argument| options.contains(&argument.as_str()));
    let is_prose = arguments.len() > 6 && !arguments.iter().any(|word| word.starts_with('-'));
    let count = arguments.len();
    let (fits, own) = match exact {
        None => (false, false),
        Some(_) if is_prose => (false, false),
        Some(Verb::Open) => {
            let by_option = arguments.iter().any(|argument| {
                argument.starts_with("-u") || argument.starts_with("--user") || matches!(argument.as_str(), "-p" | "-e")
            });
            let site = arguments.iter().find(|argument| connection::is_site(argument) || is_variable(argument));
            let fits = site.is_some() && (by_option || count == 1) || by_option && count > 1;
            if fits {
                evidence.servers = evidence.servers.saturating_add(1);
            }
            if has(&["-rawsettings", "-passive", "-explicit", "-implicit"])
                || arguments.iter().any(|argument| {
                    argument.starts_with("-hostkey")
                        || argument.starts_with("-certificate")
                        || argument.starts_with("-privatekey")
                })
            {
                evidence.foreign = evidence.foreign.saturating_add(1);
            }
            let logs_in = arguments.iter().any(|argument| argument.contains("://") && argument.contains('@'));
            evidence.logins = evidence.logins.saturating_add(usize::from(logs_in));
            (fits, by_option && fits)
        }
        Some(Verb::User) => {
            evidence.servers = evidence.servers.saturating_add(usize::from(count == 2));
            ((1..=2).contains(&count), false)
        }
        Some(Verb::Set) => {
            let group = arguments.first().and_then(|name| name.split_once(':')).map_or("", |(group, _)| group);
            let own = SETTINGS.contains(&group) && count <= 2;
            (own || count <= 2 && count > 0, own)
        }
        Some(Verb::Mirror) => {
            let fits = arguments.iter().any(|argument| argument.starts_with('-')) || (1..=2).contains(&count);
            evidence.transfers = evidence.transfers.saturating_add(usize::from(fits));
            (fits, fits)
        }
        Some(Verb::Get | Verb::Put | Verb::MultipleGet | Verb::MultiplePut | Verb::GetOne) if count > 0 => {
            evidence.transfers = evidence.transfers.saturating_add(1);
            let own = has(&["-o", "-O", "-E", "-c"]) && count > 1;
            if arguments.iter().any(|argument| argument.starts_with("-transfer=") || argument == "-delete") {
                evidence.foreign = evidence.foreign.saturating_add(1);
            }
            (true, own || exact == Some(Verb::GetOne))
        }
        Some(Verb::Get | Verb::Put | Verb::MultipleGet | Verb::MultiplePut | Verb::GetOne) => (false, false),
        Some(Verb::ChangeDirectory | Verb::LocalDirectory) => (count <= 1, false),
        Some(Verb::Exit) => (count <= 1, false),
        Some(Verb::MultipleRemove | Verb::Queue) => (count > 0, count > 0),
        Some(_) => (true, false),
    };
    evidence.own = evidence.own.saturating_add(usize::from(own));
    if fits {
        evidence.commands = evidence.commands.saturating_add(1);
    } else {
        evidence.others = evidence.others.saturating_add(1);
    }
}

fn is_variable(word: &str) -> bool {
    word.len() > 1 && word.starts_with(['$', '%', '{', '<'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<Confidence> {
        confidence(&Text::from_content(text), "x.txt")
    }

    #[test]
    fn scripts_of_lftp() {
        let scripts = [
            "open -u bob,pw 192.0.2.1\nmirror -R site /www\nbye\n",
            "open ftp://bob:pw@192.0.2.64\nput a.tgz -o b.tgz; bye\n",
            "set ftp:ssl-allow no\nset net:timeout 5\nopen -p 2121 -u bob,pw h.example; lcd /d; mput *.zip\nquit",
            "open ftp.example.com\nuser bob pw\nmirror --verbose --reverse . /in\n",
            "# nightly\nset xfer:clobber on\nopen $HOST\nlogin $USER $PASS\nget -O /tmp x.tgz\n",
            "open -u bob,pw ftp://192.0.2.1:2121; get k -o /tmp/k",
            "open ftp://anonymous:x@192.0.2.1\ncd pub\nput a.iso\nbye",
        ];
        for text in scripts {
            assert_eq!(told(text), Some(Confidence::Likely), "{text}");
        }
        assert_eq!(told("#!/usr/bin/lftp -f\nopen h\n"), Some(Confidence::Certain));
    }

    #[test]
    fn others_are_not() {
        let others = [
            "open 192.0.2.1\nuser bob pw\nget a\nbye\n",
            "open 192.0.2.1\nbob\npw\nput a\nmirror it\nbye\n",
            "open ftp://bob:pw@192.0.2.1/\nput C:\\a -transfer=binary\nexit\n",
            "The mirror -R option\nopens the door.\nget a life -o well\nopen -u is for users\n",
            "set ftp:passive off\nset net:timeout 3\n",
            "open the door and get coffee, bye",
            "open db.sqlite\nuser table\nget row",
            "mirror -R a b\nmirror c d\n",
            "lftp(1)\n\nNAME\n       lftp - Sophisticated file transfer program\n\nSYNTAX\n       lftp [-d] [-e cmd] [-p port] [-u user[,pass]] [site]\n       lftp -f script_file\n       get README -o ftp://some.host.org/debian.README\n",
        ];
        for text in others {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
