//! Folders in which files can be put without any privilege, by the convention of the operating system.

/// Who can write to a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writers {
    /// Every user.
    Everyone,
    /// The user whose profile it is in, and whatever that user starts.
    Owner,
}

impl Writers {
    /// The clause of a finding.
    pub(super) fn clause(self) -> &'static str {
        match self {
            Self::Everyone => "which every user can write to",
            Self::Owner => "which its user can write to without any privilege",
        }
    }
}

/// Patterns of folders, lower case; `*` stands for one name.
const WRITABLE: &[(Writers, &[&str])] = &[
    (Writers::Everyone, &["temp"]),
    (Writers::Everyone, &["tmp"]),
    (Writers::Everyone, &["windows", "temp"]),
    (Writers::Everyone, &["windows", "tasks"]),
    (Writers::Everyone, &["windows", "tracing"]),
    (Writers::Everyone, &["windows", "debug", "wia"]),
    (Writers::Everyone, &["windows", "system32", "spool", "drivers", "color"]),
    (Writers::Everyone, &["users", "public"]),
    (Writers::Owner, &["users", "*", "appdata"]),
    (Writers::Owner, &["users", "*", "downloads"]),
    (Writers::Owner, &["users", "*", "desktop"]),
    (Writers::Owner, &["users", "*", "documents"]),
    (Writers::Owner, &["users", "*", "music"]),
    (Writers::Owner, &["users", "*", "pictures"]),
    (Writers::Owner, &["users", "*", "videos"]),
    (Writers::Owner, &["documents and settings", "*", "local settings"]),
    (Writers::Owner, &["documents and settings", "*", "application data"]),
    (Writers::Everyone, &["programdata"]),
    (Writers::Everyone, &["perflogs"]),
    (Writers::Everyone, &["recycler"]),
    (Writers::Everyone, &["$recycle.bin"]),
    (Writers::Everyone, &["var", "tmp"]),
    (Writers::Everyone, &["dev", "shm"]),
];

/// The folder of that kind in which a path lies, as the path writes it, and who can write to it.
pub(super) fn writable(path: &str) -> Option<(String, Writers)> {
    let names: Vec<&str> = path.split(['\\', '/']).filter(|name| !name.is_empty()).collect();
    let drive = names.first().is_some_and(|name| name.len() == 2 && name.ends_with(':'));
    let folders = names.len().saturating_sub(1);
    // A tree without a drive may be a copy below any folder: the pattern may then begin anywhere, but for names that many
    // folders have.
    let starts = if drive { 1..2usize.min(names.len()) } else { 0..folders };
    for start in starts {
        for (writers, pattern) in WRITABLE {
            let end = start.saturating_add(pattern.len());
            let Some(part) = names.get(start..end).filter(|_| end <= folders) else { continue };
            let is_root = drive || start == 0 || !matches!(*pattern, ["temp" | "tmp"]);
            let fits = |(name, wanted): (&&str, &&str)| *wanted == "*" || name.eq_ignore_ascii_case(wanted);
            if is_root && part.iter().zip(*pattern).all(fits) {
                let separator = if path.contains('\\') { "\\" } else { "/" };
                return names.get(..end).map(|names| (names.join(separator), *writers));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_its_users() {
        let writers = |path| writable(path).map(|(_, writers)| writers);
        assert_eq!(writers(r"C:\Users\bob\Desktop\a.txt"), Some(Writers::Owner));
        assert_eq!(writers(r"C:\Users\Public\a.txt"), Some(Writers::Everyone));
    }

    #[test]
    fn folders_without_privilege() {
        let cases = [
            (r"C:\Windows\Temp\a.txt", Some(r"C:\Windows\Temp")),
            (r"C:\Users\bob\AppData\Local\Temp\a.txt", Some(r"C:\Users\bob\AppData")),
            (r"c:\users\PUBLIC\a.txt", Some(r"c:\users\PUBLIC")),
            (r"D:\$Recycle.Bin\S-1-5-21\$RABC.txt", Some(r"D:\$Recycle.Bin")),
            ("Windows/Temp/a.txt", Some("Windows/Temp")),
            ("image/Users/Public/a.txt", Some("image/Users/Public")),
            ("tmp/a.txt", Some("tmp")),
            (r"C:\Windows\System32\a.txt", None),
            (r"C:\app\temp\a.txt", None),
            ("home/a/temp/b.sh", None),
            ("home/a/var/tmp/b.sh", Some("home/a/var/tmp")),
            (r"C:\Temp", None),
            ("a.txt", None),
        ];
        for (path, expected) in cases {
            assert_eq!(writable(path).map(|(folder, _)| folder).as_deref(), expected, "{path}");
        }
    }
}
