//! What a run is asked to do.

use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::correlate::mmdb::Database;
use crate::finding::allow::AllowList;
use crate::payload::authenticode::Authorities;
use std::path::PathBuf;

/// The order for one run.
#[derive(Debug, Clone, Default)]
pub struct ScanRequest {
    /// The evidence.
    pub paths: Vec<PathBuf>,
    /// Drives that the examiner named: a letter and the folder that stands for it, as a path of this host.
    pub drives: Vec<(char, PathBuf)>,
    /// The caps.
    pub limits: Limits,
    /// Whether the digests of whole media are computed and compared with those stored.
    pub verify: bool,
    /// Whether space that belongs to no file is searched for text.
    pub carve: bool,
    /// Reading threads.
    pub threads: usize,
    /// What the examiner knows to be good.
    pub allow: AllowList,
    /// Whom signatures are held against.
    pub authorities: Authorities,
    /// Nothing before this is shown of what the host recorded.
    pub from: Option<Timestamp>,
    /// Nothing after this.
    pub to: Option<Timestamp>,
    /// Hosts, addresses and networks that the examiner knows.
    pub known: Vec<String>,
    /// Databases of countries and networks, the first one first.
    pub geoip: Vec<Database>,
    /// That the evidence is a live host, and how it is read; no path stands for all its disks.
    pub live: Option<Live>,
    /// The arguments as given, for the report.
    pub arguments: Vec<String>,
}

/// How a live host is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Live {
    /// Disks of other machines too.
    pub all_disks: bool,
}
