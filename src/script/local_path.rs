//! The algebra of local paths as Windows programs see them, on text alone.

/// Whether the path names its place without a working directory: a drive with a root, a share, a root, a variable that
/// holds a directory, or a home.
#[must_use]
pub fn is_absolute(path: &str) -> bool {
    let path = path.trim_matches('"');
    path.starts_with(['\\', '/', '~']) || has_drive_root(path) || starts_with_variable(path)
}

/// Whether the path begins with a drive letter and a root (`C:\`, `c:/`).
#[must_use]
pub fn has_drive_root(path: &str) -> bool {
    let mut characters = path.chars();
    let (drive, colon, root) = (characters.next(), characters.next(), characters.next());
    drive.is_some_and(|c| c.is_ascii_alphabetic()) && colon == Some(':') && matches!(root, Some('\\' | '/'))
}

/// The last name of a path of either system; all of it if there is no separator.
#[must_use]
pub fn file_name(path: &str) -> &str {
    let start = memchr::memrchr2(b'\\', b'/', path.as_bytes()).map_or(0, |at| at.saturating_add(1));
    path.get(start..).unwrap_or(path)
}

/// The directory part of a path of either system; nothing where it has none.
#[must_use]
pub fn directory(path: &str) -> Option<&str> {
    let (directory, _) = path.rsplit_once(['\\', '/'])?;
    Some(directory)
}

/// `path` seen from `directory`, with `.` and `..` worked off; `path` itself where it is absolute.
#[must_use]
pub fn join(directory: &str, path: &str) -> String {
    if is_absolute(path) {
        return normalise(path);
    }
    let separator = if directory.contains('/') && !directory.contains('\\') { '/' } else { '\\' };
    let mut joined = directory.trim_end_matches(['\\', '/']).to_owned();
    joined.push(separator);
    joined.push_str(path);
    normalise(&joined)
}

/// The path with `.` and `..` worked off as far as that is possible.
#[must_use]
pub fn normalise(path: &str) -> String {
    if !path.split(['\\', '/']).any(|name| name == "." || name == "..") {
        return path.to_owned();
    }
    let separator = if path.contains('\\') { "\\" } else { "/" };
    let mut names: Vec<&str> = Vec::new();
    for name in path.split(['\\', '/']) {
        match name {
            "." => {}
            ".." => match names.last() {
                None | Some(&"" | &"..") => names.push(name),
                Some(last) if last.ends_with(':') || starts_with_variable(last) => {}
                Some(_) => {
                    names.pop();
                }
            },
            _ => names.push(name),
        }
    }
    names.join(separator)
}

/// The directory in force on the server after `cd target`: from the login directory where no absolute one was named.
#[must_use]
pub fn remote_join(directory: Option<&str>, target: &str) -> String {
    if target.starts_with(['/', '\'']) || directory.is_none_or(str::is_empty) {
        return target.to_owned();
    }
    let mut names: Vec<&str> = directory.unwrap_or_default().trim_end_matches('/').split('/').collect();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                names.pop();
            }
            _ => names.push(name),
        }
    }
    let joined = names.join("/");
    if joined.is_empty() { "/".to_owned() } else { joined }
}

fn starts_with_variable(path: &str) -> bool {
    let percent = path.strip_prefix('%').is_some_and(|rest| rest.contains('%'));
    percent || path.starts_with("$env:") || path.starts_with("${") || path.starts_with('!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins() {
        let cases = [
            ("C:\\Windows\\Temp", "nc.exe", "C:\\Windows\\Temp\\nc.exe"),
            ("C:\\Windows\\Temp\\", "..\\a.txt", "C:\\Windows\\a.txt"),
            ("C:\\", "a", "C:\\a"),
            ("C:\\x", "D:\\y\\z", "D:\\y\\z"),
            ("C:\\x", "..\\..\\..\\y", "C:\\y"),
            ("/home/bob", "a.txt", "/home/bob/a.txt"),
            ("%TEMP%", "a.txt", "%TEMP%\\a.txt"),
            ("C:\\x", "%PUBLIC%\\a", "%PUBLIC%\\a"),
        ];
        for (directory, path, joined) in cases {
            assert_eq!(join(directory, path), joined);
        }
    }

    #[test]
    fn remote_directories() {
        let cases = [
            (None, "tools", "tools"),
            (Some("tools"), "x", "tools/x"),
            (Some("tools/x"), "..", "tools"),
            (Some("/a"), "/b", "/b"),
            (Some("/a"), "..", "/"),
            (Some("a"), "'SYS1.PROC'", "'SYS1.PROC'"),
        ];
        for (directory, target, joined) in cases {
            assert_eq!(remote_join(directory, target), joined);
        }
    }

    #[test]
    fn names_and_directories() {
        assert_eq!((file_name("c:\\a\\b.txt"), directory("c:\\a\\b.txt")), ("b.txt", Some("c:\\a")));
        assert_eq!((file_name("/x/y"), directory("y")), ("y", None));
        assert!(
            is_absolute("\\\\server\\share") && is_absolute("%TEMP%\\x") && !is_absolute("x:y") && !is_absolute("a\\b")
        );
    }
}
