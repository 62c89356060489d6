//! What the acquisition of a disk noted, and whether it holds.

use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::case::Acquisition;
use crate::evidence::integrity;
use crate::evidence::open::Disk;

/// The stored digests of a disk, and with `verify` those computed now; nothing where there is neither.
pub(super) fn of(disk: &Disk, verify: bool, anomalies: &mut Vec<Anomaly>) -> Option<Acquisition> {
    let stored = &disk.stored;
    let mut acquisition = Acquisition {
        md5_stored: stored.md5.clone(),
        sha1_stored: stored.sha1.clone(),
        sha256_stored: stored.sha256.clone(),
        ..Acquisition::default()
    };
    if verify {
        match integrity::digests(&disk.source, stored) {
            Ok(computed) => {
                acquisition.verified = integrity::verified(stored, &computed);
                if acquisition.verified == Some(false) {
                    let what = "the digest of the medium is not the one that its acquisition noted".to_owned();
                    let cause = Cause::Corrupt { what, offset: 0 };
                    anomalies.push(Anomaly { stage: Stage::Open, path: String::new(), cause });
                }
                acquisition.md5_computed = computed.md5;
                acquisition.sha1_computed = computed.sha1;
                acquisition.sha256_computed = computed.sha256;
            }
            Err(error) => anomalies.push(Anomaly::new(Stage::Open, "", error)),
        }
    }
    (acquisition != Acquisition::default()).then_some(acquisition)
}
