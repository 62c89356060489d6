//! What the crate `infer` says, behind a wall: of formats that our own tables do not have.

use super::Family::{Archive, Document, Font, Image, Media, Other, Program};
use super::{FileType, file_type};
use crate::base::guard::guarded;

/// Types that `infer` tells by two or three bytes, or by bytes that other files have there too. Our own tables know them
/// by more than that, and were asked before: what they refused is none.
const TOO_SHORT: &[&str] = &[
    "application/octet-stream",
    "application/x-executable",
    "application/vnd.microsoft.portable-executable",
    "application/x-x509-ca-cert",
    "application/x-llvm",
    "application/x-bzip2",
    "application/gzip",
    "application/x-compress",
    "application/x-cpio",
    "application/x-shockwave-flash",
    "application/postscript",
    "application/vnd.sqlite3",
    "application/font-sfnt",
    "application/vnd.ms-cab-compressed",
    "application/x-tar",
    "application/dicom",
    "application/java",
    "application/vnd.android.dex",
    "application/vnd.android.dey",
    "application/wasm",
    "audio/mpeg",
    "audio/aac",
    "audio/m4a",
    "audio/midi",
    "audio/x-dsf",
    "audio/x-ape",
    "video/quicktime",
    "video/mpeg",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/jxl",
    "image/png",
    "image/vnd.ms-photo",
    "image/vnd.microsoft.icon",
    "image/vnd.adobe.photoshop",
    "image/webp",
];

/// What `infer` says of the head, unless it is text or less than certain.
pub(super) fn find(head: &[u8]) -> Option<FileType> {
    use infer::MatcherType;
    // Its reader of compound files asks for whole files and walks their tables: a panic in it costs only its answer.
    let found = guarded(|| infer::get(head)).flatten()?;
    if TOO_SHORT.contains(&found.mime_type()) {
        return None;
    }
    let family = match found.matcher_type() {
        MatcherType::App => Program,
        MatcherType::Archive => Archive,
        MatcherType::Audio | MatcherType::Video => Media,
        MatcherType::Image => Image,
        MatcherType::Doc | MatcherType::Book => Document,
        MatcherType::Font => Font,
        // Texts are told apart with more care.
        MatcherType::Text => return None,
        _ => Other,
    };
    Some(file_type(family, found.extension(), found.mime_type(), found.mime_type()))
}
