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
