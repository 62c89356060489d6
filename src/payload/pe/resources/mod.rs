//! The resources of an executable: the whole tree, and what its version, manifest and icons say.

mod icon;
mod language;
mod manifest;
mod tree;
mod version;

use super::image::Image;
use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::payload::oddity::Oddities;
pub use manifest::Manifest;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
pub use version::{Language, VersionInfo};

/// The resources.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Resources {
    /// How many leaves the tree has.
    pub count: usize,
    /// Bytes of all leaves.
    pub size: u64,
    /// The leaves in the order of the tree, as many as the limits allow.
    pub entries: Vec<Resource>,
    /// MD5 of the icon group and its icons; absent without icons. Programs that imitate another bear its icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_md5: Option<String>,
}

/// One leaf.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Resource {
    /// Its type: a word of the specification (`icon`, `rcdata`, `version`, …), a number as `#12`, or a name.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name, or number as `#12`.
    pub name: String,
    /// Its language: a tag like `en-US`, or the number in hexadecimal; absent for the neutral one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where its bytes start in the file; absent where the file does not have them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many there are.
    pub size: u32,
    /// Their entropy; absent where they were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<f64>,
    /// The type by content, where it is one that can be told and is not what the type of the resource says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<&'static str>,
}

/// What was read of the resources.
#[derive(Default)]
pub(super) struct Read {
    pub(super) resources: Option<Resources>,
    pub(super) version: BTreeMap<String, String>,
    pub(super) version_info: Option<VersionInfo>,
    pub(super) manifest: Option<Manifest>,
}

/// Type numbers.
const ICON: u32 = 3;
const GROUP_ICON: u32 = 14;
const VERSION: u32 = 16;
const MANIFEST: u32 = 24;

/// Reads the tree at an address of the image.
pub(super) fn read(
    image: &Image<'_>,
    root: u32,
    limits: &Limits,
    oddities: &mut Oddities,
    note: &mut dyn FnMut(Cause),
) -> Read {
    let tree = tree::walk(image, root, limits, oddities);
    if tree.capped {
        let limit = to_u64(limits.pe_resources);
        note(Cause::Abridged { what: "resources of an executable", limit });
    }
    if tree.leaves.is_empty() {
        return Read::default();
    }
    let mut read = Read::default();
    let of_type = |kind: u32| tree.leaves.iter().find(move |leaf| leaf.kind.is(kind));
    if let Some(bytes) = of_type(VERSION).and_then(|leaf| leaf.bytes(image)) {
        let (strings, info) = version::read(bytes, oddities);
        read.version = strings;
        read.version_info = Some(info);
    }
    read.manifest = of_type(MANIFEST).and_then(|leaf| leaf.bytes(image)).and_then(manifest::read);
    read.resources = Some(Resources {
        count: tree.leaves.len(),
        size: tree.leaves.iter().map(|leaf| u64::from(leaf.size)).sum(),
        icon_md5: icon::digest(image, &tree.leaves),
        entries: tree::describe(image, &tree.leaves),
    });
    read
}

/// Any bytes as the resource section of an image that holds nothing else. For the fuzzer: the readers alone.
#[must_use]
pub fn probe(bytes: &[u8], limits: &Limits) -> Option<Resources> {
    read(&Image::flat(bytes), 0, limits, &mut Oddities::default(), &mut |_| {}).resources
}

/// Any bytes as a version resource. For the fuzzer.
#[must_use]
pub fn probe_version(bytes: &[u8]) -> (BTreeMap<String, String>, VersionInfo) {
    version::read(bytes, &mut Oddities::default())
}
