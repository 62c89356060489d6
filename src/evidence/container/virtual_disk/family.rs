//! The files that make up one virtual disk: those beside it and those below it, all of the evidence's folder alone.

use super::pool::{Pool, Pooled};
use super::{Disk, Kind};
use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::evidence::container::Siblings;
use std::sync::Arc;

/// Disks in a chain of parents.
const DEPTH: usize = 32;

/// What a reader may ask for while it opens one disk of a chain.
pub(super) struct Family<'a> {
    siblings: &'a dyn Siblings,
    pool: Arc<Pool>,
    /// The caps of the run.
    pub(super) limits: &'a Limits,
    /// The names of the disks above and of this one, the evidence first.
    names: Vec<String>,
}

/// How a file is named by another, as it is written there: a name, or a path of another machine.
pub(super) struct Reference {
    /// As written.
    pub(super) stated: String,
    /// Whether it is read as the bytes of the disk without looking at what it is.
    pub(super) raw: bool,
}

impl Reference {
    /// A reference whose kind is told by its content.
    pub(super) fn new(stated: String) -> Self {
        Self { stated, raw: false }
    }

    /// The last name of the path, in the manner of either system.
    fn name(&self) -> &str {
        self.stated.rsplit(['/', '\\']).next().unwrap_or_default()
    }

    /// Whether it names a file of the same folder and no path.
    fn is_plain(&self) -> bool {
        matches!(self.stated.strip_suffix(self.name()), Some("" | "./" | ".\\"))
    }
}

impl<'a> Family<'a> {
    /// Of the evidence itself.
    pub(super) fn new(siblings: &'a dyn Siblings, limits: &'a Limits) -> Self {
        Self { siblings, pool: Arc::default(), limits, names: vec![siblings.own_name().to_owned()] }
    }

    /// The name of the file of this disk.
    pub(super) fn own_name(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// A file whose tables are read through the memory that all files of the disk share.
    pub(super) fn pooled(&self, source: Source) -> Pooled {
        self.pool.file(source)
    }

    /// The file that is meant, by its name as in the folder. A path is not followed: that is told, and its last name
    /// tried in the folder.
    pub(super) fn beside(&self, reference: &Reference, damage: &mut Vec<Cause>) -> Option<(String, Source)> {
        let (stated, name) = (&reference.stated, reference.name());
        if !reference.is_plain() {
            let what =
                format!("the path {stated:?} is not followed; {name:?} is looked for in the folder of the evidence");
            damage.push(Cause::Unsupported(what));
        }
        let found = self.siblings.open(name).map(|source| (name.to_owned(), source)).or_else(|| {
            // Windows names its files without regard to case.
            let names = self.siblings.names();
            let other = names.into_iter().find(|other| other.to_lowercase() == name.to_lowercase())?;
            self.siblings.open(&other).map(|source| (other, source))
        });
        if found.is_none() {
            let what = format!("{name:?} is not in the folder of the evidence; what only it holds reads as zeros");
            damage.push(Cause::Unsupported(what));
        }
        found
    }

    /// The disk below, by the first reference that leads to a file. Whatever keeps it from being read is told in
    /// `damage`, with what is damaged in the parent itself; `same` says whether it is the disk that the child was made from.
    pub(super) fn parent(
        &self,
        references: &[Reference],
        damage: &mut Vec<Cause>,
        same: impl FnOnce(&Disk) -> bool,
    ) -> Option<Source> {
        let mut found = None;
        for reference in references {
            let mut told = Vec::new();
            found = self.beside(reference, &mut told).map(|(name, source)| (name, source, reference.raw));
            if found.is_some() || references.len() == 1 {
                damage.append(&mut told);
            }
            if found.is_some() {
                break;
            }
        }
        if found.is_none() && references.len() != 1 {
            let mut names: Vec<&str> = references.iter().map(|reference| reference.stated.as_str()).collect();
            names.dedup();
            let names = names.join(", ");
            let what =
                format!("the parent ({names}) is not in the folder of the evidence; what only it holds reads as zeros");
            damage.push(Cause::Unsupported(what));
        }
        let (name, source, raw) = found?;
        match self.below(&name, source, raw) {
            Ok(parent) => {
                if !same(&parent) {
                    let what =
                        format!("{name:?} is not the parent that the disk was made from, or it was changed since");
                    damage.push(Cause::Corrupt { what, offset: 0 });
                }
                damage.extend(parent.damage.into_iter().map(|cause| within(&name, cause)));
                Some(parent.source)
            }
            Err(cause) => {
                damage.push(within(&name, cause));
                None
            }
        }
    }

    fn below(&self, name: &str, source: Source, raw: bool) -> Result<Disk, Cause> {
        if self.names.iter().any(|above| above == name) {
            return Err(Cause::Corrupt { what: "the chain of parents comes back to it".to_owned(), offset: 0 });
        }
        if self.names.len() >= DEPTH {
            return Err(Cause::LimitReached { what: "disks in a chain of parents", limit: to_u64(DEPTH) });
        }
        let Some(kind) = Kind::of(&source).filter(|_| !raw) else { return Ok(Disk::new(source)) };
        let mut names = self.names.clone();
        names.push(name.to_owned());
        kind.open(source, &Family { siblings: self.siblings, pool: self.pool.clone(), limits: self.limits, names })
    }
}

/// What is wrong with a parent, told of the child.
pub(super) fn within(name: &str, cause: Cause) -> Cause {
    match cause {
        Cause::Corrupt { what, offset } => Cause::Corrupt { what: format!("in {name:?}: {what}"), offset },
        Cause::Unsupported(what) => Cause::Unsupported(format!("in {name:?}: {what}")),
        cause => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{self as build, Below, Filled, Folder, Zeros};
    use super::*;

    /// What every differencing disk here has of its own: all of its first block or its even sectors, and nothing of the
    /// second, where zeros are not the parent's.
    fn own(size: usize, own: &dyn Fn(usize) -> bool, below: u8) -> Vec<u8> {
        let sector = |number: usize| vec![if own(number) { 5 } else { below }; 512];
        let first: Vec<u8> = (0..size / 512).flat_map(sector).collect();
        [first, vec![below; size]].concat()
    }

    #[test]
    fn parents_are_found_beside_the_disk() {
        let below = [Filled(1), Filled(1)];
        let above = [Filled(5), Below];
        let (all, even): (&dyn Fn(usize) -> bool, &dyn Fn(usize) -> bool) = (&|_| true, &|number| number % 2 == 0);
        let text = |path| build::vmdk_text("b", Some((path, "a")), &["RW 16 SPARSE \"disk\""]);
        let flat = build::vmdk_text("A", None, &["RW 16 FLAT \"base-flat\" 0"]);
        let cases = [
            ("qcow2", build::qcow2("base", &above), build::qcow2("", &below), own(512, all, 1)),
            ("qcow2 on raw", build::qcow2("base", &above), vec![1; 1024], own(512, all, 1)),
            ("vhd", build::vhd(2, Some((".\\base", 1)), &above), build::vhd(1, None, &below), own(4096, even, 1)),
            ("vhdx", build::vhdx(2, Some((".\\BASE", 1)), &above), build::vhdx(1, None, &below), own(1 << 20, even, 1)),
            ("vmdk", build::vmdk(&text("base"), &above), flat, own(4096, all, 1)),
        ];
        for (name, image, base, expected) in cases {
            let folder = Folder::new([("disk", image), ("base", base), ("base-flat", vec![1; 8192])]);
            let (bytes, told) = folder.read();
            assert!(bytes == expected && told.is_empty(), "{name}: {told:?}");
        }
    }

    #[test]
    fn a_parent_shorter_than_the_disk_ends_in_zeros() {
        let folder = Folder::new([("disk", build::qcow2("base", &[Below, Below, Zeros])), ("base", vec![1; 700])]);
        let (bytes, told) = folder.read();
        assert_eq!((bytes, told), ([vec![1; 700], vec![0; 836]].concat(), vec![]));
    }

    #[test]
    fn what_keeps_a_parent_from_being_read_is_told_and_no_path_is_followed() {
        let above = [Filled(5), Below];
        let missing = build::vhd(2, Some(("C:\\vm\\base", 1)), &above);
        let changed = build::vhd(9, None, &[Filled(1), Filled(1)]);
        let parent = build::vhd(1, None, &[Filled(1), Filled(1)]);
        let cases = [
            ("gone", Folder::new([("disk", build::qcow2("gone", &above))]), 0, "\"gone\" is not in the folder"),
            ("gone by a path", Folder::new([("disk", missing.clone())]), 0, "not in the folder"),
            ("path", Folder::new([("disk", missing), ("base", parent)]), 1, "\"C:\\\\vm\\\\base\" is not followed"),
            (
                "up",
                Folder::new([("disk", build::qcow2("../../etc/base", &above)), ("base", vec![1; 1024])]),
                1,
                "not followed",
            ),
            (
                "absolute",
                Folder::new([("disk", build::qcow2("/etc/base", &above)), ("base", vec![1; 1024])]),
                1,
                "not followed",
            ),
            ("no name", Folder::new([("disk", build::qcow2("/etc/", &above))]), 0, "not followed"),
            ("up alone", Folder::new([("disk", build::qcow2("..", &above))]), 0, "\"..\" is not in the folder"),
            ("itself", Folder::new([("disk", build::qcow2("disk", &above))]), 0, "comes back"),
            (
                "each other",
                Folder::new([
                    ("disk", build::qcow2("base", &above)),
                    ("base", build::qcow2("disk", &[Below, Filled(1)])),
                ]),
                1,
                "in \"base\": in \"disk\": the chain of parents comes back",
            ),
            (
                "other",
                Folder::new([("disk", build::vhd(2, Some(("base", 1)), &above)), ("base", changed)]),
                1,
                "\"base\" is not the parent",
            ),
            (
                "damaged",
                Folder::new([("disk", build::qcow2("base", &above)), ("base", b"QFI\xfb\0\0\0\x03".to_vec())]),
                0,
                "in \"base\": a QCOW2 whose header is cut short",
            ),
        ];
        for (name, folder, below, words) in cases {
            let (bytes, told) = folder.read();
            assert!(told.iter().any(|told| told.contains(words)), "{name}: {told:?}");
            assert_eq!((bytes.first(), bytes.last()), (Some(&5), Some(&below)), "{name}");
        }
    }

    #[test]
    fn chains_end() {
        let mut folder = Folder::new([("0", build::qcow2("1", &[Filled(5), Below]))]);
        for number in 1..100 {
            let image = build::qcow2(&(number + 1).to_string(), &[Below, Below]);
            folder.files.insert(number.to_string(), Arc::new(image));
        }
        let (bytes, told) = folder.read();
        assert_eq!((bytes[0], bytes[1023], told.len()), (5, 0, 1));
        assert!(told[0].contains("disks in a chain of parents (limit 32)"), "{told:?}");
    }
}
