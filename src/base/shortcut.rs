//! Shortcuts of the Windows shell, `.lnk` (MS-SHLLINK): which program they start, with which arguments, in which folder.
//!
//! A shortcut is told by its first twenty bytes. Every offset and length in it is untrusted; a part that does not fit is
//! left out, and what was read before it stays.

use crate::base::fields::{u16_at, u32_at};
use crate::base::wide;

/// Size of the header and class identifier of every shortcut (section 2.1).
const HEAD: [u8; 20] = [0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// Signature of the block that holds a target with variables (section 2.5.4).
const ENVIRONMENT: u32 = 0xa000_0001;

/// Extra blocks that are looked at.
const BLOCKS: usize = 64;

/// Blanks in a row that no author writes: Explorer's dialog shows only the first 260 characters.
const PADDING: usize = 200;

/// What a shortcut says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortcut {
    /// The target as the shell would take it first: with variables, from the volume, relative, or from its identifiers.
    pub target: Option<String>,
    /// Its description.
    pub name: Option<String>,
    /// The folder in which it starts.
    pub working_directory: Option<String>,
    /// The arguments as stored.
    pub arguments: Option<String>,
    /// The file that its icon is taken from.
    pub icon: Option<String>,
    /// Whether blanks push a part of the arguments out of sight.
    pub padded: bool,
}

impl Shortcut {
    /// The command line, with long runs of blanks shortened to one.
    #[must_use]
    pub fn command_line(&self) -> String {
        let target = self.target.as_deref().unwrap_or_default().trim();
        let mut line = if target.contains(' ') { format!("\"{target}\"") } else { target.to_owned() };
        let arguments = self.arguments.as_deref().unwrap_or_default();
        let shown = if self.padded {
            arguments.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            arguments.trim().to_owned()
        };
        if !shown.is_empty() {
            line.push(' ');
            line.push_str(&shown);
        }
        line.trim().to_owned()
    }
}

/// Whether bytes begin like a shortcut.
#[must_use]
pub fn is_shortcut(bytes: &[u8]) -> bool {
    bytes.starts_with(&HEAD)
}

/// Reads a shortcut; nothing where the bytes are none.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Shortcut> {
    if !is_shortcut(bytes) {
        return None;
    }
    let flags = u32_at(bytes, 20)?;
    let has = |bit: u32| flags & bit != 0;
    let mut at = 76usize;
    let mut shortcut = Shortcut::default();
    let (mut listed, mut local, mut relative) = (None, None, None);
    if has(0x1) {
        let size = usize::from(u16_at(bytes, at)?);
        at = at.saturating_add(2);
        listed = bytes.get(at..at.saturating_add(size)).and_then(identifiers);
        at = at.saturating_add(size);
    }
    if has(0x2) {
        let size = usize::try_from(u32_at(bytes, at)?).ok()?;
        local = bytes.get(at..at.saturating_add(size)).and_then(link_info);
        at = at.saturating_add(size);
    }
    let wide = has(0x80);
    for (bit, field) in [
        (0x4, &mut shortcut.name),
        (0x8, &mut relative),
        (0x10, &mut shortcut.working_directory),
        (0x20, &mut shortcut.arguments),
        (0x40, &mut shortcut.icon),
    ] {
        if !has(bit) {
            continue;
        }
        let Some(count) = u16_at(bytes, at).map(usize::from) else { break };
        let size = if wide { count.saturating_mul(2) } else { count };
        at = at.saturating_add(2);
        let Some(stored) = bytes.get(at..at.saturating_add(size)) else { break };
        *field = Some(if wide { wide::until_nul(stored) } else { ansi(stored) });
        at = at.saturating_add(size);
    }
    let environment = environment(bytes, at);
    shortcut.target = [environment, local, relative, listed].into_iter().flatten().find(|path| !path.is_empty());
    shortcut.padded = shortcut.arguments.as_deref().is_some_and(is_padded);
    Some(shortcut)
}

fn is_padded(arguments: &str) -> bool {
    let mut run = 0usize;
    arguments.chars().any(|character| {
        run = if character.is_whitespace() { run.saturating_add(1) } else { 0 };
        run >= PADDING
    })
}

/// The local path of a LinkInfo structure (section 2.3).
fn link_info(info: &[u8]) -> Option<String> {
    let header = u32_at(info, 4)?;
    if u32_at(info, 8)? & 1 == 0 {
        return None;
    }
    let offset = |at: usize| usize::try_from(u32_at(info, at)?).ok().filter(|offset| *offset > 0);
    let until_nul = |at: usize| {
        let rest = info.get(at..)?;
        rest.get(..rest.iter().position(|byte| *byte == 0)?)
    };
    let wide = |at: usize| {
        let rest = info.get(at..)?;
        let length = rest.chunks_exact(2).position(|pair| pair == [0, 0])?;
        rest.get(..length.saturating_mul(2)).map(wide::until_nul)
    };
    let (mut path, suffix) = if header >= 0x24 {
        let base = offset(28).and_then(wide);
        (base, offset(32).and_then(wide))
    } else {
        (None, None)
    };
    if path.as_deref().is_none_or(str::is_empty) {
        path = offset(16).and_then(until_nul).map(ansi);
    }
    let suffix = suffix.or_else(|| offset(24).and_then(until_nul).map(ansi)).unwrap_or_default();
    path.map(|path| format!("{path}{suffix}"))
}

/// The path that the item identifiers spell: a drive, then short names (MS-SHLLINK leaves them open; their layout is
/// common knowledge of forensics).
fn identifiers(list: &[u8]) -> Option<String> {
    let mut path = String::new();
    let mut rest = list;
    while let Some(size) = u16_at(rest, 0).map(usize::from).filter(|size| *size >= 3) {
        let item = rest.get(..size)?;
        let text = |at: usize| {
            let tail = item.get(at..)?;
            let end = tail.iter().position(|byte| *byte == 0).unwrap_or(tail.len());
            tail.get(..end).map(ansi)
        };
        match item.get(2).map(|kind| kind & 0x70) {
            Some(0x20) => path = text(3).unwrap_or_default(),
            Some(0x30) => {
                if !path.is_empty() && !path.ends_with('\\') {
                    path.push('\\');
                }
                path.push_str(&text(14).unwrap_or_default());
            }
            _ => {}
        }
        rest = rest.get(size..)?;
    }
    Some(path).filter(|path| !path.is_empty())
}

/// The target with variables, out of the extra data from an offset on.
fn environment(bytes: &[u8], mut at: usize) -> Option<String> {
    for _ in 0..BLOCKS {
        let size = usize::try_from(u32_at(bytes, at)?).ok().filter(|size| *size >= 4)?;
        if u32_at(bytes, at.saturating_add(4))? == ENVIRONMENT {
            let block = bytes.get(at..at.saturating_add(size))?;
            let unicode = block.get(268..788).map(wide::until_nul).unwrap_or_default();
            let path = if unicode.is_empty() { block.get(8..268).map(ansi).unwrap_or_default() } else { unicode };
            return Some(path);
        }
        at = at.saturating_add(size);
    }
    None
}

fn ansi(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes.get(..end).unwrap_or_default());
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&(text.encode_utf16().count() as u16).to_le_bytes()[..], &units].concat()
    }

    fn made(flags: u32, parts: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = HEAD.to_vec();
        bytes.extend(flags.to_le_bytes());
        bytes.resize(76, 0);
        parts.iter().for_each(|part| bytes.extend(part));
        bytes.extend([0; 4]);
        bytes
    }

    fn info(path: &str) -> Vec<u8> {
        let size = 28 + path.len() as u32 + 2;
        let fields = [size, 28, 1, 0, 28, 0, 28 + path.len() as u32 + 1];
        let mut bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
        bytes.extend(path.as_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    fn variables(path: &str) -> Vec<u8> {
        let mut block = [0x314u32.to_le_bytes(), ENVIRONMENT.to_le_bytes()].concat();
        block.extend(path.as_bytes());
        block.resize(268, 0);
        block.extend(path.encode_utf16().flat_map(u16::to_le_bytes));
        block.resize(788, 0);
        block
    }

    #[test]
    fn shortcuts() {
        let plain = made(
            0x80 | 0x2 | 0x10 | 0x20,
            &[info("C:\\Windows\\System32\\ftp.exe"), stored("C:\\t"), stored("-s:x.txt")],
        );
        let read_plain = read(&plain).unwrap();
        assert_eq!(read_plain.command_line(), "C:\\Windows\\System32\\ftp.exe -s:x.txt");
        assert_eq!(read_plain.working_directory.as_deref(), Some("C:\\t"));
        let padded = format!("{}/c ftp -s:x", " ".repeat(400));
        let hidden = made(0x80 | 0x20 | 0x200, &[stored(&padded), variables("%COMSPEC%")]);
        let read_hidden = read(&hidden).unwrap();
        assert!(read_hidden.padded);
        assert_eq!(read_hidden.command_line(), "%COMSPEC% /c ftp -s:x");
        let relative = made(0x80 | 0x4 | 0x8, &[stored("a name"), stored("..\\a b\\ftp.exe")]);
        assert_eq!(read(&relative).unwrap().command_line(), "\"..\\a b\\ftp.exe\"");
        assert_eq!(read(b"MZ"), None);
    }

    #[test]
    fn any_cut_is_survived() {
        let bytes = made(0x80 | 0x2 | 0x20 | 0x200, &[info("C:\\x.exe"), stored("-s:x"), variables("%X%")]);
        for end in 0..bytes.len() {
            let _ = read(&bytes[..end]);
        }
        for at in 20..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] = 0xff;
            let _ = read(&changed);
        }
    }
}
