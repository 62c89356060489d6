//! Kinds that the build of a text tells: JSON, tables, settings, mail, lists of passwords, FTP scripts.

use super::super::FileType;
use super::kinds as kind;
use super::{cut, line};

/// Kinds whose build is certain.
pub(super) fn find(text: &str) -> Option<FileType> {
    json(text)
        .or_else(|| mail(text))
        .or_else(|| accounts(text))
        .or_else(|| exported_passwords(text))
        .or_else(|| bracketed(text))
        .or_else(|| subtitles(text))
        .or_else(|| ftp_script(text))
}

/// Kinds that texts of other kinds look like; asked last.
pub(super) fn find_late(text: &str) -> Option<FileType> {
    translations(text).or_else(|| page(text)).or_else(|| table(text)).or_else(|| settings(text)).or_else(|| yaml(text))
}

/// JSON as far as the text goes: every token in its place.
fn json(text: &str) -> Option<FileType> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut open: Vec<u8> = Vec::new();
    let (mut values, mut members, mut tokens) = (0usize, 0usize, 0usize);
    // Whether a value is due, a name is due, or a comma or an end.
    let mut due = Due::Value;
    let bytes = text.as_bytes();
    let mut at = 0usize;
    while let Some(byte) = bytes.get(at) {
        at = at.saturating_add(1);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'{' | b'[' if matches!(due, Due::Value | Due::ValueOrEnd) && open.len() < 1024 => {
                open.push(*byte);
                due = if *byte == b'{' { Due::NameOrEnd } else { Due::ValueOrEnd };
            }
            b'}' if open.last() == Some(&b'{') && matches!(due, Due::NameOrEnd | Due::CommaOrEnd) => {
                due = close(&mut open)
            }
            b']' if open.last() == Some(&b'[') && matches!(due, Due::ValueOrEnd | Due::CommaOrEnd) => {
                due = close(&mut open)
            }
            b',' if due == Due::CommaOrEnd && !open.is_empty() => {
                due = if open.last() == Some(&b'{') { Due::Name } else { Due::Value };
            }
            b':' if due == Due::Colon => due = Due::Value,
            b'"' => {
                let Some(end) = string_end(bytes, at) else { break };
                at = end;
                due = match due {
                    Due::Name | Due::NameOrEnd => Due::Colon,
                    Due::Value | Due::ValueOrEnd => Due::CommaOrEnd,
                    _ => return None,
                };
                members = members.saturating_add(1);
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' if matches!(due, Due::Value | Due::ValueOrEnd) => {
                let start = at.saturating_sub(1);
                while bytes
                    .get(at)
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
                {
                    at = at.saturating_add(1);
                }
                let word = bytes.get(start..at).unwrap_or_default();
                let number = matches!(byte, b'-' | b'0'..=b'9')
                    && word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
                if !number && !matches!(word, b"true" | b"false" | b"null") && at < bytes.len() {
                    return None;
                }
                due = Due::CommaOrEnd;
                members = members.saturating_add(1);
            }
            _ => return None,
        }
        tokens = tokens.saturating_add(1);
        if open.is_empty() && due == Due::CommaOrEnd {
            values = values.saturating_add(1);
            due = Due::Value;
        }
    }
    if tokens < 2 || values == 0 && members == 0 {
        return None;
    }
    Some(match values {
        _ if values > 1 => kind::JSON_LINES,
        _ if cut(text, 256).contains("\"log\"") && cut(text, 1024).contains("\"creator\"") => kind::HAR,
        _ if cut(text, 4096).contains("\"encrypted\"") && cut(text, 8192).contains("\"login\"") => {
            FileType { description: "passwords exported by Bitwarden", ..kind::JSON }
        }
        _ => kind::JSON,
    })
}

#[derive(PartialEq, Clone, Copy)]
enum Due {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
}

fn close(open: &mut Vec<u8>) -> Due {
    open.pop();
    Due::CommaOrEnd
}

/// Where the string that begins at `at` ends; nothing if it is cut.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at.saturating_add(1)),
            b'\\' => at = at.saturating_add(2),
            _ => at = at.saturating_add(1),
        }
    }
}

/// A header of RFC 5322: fields from the first line on, some of them those of mail. A mailbox begins with `From `.
fn mail(text: &str) -> Option<FileType> {
    let first = text.lines().next()?;
    let mailbox = first.starts_with("From ") && first.split_whitespace().count() >= 5 && first.contains(':');
    let (mut known, mut fields) = (0u32, 0u32);
    let mut news = false;
    for line in text.lines().skip(usize::from(mailbox)).take(60) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && fields > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }) else {
            break;
        };
        fields = fields.saturating_add(1);
        let name = name.to_ascii_lowercase();
        known = known.saturating_add(match name.as_str() {
            "received"
            | "return-path"
            | "delivered-to"
            | "message-id"
            | "mime-version"
            | "dkim-signature"
            | "x-mailer"
            | "content-transfer-encoding"
            | "x-original-to" => 3,
            "from" | "to" | "subject" | "date" | "cc" | "reply-to" | "content-type" | "in-reply-to" | "references" => 1,
            _ => 0,
        });
        news |= fields == 1 && matches!(name.as_str(), "path" | "xref" | "newsgroups") || name == "newsgroups";
    }
    match () {
        () if mailbox && known > 0 => Some(kind::MAILBOX),
        () if news && known > 2 => Some(kind::NEWS),
        () if known >= 4 && fields >= 3 => Some(kind::MAIL),
        () => None,
    }
}

/// Lines of `passwd`, `shadow` and `pwdump`: colons in a known number, and numbers where they belong.
fn accounts(text: &str) -> Option<FileType> {
    let mut kinds = text.lines().filter(|line| !line.trim().is_empty()).take(6).map(account);
    let first = kinds.next()??;
    // The last line of a cut head may be short.
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

fn account(line: &str) -> Option<FileType> {
    let fields: Vec<&str> = line.trim_end().split(':').collect();
    let number = |text: &&&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers =
        |from: usize, to: usize| fields.get(from..to).is_some_and(|fields| fields.iter().all(|field| number(&field)));
    let name = fields.first().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
    let second = fields.get(1).copied().unwrap_or_default();
    let digest = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match fields.len() {
        7 if numbers(2, 4) && fields.get(5).is_some_and(|home| home.starts_with('/') || home.is_empty()) => {
            Some(kind::PASSWD)
        }
        9 if name.len() <= 32 && (second.starts_with(['$', '*', '!']) || second.len() == 13 || second.is_empty()) => {
            fields.get(2..8)?.iter().all(|field| field.is_empty() || number(&field)).then_some(kind::SHADOW)
        }
        7 if numbers(1, 2)
            && fields.get(2).is_some_and(|lm| digest(lm) || lm.starts_with("NO PASSWORD"))
            && fields.get(3).is_some_and(|nt| digest(nt) || nt.starts_with("NO PASSWORD")) =>
        {
            Some(kind::NT_HASHES)
        }
        _ => None,
    }
}

/// The first lines of what browsers and password managers export: Chrome, Edge, Firefox, KeePass, LastPass, Bitwarden,
/// 1Password, Dashlane.
fn exported_passwords(text: &str) -> Option<FileType> {
    let first = text.lines().next()?.to_ascii_lowercase();
    let columns: Vec<&str> = first.split(',').map(|column| column.trim().trim_matches('"')).collect();
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(column));
    let login = has(&["username", "user name", "login_username", "login name", "login", "user"]);
    let secret = has(&["password", "login_password", "passwort"]);
    let place = has(&["url", "web site", "website", "login_uri", "httprealm", "hostname", "site", "title", "account"]);
    (columns.len() >= 3 && login && secret && place).then_some(kind::PASSWORDS)
}

/// Sections in brackets: a setup script names itself by its version section.
fn bracketed(text: &str) -> Option<FileType> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with([';', '#']));
    let first = lines.next()?;
    if !first.starts_with('[') || !first.ends_with(']') || first.contains(['"', ',', '(']) {
        return None;
    }
    let lower = cut(text, 8192).to_ascii_lowercase();
    if lower.contains("[version]") && lower.contains("signature") {
        return Some(kind::SETUP);
    }
    if lower.contains("[internetshortcut]") {
        return Some(kind::URL);
    }
    if lower.contains("[desktop entry]") {
        return Some(kind::DESKTOP);
    }
    let second = lines.next()?;
    (second.contains('=') || second.contains(": ") || second.starts_with('[')).then_some(kind::INI)
}

/// A number, then a time span.
fn subtitles(text: &str) -> Option<FileType> {
    let mut lines = text.lines();
    let number = lines.next()?.trim();
    let span = lines.next()?;
    let holds = !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && span.contains(" --> ")
        && span.contains(',');
    holds.then_some(kind::SUBTITLES)
}

/// Commands of an FTP client in nearly every line, one that connects or logs in, and one that moves files or ends. A script
/// whose server stands on the command line begins with a name and a password, or with commands at once.
fn ftp_script(text: &str) -> Option<FileType> {
    let (mut lines, mut commands, mut connects, mut moves) = (0u32, 0u32, false, false);
    let mut logins = 2u32;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(200) {
        lines = lines.saturating_add(1);
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default().to_ascii_lowercase();
        let rest = words.count();
        let known = match first.trim_start_matches('!') {
            "open" | "o" if (1..=3).contains(&rest) => {
                connects = true;
                logins = 2;
                true
            }
            "user" if (1..=3).contains(&rest) => {
                connects = true;
                true
            }
            "get" | "put" | "recv" | "send" | "append" if (1..=3).contains(&rest) => {
                moves = true;
                true
            }
            "mget" | "mput" | "mdelete" if rest >= 1 => {
                moves = true;
                true
            }
            "bye" | "quit" | "disconnect" | "close" if rest == 0 => {
                moves |= connects;
                true
            }
            "binary" | "bin" | "ascii" | "asc" | "prompt" | "hash" | "passive" | "verbose" | "pwd" | "dir" | "ls"
            | "glob" | "bell" | "trace" | "debug" | "status" | "help" | "type" | "sendport" | "exit" => rest <= 2,
            "cd" | "lcd" | "delete" | "del" | "mkdir" | "rmdir" | "rename" | "quote" | "literal" | "site" | "pass"
            | "remotehelp" => rest >= 1,
            _ => line.starts_with('!'),
        };
        // The name and the password stand on lines of their own behind `open`.
        let login = !known && logins > 0 && rest == 0;
        logins =
            if known && !matches!(first.as_str(), "open" | "o") { 0 } else { logins.saturating_sub(u32::from(login)) };
        commands = commands.saturating_add(u32::from(known || login));
    }
    let nearly_all = commands.saturating_mul(5) >= lines.saturating_mul(4);
    let told = connects && (moves || lines == commands) && nearly_all || moves && lines == commands && lines >= 3;
    (lines >= 2 && told).then_some(kind::FTP)
}

/// A page behind something else: a browser shows it.
fn page(text: &str) -> Option<FileType> {
    let start = cut(text, 1024).to_ascii_lowercase();
    // Templates of pages begin with what fills them in.
    let template = ["{%", "{{", "{#"].iter().any(|mark| text.starts_with(mark));
    if template
        && ["<div", "<table", "<p>", "<body", "<h1", "<h2", "<h3", "<script", "<a href"]
            .iter()
            .any(|tag| start.contains(tag))
    {
        return Some(kind::HTML);
    }
    let at = start.find("<html").or_else(|| start.find("<!doctype html"))?;
    let open = start.get(at..)?.bytes().find(|byte| !byte.is_ascii_alphabetic() && !matches!(byte, b'<' | b'!'));
    (matches!(open, Some(b'>' | b' ' | b'\r' | b'\n')) && start.contains('>')).then_some(kind::HTML)
}

/// Message catalogues of gettext.
fn translations(text: &str) -> Option<FileType> {
    let start = cut(text, 16 << 10);
    (start.contains("\nmsgid \"") && start.contains("\nmsgstr \"") || start.starts_with("msgid \"")).then_some(kind::PO)
}

/// Lines with the same number of separators, three of them at least.
fn table(text: &str) -> Option<FileType> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(12).collect();
    // The last line of a cut head may be short.
    let whole = if lines.len() == 12 { lines.get(..11)? } else { lines.as_slice() };
    if whole.len() < 3 {
        return None;
    }
    [',', ';', '\t', '|'].into_iter().find_map(|separator| {
        let first = line::separators(whole.first()?, separator);
        // One or two commas stand in sentences too: there a blank follows.
        let prose = separator != '\t' && whole.iter().any(|line| line.contains(&format!("{separator} ")));
        let least = if prose { 3 } else { 1 };
        let ended = separator == ';' && whole.iter().all(|line| line.trim_end().ends_with(';'));
        (first >= least && !ended && whole.iter().all(|line| line::separators(line, separator) == first))
            .then_some(kind::CSV)
    })
}

/// Names and values with an equals sign in nearly every line.
fn settings(text: &str) -> Option<FileType> {
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])).take(60);
    let (mut named, mut all) = (0u32, 0u32);
    for line in &mut lines {
        all = all.saturating_add(1);
        let name = line.split_once('=').map(|(name, _)| name.trim());
        let holds = name.is_some_and(|name| {
            !name.is_empty()
                && name.len() <= 64
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b' '))
        });
        named = named.saturating_add(u32::from(holds || line.starts_with('[') && line.ends_with(']')));
    }
    (all >= 2 && named.saturating_mul(10) >= all.saturating_mul(9)).then_some(kind::INI)
}

/// `---` or a name with a colon, and names and list items in nearly every line.
fn yaml(text: &str) -> Option<FileType> {
    let (mut named, mut all) = (0u32, 0u32);
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).take(60) {
        let trimmed = line.trim();
        all = all.saturating_add(1);
        let name = trimmed
            .trim_start_matches("- ")
            .split_once(':')
            .filter(|(_, value)| value.is_empty() || value.starts_with(' '));
        let holds = name.is_some_and(|(name, _)| {
            !name.is_empty()
                && name.len() <= 48
                && name.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b'$' | b'"' | b'\'')
                })
        });
        named = named.saturating_add(u32::from(holds || trimmed.starts_with("- ") || trimmed == "---"));
    }
    let marked = text.starts_with("---\n") || text.starts_with("---\r\n") || text.starts_with("%YAML");
    (all >= 3 && (named.saturating_mul(10) >= all.saturating_mul(9) || marked && named.saturating_mul(2) >= all))
        .then_some(kind::YAML)
}
