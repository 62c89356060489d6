//! ZIP archives, by the names of their members: local headers as far as the head shows them, else the central directory.
//!
//! Sources: APPNOTE.TXT 4.3 (records), ECMA-376 part 2 (content types), ODF 1.2 part 3 and EPUB OCF (the member `mimetype`).

use super::Family::{Archive, Document, Image, Program};
use super::{FileType, Sample, file_type};
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};
use memchr::memmem;
use std::io::Read;

/// Bytes of a central directory that are read.
const DIRECTORY: usize = 128 << 10;
/// Bytes of the content types that are unpacked.
const CONTENT_TYPES: u64 = 64 << 10;
/// Names that are looked at.
const NAMES: usize = 2048;

const PLAIN: FileType = file_type(Archive, "zip", "application/zip", "ZIP archive");

macro_rules! kinds {
    ($($constant:ident = $family:ident, $extension:literal, $mime:literal, $description:literal;)*) => {
        $(const $constant: FileType = file_type($family, $extension, $mime, $description);)*
    };
}

kinds! {
    DOCX = Document, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document";
    XLSX = Document, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook";
    PPTX = Document, "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint presentation";
    DOCM = Document, "docm", "application/vnd.ms-word.document.macroEnabled.12", "Word document with macros";
    XLSM = Document, "xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", "Excel workbook with macros";
    PPTM = Document, "pptm", "application/vnd.ms-powerpoint.presentation.macroEnabled.12", "PowerPoint presentation with macros";
    DOTX = Document, "dotx", "application/vnd.openxmlformats-officedocument.wordprocessingml.template", "Word template";
    DOTM = Document, "dotm", "application/vnd.ms-word.template.macroEnabled.12", "Word template with macros";
    XLTX = Document, "xltx", "application/vnd.openxmlformats-officedocument.spreadsheetml.template", "Excel template";
    XLTM = Document, "xltm", "application/vnd.ms-excel.template.macroEnabled.12", "Excel template with macros";
    XLAM = Document, "xlam", "application/vnd.ms-excel.addin.macroEnabled.12", "Excel add-in with macros";
    XLSB = Document, "xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "Excel workbook (binary)";
    POTX = Document, "potx", "application/vnd.openxmlformats-officedocument.presentationml.template", "PowerPoint template";
    POTM = Document, "potm", "application/vnd.ms-powerpoint.template.macroEnabled.12", "PowerPoint template with macros";
    PPSX = Document, "ppsx", "application/vnd.openxmlformats-officedocument.presentationml.slideshow", "PowerPoint show";
    PPSM = Document, "ppsm", "application/vnd.ms-powerpoint.slideshow.macroEnabled.12", "PowerPoint show with macros";
    PPAM = Document, "ppam", "application/vnd.ms-powerpoint.addin.macroEnabled.12", "PowerPoint add-in with macros";
    VSDX = Document, "vsdx", "application/vnd.ms-visio.drawing.main+xml", "Visio drawing";
    VSDM = Document, "vsdm", "application/vnd.ms-visio.drawing.macroEnabled.main+xml", "Visio drawing with macros";
    XPS = Document, "xps", "application/vnd.ms-xpsdocument", "XPS document";
    NUPKG = Archive, "nupkg", "application/x-nuget-package", "NuGet package";
    VSIX = Program, "vsix", "application/x-vsix", "extension of Visual Studio";
    APPX = Program, "appx", "application/vnd.ms-appx", "Windows app package";
    APK = Program, "apk", "application/vnd.android.package-archive", "Android package";
    AAB = Program, "aab", "application/x-android-app-bundle", "Android app bundle";
    IPA = Program, "ipa", "application/x-ios-app", "iOS app";
    JAR = Program, "jar", "application/java-archive", "Java archive";
    WAR = Program, "war", "application/java-archive", "Java web application";
    XPI = Program, "xpi", "application/x-xpinstall", "extension of Firefox";
    WHL = Archive, "whl", "application/x-wheel+zip", "Python package (wheel)";
    EGG = Archive, "egg", "application/x-egg+zip", "Python package (egg)";
    KMZ = Document, "kmz", "application/vnd.google-earth.kmz", "Google Earth places";
    EPUB = Document, "epub", "application/epub+zip", "electronic book";
    ODT = Document, "odt", "application/vnd.oasis.opendocument.text", "OpenDocument text";
    ODS = Document, "ods", "application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet";
    ODP = Document, "odp", "application/vnd.oasis.opendocument.presentation", "OpenDocument presentation";
    ODG = Document, "odg", "application/vnd.oasis.opendocument.graphics", "OpenDocument drawing";
    ODB = Document, "odb", "application/vnd.oasis.opendocument.base", "OpenDocument database";
    ODF = Document, "odf", "application/vnd.oasis.opendocument.formula", "OpenDocument formula";
    OTT = Document, "ott", "application/vnd.oasis.opendocument.text-template", "OpenDocument text template";
    OTS = Document, "ots", "application/vnd.oasis.opendocument.spreadsheet-template", "OpenDocument spreadsheet template";
    OTP = Document, "otp", "application/vnd.oasis.opendocument.presentation-template", "OpenDocument presentation template";
    SXW = Document, "sxw", "application/vnd.sun.xml.writer", "OpenOffice text";
    SXC = Document, "sxc", "application/vnd.sun.xml.calc", "OpenOffice spreadsheet";
    ORA = Image, "ora", "image/openraster", "OpenRaster image";
    KRA = Image, "kra", "application/x-krita", "Krita image";
}

/// What the member `mimetype` says, longest first where one begins another.
const DECLARED: &[FileType] = &[EPUB, OTT, OTS, OTP, ODT, ODS, ODP, ODG, ODB, ODF, SXW, SXC, ORA, KRA];

/// Content types of main parts; those with macros first, since all are looked for in one text.
const MAIN_PARTS: &[(&str, FileType)] = &[
    ("ms-word.document.macroEnabled.main", DOCM),
    ("ms-word.template.macroEnabledTemplate.main", DOTM),
    ("wordprocessingml.template.main", DOTX),
    ("wordprocessingml.document.main", DOCX),
    ("ms-excel.sheet.binary.macroEnabled.main", XLSB),
    ("ms-excel.addin.macroEnabled.main", XLAM),
    ("ms-excel.template.macroEnabled.main", XLTM),
    ("ms-excel.sheet.macroEnabled.main", XLSM),
    ("spreadsheetml.template.main", XLTX),
    ("spreadsheetml.sheet.main", XLSX),
    ("ms-powerpoint.presentation.macroEnabled.main", PPTM),
    ("ms-powerpoint.slideshow.macroEnabled.main", PPSM),
    ("ms-powerpoint.template.macroEnabled.main", POTM),
    ("ms-powerpoint.addin.macroEnabled.main", PPAM),
    ("presentationml.slideshow.main", PPSX),
    ("presentationml.template.main", POTX),
    ("presentationml.presentation.main", PPTX),
    ("ms-visio.drawing.macroEnabled.main", VSDM),
    ("ms-visio.drawing.main", VSDX),
    ("ms-package.xps-fixeddocumentsequence", XPS),
];

/// A ZIP archive. It may be empty, or start with the marker of a split one.
pub(super) fn zip(sample: &Sample<'_>) -> Option<FileType> {
    let head = sample.head;
    let start = match head.get(..4)? {
        b"PK\x03\x04" => 0,
        b"PK\x05\x06" => return Some(PLAIN),
        b"PK\x07\x08" => 4,
        b"PK00" if head.get(4..8) == Some(b"PK\x03\x04") => 4,
        _ => return None,
    };
    let mut names = Names::default();
    let whole = local_names(head, start, &mut names);
    if let Some(kind) = names.declared {
        return Some(kind);
    }
    if !whole && names.needs_more() {
        central_names(sample, &mut names);
    }
    Some(names.kind(sample))
}

/// What the names of the members say.
#[derive(Default)]
struct Names {
    count: usize,
    declared: Option<FileType>,
    content_types: Option<u64>,
    has_content_types: bool,
    word: bool,
    excel: bool,
    powerpoint: bool,
    visio: bool,
    macros: bool,
    binary_workbook: bool,
    told: Option<FileType>,
    manifest: bool,
    web: bool,
    android: bool,
    bundle: bool,
    dex: bool,
    extension_manifest: bool,
    mozilla: bool,
}

impl Names {
    /// Takes a name, and where its local header stands.
    fn take(&mut self, name: &[u8], at: u64) {
        self.count = self.count.saturating_add(1);
        match name {
            b"[Content_Types].xml" => (self.has_content_types, self.content_types) = (true, Some(at)),
            b"META-INF/MANIFEST.MF" => self.manifest = true,
            b"META-INF/" if self.count == 1 => self.manifest = true,
            b"AndroidManifest.xml" => self.android = true,
            b"BundleConfig.pb" => self.bundle = true,
            b"classes.dex" | b"resources.arsc" => self.dex = true,
            b"extension.vsixmanifest" => self.told = Some(VSIX),
            b"AppxManifest.xml" | b"AppxMetadata/AppxBundleManifest.xml" => self.told = Some(APPX),
            b"install.rdf" | b"META-INF/mozilla.rsa" => self.mozilla = true,
            b"manifest.json" => self.extension_manifest = true,
            b"doc.kml" => self.told = Some(KMZ),
            b"EGG-INFO/PKG-INFO" => self.told = Some(EGG),
            b"WEB-INF/web.xml" | b"WEB-INF/" => self.web = true,
            b"xl/workbook.bin" => (self.excel, self.binary_workbook) = (true, true),
            _ if name.starts_with(b"word/") => self.word = true,
            _ if name.starts_with(b"xl/") => self.excel = true,
            _ if name.starts_with(b"ppt/") => self.powerpoint = true,
            _ if name.starts_with(b"visio/") => self.visio = true,
            _ if name.ends_with(b".dist-info/WHEEL") => self.told = Some(WHL),
            _ if name.ends_with(b".nuspec") && !name.contains(&b'/') => self.told = Some(NUPKG),
            _ if name.starts_with(b"Payload/") && name.ends_with(b".app/Info.plist") => self.told = Some(IPA),
            _ if name.ends_with(b".fdseq") => self.told = Some(XPS),
            _ => {}
        }
        self.macros |= name.ends_with(b"/vbaProject.bin");
    }

    /// Whether names beyond the head may change what is told.
    fn needs_more(&self) -> bool {
        self.told.is_none() && !(self.android && self.dex)
    }

    fn kind(&self, sample: &Sample<'_>) -> FileType {
        if self.has_content_types && self.told != Some(NUPKG) && self.told != Some(VSIX) && self.told != Some(APPX) {
            let text = self.content_types.and_then(|at| member(sample, at)).unwrap_or_default();
            if let Some((_, kind)) = MAIN_PARTS.iter().find(|(part, _)| memmem::find(&text, part.as_bytes()).is_some())
            {
                return *kind;
            }
            match (self.word, self.excel, self.powerpoint, self.visio) {
                (true, ..) => return if self.macros { DOCM } else { DOCX },
                (_, true, ..) if self.binary_workbook => return XLSB,
                (_, true, ..) => return if self.macros { XLSM } else { XLSX },
                (_, _, true, _) => return if self.macros { PPTM } else { PPTX },
                (.., true) => return if self.macros { VSDM } else { VSDX },
                _ => {}
            }
        }
        match self.told {
            Some(kind) => kind,
            None if self.bundle && !self.manifest => AAB,
            None if self.android => APK,
            None if self.mozilla && (self.extension_manifest || !self.manifest || self.web) => XPI,
            None if self.web => WAR,
            None if self.manifest && self.mozilla => XPI,
            None if self.manifest => JAR,
            None => PLAIN,
        }
    }
}

/// The names in local headers, as far as the head shows them; whether those are all.
fn local_names(head: &[u8], start: usize, names: &mut Names) -> bool {
    let mut at = start;
    while names.count < NAMES {
        let record = Fields(head.get(at..).unwrap_or_default());
        match record.bytes(0, 4) {
            b"PK\x03\x04" => {}
            // The central directory follows the last member.
            b"PK\x01\x02" | b"PK\x05\x06" => return true,
            _ => return false,
        }
        let (name_length, extra) = (usize::from(record.u16(26)), usize::from(record.u16(28)));
        let name = record.bytes(30, name_length);
        let data = 30usize.saturating_add(name_length).saturating_add(extra);
        if names.count == 0 && record.u16(8) == 0 && name == b"mimetype" {
            let text = record.bytes(data, 80);
            names.declared = DECLARED.iter().find(|kind| text.starts_with(kind.mime.as_bytes())).copied();
            if names.declared.is_some() {
                return true;
            }
        }
        // The marker of a Java archive: an extra field of the first member.
        if names.count == 0 && extra >= 4 && Fields(record.bytes(data.saturating_sub(extra), 2)).u16(0) == 0xcafe {
            names.manifest = true;
        }
        names.take(name, to_u64(at));
        let packed = to_usize(record.u32(18));
        let from = at.saturating_add(data);
        at = if record.u16(6) & 8 != 0 && packed == 0 {
            // The size stands behind the data: the next header is looked for.
            match head.get(from..).and_then(|rest| memmem::find(rest, b"PK\x03\x04")) {
                Some(next) => from.saturating_add(next),
                None => return false,
            }
        } else {
            from.saturating_add(packed)
        };
    }
    false
}

/// The names in the central directory, which the record at the end of the file leads to.
fn central_names(sample: &Sample<'_>, names: &mut Names) {
    let Some((offset, length)) = central_directory(sample) else { return };
    let directory = sample.bytes(offset, usize::try_from(length).unwrap_or(DIRECTORY).min(DIRECTORY));
    let mut at = 0usize;
    for _ in 0..NAMES.saturating_mul(2) {
        let record = Fields(directory.get(at..).unwrap_or_default());
        if record.bytes(0, 4) != b"PK\x01\x02" {
            return;
        }
        let name = usize::from(record.u16(28));
        names.take(record.bytes(46, name), u64::from(record.u32(42)));
        let rest = usize::from(record.u16(30)).saturating_add(usize::from(record.u16(32)));
        at = at.saturating_add(46).saturating_add(name).saturating_add(rest);
    }
}

/// Offset and length of the central directory. Without a comment its record is the last 22 bytes.
fn central_directory(sample: &Sample<'_>) -> Option<(u64, u64)> {
    for tail in [22usize, 1024, 65_557] {
        let start = sample.size.saturating_sub(u64::try_from(tail).ok()?);
        let bytes = sample.bytes(start, tail);
        if let Some(at) = memmem::rfind(&bytes, b"PK\x05\x06") {
            let record = Fields(bytes.get(at..)?);
            return Some((u64::from(record.u32(16)), u64::from(record.u32(12))));
        }
    }
    None
}

/// The contents of a small member, stored or deflated.
fn member(sample: &Sample<'_>, at: u64) -> Option<Vec<u8>> {
    let header = sample.bytes(at, 30);
    let record = Fields(&header);
    let names = u64::from(record.u16(26)).saturating_add(u64::from(record.u16(28)));
    let packed = sample.bytes(at.saturating_add(30).saturating_add(names), usize::try_from(CONTENT_TYPES).ok()?);
    let mut text = Vec::new();
    match record.u16(8) {
        0 => text = packed.get(..usize::try_from(record.u32(18)).ok()?.min(packed.len()))?.to_vec(),
        8 => {
            // What follows the member, or is cut off, is no matter: what came before it counts.
            let _ = flate2::read::DeflateDecoder::new(packed.as_slice()).take(CONTENT_TYPES).read_to_end(&mut text);
        }
        _ => return None,
    }
    Some(text)
}
