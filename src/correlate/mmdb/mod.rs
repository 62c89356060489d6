//! MaxMind databases (`.mmdb`): what is said of an address. A binary tree over the bits of addresses leads to records in a
//! data section.
//!
//! Source: MaxMind DB File Format Specification 2.0. Nothing is held: nodes and values are read where they lie when an address
//! is asked for, so that a database of any size costs no memory. A way down the tree has at most as many steps as an address
//! has bits; a record is read within a budget of values and bytes, whatever it points to.

mod data;
mod metadata;
#[cfg(test)]
mod tests;
mod tree;
#[cfg(test)]
pub(crate) mod writer;

use crate::base::anomaly::Cause;
use crate::base::source::Source;
use std::fmt;
use std::net::IpAddr;

pub use data::Value;
pub use metadata::Metadata;

/// A database.
#[derive(Clone)]
pub struct Database {
    source: Source,
    metadata: Metadata,
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}

impl Database {
    /// Opens a database: its metadata must be there, and its tree must lie within the file.
    ///
    /// # Errors
    /// It cannot be read, is none, is of another major version, or contradicts itself.
    pub fn open(source: Source) -> Result<Self, Cause> {
        let metadata = metadata::find(&*source)?;
        Ok(Self { source, metadata })
    }

    /// What the database says of itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What it says of an address; nothing where it has no record. An IPv6 address is in no database for IPv4.
    ///
    /// # Errors
    /// It cannot be read, or the way to the record or the record itself is damaged.
    pub fn find(&self, address: IpAddr) -> Result<Option<Value>, Cause> {
        let Some(at) = tree::find(&*self.source, &self.metadata, address)? else { return Ok(None) };
        let section = data::Section { stream: &*self.source, start: self.metadata.data_start() };
        section.value(at).map(Some)
    }
}

/// That something in a database is wrong.
fn corrupt(what: &str, offset: u64) -> Cause {
    Cause::Corrupt { what: format!("database of addresses: {what}"), offset }
}
