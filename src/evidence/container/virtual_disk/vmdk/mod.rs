//! VMDK, the disks of VMware (VMware, Virtual Disk Format 5.0).
//!
//! The crate `vmdk-core` opens the files beside a disk by their paths, which here only [`Family`] may do.

mod descriptor;
mod grains;
mod joined;

use super::Disk;
use super::family::{Family, Reference};
use super::fields::bounded;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::number::to_u64;
use crate::base::source::{Part, Source};
use descriptor::{Content, Descriptor};
use grains::Extent;
use joined::Joined;
use std::sync::Arc;

/// Extents of one disk; each holds a file open.
const EXTENTS: usize = 512;

pub(super) use descriptor::is_descriptor;

/// Opens a disk that is one sparse file. It is its only extent; a description inside it names the parent.
pub(super) fn open_sparse(source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
    let extent = Extent::read(&source)?;
    let text = bounded(&source, extent.descriptor.0, extent.descriptor.1, descriptor::TEXT)?;
    let text = Descriptor::parse(&text);
    let mut damage = Vec::new();
    let parent = parent(&text, family, &mut damage);
    let others = text
        .extents
        .iter()
        .any(|other| !matches!(&other.content, Content::File { name, .. } if *name == family.own_name()));
    if text.extents.len() > 1 && others {
        let what = "the description inside a sparse file names further files; only this one is read";
        damage.push(Cause::Unsupported(what.to_owned()));
    }
    let disk = extent.open(&family.pooled(source), parent, damage);
    Ok(disk.known_as(text.content_id))
}

/// Opens a disk that a text describes.
pub(super) fn open_text(source: &Source, family: &Family<'_>) -> Result<Disk, Cause> {
    if source.len() > descriptor::TEXT {
        return Err(Cause::LimitReached { what: "bytes of the description of a VMDK", limit: descriptor::TEXT });
    }
    let text = Descriptor::parse(&bounded(source, 0, source.len(), descriptor::TEXT)?);
    if text.extents.is_empty() {
        return Err(Cause::Corrupt { what: "a VMDK whose description names no extent".to_owned(), offset: 0 });
    }
    if text.extents.len() > EXTENTS {
        return Err(Cause::LimitReached { what: "extents of a VMDK", limit: to_u64(EXTENTS) });
    }
    let mut damage = Vec::new();
    let parent = parent(&text, family, &mut damage);
    let (mut joined, mut start, mut found) = (Joined::default(), 0u64, false);
    for extent in &text.extents {
        let below: Option<Source> =
            parent.clone().map(|parent| Arc::new(Part::new(parent, start, extent.length)) as Source);
        let part = match &extent.content {
            Content::Zeros => None,
            Content::Unknown(kind) => {
                let what =
                    format!("an extent of the kind {kind:?} is not read; its {} bytes read as zeros", extent.length);
                damage.push(Cause::Unsupported(what));
                None
            }
            Content::File { name, sparse, offset } => {
                let reference = Reference { stated: name.clone(), raw: true };
                let file = family.beside(&reference, &mut damage);
                found |= file.is_some();
                file.and_then(|(name, file)| {
                    part(file, *sparse, *offset, extent.length, below, family, &name, &mut damage)
                })
            }
        };
        joined.push(part, extent.length);
        start = start.saturating_add(extent.length);
    }
    let named = text.extents.iter().any(|extent| matches!(extent.content, Content::File { .. }));
    if named && !found {
        return Err(Cause::Unsupported("none of the files that hold the data of the VMDK is beside it".to_owned()));
    }
    Ok(Disk { source: Arc::new(joined), damage, identity: text.content_id })
}

/// The bytes of one extent, as far as they can be had.
#[allow(clippy::too_many_arguments, reason = "all of what an extent is")]
fn part(
    file: Source,
    sparse: bool,
    offset: u64,
    length: u64,
    below: Option<Source>,
    family: &Family<'_>,
    name: &str,
    damage: &mut Vec<Cause>,
) -> Option<Source> {
    if !sparse {
        if file.len() < offset.saturating_add(length) {
            let what = format!("the extent {name:?} is cut short; what is missing reads as zeros");
            damage.push(Cause::Corrupt { what, offset: file.len() });
        }
        return Some(Arc::new(Part::new(file, offset, length)));
    }
    let opened = Extent::read(&file).map(|extent| extent.open(&family.pooled(file), below, Vec::new()));
    match opened {
        Ok(disk) => {
            damage.extend(disk.damage.into_iter().map(|cause| super::family::within(name, cause)));
            Some(disk.source)
        }
        Err(cause) => {
            damage.push(super::family::within(name, cause));
            None
        }
    }
}

/// The disk that a snapshot was made of.
fn parent(text: &Descriptor, family: &Family<'_>, damage: &mut Vec<Cause>) -> Option<Source> {
    let wanted = text.parent_id.clone()?;
    let references: Vec<Reference> = text.parent.iter().cloned().map(Reference::new).collect();
    family.parent(&references, damage, |parent| parent.identity == wanted)
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{self as build, Below, Filled, Folder, Zeros};

    #[test]
    fn extents_follow_one_another_over_the_parent() {
        let lines = [
            "RW 16 SPARSE \"one\"",
            "RW 8 ZERO",
            "RW 8 FLAT \"C:\\vm\\two\" 1",
            "RW 8 FLAT \"gone\" 0",
            "RW 8 SESPARSE \"one\"",
            "RW 8 FLAT \"two\" 8",
        ];
        let folder = Folder::new([
            ("disk", build::vmdk_text("2", Some(("base", "1")), &lines)),
            ("base", build::vmdk_text("1", None, &["RW 48 FLAT \"base-flat\" 0"])),
            ("base-flat", vec![9; 48 * 512]),
            ("one", build::vmdk(b"", &[Below, Filled(1)])),
            ("two", vec![2; 5000]),
        ]);
        let (bytes, told) = folder.read();
        let expected: Vec<u8> = [(9, 4096), (1, 4096), (0, 4096), (2, 4096), (0, 8192), (2, 904), (0, 3192)]
            .into_iter()
            .flat_map(|(byte, count)| vec![byte; count])
            .collect();
        assert!(bytes == expected);
        let words = ["is not followed", "\"gone\" is not in the folder", "SESPARSE", "\"two\" is cut short"];
        assert_eq!(told.len(), words.len(), "{told:?}");
        for (told, words) in told.iter().zip(words) {
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn a_sparse_file_alone_of_several_is_told() {
        let text = build::vmdk_text("1", None, &["RW 8 SPARSE \"disk\"", "RW 8 SPARSE \"other\""]);
        let (_, told) = Folder::new([("disk", build::vmdk(&text, &[Zeros]))]).read();
        assert!(told.len() == 1 && told[0].contains("further files"), "{told:?}");
    }

    #[test]
    fn descriptions_without_end_are_refused() {
        let lines = vec!["RW 8 ZERO"; 600];
        let mut long = build::vmdk_text("1", None, &["RW 8 ZERO"]);
        long.resize(2 << 20, b'#');
        for (text, words) in [
            (build::vmdk_text("1", None, &lines), "extents of a VMDK"),
            (build::vmdk_text("1", None, &[]), "names no extent"),
            (long, "bytes of the description"),
        ] {
            let error = Folder::new([("disk", text)]).open().map(|_| ()).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
