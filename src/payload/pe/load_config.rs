//! The load configuration: what guards the program against being bent.

use super::image::Image;
use super::names;
use crate::base::fields::Fields;
use schemars::JsonSchema;
use serde::Serialize;

/// Guards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LoadConfig {
    /// Whether the stack is guarded by a cookie.
    pub security_cookie: bool,
    /// Registered exception handlers of a 32-bit program (SafeSEH); absent where it has no such table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_seh_handlers: Option<u64>,
    /// Functions that control flow guard knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard_functions: Option<u64>,
    /// What else guards the control flow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guard_flags: Vec<&'static str>,
}

/// Reads as much of it as its own length tells.
pub(super) fn read(image: &Image<'_>, directory: Option<(u32, u32)>) -> Option<LoadConfig> {
    const LONGEST: usize = 0x140;
    let (address, _) = directory?;
    let length = usize::try_from(image.u32_at(address)?).ok()?.min(LONGEST);
    let rest = image.bytes.get(image.offset(address)?..)?;
    let fields = Fields(rest.get(..length).unwrap_or(rest));
    let word = |narrow: usize, wide: usize| if image.is_64 { fields.u64(wide) } else { u64::from(fields.u32(narrow)) };
    let handlers = if image.is_64 { 0 } else { u64::from(fields.u32(64)) };
    Some(LoadConfig {
        security_cookie: word(60, 88) != 0,
        safe_seh_handlers: (handlers != 0).then(|| u64::from(fields.u32(68))),
        guard_functions: Some(word(84, 136)).filter(|count| *count != 0),
        guard_flags: names::flags(if image.is_64 { fields.u32(144) } else { fields.u32(88) }, names::GUARD),
    })
}
