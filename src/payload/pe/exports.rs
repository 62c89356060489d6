//! The export table: the library's own name and the names that it exports.

use super::image::Image;
use crate::base::escape::lossless;
use crate::base::limits::Limits;

/// What is exported.
#[derive(Default)]
pub(super) struct Exports {
    pub(super) name: Option<String>,
    pub(super) functions: Vec<String>,
}

const LONGEST_NAME: usize = 512;

/// Reads the names in the order of the table, which is that of the alphabet.
pub(super) fn read(image: &Image<'_>, directory: Option<(u32, u32)>, limits: &Limits) -> Exports {
    let Some((address, _)) = directory else { return Exports::default() };
    let field = |offset: u32| address.checked_add(offset).and_then(|at| image.u32_at(at));
    let text = |address: u32| image.string_at(address, LONGEST_NAME).filter(|name| !name.is_empty()).map(lossless);
    let name = field(12).and_then(text);
    let (Some(count), Some(names)) = (field(24), field(32)) else { return Exports { name, ..Exports::default() } };
    let most = u32::try_from(limits.pe_symbols).unwrap_or(u32::MAX);
    let functions = (0..count.min(most))
        .map_while(|index| image.u32_at(names.checked_add(index.checked_mul(4)?)?))
        .filter_map(text)
        .collect();
    Exports { name, functions }
}
