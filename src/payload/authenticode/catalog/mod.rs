//! Security catalogs (`.cat`): lists of digests, signed as a whole, that vouch for files without a signature of their own.
//! Windows signs most of its programs so.
//!
//! Source: `mscat.h` and `wintrust.h` of the Windows SDK; *Catalog Files and Digital Signatures* (Microsoft); catalogs of
//! versions 1 and 2 as `MakeCat` and `New-FileCatalog` write them. A catalog lists an executable by its Authenticode digest,
//! and any other file by the digest of all its bytes.

pub(super) mod file_digest;
mod index;
mod member;
mod names;

use super::ctl::{self, Kind};
use super::list_signature::{self, ListSignature};
use super::purpose::Purpose;
use super::{Authorities, DigestAlgorithm, Status};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::digest::Digests;
use crate::base::escape::hex;
use crate::base::limits::Limits;
use crate::base::number::{to_u32, to_u64};
use crate::base::source::Source;
use crate::base::time::Timestamp;
use index::Index;
use member::Member;
use names::Names;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::sync::OnceLock;

/// The catalog that vouches for a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Vouched {
    /// Where the catalog lies.
    pub path: String,
    /// The file's name in the catalog, or else the digest by which it is listed.
    pub member: String,
    /// What the catalog's signature is worth.
    pub status: Status,
    /// When the catalog was made, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// The systems for which it was made (`OSAttr`): `2:10.0`, `_v100`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systems: Option<String>,
    /// The catalog's signature; absent where it could not be read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<ListSignature>,
}

/// Catalogs, and the digests of all files that they list.
#[derive(Debug, Default)]
pub struct Catalogs {
    catalogs: Vec<Catalog>,
    sha1: Index<20>,
    sha256: Index<32>,
    names: Names,
}

struct Catalog {
    path: String,
    listed_at: Option<Timestamp>,
    systems: Option<String>,
    /// Where it can be read again.
    again: Option<Source>,
    /// What its signature is worth, once that was asked.
    signature: OnceLock<Option<ListSignature>>,
}

impl fmt::Debug for Catalog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Catalog").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Catalogs that list one file and whose signatures are verified for it.
const CANDIDATES: usize = 8;

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

    /// Adds a catalog and says whether it was one. `path` is where the report says that it lies. Its signature is verified
    /// when the catalog first vouches for a file: then it is read again from `again`. Without that it is verified at once,
    /// against `authorities`, and the outcome kept; a whole Windows' catalogs would take seconds and tens of megabytes so.
    pub fn add(
        &mut self,
        path: &str,
        stream: &dyn ReadAt,
        again: Option<Source>,
        limits: &Limits,
        authorities: &Authorities,
        note: &mut dyn FnMut(Cause),
    ) -> bool {
        let Some(bytes) = contents(stream, limits, note) else { return false };
        let Some(list) = ctl::read(&bytes).filter(|list| list.kind == Kind::Catalog) else {
            note(Cause::Corrupt { what: "the catalog cannot be read".to_owned(), offset: 0 });
            return false;
        };
        let number = to_u32(self.catalogs.len());
        if self.catalogs.len() >= limits.catalogs {
            note(Cause::LimitReached { what: "catalogs", limit: to_u64(limits.catalogs) });
            return false;
        }
        let mut unread = 0u64;
        for member in member::of(list) {
            if self.len().1 >= limits.catalog_members {
                let limit = to_u64(limits.catalog_members);
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
        let signature = OnceLock::new();
        if again.is_none() {
            signature.get_or_init(|| Some(list_signature::of(&bytes, Purpose::CodeSigning, authorities, limits)));
        }
        let (path, systems) = (path.to_owned(), member::systems(list));
        self.catalogs.push(Catalog { path, listed_at: list.listed_at, systems, again, signature });
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

    /// The catalog that vouches for a file of one of these digests, if there is one; of several the one whose signature is
    /// worth most. An executable's digests are those of Authenticode, any other file's those of all its bytes.
    pub fn vouches(
        &self,
        digests: &[(DigestAlgorithm, Vec<u8>)],
        limits: &Limits,
        authorities: &Authorities,
        note: &mut dyn FnMut(Cause),
    ) -> Option<Vouched> {
        let mut best: Option<Vouched> = None;
        for (algorithm, digest) in digests {
            for (catalog, name) in self.lists(*algorithm, digest) {
                let Some(catalog) = usize::try_from(catalog).ok().and_then(|number| self.catalogs.get(number)) else {
                    continue;
                };
                let signature = catalog.signature((*algorithm, digest), limits, authorities, note);
                let status = signature.map_or(Status::NotVerified, |signature| signature.status);
                if best.as_ref().is_some_and(|best| list_signature::rank(best.status) <= list_signature::rank(status)) {
                    continue;
                }
                best = Some(Vouched {
                    path: catalog.path.clone(),
                    member: self.names.get(name).map_or_else(|| hex(digest), str::to_owned),
                    status,
                    listed_at: catalog.listed_at,
                    systems: catalog.systems.clone(),
                    signature: signature.cloned(),
                });
                if status == Status::Valid {
                    return best;
                }
            }
        }
        best
    }

    /// The same for a file that is no executable.
    pub fn vouch_for_bytes(
        &self,
        digests: &Digests,
        limits: &Limits,
        authorities: &Authorities,
        note: &mut dyn FnMut(Cause),
    ) -> Option<Vouched> {
        if self.is_empty() {
            return None;
        }
        let digests = [(DigestAlgorithm::Sha256, &digests.sha256), (DigestAlgorithm::Sha1, &digests.sha1)];
        let digests =
            digests.iter().filter_map(|(algorithm, digits)| Some((*algorithm, file_digest::from_hex(digits)?)));
        self.vouches(&digests.collect::<Vec<_>>(), limits, authorities, note)
    }

    /// Numbers of the catalogs that list a digest, and places of the file's name.
    fn lists(&self, algorithm: DigestAlgorithm, digest: &[u8]) -> Vec<(u32, u32)> {
        match algorithm {
            DigestAlgorithm::Sha1 => digest.try_into().map(|digest| found(&self.sha1, digest)),
            DigestAlgorithm::Sha256 => digest.try_into().map(|digest| found(&self.sha256, digest)),
            DigestAlgorithm::Md5 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => return Vec::new(),
        }
        .unwrap_or_default()
    }
}

fn found<const N: usize>(index: &Index<N>, digest: &[u8; N]) -> Vec<(u32, u32)> {
    index.find(digest).map(|entry| (entry.catalog, entry.name)).take(CANDIDATES).collect()
}

impl Catalog {
    /// What the signature is worth, verified now if it was not before; nothing if the catalog cannot be read again as it was.
    fn signature(
        &self,
        member: (DigestAlgorithm, &[u8]),
        limits: &Limits,
        authorities: &Authorities,
        note: &mut dyn FnMut(Cause),
    ) -> Option<&ListSignature> {
        let verify = || {
            let bytes = contents(self.again.as_deref()?, limits, note)?;
            if !listed(&bytes).any(|(algorithm, digest)| (algorithm, digest.as_slice()) == member) {
                let what = format!("the catalog {} is not what it was when it was first read", self.path);
                note(Cause::Corrupt { what, offset: 0 });
                return None;
            }
            Some(list_signature::of(&bytes, Purpose::CodeSigning, authorities, limits))
        };
        self.signature.get_or_init(verify).as_ref()
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
    use super::super::written::{MEMBER_2, attribute, indirect, list, name_value, octets, sequence, set, signed};
    use super::*;
    use crate::base::random::Random;

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
        signed(&list(oid::CATALOG, MEMBER_2, &members.collect::<Vec<_>>(), &[systems]))
    }

    fn added(catalogs: &mut Catalogs, path: &str, bytes: &[u8], limits: &Limits) -> (bool, Vec<String>) {
        let mut notes = Vec::new();
        let authorities = Authorities::default();
        let taken =
            catalogs.add(path, &bytes.to_vec(), None, limits, &authorities, &mut |cause| notes.push(cause.to_string()));
        (taken, notes)
    }

    fn vouched(catalogs: &Catalogs, algorithm: DigestAlgorithm, digest: &[u8]) -> Option<Vouched> {
        let digests = [(algorithm, digest.to_vec())];
        catalogs.vouches(&digests, &Limits::default(), &Authorities::default(), &mut |cause| panic!("{cause}"))
    }

    #[test]
    fn files_are_found_by_either_digest() {
        let mut catalogs = Catalogs::default();
        assert!(catalogs.is_empty());
        assert_eq!(added(&mut catalogs, "a.cat", &catalog(&[1, 2]), &Limits::default()), (true, vec![]));
        assert_eq!(added(&mut catalogs, "b.cat", &catalog(&[2, 3]), &Limits::default()), (true, vec![]));
        for _ in 0..2 {
            let by_sha256 = vouched(&catalogs, DigestAlgorithm::Sha256, &[2; 32]).unwrap();
            assert_eq!((by_sha256.path.as_str(), by_sha256.member.as_str()), ("a.cat", "2.exe"));
            assert_eq!(by_sha256.systems.as_deref(), Some("2:10.0"));
            assert_eq!(by_sha256.listed_at.unwrap().to_string(), "2026-01-02T03:04:05Z");
            let by_sha1 = vouched(&catalogs, DigestAlgorithm::Sha1, &[3; 20]).unwrap();
            assert_eq!((by_sha1.path.as_str(), by_sha1.member.as_str()), ("b.cat", &*"03".repeat(20)));
            for (algorithm, digest) in [
                (DigestAlgorithm::Sha256, &[4; 32][..]),
                (DigestAlgorithm::Sha256, &[3; 20]),
                (DigestAlgorithm::Sha1, &[3; 32]),
                (DigestAlgorithm::Sha384, &[3; 32]),
            ] {
                assert!(vouched(&catalogs, algorithm, digest).is_none());
            }
            catalogs.seal();
        }
    }

    #[test]
    fn what_is_left_out_is_told() {
        let whole = catalog(&[1, 2, 3]);
        let other = signed(&list(oid::CATALOG, MEMBER_2, &[sequence(&[octets(b"?")])], &[]));
        let roots = signed(&list(oid::ROOT_LIST, MEMBER_2, &[], &[]));
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
        let mut random = Random::new(0x2545_f491_4f6c_dd1d);
        let mut next = || usize::try_from(random.number() >> 33).unwrap();
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
            assert!(
                members.iter().all(|(algorithm, digest)| vouched(&catalogs, *algorithm, digest).is_some() == taken)
            );
            assert!(vouched(&catalogs, DigestAlgorithm::Sha256, &[77; 32]).is_none());
        }
    }
}
