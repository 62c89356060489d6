//! Which events the host is set to audit: `SECURITY\Policy\PolAdtEv`.
//!
//! Source: the shape of the value since Windows Vista, as dissect.target reads it: the number of categories at 4, at 8 where
//! their sizes lie, and from 12 on a number for each subcategory, whose lowest bit audits success.

use crate::base::fields::Fields;
use std::collections::BTreeMap;

/// The subcategories whose events bear on transfers: category, place in it, name, events.
const SUBCATEGORIES: &[(usize, usize, &str)] = &[
    // 4698, 4702: scheduled tasks.
    (2, 4, "Other Object Access Events"),
    // 5156.
    (2, 10, "Filtering Platform Connection"),
    // 4688.
    (4, 0, "Process Creation"),
    // 4689.
    (4, 1, "Process Termination"),
];
/// Where the first subcategory is.
const FIRST: usize = 12;
/// Categories that Windows has.
const CATEGORIES: usize = 9;

/// Whether success is audited, by subcategory; nothing where the shape is another.
pub(super) fn audited(bytes: &[u8]) -> BTreeMap<String, bool> {
    let fields = Fields(bytes);
    let (count, sizes_at) = (usize::from(fields.u16(4)), usize::from(fields.u16(8)));
    let sizes: Vec<usize> = bytes
        .get(sizes_at..)
        .unwrap_or_default()
        .chunks_exact(2)
        .map(|size| usize::from(Fields(size).u16(0)))
        .collect();
    let all: usize = sizes.iter().take(count).fold(0, |sum, size| sum.saturating_add(*size));
    let fits = count == CATEGORIES && sizes.len() >= count && FIRST.saturating_add(all.saturating_mul(2)) <= sizes_at;
    let told = SUBCATEGORIES.iter().filter(|_| fits).filter_map(|(category, place, name)| {
        let size = sizes.get(*category)?;
        let before = sizes.iter().take(*category).fold(0usize, |sum, size| sum.saturating_add(*size));
        let at = FIRST.saturating_add(before.saturating_add(*place).saturating_mul(2));
        (place < size).then(|| ((*name).to_owned(), fields.u16(at) & 1 == 1))
    });
    told.collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A policy of Windows 10 that audits the success of some subcategories, by their place among all.
    pub(in super::super) fn policy(on: &[usize]) -> Vec<u8> {
        let sizes: [u16; 9] = [5, 11, 14, 3, 6, 6, 6, 4, 4];
        let count: u16 = sizes.iter().sum();
        let mut bytes = vec![0, 1, 0, 0, 9, 0, 0, 0];
        bytes.extend(u32::from(12 + count * 2).to_le_bytes());
        bytes.extend((0..usize::from(count)).flat_map(|place| u16::from(on.contains(&place)).to_le_bytes()));
        bytes.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
        bytes
    }

    #[test]
    fn subcategories_are_found_by_the_sizes_of_the_categories() {
        let told =
            |bytes: &[u8]| audited(bytes).into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(told(&policy(&[33, 26])), ["Filtering Platform Connection", "Process Creation"]);
        assert_eq!(told(&policy(&[34, 20])), ["Other Object Access Events", "Process Termination"]);
        let mut other = policy(&[33]);
        other[4] = 8;
        for bytes in [&b""[..], &policy(&[33])[..100], &other] {
            assert!(audited(bytes).is_empty());
        }
    }
}
