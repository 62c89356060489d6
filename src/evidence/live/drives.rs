//! Which letters of a Windows are drives to be read, and what is said of the others.
//!
//! What a letter is the system knows without a look at the drive (`GetDriveType`): a drive of another machine is not asked
//! for anything, and one of this host that cannot be looked at, as it is locked or damaged, is still one.

use super::{Skipped, Why};
use crate::evidence::entry::EntryPath;

/// What stands behind a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Absent,
    /// A disk that is built in.
    Fixed,
    /// A disk of another machine.
    Remote,
    /// A disk that can be taken out, in the word of the system.
    Other(&'static str),
}

/// What becomes of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// There is nothing to be said of it.
    Absent,
    /// It is read, or why it cannot be is told where that is tried.
    Read,
    /// It is not read.
    Skipped(Skipped),
}

/// Judges a letter. `resolve` has the system tell the path that the root of the drive has in the end, or the number of its
/// error; it is asked only of drives of this host. A drive of another machine may be known by that path alone
/// (`\\?\UNC\…`), a letter for a folder (`subst`) by that of another drive.
pub(super) fn judge(
    letter: char,
    kind: Kind,
    all_disks: bool,
    resolve: &dyn Fn() -> Result<String, Option<i32>>,
) -> Fate {
    let skip = |kind: &str, why| {
        let point = EntryPath::new(format!("{letter}:"));
        Fate::Skipped(Skipped { point, kind: kind.to_owned(), why })
    };
    let network = || if all_disks { Fate::Read } else { skip("UNC", Why::Network) };
    match kind {
        Kind::Absent => return Fate::Absent,
        Kind::Remote => return network(),
        Kind::Other(word) if matches!(letter, 'A' | 'B') => return skip(word, Why::Floppy),
        Kind::Fixed | Kind::Other(_) => {}
    }
    let resolved = match resolve() {
        Ok(resolved) => resolved,
        Err(Some(code)) if is_empty(code) => return Fate::Absent,
        Err(_) => return Fate::Read,
    };
    if resolved.starts_with(r"\\?\UNC\") {
        return network();
    }
    let plain = resolved.strip_prefix(r"\\?\").unwrap_or(&resolved);
    match plain.as_bytes() {
        [other, b':', below @ ..] if !other.eq_ignore_ascii_case(&(letter as u8)) || below.len() > 1 => {
            skip("subst", Why::Again(EntryPath::new(plain.replace('\\', "/"))))
        }
        _ => Fate::Read,
    }
}

/// Whether an error says that nothing is in the drive, or that the folder which a letter stood for is gone:
/// ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_NOT_READY, ERROR_NO_MEDIA_IN_DRIVE.
fn is_empty(code: i32) -> bool {
    matches!(code, 2 | 3 | 21 | 1112)
}

/// What the system says that a letter is.
#[cfg(windows)]
pub(super) fn kind_of(root: &str) -> Kind {
    use winsafe::co::DRIVE;
    match winsafe::GetDriveType(Some(root)) {
        DRIVE::NO_ROOT_DIR => Kind::Absent,
        DRIVE::FIXED => Kind::Fixed,
        DRIVE::REMOTE => Kind::Remote,
        DRIVE::CDROM => Kind::Other("CD-ROM"),
        DRIVE::RAMDISK => Kind::Other("RAM disk"),
        DRIVE::REMOVABLE => Kind::Other("removable"),
        _ => Kind::Other("unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOVABLE: Kind = Kind::Other("removable");

    fn told(letter: char, kind: Kind, all_disks: bool, resolved: Result<&str, i32>) -> String {
        let resolve = || resolved.map(str::to_owned).map_err(Some);
        match judge(letter, kind, all_disks, &resolve) {
            Fate::Absent => "absent".to_owned(),
            Fate::Read => "read".to_owned(),
            Fate::Skipped(skipped) => format!("{} {}", skipped.point.display(), skipped.reason()),
        }
    }

    #[test]
    fn drives_that_cannot_be_resolved_do_not_vanish() {
        // Locked by BitLocker, of no known file system, damaged, closed to this user, without a name for the mount manager.
        for code in [0x8031_0000_u32.cast_signed(), 1005, 1392, 5, 1] {
            assert_eq!(told('D', Kind::Fixed, false, Err(code)), "read", "{code}");
            assert_eq!(told('E', REMOVABLE, false, Err(code)), "read", "{code}");
        }
        for code in [2, 3, 21, 1112] {
            assert_eq!(told('E', REMOVABLE, false, Err(code)), "absent", "{code}");
        }
        assert_eq!(told('C', Kind::Fixed, false, Ok(r"\\?\C:\")), "read");
        assert_eq!(told('R', Kind::Fixed, false, Ok(r"\\?\Volume{0a1b}\")), "read");
        assert_eq!(told('Q', Kind::Absent, true, Err(5)), "absent");
        assert_eq!(told('S', Kind::Fixed, true, Ok(r"\\?\C:\a\b")), r"S: the same files as C:\a\b (subst)");
        assert_eq!(told('S', Kind::Fixed, true, Ok(r"\\?\c:\")), r"S: the same files as c:\ (subst)");
    }

    #[test]
    fn floppy_drives_are_told_and_left_alone() {
        let skipped = "A: perhaps a floppy drive, which would begin to turn: it is read where it is named (removable)";
        assert_eq!(told('A', REMOVABLE, true, Ok(r"\\?\A:\")), skipped);
        assert_eq!(told('B', Kind::Fixed, false, Ok(r"\\?\B:\")), "read");
        assert_eq!(told('B', Kind::Absent, false, Err(3)), "absent");
    }

    #[test]
    fn drives_of_other_machines_are_not_contacted() {
        let asked = || panic!("a share was opened");
        let fate = judge('Z', Kind::Remote, false, &asked);
        let Fate::Skipped(skipped) = fate else { panic!("{fate:?}") };
        assert_eq!(skipped.reason(), "network file system (UNC); --all-disks reads it");
        assert_eq!(judge('Z', Kind::Remote, true, &asked), Fate::Read);
        assert_eq!(
            told('Y', Kind::Fixed, false, Ok(r"\\?\UNC\server\share\")),
            told('Y', Kind::Remote, false, Err(53))
        );
        assert_eq!(told('Y', Kind::Fixed, true, Ok(r"\\?\UNC\server\share\")), "read");
    }
}
