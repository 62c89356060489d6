//! Extended attributes within an inode, as far as content lies in them. Source: Linux kernel,
//! `Documentation/filesystems/ext4/attributes.rst` and `inlinedata.rst`.

use crate::base::fields::Fields;

/// First bytes of the attributes of an inode.
const MAGIC: u32 = 0xea02_0000;
const HEADER: usize = 4;

/// Bytes of an entry before its name.
const ENTRY: usize = 16;

/// The prefix `system.` (`EXT4_XATTR_INDEX_SYSTEM`).
const SYSTEM: u8 = 7;

/// The value of `system.data`, in which the content goes on that does not fit the place of the map. Values are counted
/// from the first entry.
pub(super) fn system_data(attributes: &[u8]) -> Option<&[u8]> {
    let entries = attributes.get(HEADER..).filter(|_| Fields(attributes).u32(0) == MAGIC)?;
    let mut rest = entries;
    // Four zeros end the list; what is left gets shorter with every entry.
    while Fields(rest).u32(0) != 0 {
        let length = usize::from(*rest.first()?);
        let name = rest.get(ENTRY..ENTRY.saturating_add(length))?;
        if rest.get(1) == Some(&SYSTEM) && name == b"data" {
            let (start, size) = (usize::from(Fields(rest).u16(2)), usize::try_from(Fields(rest).u32(8)).ok()?);
            return entries.get(start..start.checked_add(size)?);
        }
        rest = rest.get(ENTRY.saturating_add(length).next_multiple_of(4)..)?;
    }
    None
}
