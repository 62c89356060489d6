//! The allow list: what the examiner knows to be good, with the reason. It marks findings and never hides them.
//!
//! ```toml
//! [[allow]]
//! host = "ftp.vendor.example"
//! user = 'CORP\svc-prices'
//! reason = "price lists"
//! ticket = "CHG-4711"
//! expires = 2027-06-30
//! ```

use super::Allowance;
use super::subject::Subject;
use crate::base::time::Timestamp;
use ipnet::IpNet;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// An allow list that was read.
#[derive(Debug, Clone, Default)]
pub struct AllowList {
    /// The file's name, for [`super::Finding::allowed_by`].
    name: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Raw>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    host: Option<String>,
    network: Option<IpNet>,
    path: Option<String>,
    hash: Option<String>,
    script: Option<String>,
    user: Option<String>,
    reason: Option<String>,
    ticket: Option<String>,
    expires: Option<toml::value::Datetime>,
}

/// One entry; everything that it names must hold.
#[derive(Debug, Clone)]
struct Entry {
    raw: Raw,
    expired: bool,
}

impl AllowList {
    /// Reads a list. `name` is the name of its file; entries that expire before `now` mark nothing.
    ///
    /// # Errors
    /// What is wrong with the text, with its line: no TOML, an unknown key, an entry with neither reason nor ticket, or that
    /// names nothing, a digest of no known length.
    pub fn parse(text: &str, name: &str, now: Timestamp) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        let mut entries = Vec::new();
        for (number, raw) in (1usize..).zip(file.allow) {
            let refuse = |what: &str| Err(format!("{name}: entry {number}: {what}"));
            let named = [&raw.host, &raw.path, &raw.hash, &raw.script, &raw.user];
            if raw.network.is_none() && named.iter().all(|one| one.is_none()) {
                return refuse("it names no host, network, path, hash, script or user");
            }
            if named.into_iter().flatten().any(|one| one.trim().is_empty()) {
                return refuse("what it names is empty");
            }
            let words = [&raw.reason, &raw.ticket];
            if words.iter().all(|one| one.is_none()) {
                return refuse("it gives neither a reason nor a ticket");
            }
            if words.into_iter().flatten().any(|one| one.trim().is_empty()) {
                return refuse("the reason or the ticket is empty");
            }
            if let Some(hash) = &raw.hash {
                let hexadecimal = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
                if !hexadecimal || !matches!(hash.len(), 32 | 40 | 64) {
                    return refuse("the hash is no MD5, SHA-1 or SHA-256 in hexadecimal");
                }
            }
            let expired = match &raw.expires {
                None => false,
                Some(date) => match end_of(date) {
                    Some(end) => end <= now,
                    None => return refuse("expires is no date"),
                },
            };
            entries.push(Entry { raw, expired });
        }
        Ok(Self { name: name.to_owned(), entries })
    }

    /// The first entry that speaks of the whole subject, as `name#number`, and what it says.
    #[must_use]
    pub fn entry_for(&self, subject: &Subject<'_>) -> Option<(String, Allowance)> {
        let mut numbered = (1usize..).zip(&self.entries);
        let (number, Entry { raw, .. }) = numbered.find(|(_, entry)| !entry.expired && entry.raw.covers(subject))?;
        let allowance = Allowance {
            reason: raw.reason.clone(),
            ticket: raw.ticket.clone(),
            expires: raw.expires.as_ref().map(ToString::to_string),
        };
        Some((format!("{}#{number}", self.name), allowance))
    }
}

impl Raw {
    /// Hosts, scripts and accounts are covered only all together: a file fetched from a good and from an unknown host is not
    /// known to be good.
    fn covers(&self, subject: &Subject<'_>) -> bool {
        let all_hosts = |covers: &dyn Fn(&str) -> bool| {
            let is_covered = |names: &BTreeSet<&str>| names.iter().any(|name| covers(name));
            !subject.hosts.is_empty() && subject.hosts.iter().all(is_covered)
        };
        let all_match = |pattern: &String, paths: &BTreeSet<&str>| {
            !paths.is_empty() && paths.iter().all(|path| glob(pattern, path))
        };
        self.host.as_ref().is_none_or(|host| all_hosts(&|found| found.eq_ignore_ascii_case(host)))
            && self.network.is_none_or(|network| {
                all_hosts(&|found| found.parse::<IpAddr>().is_ok_and(|address| network.contains(&address)))
            })
            && self.path.as_ref().is_none_or(|pattern| all_match(pattern, &subject.paths))
            && self.script.as_ref().is_none_or(|pattern| all_match(pattern, &subject.scripts))
            && self.user.as_ref().is_none_or(|user| {
                let is_it = |found: &Option<&str>| found.is_some_and(|found| is_account(user, found));
                !subject.users.is_empty() && subject.users.iter().all(is_it)
            })
            && self.hash.as_ref().is_none_or(|hash| subject.hashes.iter().any(|found| found.eq_ignore_ascii_case(hash)))
    }
}

/// Whether an account is the one that an entry names: `DOMAIN\\name`, a SID, or a name alone, which is one of any domain.
fn is_account(entry: &str, found: &str) -> bool {
    let name = found.rsplit_once('\\').map_or(found, |(_, name)| name);
    found.eq_ignore_ascii_case(entry) || !entry.contains('\\') && name.eq_ignore_ascii_case(entry)
}

/// The end of the day, or the instant, that a date of TOML names; local times are taken for UTC.
fn end_of(date: &toml::value::Datetime) -> Option<Timestamp> {
    let text = date.to_string();
    match (date.date, date.time, date.offset) {
        (Some(_), None, _) => Timestamp::parse(&format!("{text}T23:59:59Z")),
        (Some(_), Some(_), None) => Timestamp::parse(&format!("{text}Z")),
        (Some(_), Some(_), Some(_)) => Timestamp::parse(&text),
        _ => None,
    }
}

/// Matches a path without regard to case or to the kind of separator; `?` is one character of a name, `*` any number of
/// them, `**` goes across folders.
fn glob(pattern: &str, path: &str) -> bool {
    let fold = |text: &str| text.to_lowercase().replace('\\', "/").chars().collect::<Vec<char>>();
    let (pattern, path) = (fold(pattern), fold(path));
    // Reachable positions in the path after each part of the pattern: no backtracking, so no pattern is slow.
    let mut reachable = vec![false; path.len().saturating_add(1)];
    if let Some(first) = reachable.first_mut() {
        *first = true;
    }
    let mut rest = pattern.as_slice();
    while let Some((part, after)) = rest.split_first() {
        let mut next = vec![false; reachable.len()];
        let across = *part == '*' && after.first() == Some(&'*');
        rest = if across { after.get(1..).unwrap_or_default() } else { after };
        let mut open = false;
        for (at, from) in reachable.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| Some((path.get(before)?, *reachable.get(before)?)));
            let reached = match part {
                '*' => {
                    open = *from || (open && before.is_some_and(|(character, _)| across || *character != '/'));
                    open
                }
                '?' => before.is_some_and(|(character, from)| from && *character != '/'),
                literal => before.is_some_and(|(character, from)| from && character == literal),
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = reached;
            }
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<AllowList, String> {
        AllowList::parse(text, "allow.toml", Timestamp::parse("2026-11-24T00:00:00Z").unwrap())
    }

    fn subject<'a>(hosts: &[&'a str], paths: &[&'a str], hashes: &[&'a str]) -> Subject<'a> {
        Subject {
            hosts: hosts.iter().map(|names| names.split('=').collect()).collect(),
            paths: paths.iter().copied().collect(),
            hashes: hashes.iter().copied().collect(),
            ..Subject::default()
        }
    }

    /// What was run: scripts and accounts; an empty one is told by no record.
    fn ran<'a>(scripts: &[&'a str], users: &[&'a str]) -> Subject<'a> {
        Subject {
            scripts: scripts.iter().copied().collect(),
            users: users.iter().map(|user| (!user.is_empty()).then_some(*user)).collect(),
            ..subject(&["10.1.2.3"], &[], &[])
        }
    }

    #[test]
    fn entries_cover_by_host_network_path_and_hash() {
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        let cases = [
            ("host = \"FTP.example\"", subject(&["ftp.example"], &[], &[]), true),
            ("host = \"ftp.example\"", subject(&["ftp.example", "192.0.2.1"], &[], &[]), false),
            ("host = \"ftp.example\"", subject(&[], &["ftp.example"], &[]), false),
            ("network = \"10.0.0.0/8\"", subject(&["10.1.2.3"], &[], &[]), true),
            ("network = \"10.0.0.0/8\"", subject(&["11.1.2.3"], &[], &[]), false),
            ("network = \"10.0.0.0/8\"", subject(&["ten.example"], &[], &[]), false),
            ("path = 'C:\\Tools\\**'", subject(&[], &["c:\\tools\\ftp\\a.txt"], &[]), true),
            ("path = 'C:\\Tools\\*'", subject(&[], &["c:\\tools\\ftp\\a.txt"], &[]), false),
            (&format!("hash = \"{md5}\""), subject(&[], &[], &[md5]), true),
            ("host = \"a.example\"\npath = '**/a.txt'", subject(&["a.example"], &["x/a.txt"], &[]), true),
            ("host = \"a.example\"\npath = '**/a.txt'", subject(&["a.example"], &["x/b.txt"], &[]), false),
            ("host = \"ftp.example\"", subject(&["10.1.2.3=ftp.example"], &[], &[]), true),
            ("network = \"10.0.0.0/8\"", subject(&["10.1.2.3=ftp.example"], &[], &[]), true),
            ("network = \"10.0.0.0/8\"", subject(&["10.1.2.3=ftp.example", "ftp.example"], &[], &[]), false),
            ("script = 'C:\\Jobs\\*'", ran(&["c:\\jobs\\a.txt"], &[]), true),
            ("script = 'C:\\Jobs\\*'", ran(&["c:\\jobs\\a.txt", "c:\\x\\a.txt"], &[]), false),
            ("script = 'C:\\Jobs\\*'", ran(&[], &["CORP\\bob"]), false),
            ("user = 'corp\\Bob'", ran(&[], &["CORP\\bob"]), true),
            ("user = 'bob'", ran(&[], &["CORP\\bob"]), true),
            ("user = 'bob'", ran(&[], &["CORP\\jimbob"]), false),
            ("user = 'OTHER\\bob'", ran(&[], &["CORP\\bob"]), false),
            ("user = 'bob'", ran(&[], &["CORP\\bob", "CORP\\eve"]), false),
            ("user = 'bob'", ran(&[], &["CORP\\bob", ""]), false),
            ("user = 'bob'", ran(&[], &[]), false),
            ("user = 'S-1-5-18'", ran(&[], &["S-1-5-18"]), true),
            ("user = 'bob'\nhost = '10.1.2.3'", ran(&[], &["CORP\\bob"]), true),
            ("user = 'bob'\nhost = '10.1.2.4'", ran(&[], &["CORP\\bob"]), false),
            ("host = \"a.example\"\nexpires = 2026-11-23", subject(&["a.example"], &[], &[]), false),
            ("host = \"a.example\"\nexpires = 2026-11-24", subject(&["a.example"], &[], &[]), true),
        ];
        for (entry, subject, covered) in cases {
            let list = list(&format!("[[allow]]\nreason = \"known\"\n{entry}\n")).unwrap();
            let expected = covered.then(|| "allow.toml#1".to_owned());
            assert_eq!(list.entry_for(&subject).map(|(entry, _)| entry), expected, "{entry}");
        }
    }

    #[test]
    fn what_is_allowed_says_why() {
        let entry = "[[allow]]\nuser = 'bob'\nticket = 'CHG-1: fetch prices'\nexpires = 2027-06-30\n";
        let (name, allowance) = list(entry).unwrap().entry_for(&ran(&[], &["bob"])).unwrap();
        let expected = Allowance {
            reason: None,
            ticket: Some("CHG-1: fetch prices".to_owned()),
            expires: Some("2027-06-30".to_owned()),
        };
        assert_eq!((name.as_str(), allowance), ("allow.toml#1", expected));
    }

    #[test]
    fn lists_that_say_nothing_or_too_much_are_refused() {
        let cases = [
            ("[[allow]]\nreason = \"x\"", "names no host"),
            ("[[allow]]\nticket = \"x\"", "names no host"),
            ("[[allow]]\nhost = \"a\"", "neither a reason nor a ticket"),
            ("[[allow]]\nhost = \"a\"\nreason = \" \"", "the reason or the ticket is empty"),
            ("[[allow]]\nhost = \"a\"\nreason = \"x\"\nticket = \"\"", "the reason or the ticket is empty"),
            ("[[allow]]\nuser = \" \"\nreason = \"x\"", "what it names is empty"),
            ("[[allow]]\nhsot = \"a\"\nreason = \"x\"", "unknown field `hsot`"),
            ("[[allow]]\nhash = \"abc\"\nreason = \"x\"", "no MD5, SHA-1 or SHA-256"),
            ("[[allow]]\nnetwork = \"10.0.0.0/99\"\nreason = \"x\"", "network"),
            ("allow = 3", "invalid type"),
        ];
        for (text, message) in cases {
            let error = list(text).unwrap_err();
            assert!(error.contains(message) && error.contains("allow.toml"), "{text}: {error}");
        }
    }

    #[test]
    fn patterns_of_paths() {
        let cases = [
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("*", "abc", true),
            ("*", "", true),
            ("*.txt", "dir/a.txt", false),
            ("**.txt", "dir/a.txt", true),
            ("dir/**/a", "dir/x/y/a", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "axxbyyc", true),
        ];
        for (pattern, path, matches) in cases {
            assert_eq!(glob(pattern, path), matches, "{pattern} {path}");
        }
    }
}
