//! The text that describes a disk: its identities, its parent and its extents (section "The Descriptor File").

use crate::evidence::container::virtual_disk::fields::index;

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
    let mut words = line.splitn(4, ' ');
    let access = words.next()?;
    if !["RW", "RDONLY", "NOACCESS"].iter().any(|known| access.eq_ignore_ascii_case(known)) {
        return None;
    }
    let sectors = words.next()?.parse::<u64>().ok().filter(|sectors| *sectors <= SECTORS)?;
    let kind = words.next()?.trim().to_ascii_uppercase();
    let rest = words.next().unwrap_or_default();
    let mut quoted = rest.splitn(3, '"').skip(1);
    let name = quoted.next().unwrap_or_default().to_owned();
    let offset = quoted.next().unwrap_or_default().trim().split(' ').next().unwrap_or_default();
    let offset = offset.parse::<u64>().unwrap_or(0).min(SECTORS).saturating_mul(512);
    let content = match kind.as_str() {
        "ZERO" => Content::Zeros,
        "FLAT" | "VMFS" => Content::File { name, sparse: false, offset },
        "SPARSE" | "VMFSSPARSE" => Content::File { name, sparse: true, offset: 0 },
        _ => Content::Unknown(kind.chars().take(index(32)).collect()),
    };
    Some(Extent { length: sectors.saturating_mul(512), content })
}
