//! What is gathered of an archive's members while its headers are read, whatever its format.

use super::{Archive, Encrypted, Inside, Member};
use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::number::to_u64;

/// Names in each of the lists of what is worth a look.
const NAMED: usize = 64;
/// Characters of a name that are kept. Windows allows 32,767.
const NAME: usize = 4096;
/// From here on a ratio is told.
const SUSPICIOUS_RATIO: u64 = 100;

/// Extensions that Windows runs as programs.
const EXECUTABLES: &[&str] =
    &["exe", "dll", "sys", "scr", "com", "pif", "cpl", "ocx", "drv", "efi", "msi", "msp", "msix", "appx", "xll", "ax"];
/// Extensions that an interpreter runs, or that start a program when they are opened.
const SCRIPTS: &[&str] = &[
    "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "lnk", "jar", "sct", "wsc", "chm",
    "msc", "reg", "inf", "url", "scf", "docm", "xlsm", "pptm", "dotm", "xlam",
];
/// Extensions of archives and disk images.
const ARCHIVES: &[&str] = &[
    "zip", "7z", "rar", "cab", "iso", "img", "vhd", "vhdx", "tar", "gz", "tgz", "bz2", "xz", "zst", "arj", "lzh",
    "ace", "wim",
];

/// The members of an archive so far.
pub(super) struct Listing {
    pub(super) archive: Archive,
    listed: usize,
    most: u64,
    capped: bool,
    lists_capped: bool,
}

impl Listing {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            archive: Archive::default(),
            listed: limits.archive_listed,
            most: limits.archive_entries,
            capped: false,
            lists_capped: false,
        }
    }

    /// Takes a member; false once there are as many as the limits allow, and reading is to end.
    pub(super) fn add(&mut self, mut member: Member) -> bool {
        if self.archive.member_count >= self.most {
            self.capped = true;
            return false;
        }
        self.archive.member_count = self.archive.member_count.saturating_add(1);
        self.archive.unpacked_size = self.archive.unpacked_size.saturating_add(member.size.unwrap_or(0));
        if member.name.chars().nth(NAME).is_some() {
            member.name = member.name.chars().take(NAME).chain(['…']).collect();
        }
        self.judge(&member);
        if self.archive.members.len() < self.listed {
            self.archive.members.push(member);
        }
        true
    }

    /// Whether the content of a member with this name is worth a look: a program that calls itself one is known already.
    pub(super) fn is_executable_name(name: &str) -> bool {
        EXECUTABLES.contains(&extension(name).as_str())
    }

    /// Notes that members, or names too, are encrypted by a cipher.
    pub(super) fn encrypted(&mut self, method: &str, names_visible: bool) {
        let encrypted =
            self.archive.encrypted.get_or_insert(Encrypted { members: 0, names_visible: true, methods: Vec::new() });
        encrypted.names_visible &= names_visible;
        if encrypted.methods.len() < 8 && !encrypted.methods.iter().any(|known| known == method) {
            encrypted.methods.push(method.to_owned());
        }
    }

    fn judge(&mut self, member: &Member) {
        if member.encrypted {
            self.encrypted_member();
        }
        let name = member.name.as_str();
        if escapes(name) {
            push(&mut self.archive.escaping_names, name.to_owned(), &mut self.lists_capped);
        }
        if member.folder {
            return;
        }
        let extension = extension(name);
        let inside = |by| Inside { name: name.to_owned(), by };
        let by_name = |list: &[&str]| list.contains(&extension.as_str());
        if member.content.is_some() {
            push(&mut self.archive.executables_inside, inside("content"), &mut self.lists_capped);
        } else if by_name(EXECUTABLES) {
            push(&mut self.archive.executables_inside, inside("name"), &mut self.lists_capped);
        }
        if by_name(SCRIPTS) {
            push(&mut self.archive.scripts_inside, inside("name"), &mut self.lists_capped);
        } else if by_name(ARCHIVES) {
            push(&mut self.archive.archives_inside, inside("name"), &mut self.lists_capped);
        }
    }

    fn encrypted_member(&mut self) {
        let encrypted =
            self.archive.encrypted.get_or_insert(Encrypted { members: 0, names_visible: true, methods: Vec::new() });
        encrypted.members = encrypted.members.saturating_add(1);
    }

    /// The facts, of an archive that takes up so many bytes.
    pub(super) fn finish(mut self, size: u64, note: &mut dyn FnMut(Cause)) -> Archive {
        if self.capped {
            note(Cause::LimitReached { what: "members of an archive that are read", limit: self.most });
        }
        if self.archive.member_count > to_u64(self.archive.members.len()) {
            let limit = to_u64(self.listed);
            note(Cause::Abridged { what: "members of an archive that are listed", limit });
        }
        if self.lists_capped {
            let limit = to_u64(NAMED);
            note(Cause::Abridged { what: "members of an archive that are named as worth a look", limit });
        }
        self.archive.ratio = self.archive.unpacked_size.checked_div(size).filter(|ratio| *ratio >= SUSPICIOUS_RATIO);
        self.archive
    }
}

fn push<T>(list: &mut Vec<T>, item: T, capped: &mut bool) {
    if list.len() < NAMED {
        list.push(item);
    } else {
        *capped = true;
    }
}

/// The extension of the last part of a name, lower case. Windows drops dots and spaces at the end of a name.
pub(super) fn extension(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(['.', ' ']);
    match last.rsplit_once('.') {
        Some((_, extension)) if extension.len() <= 8 => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Whether a name leads out of the folder in which it is unpacked, by the rules of Windows or of Unix.
pub(super) fn escapes(name: &str) -> bool {
    let drive = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && characters.next() == Some(':')
    };
    name.starts_with(['/', '\\']) || drive(name) || name.split(['/', '\\']).any(|part| part == "..")
}

/// Whether an interpreter runs a file with this name, or it starts a program when it is opened.
pub(super) fn is_script_name(name: &str) -> bool {
    SCRIPTS.contains(&extension(name).as_str())
}

/// A comment as it is told.
pub(super) fn comment(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.get(..1024).unwrap_or(bytes);
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    let text = crate::base::escape::lossless(bytes.get(..end)?);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere() {
        let cases = [
            ("a/b.txt", false),
            ("a/..b/c", false),
            ("../a", true),
            ("a\\..\\..\\b", true),
            ("C:\\a", true),
            ("/etc/passwd", true),
            ("\\\\server\\share", true),
            ("a/..", true),
        ];
        for (name, leads) in cases {
            assert_eq!(escapes(name), leads, "{name}");
        }
    }

    #[test]
    fn members_are_judged_by_their_names() {
        let mut listing = Listing::new(&Limits { archive_listed: 2, archive_entries: 4, ..Limits::default() });
        for name in ["invoice.pdf.EXE ", "run.ps1", "x/more.7z"] {
            assert!(listing.add(Member { name: name.into(), size: Some(1000), ..Member::default() }));
        }
        assert!(listing.add(Member { name: "folder.exe".into(), folder: true, ..Member::default() }));
        assert!(!listing.add(Member::default()));
        let mut told = Vec::new();
        let archive = listing.finish(10, &mut |cause| told.push(cause.to_string()));
        assert_eq!((archive.member_count, archive.members.len(), archive.ratio), (4, 2, Some(300)));
        assert_eq!(archive.executables_inside, [Inside { name: "invoice.pdf.EXE ".into(), by: "name" }]);
        assert_eq!(archive.scripts_inside, [Inside { name: "run.ps1".into(), by: "name" }]);
        assert_eq!(archive.archives_inside, [Inside { name: "x/more.7z".into(), by: "name" }]);
        assert_eq!(told.len(), 2);
    }
}
