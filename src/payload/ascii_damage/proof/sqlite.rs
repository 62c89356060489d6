//! SQLite databases (file format, 1.3 and 1.6): page size times page count, and pages of known kinds.

use super::{Bytes, Finding, Proof};

/// Pages that are looked at.
const PAGES: u64 = 256;

pub(super) fn check(file: Bytes<'_>) -> Option<Finding> {
    let size = match u16::from_be_bytes(file.array(16)?) {
        1 => 65_536u64,
        size => u64::from(size),
    };
    if size < 512 || !size.is_power_of_two() || file.array::<3>(21)? != [64, 32, 32] {
        return Some(Finding::broken("the header of the database is damaged"));
    }
    let count = u64::from(u32::from_be_bytes(file.array(28)?));
    // The count holds only if the program that wrote last knew of it.
    let current = file.array::<4>(24)? == file.array::<4>(92)?;
    let declared = if current && count > 0 { count.saturating_mul(size) } else { file.len() };
    let broken = |why: &str| Some(Finding::broken(why).declaring(declared));
    if declared != file.len() {
        return broken("the database is not as large as its header says");
    }
    if !file.len().is_multiple_of(size) {
        return broken("the database does not consist of whole pages");
    }
    if !matches!(file.array(100)?, [2 | 5 | 10 | 13]) {
        return broken("the first page is of no known kind");
    }
    let mut known = 0u64;
    let pages = (declared.checked_div(size)?).min(PAGES);
    for page in 1..pages {
        let kind = file.array::<1>(page.saturating_mul(size))?;
        known = known.saturating_add(u64::from(matches!(kind, [0 | 2 | 5 | 10 | 13])));
    }
    // Pages of long values start with the number of the next one, whose first byte is nought.
    if known.saturating_add(1) < pages {
        return broken("pages do not start where they should");
    }
    Some(Finding::proven(Proof::Structure).declaring(declared))
}
