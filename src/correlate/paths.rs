//! Paths by which two records are compared: without case, whatever names the drive.

use crate::script::local_path;

/// Where a path points, for comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The drive's letter, lower case; absent where the path names a device, a volume or nothing.
    pub(super) drive: Option<char>,
    /// The folders and the name, lower case, `\` between them.
    pub(super) rest: String,
}

/// Characters of a path that are compared.
const LONGEST: usize = 2048;

/// Variables that hold the same folder on every Windows, and that folder.
const VARIABLES: &[(&str, &str)] = &[
    ("%systemroot%", "windows"),
    ("%windir%", "windows"),
    ("\\systemroot", "windows"),
    ("%public%", "users\\public"),
    ("%programdata%", "programdata"),
    ("%allusersprofile%", "programdata"),
    ("%systemdrive%", ""),
    ("%comspec%", "windows\\system32\\cmd.exe"),
];

impl Place {
    /// Reads a path; nothing where nothing is left of it.
    pub(super) fn of(path: &str) -> Option<Self> {
        let path = path.trim().trim_matches('"').trim();
        let path = path.get(..path.floor_char_boundary(LONGEST)).unwrap_or_default();
        let folded = path.to_lowercase().replace('/', "\\");
        let mut rest = folded.as_str();
        for prefix in ["\\\\?\\", "\\??\\", "\\\\.\\"] {
            rest = rest.strip_prefix(prefix).unwrap_or(rest);
        }
        let mut drive = None;
        let mut head = "";
        if let Some(after) = rest.strip_prefix("\\device\\harddiskvolume").or_else(|| rest.strip_prefix("\\volume{")) {
            rest = after.split_once('\\').map_or("", |(_, after)| after);
        } else if let Some((variable, folder)) = VARIABLES.iter().find(|(variable, _)| begins_with(rest, variable)) {
            rest = rest.strip_prefix(variable).unwrap_or(rest);
            head = folder;
        } else if let Some((letter, after)) = rest.split_once(':').filter(|(letter, _)| letter.len() == 1) {
            drive = letter.chars().next().filter(char::is_ascii_alphabetic);
            rest = after;
        }
        let mut names: Vec<&str> = Vec::new();
        for name in head.split('\\').chain(rest.split('\\')) {
            match name {
                "" | "." => {}
                ".." => {
                    names.pop();
                }
                _ => names.push(name),
            }
        }
        // A stream of a file is compared as the file.
        if let Some(last) = names.last_mut() {
            *last = last.split(':').next().unwrap_or_default();
        }
        let rest = names.join("\\");
        (!rest.is_empty()).then_some(Self { drive, rest })
    }

    /// Reads a path seen from a folder, where it is a relative one.
    pub(super) fn seen_from(directory: Option<&str>, path: &str) -> Option<Self> {
        let path = path.trim().trim_matches('"');
        let is_relative = !local_path::is_absolute(path) && !path.starts_with("\\\\");
        match directory.filter(|directory| is_relative && !directory.is_empty()) {
            Some(directory) => Self::of(&format!("{}\\{path}", directory.trim_end_matches(['\\', '/']))),
            None => Self::of(path),
        }
    }

    /// The last name.
    pub(super) fn name(&self) -> &str {
        self.rest.rsplit('\\').next().unwrap_or_default()
    }

    /// The folder; empty where there is none.
    pub(super) fn folder(&self) -> &str {
        self.rest.rsplit_once('\\').map_or("", |(folder, _)| folder)
    }

    /// Whether no folder is known.
    pub(super) fn is_name_only(&self) -> bool {
        !self.rest.contains('\\') && self.drive.is_none()
    }

    /// Whether the drives do not speak against it that both are the same.
    pub(super) fn drive_agrees(&self, other: &Self) -> bool {
        self.drive.is_none() || other.drive.is_none() || self.drive == other.drive
    }

    /// Whether both are the same, as far as they tell.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.rest == other.rest && self.drive_agrees(other)
    }
}

fn begins_with(path: &str, variable: &str) -> bool {
    path.strip_prefix(variable).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// Characters of a command line that are searched for paths.
const COMMAND_LINE: usize = 8 << 10;
/// Words of a command line that are looked at.
const WORDS: usize = 512;

/// The words of a command line that may be paths: its arguments, and what stands between the signs of shells.
pub(super) fn words(command_line: &str) -> impl Iterator<Item = &str> {
    let text = command_line.get(..command_line.floor_char_boundary(COMMAND_LINE)).unwrap_or_default();
    let mut words: Vec<&str> = Vec::new();
    let mut quoted = false;
    for part in text.split('"') {
        if quoted {
            push(&mut words, part);
        }
        quoted = !quoted;
        let signs =
            |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '=' | '\'');
        for word in part.split(signs).filter(|word| !word.is_empty()) {
            push(&mut words, word);
            // `-s:file`, `/i:file`, `file:path`, but no drive.
            if let Some((_, after)) = word.split_once(':').filter(|(before, _)| before.len() > 1) {
                push(&mut words, after);
            }
        }
    }
    words.dedup();
    words.into_iter()
}

fn push<'l>(words: &mut Vec<&'l str>, word: &'l str) {
    let word = word.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '^' | '@'));
    if !word.is_empty() && words.len() < WORDS {
        words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_in_the_words_of_many_sources() {
        let same = [
            "C:\\Windows\\Temp\\a.exe",
            "c:/windows/TEMP/a.exe",
            "\\Device\\HarddiskVolume3\\Windows\\Temp\\a.exe",
            "\\VOLUME{01d6-abc}\\WINDOWS\\TEMP\\A.EXE",
            "\\??\\C:\\Windows\\Temp\\a.exe",
            "%SystemRoot%\\Temp\\a.exe",
            "\\SystemRoot\\Temp\\a.exe",
            "\"C:\\Windows\\System32\\..\\Temp\\.\\a.exe\"",
            "Windows/Temp/a.exe",
            "C:\\Windows\\Temp\\a.exe:Zone.Identifier",
        ];
        let place = Place::of(same[0]).unwrap();
        for path in same {
            assert!(Place::of(path).unwrap().is(&place), "{path}");
        }
        for other in ["D:\\Windows\\Temp\\a.exe", "C:\\Temp\\a.exe", "a.exe", "%windirx%\\Temp\\a.exe"] {
            assert!(!Place::of(other).unwrap().is(&place), "{other}");
        }
        assert!(Place::of("a.exe").unwrap().is_name_only() && Place::of(" \"\" ").is_none());
    }

    #[test]
    fn relative_names_are_seen_from_a_folder() {
        let cases = [
            (Some("C:\\x\\"), "a.txt", "x\\a.txt"),
            (Some("C:\\x"), "..\\a.txt", "a.txt"),
            (Some("C:\\x"), "D:\\a.txt", "a.txt"),
            (None, "a.txt", "a.txt"),
        ];
        for (directory, path, rest) in cases {
            assert_eq!(Place::seen_from(directory, path).unwrap().rest, rest, "{path}");
        }
    }

    #[test]
    fn words_of_command_lines() {
        let cases = [
            ("rundll32 C:\\x\\a.dll,Start", "C:\\x\\a.dll"),
            ("ftp -s:C:\\x\\a.txt", "C:\\x\\a.txt"),
            ("cmd /c \"C:\\Program Files\\a b.exe\" /q", "C:\\Program Files\\a b.exe"),
            ("cmd /c start /b a.exe&del a.txt", "a.exe"),
            ("powershell -c \"& 'C:\\x\\a.ps1'\"", "C:\\x\\a.ps1"),
            ("regsvr32 /s /i:C:\\x.sct scrobj.dll", "C:\\x.sct"),
        ];
        for (line, word) in cases {
            assert!(words(line).any(|found| found == word), "{line}: {:?}", words(line).collect::<Vec<_>>());
        }
    }
}
