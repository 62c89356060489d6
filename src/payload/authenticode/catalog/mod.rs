//! Security catalogs (`.cat`): lists of digests, signed as a whole, that vouch for files without a signature of their own.
//! Windows signs most of its programs so.
//!
//! Source: `mscat.h` and `wintrust.h` of the Windows SDK; *Catalog Files and Digital Signatures* (Microsoft); catalogs of
//! versions 1 and 2 as `MakeCat` and `New-FileCatalog` write them. A catalog lists an executable by its Authenticode digest,
//! and any other file by the digest of all its bytes.

mod index;
mod member;
mod names;

use super::DigestAlgorithm;
use super::ctl::{self, Kind};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use index::Index;
use member::Member;
use names::Names;
use schemars::JsonSchema;
use serde::Serialize;

/// The catalog that vouches for a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Vouched {
    /// Where the catalog lies.
    pub path: String,
    /// The file's name in the catalog, or else the digest by which it is listed.
    pub member: String,
    /// When the catalog was made, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// The systems for which it was made (`OSAttr`): `2:10.0`, `_v100`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systems: Option<String>,
}

/// Catalogs, and the digests of all files that they list.
#[derive(Debug, Default)]
pub struct Catalogs {
    catalogs: Vec<Catalog>,
    sha1: Index<20>,
    sha256: Index<32>,
    names: Names,
}

#[derive(Debug)]
struct Catalog {
    path: String,
    listed_at: Option<Timestamp>,
    systems: Option<String>,
}

impl Catalogs {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.catalogs.is_empty()
    }

    /// How many catalogs there are, and how many digests they list.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (self.catalogs.len(), self.sha1.len().saturating_add(self.sha256.len()))
    }

    /// Adds a catalog and says whether it was one. `path` is where the report says that it lies.
    pub fn add(&mut self, path: &str, stream: &dyn ReadAt, limits: &Limits, note: &mut dyn FnMut(Cause)) -> bool {
        let Some(bytes) = contents(stream, limits, note) else { return false };
        let Some(list) = ctl::read(&bytes).filter(|list| list.kind == Kind::Catalog) else {
            note(Cause::Corrupt { what: "the catalog cannot be read".to_owned(), offset: 0 });
            return false;
        };
        let number = u32::try_from(self.catalogs.len()).unwrap_or(u32::MAX);
        if self.catalogs.len() >= limits.catalogs {
            note(Cause::LimitReached { what: "catalogs", limit: u64::try_from(limits.catalogs).unwrap_or(u64::MAX) });
            return false;
        }
        let mut unread = 0u64;
        for member in member::of(list) {
            if self.len().1 >= limits.catalog_members {
                let limit = u64::try_from(limits.catalog_members).unwrap_or(u64::MAX);
                note(Cause::LimitReached { what: "members of all catalogs", limit });
                break;
            }
            match member {
                Member::Sha1(digest, name) => {
                    let name = self.name(name);
                    self.sha1.add(digest, number, name);
                }
                Member::Sha256(digest, name) => {
                    let name = self.name(name);
                    self.sha256.add(digest, number, name);
                }
                Member::Other => unread = unread.saturating_add(1),
            }
        }
        if unread > 0 {
            let members = if unread == 1 { "member" } else { "members" };
            note(Cause::Unsupported(format!("{unread} {members} of the catalog listed by neither SHA-1 nor SHA-256")));
        }
        if list.is_cut() {
            note(Cause::Corrupt { what: "the catalog's list of members ends early".to_owned(), offset: 0 });
        }
        self.catalogs.push(Catalog {
            path: path.to_owned(),
            listed_at: list.listed_at,
            systems: member::systems(list),
        });
        self.sha1.sort(false);
        self.sha256.sort(false);
        true
    }

    fn name(&mut self, name: Option<super::tlv::Element<'_>>) -> u32 {
        name.and_then(member::value_of).map_or(0, |name| self.names.keep(&name))
    }

    /// To be called when all have been added: looking up is then fast, and no more memory held than needed.
    pub fn seal(&mut self) {
        self.sha1.sort(true);
        self.sha256.sort(true);
    }

    /// The catalog that vouches for a file of a digest, if there is one; of several the one whose signature is worth most.
    /// An executable's digest is that of Authenticode, any other file's that of all its bytes.
    #[must_use]
    pub fn vouches(&self, algorithm: DigestAlgorithm, digest: &[u8]) -> Option<Vouched> {
        let (catalog, name) = match algorithm {
            DigestAlgorithm::Sha1 => self.best(&self.sha1, digest.try_into().ok()?)?,
            DigestAlgorithm::Sha256 => self.best(&self.sha256, digest.try_into().ok()?)?,
            DigestAlgorithm::Md5 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => return None,
        };
        let catalog = self.catalogs.get(usize::try_from(catalog).ok()?)?;
        Some(Vouched {
            path: catalog.path.clone(),
            member: self.names.get(name).map_or_else(|| crate::base::escape::hex(digest), str::to_owned),
            listed_at: catalog.listed_at,
            systems: catalog.systems.clone(),
        })
    }

    fn best<const N: usize>(&self, index: &Index<N>, digest: &[u8; N]) -> Option<(u32, u32)> {
        index.find(digest).map(|entry| (entry.catalog, entry.name)).next()
    }
}

/// The digests that a catalog lists, in its order, as far as they are looked up; nothing if the bytes are no catalog.
pub fn listed(bytes: &[u8]) -> impl Iterator<Item = (DigestAlgorithm, Vec<u8>)> {
    let list = ctl::read(bytes).filter(|list| list.kind == Kind::Catalog);
    list.into_iter().flat_map(member::of).filter_map(|member| match member {
        Member::Sha1(digest, _) => Some((DigestAlgorithm::Sha1, digest.to_vec())),
        Member::Sha256(digest, _) => Some((DigestAlgorithm::Sha256, digest.to_vec())),
        Member::Other => None,
    })
}

/// All bytes of a catalog, within what the limits allow.
fn contents(stream: &dyn ReadAt, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Option<Vec<u8>> {
    if stream.len() > limits.catalog_bytes {
        note(Cause::LimitReached { what: "bytes of a catalog", limit: limits.catalog_bytes });
        return None;
    }
    let mut bytes = vec![0u8; usize::try_from(stream.len()).ok()?];
    match read_full(stream, 0, &mut bytes) {
        Ok(count) => {
            bytes.truncate(count);
            Some(bytes)
        }
        Err(error) => {
            note(error.into());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::list_oid as oid;
    use super::super::written::{attribute, indirect, list, name_value, octets, sequence, set, signed};
    use super::*;

    const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

    /// A catalog with a SHA-1 and a SHA-256 of each byte given.
    fn catalog(members: &[u8]) -> Vec<u8> {
        let members = members.iter().flat_map(|byte| {
            let name = attribute(oid::CATALOG_NAME_VALUE, name_value("File", &format!("{byte}.exe")));
            let digest = attribute(oid::INDIRECT_DATA, indirect(SHA256, &[*byte; 32]));
            [sequence(&[octets(&[*byte; 20])]), sequence(&[octets(&[*byte; 32]), set(&[name, digest])])]
        });
        let systems = sequence(&[
            super::super::written::identifier(oid::CATALOG_NAME_VALUE),
            octets(&name_value("OSAttr", "2:10.0")),
        ]);
        signed(&list(oid::CATALOG, oid::CATALOG_MEMBER_2, &members.collect::<Vec<_>>(), &[systems]))
    }

    fn added(catalogs: &mut Catalogs, path: &str, bytes: &[u8], limits: &Limits) -> (bool, Vec<String>) {
        let mut notes = Vec::new();
        let taken = catalogs.add(path, &bytes.to_vec(), limits, &mut |cause| notes.push(cause.to_string()));
        (taken, notes)
    }

    #[test]
    fn files_are_found_by_either_digest() {
        let mut catalogs = Catalogs::default();
        assert!(catalogs.is_empty());
        assert_eq!(added(&mut catalogs, "a.cat", &catalog(&[1, 2]), &Limits::default()), (true, vec![]));
        assert_eq!(added(&mut catalogs, "b.cat", &catalog(&[2, 3]), &Limits::default()), (true, vec![]));
        for _ in 0..2 {
            let by_sha256 = catalogs.vouches(DigestAlgorithm::Sha256, &[2; 32]).unwrap();
            assert_eq!((by_sha256.path.as_str(), by_sha256.member.as_str()), ("a.cat", "2.exe"));
            assert_eq!(by_sha256.systems.as_deref(), Some("2:10.0"));
            assert_eq!(by_sha256.listed_at.unwrap().to_string(), "2026-01-02T03:04:05Z");
            let by_sha1 = catalogs.vouches(DigestAlgorithm::Sha1, &[3; 20]).unwrap();
            assert_eq!((by_sha1.path.as_str(), by_sha1.member.as_str()), ("b.cat", &*"03".repeat(20)));
            for (algorithm, digest) in [
                (DigestAlgorithm::Sha256, &[4; 32][..]),
                (DigestAlgorithm::Sha256, &[3; 20]),
                (DigestAlgorithm::Sha1, &[3; 32]),
                (DigestAlgorithm::Sha384, &[3; 32]),
            ] {
                assert!(catalogs.vouches(algorithm, digest).is_none());
            }
            catalogs.seal();
        }
    }

    #[test]
    fn what_is_left_out_is_told() {
        let whole = catalog(&[1, 2, 3]);
        let other = signed(&list(oid::CATALOG, oid::CATALOG_MEMBER_2, &[sequence(&[octets(b"?")])], &[]));
        let roots = signed(&list(oid::ROOT_LIST, oid::CATALOG_MEMBER_2, &[], &[]));
        // The last member's length, made longer than the list.
        let mut cut = whole.clone();
        let tag = cut.windows(4).position(|window| window == [0x04, 0x20, 3, 3]).unwrap();
        cut[tag - 1] = 0xff;
        let small = |change: &dyn Fn(&mut Limits)| {
            let mut limits = Limits::default();
            change(&mut limits);
            limits
        };
        let cases = [
            (
                whole.clone(),
                small(&|limits| limits.catalog_bytes = 10),
                false,
                "limit reached: bytes of a catalog (limit 10)",
            ),
            (whole.clone(), small(&|limits| limits.catalogs = 0), false, "limit reached: catalogs (limit 0)"),
            (
                whole,
                small(&|limits| limits.catalog_members = 3),
                true,
                "limit reached: members of all catalogs (limit 3)",
            ),
            (other, Limits::default(), true, "1 member of the catalog listed by neither SHA-1 nor SHA-256"),
            (cut, Limits::default(), true, "the catalog's list of members ends early at offset 0"),
            (roots, Limits::default(), false, "the catalog cannot be read at offset 0"),
            (b"text".to_vec(), Limits::default(), false, "the catalog cannot be read at offset 0"),
        ];
        for (bytes, limits, taken, note) in cases {
            assert_eq!(added(&mut Catalogs::default(), "a.cat", &bytes, &limits), (taken, vec![note.to_owned()]));
        }
    }

    #[test]
    fn mutants_list_what_is_looked_up_and_nothing_else() {
        let whole = catalog(&[1, 2, 3]);
        let mut state = 0x2545_f491_4f6c_dd1du64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap()
        };
        for _ in 0..20_000 {
            let mut mutant = whole.clone();
            for _ in 0..=next() % 3 {
                let at = next() % mutant.len();
                mutant[at] = u8::try_from(next() % 256).unwrap();
            }
            mutant.truncate(mutant.len() - if next() % 4 == 0 { next() % 200 } else { 0 });
            let mut catalogs = Catalogs::default();
            let (taken, _) = added(&mut catalogs, "a.cat", &mutant, &Limits::default());
            let members: Vec<_> = listed(&mutant).collect();
            assert_eq!(catalogs.len().1 <= members.len(), taken || members.is_empty());
            assert!(members.iter().all(|(algorithm, digest)| catalogs.vouches(*algorithm, digest).is_some() == taken));
            assert!(catalogs.vouches(DigestAlgorithm::Sha256, &[77; 32]).is_none());
        }
    }
}
