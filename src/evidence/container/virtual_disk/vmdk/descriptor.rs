//! The text that describes a disk: its identities, its parent and its extents (section "The Descriptor File").

/// Bytes of a description that are read.
pub(super) const TEXT: u64 = 1 << 20;

const FIRST_LINE: &[u8] = b"# Disk DescriptorFile";

/// The identity that stands for no parent.
const NONE: &str = "ffffffff";

/// Sectors of which a disk may have; beyond them its bytes could not be counted.
const SECTORS: u64 = u64::MAX >> 10;

/// Whether a file begins as such a text.
pub(in super::super) fn is_descriptor(head: &[u8]) -> bool {
    head.get(..FIRST_LINE.len()).is_some_and(|line| line.eq_ignore_ascii_case(FIRST_LINE))
}

/// What the text says.
#[derive(Default)]
pub(super) struct Descriptor {
    /// Identity of the content, in lower-case hexadecimal; changes when the disk is written to.
    pub(super) content_id: Vec<u8>,
    /// The identity that the parent had when the snapshot was made; nothing where there is no parent.
    pub(super) parent_id: Option<Vec<u8>>,
    /// The path of the parent.
    pub(super) parent: Option<String>,
    /// The extents, in their order on the disk.
    pub(super) extents: Vec<Extent>,
}

/// A part of the disk.
pub(super) struct Extent {
    /// Bytes.
    pub(super) length: u64,
    /// Where they lie.
    pub(super) content: Content,
}

/// Where the bytes of an extent lie.
pub(super) enum Content {
    /// Nowhere.
    Zeros,
    /// In a file, as they are from an offset on, or sparse.
    File {
        /// The file as it is written.
        name: String,
        /// Whether it has the header and the tables of a sparse one.
        sparse: bool,
        /// Bytes before the extent.
        offset: u64,
    },
    /// In a manner that is not read.
    Unknown(String),
}

impl Descriptor {
    pub(super) fn parse(text: &[u8]) -> Self {
        // A description inside a sparse file ends at the first zero.
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = String::from_utf8_lossy(text);
        let mut found = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if let Some(extent) = extent(line) {
                found.extents.push(extent);
            } else if let Some((key, value)) = line.split_once('=') {
                let value = value.trim().trim_matches('"');
                match key.trim().to_ascii_lowercase().as_str() {
                    "cid" => found.content_id = value.to_ascii_lowercase().into_bytes(),
                    "parentcid" if value.eq_ignore_ascii_case(NONE) => {}
                    "parentcid" => found.parent_id = Some(value.to_ascii_lowercase().into_bytes()),
                    "parentfilenamehint" => found.parent = Some(value.to_owned()),
                    _ => {}
                }
            }
        }
        found
    }
}

/// A line as `RW 4192256 SPARSE "disk-s001.vmdk" 0`, its numbers in sectors.
fn extent(line: &str) -> Option<Extent> {
    let word = |text: &mut &str| -> String {
        let (word, rest) = text.trim_start().split_once(char::is_whitespace).unwrap_or((text.trim_start(), ""));
        *text = rest;
        word.to_ascii_uppercase()
    };
    let mut rest = line;
    if !matches!(word(&mut rest).as_str(), "RW" | "RDONLY" | "NOACCESS") {
        return None;
    }
    let sectors = word(&mut rest).parse::<u64>().ok().filter(|sectors| *sectors <= SECTORS)?;
    let kind = word(&mut rest);
    let mut quoted = rest.splitn(3, '"').skip(1);
    let name = quoted.next().unwrap_or_default().to_owned();
    let offset = word(&mut quoted.next().unwrap_or_default());
    let offset = offset.parse::<u64>().unwrap_or(0).min(SECTORS).saturating_mul(512);
    let content = match kind.as_str() {
        "ZERO" => Content::Zeros,
        "FLAT" | "VMFS" => Content::File { name, sparse: false, offset },
        "SPARSE" | "VMFSSPARSE" => Content::File { name, sparse: true, offset: 0 },
        _ => Content::Unknown(kind.chars().take(32).collect()),
    };
    Some(Extent { length: sectors.saturating_mul(512), content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_extents() {
        let shown = |line: &str| {
            extent(line).map(|extent| match extent.content {
                Content::Zeros => (extent.length, "zeros".to_owned()),
                Content::File { name, sparse, offset } => (extent.length, format!("{name} {sparse} {offset}")),
                Content::Unknown(kind) => (extent.length, format!("?{kind}")),
            })
        };
        for (line, expected) in [
            ("RW 8 SPARSE \"a b.vmdk\"", Some((4096, "a b.vmdk true 0"))),
            ("rw  8\tFlat  \"a\"  3 ", Some((4096, "a false 1536"))),
            ("RDONLY 2 ZERO", Some((1024, "zeros"))),
            ("RW 2 VMFS \"x-flat.vmdk\"", Some((1024, "x-flat.vmdk false 0"))),
            ("RW 2 SESPARSE \"x\"", Some((1024, "?SESPARSE"))),
            ("RW 99999999999999999999 FLAT \"x\" 0", None),
            ("RW 18446744073709551615 FLAT \"x\" 0", None),
            ("RW", None),
            ("CID=1", None),
            ("", None),
        ] {
            assert_eq!(shown(line), expected.map(|(length, what)| (length, what.to_owned())), "{line}");
        }
    }

    #[test]
    fn keys_are_read_without_regard_to_case_and_spaces() {
        let text = b"# Disk DescriptorFile\r\nCID = FFfffffe\r\nparentcid=ABCD\r\n parentFileNameHint=\"C:\\a.vmdk\"\r\n\0CID=2";
        let found = Descriptor::parse(text);
        assert_eq!((found.content_id, found.parent_id), (b"fffffffe".to_vec(), Some(b"abcd".to_vec())));
        assert_eq!(found.parent.as_deref(), Some("C:\\a.vmdk"));
    }
}
