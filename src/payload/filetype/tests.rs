//! One row a type: the least of its bytes that tells it.

use super::Family::{self, *};
use super::*;
use crate::base::random::Random;

fn padded(start: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = start.to_vec();
    bytes.resize(length.max(start.len()), 0);
    bytes
}

/// Bytes with others at offsets.
fn with(length: usize, parts: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0u8; length];
    for (at, part) in parts {
        bytes[*at..*at + part.len()].copy_from_slice(part);
    }
    bytes
}

fn pe(characteristics: u16, subsystem: u16, managed: bool) -> Vec<u8> {
    let optional = 0x98;
    with(
        1024,
        &[
            (0, b"MZ"),
            (0x3c, &[0x80]),
            (0x80, b"PE\0\0\x64\x86"),
            (0x96, &characteristics.to_le_bytes()),
            (optional, &0x20bu16.to_le_bytes()),
            (optional + 68, &subsystem.to_le_bytes()),
            (optional + 108, &16u32.to_le_bytes()),
            (optional + 112 + 14 * 8, &[0, 0x20 * u8::from(managed)]),
        ],
    )
}

/// An ELF file of 64 bits with an interpreter and a dynamic section, if asked for.
fn elf(kind: u8, interpreter: bool, dynamic: &[(u64, u64)]) -> Vec<u8> {
    let section: Vec<u8> =
        dynamic.iter().flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()]).flatten().collect();
    let size = (section.len() as u64).to_le_bytes();
    with(
        1024,
        &[
            (0, b"\x7fELF\x02\x01\x01"),
            (16, &[kind, 0]),
            (32, &[64]),
            (54, &[56, 0, 2]),
            (64, &[if interpreter { 3 } else { 1 }]),
            (120, &[2]),
            (128, &512u64.to_le_bytes()),
            (152, &size),
            (512, &section),
        ],
    )
}

/// A ZIP archive of stored members.
fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let at = (bytes.len() as u32).to_le_bytes();
        let sizes = [(content.len() as u32).to_le_bytes(), (content.len() as u32).to_le_bytes()].concat();
        let lengths = [name.len() as u8, 0, 0, 0];
        bytes.extend(
            [
                b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(),
                &sizes,
                &lengths,
                name.as_bytes(),
                content.as_bytes(),
            ]
            .concat(),
        );
        directory.extend(
            [
                b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(),
                &sizes,
                &lengths,
                &[0; 10],
                &at,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let (start, length) = ((bytes.len() as u32).to_le_bytes(), (directory.len() as u32).to_le_bytes());
    let count = [members.len() as u8, 0];
    bytes.extend([directory.as_slice(), b"PK\x05\x06\0\0\0\0", &count, &count, &length, &start, &[0, 0]].concat());
    bytes
}

fn office(main: &str, part: &str) -> Vec<u8> {
    let types = format!("<Types><Override ContentType=\"application/vnd.{main}+xml\"/></Types>");
    zip(&[("[Content_Types].xml", &types), (part, "x")])
}

/// A compound file: its header, one sector of the allocation table, two of the directory.
fn ole(class: [u8; 16], names: &[&str]) -> Vec<u8> {
    let mut bytes = with(
        2048,
        &[
            (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            (28, &[0xfe, 0xff, 9, 0]),
            (44, &[1]),
            (48, &[1]),
            (512, &[0xfd, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff]),
            (1024 + 80, &class),
        ],
    );
    bytes[80..512].fill(0xff);
    for (place, name) in ["Root Entry"].iter().chain(names).enumerate() {
        let at = 1024 + place * 128;
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[at..at + wide.len()].copy_from_slice(&wide);
        bytes[at + 64] = wide.len() as u8 + 2;
    }
    bytes
}

fn class(start: u32) -> [u8; 16] {
    let mut class = *b"\0\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0F";
    class[..4].copy_from_slice(&start.to_le_bytes());
    class
}

fn check(cases: Vec<(Vec<u8>, &str, &str, Family)>) {
    for (bytes, extension, mime, family) in cases {
        let found = identify(&bytes[..bytes.len().min(40 << 10)], &bytes, bytes.len() as u64);
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).into_owned();
        assert_eq!((found.extension, found.mime, found.family), (extension, mime, family), "{start:?}");
    }
}

#[test]
fn executables() {
    const MIME: &str = "application/vnd.microsoft.portable-executable";
    let described: [(Vec<u8>, &str, &str); 10] = [
        (pe(2, 3, false), "exe", "Windows console program"),
        (pe(2, 2, false), "exe", "Windows program"),
        (pe(2, 2, true), "exe", "Windows program (.NET)"),
        (pe(0x2002, 2, false), "dll", "Windows dynamic link library"),
        (pe(0x2002, 3, true), "dll", "Windows dynamic link library (.NET)"),
        (pe(2, 1, false), "sys", "Windows driver"),
        (pe(2, 8, false), "exe", "Windows native program"),
        (pe(2, 10, false), "efi", "EFI executable"),
        (pe(2, 16, false), "efi", "Windows boot application"),
        (pe(2, 0, false), "exe", "Windows executable"),
    ];
    for (bytes, extension, description) in described {
        let found = detect(&bytes, 1024);
        assert_eq!((found.mime, found.family), (MIME, Pe), "{description}");
        assert_eq!((found.extension, found.description), (extension, description));
    }
    let new =
        |signature: &[u8], flags: u8| with(256, &[(0, b"MZ"), (0x3c, &[0x80]), (0x80, signature), (0x8d, &[flags])]);
    check(vec![
        (new(b"NE", 0), "exe", "application/x-ms-ne-executable", Program),
        (new(b"NE", 0x80), "dll", "application/x-ms-ne-executable", Program),
        (new(b"LE", 0), "exe", "application/x-ms-le-executable", Program),
        (padded(b"MZ\x90", 64), "exe", "application/x-dosexec", Program),
        (padded(b"ZM\x90", 64), "exe", "application/x-dosexec", Program),
        (b"MZ some text that only starts so\n".to_vec(), "exe", "application/x-dosexec", Program),
        (b"MZ".to_vec(), "txt", "text/plain", Text),
        (padded(b"VZ\x64\x86\x03", 40), "efi", "application/x-terse-executable", Program),
        (elf(1, false, &[]), "o", "application/x-object", Other),
        (
            with(128, &[(0, b"\x7fELF\x02\x01\x01"), (16, &[1]), (80, b"vermagic=6.1")]),
            "ko",
            "application/x-object",
            Program,
        ),
        (elf(2, true, &[]), "elf", "application/x-executable", Program),
        (elf(3, true, &[(5, 1), (0x6fff_fffb, 0x0800_0000)]), "elf", "application/x-pie-executable", Program),
        (elf(3, true, &[(5, 1)]), "elf", "application/x-pie-executable", Program),
        (elf(3, false, &[(5, 1), (14, 1)]), "so", "application/x-sharedlib", Program),
        (elf(3, true, &[(5, 1), (14, 1)]), "so", "application/x-sharedlib", Program),
        (elf(4, false, &[]), "core", "application/x-coredump", Other),
        (padded(b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02", 32), "macho", "application/x-mach-binary", Program),
        (padded(b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x06", 32), "dylib", "application/x-mach-binary", Program),
        (padded(b"\xfe\xed\xfa\xce\0\0\0\x12\0\0\0\0\0\0\0\x08", 32), "bundle", "application/x-mach-binary", Program),
        (
            padded(b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07\0\0\0\x03\0\0\x10\0", 48),
            "macho",
            "application/x-mach-binary",
            Program,
        ),
        (padded(b"\xca\xfe\xba\xbe\0\0\0\x34", 48), "class", "application/java-vm", Program),
        (b"dex\n035\0".to_vec(), "dex", "application/vnd.android.dex", Program),
        (b"\0asm\x01\0\0\0".to_vec(), "wasm", "application/wasm", Program),
        (padded(b"CWS\x0a\0\x10\0\0", 32), "swf", "application/x-shockwave-flash", Program),
        (padded(b"\xa7\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3", 32), "pyc", "application/x-bytecode.python", Program),
        (padded(b"\x03\xf3\r\n\0\0\0\0c", 32), "pyc", "application/x-bytecode.python", Program),
    ]);
}

#[test]
fn a_header_beyond_the_head_is_read_from_the_stream() {
    let far = 60_000u32;
    let mut bytes = with(61_000, &[(0, b"MZ"), (0x3c, &far.to_le_bytes())]);
    bytes[60_000..60_256].copy_from_slice(&pe(2, 3, false)[0x80..0x180]);
    assert_eq!(identify(&bytes[..40 << 10], &bytes, 61_000).description, "Windows console program");
    assert_eq!(detect(&bytes[..40 << 10], 61_000).mime, "application/x-dosexec");
}

#[test]
fn compound_files() {
    check(vec![
        (ole(class(0x000c_1084), &[]), "msi", "application/x-msi", Program),
        (ole(class(0x000c_1086), &[]), "msp", "application/x-msi", Program),
        (ole(class(0x0002_0906), &[]), "doc", "application/msword", Document),
        (ole(class(0), &["WordDocument"]), "doc", "application/msword", Document),
        (ole(class(0), &["Workbook"]), "xls", "application/vnd.ms-excel", Document),
        (ole(class(0), &["a", "b", "c", "Book"]), "xls", "application/vnd.ms-excel", Document),
        (ole(class(0), &["PowerPoint Document"]), "ppt", "application/vnd.ms-powerpoint", Document),
        (ole(class(0), &["VisioDocument"]), "vsd", "application/vnd.visio", Document),
        (ole(class(0), &["__properties_version1.0"]), "msg", "application/vnd.ms-outlook", Document),
        (ole(class(0), &["EncryptedPackage"]), "ole", "application/encrypted", Document),
        (ole(class(0), &["DestList"]), "automaticDestinations-ms", "application/x-ms-jump-list", Other),
        (ole(class(0), &["something"]), "ole", "application/x-ole-storage", Document),
        (padded(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8), "ole", "application/x-ole-storage", Document),
    ]);
}

#[test]
fn zip_archives() {
    let word = "openxmlformats-officedocument.wordprocessingml.document.main";
    check(vec![
        (zip(&[("a.txt", "a")]), "zip", "application/zip", Archive),
        (zip(&[]), "zip", "application/zip", Archive),
        (
            zip(&[("[Content_Types].xml", ""), ("word/document.xml", "x")]),
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Document,
        ),
        (
            zip(&[("[Content_Types].xml", ""), ("word/vbaProject.bin", "x")]),
            "docm",
            "application/vnd.ms-word.document.macroEnabled.12",
            Document,
        ),
        (
            office(word, "word/document.xml"),
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Document,
        ),
        (
            office("ms-word.document.macroEnabled.main", "word/a.xml"),
            "docm",
            "application/vnd.ms-word.document.macroEnabled.12",
            Document,
        ),
        (
            office("ms-word.template.macroEnabledTemplate.main", "word/a"),
            "dotm",
            "application/vnd.ms-word.template.macroEnabled.12",
            Document,
        ),
        (
            office("ms-excel.sheet.macroEnabled.main", "xl/a"),
            "xlsm",
            "application/vnd.ms-excel.sheet.macroEnabled.12",
            Document,
        ),
        (
            office("ms-excel.sheet.binary.macroEnabled.main", "xl/workbook.bin"),
            "xlsb",
            "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
            Document,
        ),
        (
            office("openxmlformats-officedocument.spreadsheetml.sheet.main", "xl/a"),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Document,
        ),
        (
            office("ms-powerpoint.slideshow.macroEnabled.main", "ppt/a"),
            "ppsm",
            "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
            Document,
        ),
        (
            office("openxmlformats-officedocument.presentationml.presentation.main", "ppt/a"),
            "pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Document,
        ),
        (zip(&[("META-INF/MANIFEST.MF", "")]), "jar", "application/java-archive", Program),
        (zip(&[("META-INF/MANIFEST.MF", ""), ("WEB-INF/web.xml", "")]), "war", "application/java-archive", Program),
        (
            zip(&[("META-INF/MANIFEST.MF", ""), ("AndroidManifest.xml", ""), ("classes.dex", "")]),
            "apk",
            "application/vnd.android.package-archive",
            Program,
        ),
        (zip(&[("a/__init__.py", ""), ("a-1.dist-info/WHEEL", "")]), "whl", "application/x-wheel+zip", Archive),
        (zip(&[("manifest.json", "{}"), ("META-INF/mozilla.rsa", "")]), "xpi", "application/x-xpinstall", Program),
        (zip(&[("mimetype", "application/epub+zip")]), "epub", "application/epub+zip", Document),
        (
            zip(&[("mimetype", "application/vnd.oasis.opendocument.text")]),
            "odt",
            "application/vnd.oasis.opendocument.text",
            Document,
        ),
        (
            zip(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]),
            "ods",
            "application/vnd.oasis.opendocument.spreadsheet",
            Document,
        ),
        (zip(&[("x.nuspec", ""), ("[Content_Types].xml", "")]), "nupkg", "application/x-nuget-package", Archive),
        (zip(&[("AppxManifest.xml", ""), ("[Content_Types].xml", "")]), "appx", "application/vnd.ms-appx", Program),
    ]);
    // What tells the kind stands behind a large member.
    let large = "x".repeat(100_000);
    check(vec![(zip(&[("large", &large), ("META-INF/MANIFEST.MF", "")]), "jar", "application/java-archive", Program)]);
}

#[test]
fn archives_and_disks() {
    let mut old_tar = with(1024, &[(0, b"a.txt"), (100, b"0000644\0"), (124, b"00000000001\0"), (148, b"        ")]);
    let sum: u32 = old_tar[..512].iter().map(|byte| u32::from(*byte)).sum();
    old_tar[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    check(vec![
        (b"Rar!\x1a\x07\0".to_vec(), "rar", "application/vnd.rar", Archive),
        (b"Rar!\x1a\x07\x01\0".to_vec(), "rar", "application/vnd.rar", Archive),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "7z", "application/x-7z-compressed", Archive),
        (b"MSCF\0\0\0\0\x10".to_vec(), "cab", "application/vnd.ms-cab-compressed", Archive),
        (b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), "gz", "application/gzip", Archive),
        (b"BZh91AY&SY".to_vec(), "bz2", "application/x-bzip2", Archive),
        (b"\xfd7zXZ\0\0\x04".to_vec(), "xz", "application/x-xz", Archive),
        (b"\x28\xb5\x2f\xfd\0".to_vec(), "zst", "application/zstd", Archive),
        (b"\x04\x22\x4d\x18\x64".to_vec(), "lz4", "application/x-lz4", Archive),
        (b"]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x20".to_vec(), "lzma", "application/x-lzma", Archive),
        (b"LZIP\x01\x0c".to_vec(), "lz", "application/x-lzip", Archive),
        (b"\x1f\x9d\x90a".to_vec(), "Z", "application/x-compress", Archive),
        (padded(b"\x60\xea\x2b\0\x22\x0b\x01\x02\x10\0\x02", 64), "arj", "application/x-arj", Archive),
        (padded(b"\x20\x10-lh5-", 64), "lzh", "application/x-lzh-compressed", Archive),
        (padded(b"\0\0\x31\0\0\0\x90**ACE**", 64), "ace", "application/x-ace-compressed", Archive),
        (with(512, &[(0, b"a"), (257, b"ustar\0")]), "tar", "application/x-tar", Archive),
        (old_tar, "tar", "application/x-tar", Archive),
        (b"070701000000".to_vec(), "cpio", "application/x-cpio", Archive),
        (b"!<arch>\ndebian-binary   ".to_vec(), "deb", "application/vnd.debian.binary-package", Archive),
        (b"!<arch>\n/               ".to_vec(), "a", "application/x-archive", Archive),
        (padded(b"\xed\xab\xee\xdb\x03", 96), "rpm", "application/x-rpm", Archive),
        (b"MSWIM\0\0\0".to_vec(), "wim", "application/x-ms-wim", Archive),
        (with(33_000, &[(32_769, b"CD001")]), "iso", "application/x-iso9660-image", Archive),
        (b"conectix".to_vec(), "vhd", "application/x-vhd", Archive),
        (b"vhdxfile".to_vec(), "vhdx", "application/x-vhdx", Archive),
        (b"KDMV\x01\0\0\0".to_vec(), "vmdk", "application/x-vmdk", Archive),
        (b"# Disk DescriptorFile\nversion=1\n".to_vec(), "vmdk", "application/x-vmdk", Archive),
        (b"QFI\xfb\0\0\0\x03".to_vec(), "qcow2", "application/x-qemu-disk", Archive),
        (b"EVF\x09\x0d\x0a\xff\0".to_vec(), "E01", "application/encase", Archive),
        (with(512, &[(3, b"NTFS    "), (510, b"\x55\xaa")]), "dd", "application/x-raw-disk-image", Archive),
        (
            with(512, &[(446, &[0x80, 1, 1, 0, 7, 1, 1, 1, 1, 0, 0, 0, 1]), (510, b"\x55\xaa")]),
            "dd",
            "application/x-raw-disk-image",
            Archive,
        ),
    ]);
}

#[test]
fn pictures_sound_and_fonts() {
    check(vec![
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "png", "image/png", Image),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), "jpg", "image/jpeg", Image),
        (b"GIF89a\x01\0\x01\0".to_vec(), "gif", "image/gif", Image),
        (with(64, &[(0, b"BM"), (14, &[40])]), "bmp", "image/bmp", Image),
        (padded(b"II*\0\x08", 32), "tif", "image/tiff", Image),
        (padded(b"II*\0\x10\0\0\0CR\x02", 32), "cr2", "image/x-canon-cr2", Image),
        (
            b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0".to_vec(),
            "ico",
            "image/vnd.microsoft.icon",
            Image,
        ),
        (
            b"\0\0\x02\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0".to_vec(),
            "cur",
            "image/x-win-bitmap",
            Image,
        ),
        (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "webp", "image/webp", Image),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "heic", "image/heic", Image),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif".to_vec(), "avif", "image/avif", Image),
        (b"8BPS\0\x01".to_vec(), "psd", "image/vnd.adobe.photoshop", Image),
        (with(64, &[(0, &[1]), (40, b" EMF")]), "emf", "image/emf", Image),
        (b"\xd7\xcd\xc6\x9a\0\0".to_vec(), "wmf", "image/wmf", Image),
        (b"gimp xcf file\0".to_vec(), "xcf", "image/x-xcf", Image),
        (b"P6\n640 480\n255\n\xff\xff".to_vec(), "ppm", "image/x-portable-pixmap", Image),
        (padded(b"ID3\x03\0\0\0\0\0\0", 32), "mp3", "audio/mpeg", Media),
        (with(900, &[(0, &[0xff, 0xfb, 0x90, 0x64]), (417, &[0xff, 0xfb, 0x90, 0x64])]), "mp3", "audio/mpeg", Media),
        (b"fLaC\0\0\0\x22".to_vec(), "flac", "audio/flac", Media),
        (with(64, &[(0, b"OggS\0\x02"), (28, b"OpusHead")]), "opus", "audio/ogg", Media),
        (b"RIFF\x10\0\0\0WAVEfmt ".to_vec(), "wav", "audio/x-wav", Media),
        (b"RIFF\x10\0\0\0AVI LIST".to_vec(), "avi", "video/x-msvideo", Media),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec(), "mp4", "video/mp4", Media),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ".to_vec(), "mov", "video/quicktime", Media),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".to_vec(), "webm", "video/webm", Media),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska".to_vec(), "mkv", "video/x-matroska", Media),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa".to_vec(), "wmv", "video/x-ms-asf", Media),
        (b"\0\x01\0\0\0\x0c\0\x80\0\x03\0\x40GDEF".to_vec(), "ttf", "font/ttf", Font),
        (b"OTTO\0\x0c\0\x80\0\x03\0\x40CFF ".to_vec(), "otf", "font/otf", Font),
        (b"wOFF\0\x01\0\0\0\0\x10\0".to_vec(), "woff", "font/woff", Font),
        (b"wOF2\0\x01\0\0\0\0\x10\0".to_vec(), "woff2", "font/woff2", Font),
    ]);
}

#[test]
fn stores_and_secrets() {
    let der = |body: &[u8]| [&[0x30u8, 0x82, (body.len() >> 8) as u8, body.len() as u8], body].concat();
    let certificate = der(&padded(b"\x30\x82\x01\x00\xa0\x03\x02\x01\x02\x02\x01\x01", 300));
    let pkcs12 = der(&padded(b"\x02\x01\x03\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 300));
    let rsa = der(&padded(b"\x02\x01\x00\x02\x82\x01\x01\x00", 300));
    let pkcs8 = der(&padded(b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 300));
    let signed = der(&padded(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x82\x01\x00", 300));
    let catalog = der(&padded(
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x82\x01\x00\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x0a\x01\x01",
        300,
    ));
    check(vec![
        (certificate, "cer", "application/pkix-cert", Other),
        (pkcs12, "pfx", "application/x-pkcs12", Other),
        (rsa, "key", "application/x-rsa-private-key", Other),
        (pkcs8, "key", "application/pkcs8", Other),
        (signed, "p7b", "application/pkcs7-mime", Other),
        (catalog, "cat", "application/vnd.ms-pki.seccat", Other),
        (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5".to_vec(), "kdbx", "application/x-keepass2", Other),
        (b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5".to_vec(), "kdb", "application/x-keepass", Other),
        (b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01".to_vec(), "jks", "application/x-java-keystore", Other),
        (padded(b"\x99\x01\x0d\x04\x60\0\0\0\x01\x08\0", 300), "gpg", "application/pgp-keys", Other),
        (b"Salted__12345678\x80\x81".to_vec(), "enc", "application/x-openssl-encrypted", Other),
        (padded(b"regf\x01\0\0\0\x01\0\0\0", 64), "dat", "application/x-windows-registry-hive", Other),
        (b"ElfFile\0\0\0".to_vec(), "evtx", "application/x-ms-evtx", Other),
        (padded(b"\x30\0\0\0LfLe", 48), "evt", "application/x-ms-evt", Other),
        (padded(b"MAM\x04\x10\0\0\0", 32), "pf", "application/x-ms-prefetch", Other),
        (padded(b"\x11\0\0\0SCCA", 84), "pf", "application/x-ms-prefetch", Other),
        (padded(b"MDMP\x93\xa7\0\0", 32), "dmp", "application/x-dmp", Other),
        (b"PAGEDU64".to_vec(), "dmp", "application/x-dmp", Other),
        (padded(b"hibr\0\0\0\0", 4096), "sys", "application/x-ms-hibernation", Other),
        (padded(b"HIBR\0\0\0\0", 4096), "sys", "application/x-ms-hibernation", Other),
        (padded(b"EMiL\x01\0\0\0", 32), "lime", "application/x-lime", Other),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F".to_vec(), "lnk", "application/x-ms-shortcut", Other),
        (b"ITSF\x03\0\0\0".to_vec(), "chm", "application/vnd.ms-htmlhelp", Document),
        (b"SQLite format 3\0".to_vec(), "sqlite", "application/vnd.sqlite3", Other),
        (padded(b"\x01\x02\x03\x04\xef\xcd\xab\x89\x20\x06\0\0", 668), "edb", "application/x-ms-ese", Other),
        (b"!BDN\0\0\0\0SM".to_vec(), "pst", "application/vnd.ms-outlook-pst", Other),
        (b"\xcf\xad\x12\xfe\xc5\xfd\x74\x6f".to_vec(), "dbx", "application/x-outlook-express", Other),
        (b"\0\x01\0\0Standard ACE DB\0".to_vec(), "accdb", "application/x-msaccess", Other),
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0".to_vec(), "pcap", "application/vnd.tcpdump.pcap", Other),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a".to_vec(), "pcapng", "application/x-pcapng", Other),
        (padded(b"\x01\x0f\0\0", 96), "mdf", "application/x-mssql-database", Other),
        (b"TAPE\0\0\x03\0".to_vec(), "bkf", "application/x-ms-backup", Archive),
        (b"PGDMP\x01\x0e".to_vec(), "dump", "application/x-postgresql-dump", Other),
        (b"\xde\x12\x04\x95\0\0\0\0\x01\0\0\0\x1c\0\0\0".to_vec(), "mo", "application/x-gettext-translation", Other),
        (b"\x1a\x01\x06\0\0\0\0\0\0\0\0\0vt100\0".to_vec(), "terminfo", "application/x-terminfo", Other),
        (b"PACK\0\0\0\x02\0\0\0\x01".to_vec(), "pack", "application/x-git-pack", Other),
        (b"LPKSHHRH\0\0\0\0".to_vec(), "journal", "application/x-systemd-journal", Other),
        (b"GVariant\0\0\0\0".to_vec(), "gresource", "application/x-gresource", Other),
        (b"TZif2\0\0\0".to_vec(), "tz", "application/tzif", Other),
    ]);
}

#[test]
fn short_signatures_are_not_enough() {
    let noise = |start: &[u8]| {
        [start, &(0..=255).map(|n: u8| n.wrapping_mul(37).wrapping_add(11)).collect::<Vec<u8>>()].concat()
    };
    for start in [
        &b"\x1f\x8b"[..],
        b"BZh",
        b"BM",
        b"\xff\xfb",
        b"\xff\xf1",
        b"\x30\x82",
        b"\x60\xea",
        b"\x1f\x9d",
        b"\x64\x86",
        b"\x4c\x01",
        b"\0\0\x01\0",
        b"\x99\x01",
        b"\xc7\x71",
        b"\x1a\x01",
        b"\x0a\x05",
        b"\x03\x77",
        b"FWS",
        b"PK",
        b"\xff\x0a",
        b"\0\0\x01\xb0",
        b"BC",
        b"%!\x01\x02",
    ] {
        let found = detect(&noise(start), 258);
        assert_eq!(found.family, Unknown, "{start:?}: {}", found.description);
    }
    assert_eq!(detect(b"BM is the mark of a bitmap\n", 27).mime, "text/plain");
    assert_eq!(detect(b"", 0).family, Empty);
    assert_eq!(detect(&(0..=255).collect::<Vec<u8>>(), 256).mime, "application/octet-stream");
}

/// Damaged files neither end the program nor change their type between two looks.
#[test]
fn mutants_are_told_the_same_twice() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let seeds = [
        pe(2, 3, true),
        elf(3, true, &[(5, 1), (14, 1)]),
        ole(class(0), &["WordDocument"]),
        office("ms-word.document.macroEnabled.main", "word/a.xml"),
        zip(&[("META-INF/MANIFEST.MF", ""), ("WEB-INF/web.xml", "")]),
        b"{\"a\": [1, 2, {\"b\": null}], \"c\": \"\\u0041\"}".to_vec(),
        b"-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n".to_vec(),
        b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a/>".to_vec(),
        b"@echo off\r\nfor /f %%i in ('dir') do echo %%i\r\n".to_vec(),
        b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec(),
    ];
    for round in 0..4000usize {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.number() % 6 {
            let at = random.number() as usize % bytes.len();
            bytes[at] = random.number() as u8;
        }
        bytes.truncate(1 + random.number() as usize % bytes.len());
        let size = bytes.len() as u64;
        assert_eq!(identify(&bytes, &bytes, size), identify(&bytes, &bytes, size));
        let found = detect(&bytes, size);
        assert_ne!(found.family, Empty);
        for name in ["a.exe", "a.jpg", "a.txt", "a.pub", "a.dat", "a.exe.bak", "a.docx", "a.zip", "a"] {
            let judged = crate::payload::mismatch::judge(name, &found, size);
            assert!(judged.is_none_or(|judged| judged.declared != judged.detected), "{name}");
        }
    }
}
