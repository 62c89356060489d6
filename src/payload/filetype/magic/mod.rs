//! Signatures of formats, one table a subject.
//!
//! Sources: the formats' own specifications; the Library of Congress format descriptions; the PRONOM registry.

mod archive;
mod disk;
mod document;
mod image;
mod media;
mod program;
mod secret;
mod store;
mod unix;
mod windows;

use super::Family::Other;
use super::signature::Signature;
use super::{FileType, file_type};

/// All tables. Of signatures equally long at the same place, the one that stands first counts.
pub(super) const TABLES: &[&[Signature]] = &[
    program::SIGNATURES,
    archive::SIGNATURES,
    disk::SIGNATURES,
    document::SIGNATURES,
    image::SIGNATURES,
    media::SIGNATURES,
    secret::SIGNATURES,
    store::SIGNATURES,
    unix::SIGNATURES,
    windows::SIGNATURES,
];

pub(super) use archive::is_old_tar;

const fn other(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Other, extension, mime, description)
}

/// One byte of the head; zero past its end.
fn byte(head: &[u8], at: usize) -> u8 {
    head.get(at).copied().unwrap_or_default()
}

fn le16(head: &[u8], at: usize) -> u16 {
    crate::base::fields::Fields(head).u16(at)
}

fn le32(head: &[u8], at: usize) -> u32 {
    crate::base::fields::Fields(head).u32(at)
}

fn be16(head: &[u8], at: usize) -> u16 {
    le16(head, at).swap_bytes()
}

fn be32(head: &[u8], at: usize) -> u32 {
    le32(head, at).swap_bytes()
}
