//! Folders that every user can write to, by the convention of the operating system.

/// Patterns of folders, lower case, `\` between the names; `*` stands for one name.
const WRITABLE: &[&[&str]] = &[
    &["temp"],
    &["tmp"],
    &["windows", "temp"],
    &["windows", "tasks"],
    &["windows", "tracing"],
    &["windows", "debug"],
    &["windows", "system32", "spool", "drivers", "color"],
    &["users", "public"],
    &["users", "*", "appdata"],
    &["users", "*", "downloads"],
    &["users", "*", "desktop"],
    &["users", "*", "documents"],
    &["users", "*", "music"],
    &["users", "*", "pictures"],
    &["users", "*", "videos"],
    &["documents and settings", "*", "local settings"],
    &["documents and settings", "*", "application data"],
    &["programdata"],
    &["perflogs"],
    &["recycler"],
    &["$recycle.bin"],
    &["inetpub", "wwwroot"],
    &["var", "tmp"],
    &["dev", "shm"],
];

/// The folder of that kind in which a path lies, as the path writes it.
pub(super) fn writable(path: &str) -> Option<String> {
    let names: Vec<&str> = path.split(['\\', '/']).filter(|name| !name.is_empty()).collect();
    let drive = names.first().is_some_and(|name| name.len() == 2 && name.ends_with(':'));
    let folders = names.len().saturating_sub(1);
    // A tree without a drive may be a copy below any folder: the pattern may then begin anywhere.
    let starts = if drive { 1..2usize.min(names.len()) } else { 0..folders };
    for start in starts {
        for pattern in WRITABLE {
            let end = start.saturating_add(pattern.len());
            let Some(part) = names.get(start..end).filter(|_| end <= folders) else { continue };
            if part.iter().zip(*pattern).all(|(name, wanted)| *wanted == "*" || name.eq_ignore_ascii_case(wanted)) {
                let separator = if path.contains('\\') { "\\" } else { "/" };
                return names.get(..end).map(|names| names.join(separator));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_every_user() {
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
            (r"C:\Temp", None),
            ("a.txt", None),
        ];
        for (path, expected) in cases {
            assert_eq!(writable(path).as_deref(), expected, "{path}");
        }
    }
}
