//! The fields of an item of CuteFTP's Site Manager, version by version.
//!
//! A site bears the number of its form: 1, 3 and 4 are those of CuteFTP 4 and 5, 65 and 66 (hexadecimal from here on) of
//! Professional 1, 68 of Professional 2, 69 of 3, 6 and 7, 6c of 8.0, 6d of 8.3, 6e to 70 of 9.0.

use super::archive::Archive;
use super::{Hidden, Login};

/// Fields that are passed over.
#[derive(Debug, Clone, Copy)]
enum Field {
    /// Bytes.
    Bytes(usize),
    /// Numbers of four bytes: switches, counts, times.
    Numbers(usize),
    /// A text.
    Text,
    /// A number of two bytes, and as many texts.
    Texts,
}

use Field::{Bytes, Numbers, Text, Texts};

/// A proxy: its host, port, user and password, three switches, another user, and the lines of a login of its own.
const PROXY: &[Field] = &[Bytes(2), Text, Numbers(1), Text, Text, Numbers(3), Text, Texts];

/// A SOCKS server.
const SOCKS: &[Field] = &[Bytes(2), Text, Numbers(1), Text, Text, Numbers(2)];

/// Filters: a mask for the server, what is let through and what is not.
const FILTERS: &[Field] = &[Texts, Texts];

/// The next item: a folder is nothing, a site its login. Outside, nothing where it does not fit.
pub(super) fn item<'a>(archive: &mut Archive<'a>) -> Option<Option<Login<'a>>> {
    skip(archive, &[Numbers(2)])?;
    let kind = archive.number()?;
    skip(archive, &[Numbers(1)])?;
    let name = archive.text()?;
    skip(archive, &[Numbers(1)])?;
    match kind {
        0 => {
            skip(archive, &[Numbers(2)])?;
            bookmarks(archive)?;
            let login = match archive.number()? {
                form @ (1 | 3 | 4) => standard(archive, form)?,
                form @ (0x65 | 0x66) => first_professional(archive, form)?,
                form @ 0x68..=0x70 => professional(archive, form)?,
                _ => return None,
            };
            Some(Some(Login { name, ..login }))
        }
        1 => {
            skip(archive, &[Numbers(1), Bytes(2), Numbers(1)])?;
            let below = usize::from(archive.short()?);
            skip(archive, &[Numbers(below)])?;
            Some(None)
        }
        _ => None,
    }
}

/// Places of a site: their number, a tag, and each with a tag behind it, which is that of the next.
fn bookmarks(archive: &mut Archive<'_>) -> Option<()> {
    let count = archive.short()?;
    let tag = archive.short()?;
    if count > 0 && tag == 0xffff {
        skip(archive, &[Bytes(2)])?;
        let length = usize::from(archive.short()?);
        archive.take(length)?;
    }
    for _ in 0..count {
        skip(archive, &[Numbers(1), Text, Text, Text, Numbers(1), Bytes(2)])?;
    }
    Some(())
}

/// CuteFTP 4 and 5.
fn standard<'a>(archive: &mut Archive<'a>, form: u32) -> Option<Login<'a>> {
    let (host, user, password) = (archive.text()?, archive.text()?, archive.text()?);
    let remote_directory = archive.text()?;
    skip(archive, &[Text])?;
    let port = archive.number()?;
    skip(archive, &[Numbers(15), Text, Numbers(6)])?;
    let kind = archive.number()?;
    skip(archive, &[Numbers(4), Text, Numbers(4)])?;
    skip(archive, FILTERS)?;
    if form > 1 {
        skip(archive, &[Numbers(if kind == 1 { 2 } else { 3 })])?;
    }
    if form == 4 {
        skip(archive, &[Numbers(1)])?;
    }
    let hidden = if form > 1 { Hidden::Password } else { Hidden::Nothing };
    Some(Login { host, user, password, remote_directory, port, hidden, ..Login::default() })
}

/// CuteFTP Professional 1.
fn first_professional<'a>(archive: &mut Archive<'a>, form: u32) -> Option<Login<'a>> {
    let login = login(archive, Hidden::Password)?;
    skip(archive, &[Text, Numbers(8), Text, Numbers(4)])?;
    skip(archive, FILTERS)?;
    skip(archive, &[Numbers(4)])?;
    skip(archive, PROXY)?;
    skip(archive, SOCKS)?;
    skip(archive, &[Numbers(if form == 0x66 { 3 } else { 2 })])?;
    Some(login)
}

/// CuteFTP Professional 2 and later, and Home since 6.
fn professional<'a>(archive: &mut Archive<'a>, form: u32) -> Option<Login<'a>> {
    for (since, fields) in [
        (0x6c, &[Numbers(3)][..]),
        (0x6e, &[Numbers(2)]),
        (0x6f, &[Bytes(1)]),
        (0x70, &[Numbers(1)]),
        (0x69, &[Text]),
        (0x68, &[Numbers(2)]),
    ] {
        if form >= since {
            skip(archive, fields)?;
        }
    }
    let login = login(archive, if form >= 0x6d { Hidden::Both } else { Hidden::Password })?;
    skip(archive, &[Text, Numbers(3)])?;
    let longer = archive.number()? == 2 && form == 0x68;
    skip(archive, &[Bytes(if longer { 30 } else { 0 }), Numbers(1), Text])?;
    skip(archive, FILTERS)?;
    skip(archive, &[Numbers(3), Bytes(usize::from(longer))])?;
    skip(archive, PROXY)?;
    skip(archive, SOCKS)?;
    skip(archive, &[Numbers(3)])?;
    if login.host.text() == "webdav.tappin.com" {
        skip(archive, &[Numbers(3), Text, Text, Text, Text])?;
    }
    Some(login)
}

/// What all of Professional have in the same order, up to the folder on the server.
fn login<'a>(archive: &mut Archive<'a>, hidden: Hidden) -> Option<Login<'a>> {
    let host = archive.text()?;
    skip(archive, &[Numbers(1)])?;
    let (user, password) = (archive.text()?, archive.text()?);
    skip(archive, &[Text])?;
    let (protocol, port) = (archive.number()?, archive.number()?);
    skip(archive, &[Numbers(3)])?;
    let remote_directory = archive.text()?;
    Some(Login { host, user, password, remote_directory, port, protocol: Some(protocol), hidden, ..Login::default() })
}

fn skip(archive: &mut Archive<'_>, fields: &[Field]) -> Option<()> {
    for field in fields {
        match field {
            Bytes(count) => {
                archive.take(*count)?;
            }
            Numbers(count) => {
                archive.take(count.checked_mul(4)?)?;
            }
            Text => {
                archive.text()?;
            }
            Texts => {
                for _ in 0..archive.short()? {
                    archive.text()?;
                }
            }
        }
    }
    Some(())
}
