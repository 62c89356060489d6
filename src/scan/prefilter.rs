//! Decides in one cheap pass whether a text may matter to the readers of scripts, which cost a hundred times more.
//!
//! Nothing that a reader would take for a script, a writer or a launch may be lost here; prose that merely uses the words
//! should be. These signs are looked for: a head whose lines begin with commands or with what stored sites begin with; anywhere,
//! a client's name as a command word, an address of FTP, a call into a class library, or `open` with a host behind it; the words
//! of other clients and of encoded commands. A caret inside a word (`f^tp`) hides none of them. A program by its name may put the
//! words together from pieces: there the marks of doing so are signs, too.

use crate::script::client::bsd_ftp;
use crate::script::client::windows_ftp;
use crate::script::store::is_curlrc;
use crate::script::writer::shell;
use aho_corasick::packed::Searcher;

/// Lines of the head that are looked at.
const HEAD_LINES: usize = 24;

/// What is looked for everywhere, in one pass. Of longer words a part stands here that few others share: `nscp` for WinSCP,
/// `base64` for `FromBase64String` and for `base64 -d`.
const WORDS: [&str; 8] = ["ftp", "open", "nscp", "rclone", "netrc", "base64", "powershell", "pwsh"];

/// What puts words together in programs, by the endings of their names: pieces that are joined, characters by number, parts
/// of variables.
const MARKS: [(&[&str], &[&str]); 5] = [
    (&[".bat", ".cmd"], &["%:~", ":~0,", ":~1,", ":~-", "!:~"]),
    (&[".ps1", ".psm1"], &["'+'", "' + '", "\"+\"", "\" + \"", "[char", "-join", "-f '"]),
    (&[".vbs", ".vba", ".bas", ".cls", ".frm"], &["\"&\"", "\" & \"", "chr(", "chrw(", "strreverse("]),
    (
        &[".js", ".hta", ".wsf", ".sct", ".wsc"],
        &["'+'", "\"+\"", "' + '", "\" + \"", "fromcharcode", "chr(", "\" & \""],
    ),
    // Values of a registry that hold their text as bytes.
    (&[".reg"], &["=hex(1):", "=hex(2):", "=hex(7):"]),
];

/// The script host that would run a file by its name, as an index into the marks.
pub(super) fn host_of(path: &[u8]) -> Option<usize> {
    let dot = memchr::memrchr(b'.', path).and_then(|dot| path.get(dot..)).unwrap_or_default();
    MARKS.iter().position(|(endings, _)| endings.iter().any(|ending| dot.eq_ignore_ascii_case(ending.as_bytes())))
}

/// Whether a file is read for its name, whatever its lines look like: what was typed into a shell, curl's settings.
pub(super) fn is_read_by_name(path: &[u8]) -> bool {
    let name = memchr::memrchr(b'/', path).and_then(|at| path.get(at.saturating_add(1)..)).unwrap_or(path);
    is_curlrc(name)
        || (name.starts_with(b".hist") || name.ends_with(b"history"))
            && std::str::from_utf8(name).is_ok_and(shell::is_history)
}

/// The searches, made once.
#[derive(Debug)]
pub(super) struct Prefilter {
    words: Option<Searcher>,
    marks: Vec<Option<Searcher>>,
}

impl Prefilter {
    pub(super) fn new() -> Self {
        Self { words: Searcher::new(WORDS), marks: MARKS.iter().map(|(_, marks)| Searcher::new(*marks)).collect() }
    }

    /// Whether a block of text holds a sign anywhere. `lower` is the block in lower case; its first byte counts as the
    /// beginning of a word. `host` is the script host that would run the file.
    pub(super) fn holds_sign(&self, lower: &[u8], host: Option<usize>) -> bool {
        // Where the processor offers no fast search, every text is read.
        let Some(words) = &self.words else { return true };
        let marks = host.and_then(|host| self.marks.get(host)).and_then(Option::as_ref);
        holds_word(words, lower) || hides_word(lower) || marks.is_some_and(|marks| marks.find(lower).is_some())
    }
}

fn holds_word(words: &Searcher, lower: &[u8]) -> bool {
    let mut from = 0usize;
    while let Some(found) = words.find_in(lower, aho_corasick::Span { start: from, end: lower.len() }) {
        let at = found.start();
        let tells = match WORDS.get(found.pattern().as_usize()) {
            Some(&"ftp") => is_client(lower, at) || is_call(lower, at),
            Some(&"open") => is_open(lower, at),
            // A `.netrc` that a text writes; what it holds may name no client.
            Some(&"netrc") => at.checked_sub(1).and_then(|before| lower.get(before)).is_some_and(|b| b"._".contains(b)),
            // `rclone copy d remote:`: what the remote is only its configuration tells.
            Some(&"rclone") => matches!(lower.get(found.end()), Some(b' ' | b'\t' | b'.' | b'"' | b'\'')),
            Some(&"nscp") => lower.get(at.saturating_sub(2)..at) == Some(b"wi"),
            Some(&"base64") => {
                lower.get(..at).is_some_and(|before| before.ends_with(b"m")) || decodes(lower.get(found.end()..))
            }
            Some(&"powershell" | &"pwsh") => runs_encoded(lower.get(found.end()..).unwrap_or_default()),
            _ => true,
        };
        if tells {
            return true;
        }
        from = found.end();
    }
    false
}

/// Whether `base64` goes on with the switch that makes it decode: a program may be in its text.
fn decodes(rest: Option<&[u8]>) -> bool {
    let rest = rest.unwrap_or_default().trim_ascii_start();
    rest.starts_with(b"-d") || rest.starts_with(b"--d")
}

/// Whether a command line of PowerShell goes on with the switch for an encoded command, or takes one from elsewhere.
fn runs_encoded(rest: &[u8]) -> bool {
    let line = rest.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let mut words = line.split(u8::is_ascii_whitespace).take(24);
    words
        .any(|word| word.len() > 1 && b"-encodedcommand".starts_with(word) || b"-ec" == word || word.starts_with(b"/e"))
}

/// Whether a word of the block is `ftp` or `open` once its carets are gone.
fn hides_word(lower: &[u8]) -> bool {
    /// Longest word that is looked at: nobody hides a word by more carets than it has letters.
    const WORD: usize = 32;
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'^';
    let mut seen = 0usize;
    memchr::memchr_iter(b'^', lower).any(|at| {
        if at < seen {
            return false;
        }
        let before = lower.get(at.saturating_sub(WORD)..at).unwrap_or_default();
        let begin = at.saturating_sub(before.iter().rev().take_while(|byte| joins(byte)).count());
        let after = lower.get(at..lower.len().min(at.saturating_add(WORD))).unwrap_or_default();
        seen = at.saturating_add(after.iter().take_while(|byte| joins(byte)).count());
        let mut bare = [0u8; 2 * WORD];
        let letters = lower.get(begin..seen).unwrap_or_default().iter().filter(|byte| **byte != b'^');
        let length = bare.iter_mut().zip(letters).map(|(place, letter)| *place = *letter).count();
        let bare = bare.get(..length).unwrap_or_default();
        bare.ends_with(b"ftp") || bare.starts_with(b"open") || bare.ends_with(b"open") || bare.starts_with(b"ftp")
    })
}

/// Whether the first lines of a text begin with commands of a client, as those of a script do. Lower case.
pub(super) fn begins_like_script(lower: &[u8]) -> bool {
    let (mut commands, mut others, mut seen) = (0usize, 0usize, 0usize);
    for line in lower.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let begin = after_declaration(line);
        if STORES.iter().any(|store| begin.starts_with(store.as_bytes())) {
            return true;
        }
        if is_command(line) {
            commands = commands.saturating_add(1);
        } else {
            others = others.saturating_add(1);
        }
        seen = seen.saturating_add(1);
        if seen >= HEAD_LINES || others > commands.saturating_mul(2).saturating_add(6) {
            break;
        }
    }
    commands > 0 && others <= commands.max(2).saturating_add(2)
}

/// What follows the declaration of XML, where a line begins with it.
fn after_declaration(line: &[u8]) -> &[u8] {
    if !line.starts_with(b"<?xml") {
        return line;
    }
    memchr::memmem::find(line, b"?>")
        .and_then(|end| line.get(end.saturating_add(2)..))
        .unwrap_or(line)
        .trim_ascii_start()
}

/// What the files of stored sites begin with.
const STORES: [&str; 11] = [
    "uid=",
    "ip=",
    "machine ",
    "default login",
    "[sessions\\",
    "[configuration\\",
    "<filezilla",
    "<favoriteitem",
    "[connections]",
    "[hkey_current_user\\software\\",
    "ncftp bookmark",
];

fn is_command(line: &[u8]) -> bool {
    if matches!(line.first(), Some(b'!' | b'#' | b';' | b'@' | b':' | b'\'')) || line.starts_with(b"//") {
        return true;
    }
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
    let word = line.get(..end).unwrap_or_default();
    // The first letter decides nearly always, without a call.
    let begins = |name: &[u8]| name.first() == word.first() && name.starts_with(word);
    let known = |commands: &[(&str, _)]| commands.iter().any(|(name, _)| begins(name.as_bytes()));
    (2..=12).contains(&word.len())
        && (known(windows_ftp::DIALECT.commands) || known(bsd_ftp::TNFTP.commands) || word == b"rem")
}

/// `ftp` or `ftp.exe` as a word by itself, with something behind it that could be its arguments.
fn is_client(lower: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| lower.get(before));
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if before.is_some_and(joins) && !follows_escape(lower, at) {
        return false;
    }
    let mut rest = lower.get(at.saturating_add(3)..).unwrap_or_default();
    rest = rest.strip_prefix(b".exe").unwrap_or(rest);
    rest = rest
        .strip_prefix(b"\\\"")
        .or_else(|| rest.strip_prefix(b"\""))
        .or_else(|| rest.strip_prefix(b"'"))
        .unwrap_or(rest);
    let Some(first) = rest.first() else { return true };
    if matches!(first, b'<' | b'|' | b'&' | b'\r' | b'\n' | b'"' | b'\'' | b')') {
        return true;
    }
    // A request to a web server writes a blank as `+` or `%20`.
    matches!(first, b' ' | b'\t' | b'-' | b'/' | b',' | b'+') || rest.starts_with(b"%20")
}

/// Whether an encoded sign stands before a word: a request to a web server writes `&` as `%26`.
fn follows_escape(lower: &[u8], at: usize) -> bool {
    let before = lower.get(at.saturating_sub(3)..at).unwrap_or_default();
    matches!(before, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// Names that begin with or hold `ftp` and are clients, libraries or their calls.
const CALLS: [&str; 37] = [
    "psftp",
    "lftp",
    "ncftp",
    "ncftpget",
    "ncftpput",
    "ncftpls",
    "sftp",
    "tnftp",
    "ftpget",
    "ftpput",
    "ftplib",
    "ftp_connect",
    "ftp_ssl_connect",
    "net::ftp",
    "ftpwebrequest",
    "ftpputfile",
    "ftpputfilea",
    "ftpputfilew",
    "ftpgetfile",
    "ftpgetfilea",
    "ftpgetfilew",
    "internet_service_ftp",
    "_ftp_connect",
    "ftpclient",
    "ftpsclient",
    "ftphttpclient",
    "net::ftpssl",
    "net::ftp::ssl",
    "sftpclient",
    "open_sftp",
    "pysftp",
    "ssh2_sftp",
    "net_sftp",
    "ftp_tls",
    "wcx_ftp",
    "cuteftppro",
    "ftps",
];

/// `ftp` as part of an address or of a name that calls a client or a library.
fn is_call(lower: &[u8], at: usize) -> bool {
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':');
    let rest = lower.get(at..).unwrap_or_default();
    let tail = rest.iter().take(24).take_while(|byte| joins(byte)).count();
    let head = lower.get(at.saturating_sub(20)..at).unwrap_or_default();
    let joined = if follows_escape(lower, at) { 0 } else { head.iter().rev().take_while(|byte| joins(byte)).count() };
    let word = lower.get(at.saturating_sub(joined)..at.saturating_add(tail)).unwrap_or_default();
    if let Some(scheme) = word.strip_suffix(b":") {
        return matches!(scheme, b"ftp" | b"ftps" | b"sftp" | b"ftpes")
            && lower.get(at.saturating_add(tail)..).is_some_and(|rest| rest.starts_with(b"//"));
    }
    // Options (`--ftp-user`, `ftp_password`), remotes (`:ftp:in`) and settings (`set ftp:…`) of other clients.
    let is_setting = word.starts_with(b":ftp")
        || word.starts_with(b"ftp:")
        || lower.get(..at).is_some_and(|head| head.ends_with(b"--"));
    is_setting || CALLS.iter().any(|call| call.as_bytes() == word)
}

/// `open` as a word by itself, then a host, then the end of the line, a redirection or an operator.
fn is_open(lower: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| lower.get(before));
    let rest = lower.get(at.saturating_add(4)..).unwrap_or_default();
    if before.is_some_and(u8::is_ascii_alphanumeric) || !matches!(rest.first(), Some(b' ' | b'\t')) {
        return false;
    }
    let rest = rest.trim_ascii_start();
    let ends =
        |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'&' | b')' | b'|' | b'"' | b'\'' | b',');
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    let (host, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    let tail = without_port(tail);
    let inner = host.get(..host.len().saturating_sub(1)).unwrap_or_default();
    let tells = inner.iter().any(|byte| matches!(byte, b'.' | b'%' | b'$' | b'{' | b':' | b'<'));
    match tail.first() {
        Some(b'>' | b'&' | b')' | b'|') => !host.is_empty(),
        Some(b'\\' | b'\r' | b'\n' | b'"' | b'\'' | b',') | None => tells,
        _ => false,
    }
}

/// What follows a host, after a port and blanks.
fn without_port(tail: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let skip = |bytes: &[u8], wanted: &dyn Fn(&u8) -> bool| bytes.iter().take_while(|byte| wanted(byte)).count();
    let tail = tail.get(skip(tail, &blank)..).unwrap_or_default();
    let tail = tail.get(skip(tail, &|byte| byte.is_ascii_digit())..).unwrap_or_default();
    tail.get(skip(tail, &blank)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        begins_like_script(lower.as_bytes()) || Prefilter::new().holds_sign(lower.as_bytes(), None)
    }

    #[test]
    fn what_may_be_a_script_is_kept() {
        let scripts = [
            "open 192.0.2.1\nbob\npw\nget a\nbye",
            "bob\npw\nbinary\nput x\nbye",
            "cd x\nput y.z\n",
            "user a b\nget c",
            "# one\n# two\n# three\nopen h.example\n",
            "!calc.exe",
            "blah blah\r\nmore words\r\necho open 192.0.2.1>x\r\n",
            "prose prose prose\nand then C:\\> ftp -s:a.txt\n",
            "x = \"FTP.EXE -n -s:c.txt\"",
            "cmd /c f^tp -s:a",
            "echo o^pen ftp.example.com 21>a",
            "x\ny\nz\nw\nv\nu\nt\nsystem(\"echo open SERVER 21>f\")",
            "ftp -n <<EOF\nopen h\nEOF",
            "ftp<x",
            "x\ny\ncurl -T a ftp://192.0.2.1/",
            "x\ny\nimport ftplib",
            "x\ny\nSet s = CreateObject(\"CuteFTPPro.TEConnection\")",
            "<?xml version=\"1.0\"?><FavoriteItem><Host>h</Host>",
            "<?xml version=\"1.0\"?>\r\n<FavoriteItem xmlns=\"x\">",
            "x\ny\n\"C:\\w\\WinSCP.com\" /script=a",
            "x\ny\nbusybox ftpget -u a 192.0.2.1 b c",
            // The calls of class libraries, by those that a text cannot do without.
            "x\ny\nFtpPutFileA(c, \"C:\\\\k.log\", \"k.log\", 0, 0)",
            "x\ny\nFtpGetFileW(c, L\"a\", L\"b\", 0, 0, 2, 0)",
            "x\ny\nInternetConnect(h, s, 21, u, p, INTERNET_SERVICE_FTP, 0, 0)",
            "x\ny\n$c = _FTP_Connect($o, \"192.0.2.1\", \"u\", \"p\")",
            "x\ny\nFTPSClient c = new FTPSClient();",
            "x\ny\nFTPHTTPClient c = new FTPHTTPClient(\"p\", 80);",
            "x\ny\nmy $f = Net::FTPSSL->new('192.0.2.1');",
            "x\ny\nmy $f = Net::FTP::SSL->new('192.0.2.1');",
            "x\ny\nwith pysftp.Connection('192.0.2.1', username='u') as s:",
            "x\ny\ns = client.open_sftp()",
            "x\ny\ns = paramiko.SFTPClient.from_transport(t)",
            "x\ny\n$s = ssh2_sftp($c);",
            "x\ny\n$s = new Net_SFTP('192.0.2.1');",
            "x\ny\nuse phpseclib3\\Net\\SFTP;",
            "x\ny\nrequire 'net/ftp'",
            "x\ny\necho Y3VybA== | base64 -d | sh",
            "x\ny\neval \"$(base64 --decode <<< Y3VybA==)\"",
            "x\ny\n[Convert]::FromBase64String('YQ==')",
        ];
        for text in scripts {
            assert!(keeps(text), "{text}");
        }
    }

    #[test]
    fn prose_is_not() {
        let line = "The user can open new file and send it back to the server then close.\r\n";
        let log = "2019-03-01 10:00:00, Info  CBS  open transfer these put get [0x1234abcd]\r\n";
        let markup = "  <setting name=\"Open\" value=\"get put open user\" enabled=\"true\"/>\r\n";
        for text in [line.repeat(40), log.repeat(40), markup.repeat(40), format!("{line}{log}{markup}").repeat(20)] {
            assert!(!keeps(&text), "{text}");
        }
        assert!(!keeps(&"<img src=\"data:image/png;base64,iVBORw0KGgo=\">\n".repeat(40)));
        assert!(!keeps("vsftpd is a server\nftpd.conf\ntftp -i h get x\na\nb\nc\nd\ne\nf\ng"));
    }
}
