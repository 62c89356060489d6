//! The icon: a digest over the first group and the icons that it names.

use super::tree::{Identity, Leaf};
use super::{GROUP_ICON, ICON};
use crate::base::digest::Digests;
use crate::base::fields::Fields;
use crate::payload::pe::image::Image;

/// Bytes of icons that are hashed.
const MOST: usize = 1 << 20;

/// The digest; nothing without a group.
pub(super) fn digest(image: &Image<'_>, leaves: &[Leaf]) -> Option<String> {
    let group = leaves.iter().find(|leaf| leaf.kind.is(GROUP_ICON))?.bytes(image)?;
    let (entries, _) = group.get(6..)?.as_chunks::<14>();
    let mut bytes = Vec::new();
    for entry in entries.iter().take(64) {
        let number = Identity::Number(u32::from(Fields(entry).u16(12)));
        let icon = leaves.iter().find(|leaf| leaf.kind.is(ICON) && leaf.name == number);
        let icon = icon.and_then(|leaf| leaf.bytes(image)).unwrap_or_default();
        if bytes.len().saturating_add(icon.len()) > MOST {
            return None;
        }
        bytes.extend_from_slice(icon);
    }
    (!bytes.is_empty()).then(|| Digests::of(&bytes).md5)
}
