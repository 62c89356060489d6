//! Decides in one cheap pass whether a text may matter to the readers of scripts, which cost a hundred times more.
//!
//! Nothing that a reader would take for a script, a writer or a launch may be lost here; prose that merely uses the words
//! should be. Two signs are looked for: a head whose lines begin with commands, and, anywhere, the client's name as a
//! command word or `open` with a host behind it. A caret inside a word (`f^tp`) hides neither.

use crate::script::client::bsd_ftp;
use crate::script::client::windows_ftp;
use memchr::memmem::Finder;

/// Lines of the head that are looked at.
const HEAD_LINES: usize = 24;

/// The searches, made once.
#[derive(Debug)]
pub(super) struct Prefilter {
    client: Finder<'static>,
    open: Finder<'static>,
}

impl Prefilter {
    pub(super) fn new() -> Self {
        Self { client: Finder::new(b"ftp"), open: Finder::new(b"open") }
    }

    /// Whether a block of text holds a sign anywhere. `lower` is the block in lower case; its first byte counts as the
    /// beginning of a word.
    pub(super) fn holds_sign(&self, lower: &[u8]) -> bool {
        self.first_sign(lower).is_some() || memchr::memchr(b'^', lower).is_some() && self.hides_sign(lower)
    }

    /// Offset of the first sign that stands in the block unhidden.
    pub(super) fn first_sign(&self, lower: &[u8]) -> Option<usize> {
        let client = self.client.find_iter(lower).find(|at| is_client(lower, *at));
        let open = self.open.find_iter(lower.get(..client.unwrap_or(lower.len())).unwrap_or_default());
        let open = open.into_iter().find(|at| is_open(lower, *at));
        open.or(client)
    }

    fn hides_sign(&self, lower: &[u8]) -> bool {
        let bare: Vec<u8> = lower.iter().copied().filter(|byte| *byte != b'^').collect();
        self.first_sign(&bare).is_some()
    }
}

/// Whether the first lines of a text begin with commands of a client, as those of a script do. Lower case.
pub(super) fn begins_like_script(lower: &[u8]) -> bool {
    let (mut commands, mut others, mut seen) = (0usize, 0usize, 0usize);
    for line in lower.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
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

fn is_command(line: &[u8]) -> bool {
    if matches!(line.first(), Some(b'!' | b'#' | b';' | b'@' | b':' | b'\'')) || line.starts_with(b"//") {
        return true;
    }
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
    let word = line.get(..end).unwrap_or_default();
    let known = |commands: &[(&str, _)]| commands.iter().any(|(name, _)| name.as_bytes().starts_with(word));
    (2..=12).contains(&word.len())
        && (known(windows_ftp::DIALECT.commands) || known(bsd_ftp::TNFTP.commands) || word == b"rem")
}

/// `ftp` or `ftp.exe` as a word by itself, with something behind it that could be its arguments.
fn is_client(lower: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| lower.get(before));
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')) {
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
    matches!(first, b' ' | b'\t' | b'-' | b'/' | b',')
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
        begins_like_script(lower.as_bytes()) || Prefilter::new().holds_sign(lower.as_bytes())
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
        assert!(!keeps("sftp -b x\nvsftpd is a server\nftpd.conf\ntftp -i h get x\na\nb\nc\nd\ne\nf\ng"));
    }
}
