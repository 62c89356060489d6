//! What Unix systems and their tools keep.

use super::super::Family::{Other, Program};
use super::super::signature::{Signature, asks, at, start, start_if};
use super::super::{FileType, file_type};
use super::{be16, be32, byte, le16, le32, other};

const MESSAGES: FileType = other("mo", "application/x-gettext-translation", "message catalog (gettext)");
const TIME_ZONE: FileType = other("tz", "application/tzif", "time zone");

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start_if(b"\xde\x12\x04\x95", MESSAGES, |head| le32(head, 4) & 0xfffe_ffff < 2 && le32(head, 12) >= 28),
    start_if(b"\x95\x04\x12\xde", MESSAGES, |head| be32(head, 4) & 0xfffe_ffff < 2 && be32(head, 12) >= 28),
    start_if(b"\x1a\x01", file_type(Other, "terminfo", "application/x-terminfo", "terminal description"), is_terminal),
    start_if(b"\x1e\x02", file_type(Other, "terminfo", "application/x-terminfo2", "terminal description"), is_terminal),
    start_if(b"TZif", TIME_ZONE, |head| matches!(byte(head, 4), 0 | b'2'..=b'4')),
    start_if(b"PACK\0\0\0", other("pack", "application/x-git-pack", "Git pack"), |head| matches!(byte(head, 7), 2 | 3)),
    start_if(b"\xfftOc\0\0\0", other("idx", "application/x-git-pack-index", "Git pack index"), |head| {
        byte(head, 7) == 2
    }),
    start_if(b"DIRC\0\0\0", other("index", "application/x-git-index", "Git index"), |head| {
        matches!(byte(head, 7), 2..=4)
    }),
    start(b"CGPH\x01", other("graph", "application/x-git-commit-graph", "Git commit graph")),
    start(b"MIDX\x01", other("midx", "application/x-git-pack-index", "Git index of several packs")),
    start(b"RIDX\0\0\0\x01", other("rev", "application/x-git-pack-index", "Git reverse index")),
    start(b"# v2 git bundle\n", other("bundle", "application/x-git-bundle", "Git bundle")),
    start(b"# v3 git bundle\n", other("bundle", "application/x-git-bundle", "Git bundle")),
    start(b"GVariant", other("gresource", "application/x-gresource", "GResource bundle or GVariant database")),
    start(b"GOBJ\nMETADATA\r\n\x1a", other("typelib", "application/x-gobject-typelib", "GObject type library")),
    start_if(b"\x04\xfc\xba\xbe", other("cache", "application/x-fontconfig-cache", "font cache"), |_| true),
    start_if(b"\x04\xfc\x02\xfc", other("cache", "application/x-fontconfig-cache", "font cache"), |head| {
        head.len() > 16
    }),
    start_if(b"\x1c\x04\x1e\xf1", other("mgc", "application/x-magic", "compiled magic of file(1)"), |head| {
        le32(head, 4) < 64
    }),
    start_if(b"\xf1\x1e\x04\x1c", other("mgc", "application/x-magic", "compiled magic of file(1)"), |head| {
        be32(head, 4) < 64
    }),
    start_if(b"LPKSHHRH", other("journal", "application/x-systemd-journal", "systemd journal"), |_| true),
    start(b"MUSTACHE", other("cache", "application/x-systemd-catalog", "systemd message catalog")),
    start(b"KSLPHHRH", other("hwdb", "application/x-systemd-hwdb", "hardware database")),
    start(b"RHHHsCtL", other("catalog", "application/x-systemd-catalog", "systemd message catalog")),
    start(b"ld.so-1.7.0", other("cache", "application/x-ld-cache", "cache of the dynamic linker")),
    start(b"glibc-ld.so.cache", other("cache", "application/x-ld-cache", "cache of the dynamic linker")),
    start(b"\xd0\x0d\xfe\xed", other("dtb", "application/x-devicetree", "device tree")),
    start(b"\x27\x05\x19\x56", other("uimg", "application/x-uimage", "boot image (U-Boot)")),
    start(b"ANDROID!", other("img", "application/x-android-boot", "Android boot image")),
    at(514, b"HdrS", file_type(Program, "vmlinuz", "application/x-linux-kernel", "Linux kernel")),
    start(b"pst0", other("storable", "application/x-perl-storable", "serialised Perl data")),
    start(b"\x04\x08[", other("marshal", "application/x-ruby-marshal", "serialised Ruby data")),
    start_if(b"\0\x01\0", other("cache", "application/x-gtk-icon-cache", "icon cache"), is_icon_cache),
    start_if(b"\x9f\xeb\x01\0", other("btf", "application/x-btf", "BPF type format"), |head| le32(head, 4) == 24),
    start(b"PERFILE2", other("data", "application/x-perf-data", "profile of perf")),
    start(b"VimCrypt~", other("txt", "application/x-vim-encrypted", "text encrypted by Vim")),
    start(b"b0VIM ", other("swp", "application/x-vim-swap", "swap file of Vim")),
    start(b"VIMspell", other("spl", "application/x-vim-spell", "spelling file of Vim")),
    start(b"VIMsug", other("sug", "application/x-vim-spell", "suggestions of Vim")),
    start(b"Vim\x9fUnDo\xe5", other("un~", "application/x-vim-undo", "undo file of Vim")),
    asks(2, b"\xda\x27", icu),
];

/// Sizes of the sections of a compiled description: a name of printable characters that ends in a NUL.
fn is_terminal(head: &[u8]) -> bool {
    let name = usize::from(le16(head, 2));
    let Some(end) = name.checked_add(12) else { return false };
    (2..=4096).contains(&name)
        && head.get(12..end).is_some_and(|name| matches!(name.split_last(), Some((0, text)) if text.iter().all(|byte| matches!(byte, b' '..=b'~') || *byte >= 0x80)))
}

/// Version 1.0, a hash table and a list of folders behind the header of twelve bytes.
fn is_icon_cache(head: &[u8]) -> bool {
    byte(head, 3) == 0
        && be32(head, 4) >= 12
        && be32(head, 8) > be32(head, 4)
        && be32(head, 8) < 1 << 24
        && be16(head, 4) == 0
        && be32(head, 4) == 12
}

/// Data of the Unicode library: the size of the header, two bytes of magic, and a header of 20 bytes at least.
fn icu(head: &[u8]) -> Option<FileType> {
    let holds = (24..=512).contains(&le16(head, 0)) && le16(head, 4) == 20
        || (24..=512).contains(&be16(head, 0)) && be16(head, 4) == 20;
    holds.then_some(other("icu", "application/x-icu-data", "data of the Unicode library"))
}
