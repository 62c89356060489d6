//! Whom signatures are held against: roots and catalogs that the examiner gives, and the catalogs of the examined Windows.

use super::volume::VolumeView;
use crate::artifact::registry::certificates;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::ReadAt;
use crate::base::hive::Hive;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::base::time::Timestamp;
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;
use crate::evidence::filesystem::host;
use crate::payload::authenticode::catalog::Catalogs;
use crate::payload::authenticode::{Authorities, Origin, Status, certificate_blob, ctl, roots, trust_list};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where Windows keeps its catalogs: a folder of each subsystem that has some.
const CATALOGS: &str = "C:\\Windows\\System32\\CatRoot";
/// The hive that holds the certificates which the computer trusts and distrusts.
const SOFTWARE: &str = "C:\\Windows\\System32\\config\\SOFTWARE";
/// Bytes of a file of certificates that are read.
const CERTIFICATES: u64 = 16 << 20;

/// What the examiner gives.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Certificates to trust, as files or folders of them.
    pub roots: Vec<PathBuf>,
    /// Catalogs, as files or folders of them.
    pub catalogs: Vec<PathBuf>,
    /// The time for which signatures are judged that no time stamp attests.
    pub at: At,
}

/// A time for which signatures are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum At {
    /// The day of the built-in roots: it is the same on whatever day the evidence is examined.
    #[default]
    RootsDay,
    /// The examiner's.
    Time(Timestamp),
    /// None: without a time stamp no signature is called valid.
    Never,
}

/// Reads what the examiner gives.
///
/// # Errors
/// A file cannot be read, or holds nothing of the kind; a folder holds no such file.
pub fn read(given: &Given, limits: &Limits) -> Result<Authorities, String> {
    let at = match given.at {
        At::RootsDay => roots::day(),
        At::Time(time) => Some(time),
        At::Never => None,
    };
    let mut authorities = Authorities { at, ..Authorities::default() };
    for path in &given.roots {
        let mut added = 0usize;
        for (shown, file) in files(path)? {
            let mut bytes = vec![0; usize::try_from(file.len().min(CERTIFICATES)).unwrap_or_default()];
            let count = file.read_at(0, &mut bytes).map_err(|error| format!("{shown}: {error}"))?;
            let bytes = bytes.get(..count).unwrap_or_default();
            added = added.saturating_add(match ctl::kind(bytes) {
                Some(_) => authorities.trust.lists_mut().add(bytes, Origin::TrustRoot, &shown).unwrap_or(0),
                None => authorities.trust.add(bytes, Origin::TrustRoot, &shown),
            });
        }
        if added == 0 {
            return Err(format!("{}: no certificate in PEM, DER or PKCS #7, and no list of roots", path.display()));
        }
    }
    let mut catalogs = Catalogs::default();
    for path in &given.catalogs {
        let mut added = 0usize;
        for (shown, file) in files(path)? {
            let mut quiet = |_| {};
            let read = catalogs.add(&shown, &file, Some(file.clone()), limits, &authorities, &mut quiet);
            added = added.saturating_add(usize::from(read));
        }
        if added == 0 {
            return Err(format!("{}: no security catalog", path.display()));
        }
    }
    catalogs.seal();
    authorities.catalogs = Arc::new(catalogs);
    Ok(authorities)
}

/// A file, or the files of a folder and its folders, in the order of their names.
fn files(path: &Path) -> Result<Vec<(String, Source)>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(path).max_depth(3).sort_by_file_name() {
        let entry = entry.map_err(|error| match error.io_error() {
            Some(error) => failed(error),
            None => failed(&error),
        })?;
        if entry.path().is_file() {
            let metadata = entry.path().metadata().map_err(|error| failed(&error))?;
            let source: Source = Arc::new(OnHost { path: entry.path().to_owned(), length: metadata.len() });
            found.push((entry.path().to_string_lossy().into_owned(), source));
        }
    }
    Ok(found)
}

/// A file of this host that is opened for each reading: thousands of catalogs would need thousands of handles.
struct OnHost {
    path: PathBuf,
    length: u64,
}

impl ReadAt for OnHost {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        host::open_file(&self.path)?.read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

/// A file of the evidence that is opened for each reading.
struct OnEvidence {
    file_system: Arc<dyn FileSystem>,
    path: EntryPath,
    length: u64,
}

impl ReadAt for OnEvidence {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let opened = self.file_system.open(&self.path);
        opened.map_err(|anomaly| io::Error::other(anomaly.cause.to_string()))?.stream.read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

/// The given authorities, and the catalogs of the examined Windows. The given catalogs count where there are any: they are
/// those of a Windows that nobody could change.
pub(super) fn with_catalogs_of(
    volume: &VolumeView<'_>,
    file_system: &Arc<dyn FileSystem>,
    given: &Authorities,
    limits: &Limits,
    anomalies: &mut Vec<Anomaly>,
) -> Authorities {
    let mut authorities = given.clone();
    for (path, _) in volume.find(SOFTWARE) {
        if let Ok(opened) = volume.file_system.open(&path) {
            add_stores(&*opened.stream, &volume.display(&path), &mut authorities, limits);
        }
    }
    if !given.catalogs.is_empty() {
        return authorities;
    }
    let mut catalogs = Catalogs::default();
    for folder in volume.directories(CATALOGS) {
        for (path, _) in volume.find(&format!("{CATALOGS}\\{folder}\\*.cat")) {
            let shown = volume.display(&path);
            let mut note = |cause: Cause| anomalies.push(Anomaly { stage: Stage::Payload, path: shown.clone(), cause });
            match volume.file_system.open(&path) {
                Ok(opened) => {
                    let length = opened.stream.len();
                    let again: Source = Arc::new(OnEvidence { file_system: file_system.clone(), path, length });
                    catalogs.add(&shown, &opened.stream, Some(again), limits, given, &mut note);
                }
                Err(anomaly) => note(anomaly.cause),
            }
        }
    }
    catalogs.seal();
    authorities.catalogs = Arc::new(catalogs);
    authorities
}

/// Adds what the computer's stores of certificates hold. A root that only this computer trusts makes nothing valid, and a list
/// of roots counts where Microsoft signed it; what is distrusted there stays distrusted.
fn add_stores(stream: &dyn ReadAt, hive: &str, authorities: &mut Authorities, limits: &Limits) {
    let Some(opened) = Hive::open(stream) else { return };
    for (store, bytes) in certificates(&opened) {
        let source = format!("{hive}, {store}");
        if store.ends_with("AutoUpdate") {
            if trust_list::signature(&bytes, authorities, limits).status == Status::Valid {
                authorities.trust.lists_mut().add(&bytes, Origin::BuiltIn, &source);
            }
            continue;
        }
        let Some(blob) = certificate_blob::read(&bytes) else { continue };
        match store.as_str() {
            "Disallowed" => authorities.trust.lists_mut().disallow(blob.der, &source),
            "ROOT" | "AuthRoot" => {
                authorities.trust.add(blob.der, Origin::Evidence, &source);
            }
            _ => {
                authorities.trust.add_intermediate(blob.der, Origin::Evidence, &source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::base64;
    use crate::base::hive::writer::{Node, write};
    use crate::evidence::filesystem::memory::Memory;

    #[test]
    fn what_is_no_certificate_or_catalog_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("a.pem");
        std::fs::write(&text, "no certificate").unwrap();
        let limits = Limits::default();
        for path in [text, folder.path().to_owned(), folder.path().join("absent")] {
            let roots = Given { roots: vec![path.clone()], ..Given::default() };
            assert!(read(&roots, &limits).is_err(), "{path:?}");
            let catalogs = Given { catalogs: vec![path.clone()], ..Given::default() };
            assert!(read(&catalogs, &limits).is_err(), "{path:?}");
        }
    }

    #[test]
    fn stores_of_the_computer_trust_nothing_into_validity_and_distrust_what_they_say() {
        let data = |name: &str| {
            std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/signed").join(name)).unwrap()
        };
        let pem = String::from_utf8(data("root.pem")).unwrap();
        let body: String = pem.lines().skip(1).take_while(|line| !line.starts_with('-')).collect();
        let der = base64::decode(&body).unwrap();
        let length = u32::try_from(der.len()).unwrap();
        let blob = [&[32, 0, 0, 0, 1, 0, 0, 0][..], &length.to_le_bytes(), &der].concat();
        let status = |store: &str, trusted: bool| {
            let mut root = Node::root();
            root.at(&format!("Microsoft\\SystemCertificates\\{store}\\Certificates\\AB")).binary("Blob", &blob);
            let disk: Memory = [("Windows/System32/config/SOFTWARE", write(&root))].into_iter().collect();
            let shared: Arc<dyn FileSystem> = Arc::new(disk);
            let volume = VolumeView::new(&*shared, "e1", &[], &[]);
            let mut given = Authorities { at: roots::day(), ..Authorities::default() };
            if trusted {
                given.trust.add(&der, Origin::TrustRoot, "given");
            }
            let limits = Limits::default();
            let authorities = with_catalogs_of(&volume, &shared, &given, &limits, &mut Vec::new());
            let (facts, _) = crate::payload::inspect(&data("valid.exe"), "a", "a", &limits, &authorities);
            let signature = facts.pe.unwrap().authenticode;
            (signature.status, signature.signatures[0].checks.signer.trust_anchor.origin)
        };
        assert_eq!(status("ROOT", false), (Status::ChainUntrusted, Some(Origin::Evidence)));
        assert_eq!(status("My", false), (Status::ChainUntrusted, None));
        assert_eq!(status("My", true).0, Status::Valid);
        assert_eq!(status("Disallowed", true).0, Status::ChainUntrusted);
    }
}
