//! The export table: the library's own name, the names that it exports, and those that it leaves to another.

use super::image::Image;
use crate::base::anomaly::Cause;
use crate::base::escape::lossless;
use crate::base::limits::Limits;
use crate::base::number::to_u32;
use crate::payload::oddity::Oddities;
use schemars::JsonSchema;
use serde::Serialize;

/// What is exported.
#[derive(Default)]
pub(super) struct Exports {
    pub(super) name: Option<String>,
    pub(super) functions: Vec<String>,
    pub(super) forwarded: Vec<Forward>,
    /// Exported by number alone.
    pub(super) unnamed: usize,
}

/// An exported name behind which stands another library's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forward {
    /// The exported name, or number as `#12`.
    pub function: String,
    /// Library and name, or number, as the table has it: `NTDLL.RtlAllocateHeap`.
    pub to: String,
}

const LONGEST_NAME: usize = 512;

/// Reads the names in the order of the table, which is that of the alphabet.
pub(super) fn read(
    image: &Image<'_>,
    directory: Option<(u32, u32)>,
    limits: &Limits,
    oddities: &mut Oddities,
    note: &mut dyn FnMut(Cause),
) -> Exports {
    let Some((address, size)) = directory else { return Exports::default() };
    let field = |offset: u32| address.checked_add(offset).and_then(|at| image.u32_at(at));
    let text = |address: u32| image.string_at(address, LONGEST_NAME).filter(|name| !name.is_empty()).map(lossless);
    let element = |table: u32, index: u32| image.u32_at(table.checked_add(index.checked_mul(4)?)?);
    let mut exports = Exports { name: field(12).and_then(text), ..Exports::default() };
    let (Some(base), Some(slots), Some(count)) = (field(16), field(20), field(24)) else {
        oddities.add("export-table-cut", "the file has no whole export table".to_owned());
        return exports;
    };
    let (addresses, names, numbers) = (field(28).unwrap_or(0), field(32).unwrap_or(0), field(36).unwrap_or(0));
    let most = to_u32(limits.pe_symbols);
    if count > most || slots > most {
        note(Cause::Abridged { what: "exports of an executable", limit: u64::from(most) });
    }
    // Which slot a name stands for; a slot without one is exported by number.
    let mut named: Vec<(u32, String)> = Vec::new();
    for index in 0..count.min(most) {
        let Some(pointer) = element(names, index) else { break };
        let Some(name) = text(pointer) else { continue };
        let slot = index.checked_mul(2).and_then(|by| numbers.checked_add(by)).and_then(|at| image.u16_at(at));
        named.extend(slot.map(|slot| (u32::from(slot), name.clone())));
        exports.functions.push(name);
    }
    named.sort();
    for index in 0..slots.min(most) {
        let Some(target) = element(addresses, index) else { break };
        if target == 0 {
            continue;
        }
        let first = named.partition_point(|(slot, _)| *slot < index);
        let name = named.get(first).filter(|(slot, _)| *slot == index).map(|(_, name)| name.clone());
        exports.unnamed = exports.unnamed.saturating_add(usize::from(name.is_none()));
        // An address inside the table itself is that of a forwarder's text.
        if (address..address.saturating_add(size)).contains(&target)
            && let Some(to) = text(target)
        {
            let function = name.unwrap_or_else(|| format!("#{}", base.saturating_add(index)));
            exports.forwarded.push(Forward { function, to });
        }
    }
    exports
}
