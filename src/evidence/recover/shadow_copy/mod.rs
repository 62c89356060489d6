//! Volume shadow copies: what a volume of Windows was at earlier times, read beside the volume as it is.
//!
//! Whenever a block of 16 KiB is about to be written, the provider first keeps a copy of it in the store of the newest
//! shadow copy. A shadow copy therefore is its own store over that of the next newer one, and so on to the volume itself.
//!
//! Source: libyal, "Volume Shadow Snapshot (VSS) format" (libvshadow, `documentation`), for the provider of Windows Vista
//! and later, which keeps the stores on the volume itself. What a read yields is what `vshadowmount` yields.

mod block_list;
mod catalog;
mod chain;
mod store;
#[cfg(test)]
mod testvolume;
mod view;

use crate::base::anomaly::Cause;
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::base::time::Timestamp;
use crate::evidence::entry::EntryPath;
use catalog::Listed;
use std::fmt::Write;
use std::sync::Arc;
use store::Store;
use view::View;

/// Blocks of volume and stores, in bytes.
const BLOCK: u64 = 16_384;

/// A volume as it was.
pub struct Snapshot {
    /// From one on, the oldest first.
    pub number: usize,
    /// When it was taken.
    pub created: Option<Timestamp>,
    /// The identity of the shadow copy, a GUID, as `vssadmin list shadows` shows it; that of its store where the former
    /// cannot be read.
    pub id: String,
    /// The file of the volume that is its store.
    pub store: EntryPath,
    /// The volume's bytes at that time.
    pub source: Source,
}

/// Reads the shadow copies of a volume, the oldest first; what is damaged or capped is told. A volume without any, and one
/// that is not NTFS, has none.
#[must_use]
pub fn snapshots(volume: &Source, limits: &Limits) -> (Vec<Snapshot>, Vec<Cause>) {
    let mut causes = Vec::new();
    let listed = catalog::read(volume, limits, &mut causes);
    let mut left = limits.shadow_copy_blocks;
    let mut stores: Vec<Arc<Store>> = Vec::new();
    let mut told: Vec<(Listed, String)> = Vec::new();
    // From the newest on: the older ones are nothing without the newer.
    for listed in listed.into_iter().rev() {
        let newest = stores.is_empty();
        match store::read(volume, &listed, newest, &mut left) {
            Ok((store, damage)) => {
                causes.extend(damage);
                let id = guid(&store.id.unwrap_or(listed.id));
                stores.push(Arc::new(store));
                told.push((listed, id));
            }
            Err(cause) => {
                causes.push(cause);
                if left == 0 {
                    causes.push(Cause::LimitReached {
                        what: "blocks of shadow copies: this one and those that are older are not read",
                        limit: to_u64(limits.shadow_copy_blocks),
                    });
                    break;
                }
            }
        }
    }
    let count = stores.len();
    let stores: Arc<[Arc<Store>]> = stores.into();
    let snapshots = told.into_iter().enumerate().map(|(index, (listed, id))| {
        let size = if listed.volume_size == 0 { volume.len() } else { listed.volume_size.min(volume.len()) };
        Snapshot {
            number: count.saturating_sub(index),
            created: Timestamp::from_filetime(listed.created),
            id,
            store: store_file(&listed.id),
            source: Arc::new(View::new(volume.clone(), stores.clone(), index, size)),
        }
    });
    let mut snapshots: Vec<Snapshot> = snapshots.collect();
    snapshots.reverse();
    (snapshots, causes)
}

/// The file that a store is.
fn store_file(id: &[u8; 16]) -> EntryPath {
    EntryPath::new(format!("System Volume Information/{{{}}}{{{}}}", guid(id), guid(&chain::IDENTITY)))
}

/// A GUID as it is written: three numbers in little-endian order, then bytes as they come.
fn guid(bytes: &[u8; 16]) -> String {
    let fields = Fields(bytes);
    let mut text = format!("{:08x}-{:04x}-{:04x}-", fields.u32(0), fields.u16(4), fields.u16(6));
    for at in 8..16 {
        if at == 10 {
            text.push('-');
        }
        let _ = write!(text, "{:02x}", fields.u8(at));
    }
    text
}

fn corrupt(what: impl Into<String>, offset: u64) -> Cause {
    Cause::Corrupt { what: what.into(), offset }
}

#[cfg(test)]
mod tests {
    use super::testvolume::{TestStore, catalog, put, volume};
    use super::*;
    use crate::base::bytes::{ReadAt, read_full};
    use crate::base::random::Random;

    const SIZE: usize = 16_384;

    fn told(volume: Vec<u8>, limits: &Limits) -> (Vec<Snapshot>, String) {
        let source: Source = Arc::new(volume);
        let (snapshots, causes) = snapshots(&source, limits);
        (snapshots, causes.iter().map(|cause| format!("{cause}\n")).collect())
    }

    fn sector(snapshot: &Snapshot, block: u64, sector: u64) -> String {
        let mut bytes = [0u8; 16];
        snapshot.source.read_at(block * BLOCK + sector * 512, &mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).trim_matches('\0').to_owned();
        text.split_inclusive(char::is_numeric).next().unwrap_or_default().to_owned()
            + if text.is_empty() { "nothing" } else { "" }
    }

    #[test]
    fn blocks_come_from_their_stores_the_newer_before_the_older() {
        let mut unused = vec![0u8; 1];
        unused[0] = 1 << 7;
        let stores = [
            TestStore::default().keeps(1, 5).forwards(2, 3),
            TestStore { bitmap: unused, ..TestStore::default() }.keeps(2, 6).keeps(3, 4).overlays(1, 6, 0b1110),
        ];
        let (snapshots, causes) = told(volume(8, &stores), &Limits::default());
        assert_eq!(causes, "");
        let facts: Vec<_> = snapshots.iter().map(|snapshot| (snapshot.number, snapshot.id.as_str())).collect();
        assert_eq!(facts, [(1, "81818181-8181-8181-8181-818181818181"), (2, "82828282-8282-8282-8282-828282828282")]);
        assert!(snapshots[0].created < snapshots[1].created);
        let store = "{01010101-0101-0101-0101-010101010101}{3808876b-c176-4e48-b7ae-04046e6cc752}";
        assert_eq!(snapshots[0].store.display(), format!("System Volume Information/{store}"));
        let [older, newer] = &snapshots[..] else { panic!("two") };
        let cases: [(&Snapshot, u64, u64, &str); 9] = [
            (newer, 1, 0, "block 1"),
            (newer, 1, 1, "block 6"),
            (newer, 1, 4, "block 1"),
            (newer, 2, 0, "block 6"),
            (newer, 7, 0, "nothing"),
            (older, 1, 1, "block 5"),
            (older, 2, 0, "block 4"),
            (older, 3, 0, "block 4"),
            (older, 7, 0, "block 7"),
        ];
        for (snapshot, block, at, expected) in cases {
            assert_eq!(sector(snapshot, block, at), expected, "{} {block} {at}", snapshot.number);
        }
    }

    #[test]
    fn volumes_without_shadow_copies_have_none() {
        let mut disabled = volume(4, &[]);
        put(&mut disabled, 0x1e00 + 48, 0);
        for volume in [vec![], vec![0; 0x1e40], vec![0; 1 << 16], volume(4, &[]), disabled] {
            let (snapshots, causes) = told(volume, &Limits::default());
            assert!(snapshots.is_empty() && causes.is_empty(), "{causes}");
        }
    }

    #[test]
    fn damage_is_told_and_the_rest_is_read() {
        type Damage = fn(&mut Vec<u8>);
        const CATALOG: usize = 8 * SIZE;
        const STORE: usize = 9 * SIZE;
        let cases: [(Damage, &str, usize); 9] = [
            (|volume| put(volume, CATALOG + 40, CATALOG as u64), "comes back to itself", 2),
            (|volume| put(volume, CATALOG + 40, u64::MAX), "beyond the end", 2),
            (|volume| volume[CATALOG] ^= 1, "a block of a shadow copy that is none", 0),
            (|volume| put(volume, STORE + SIZE + 40, (STORE + SIZE) as u64), "those of a later time", 2),
            (|volume| put(volume, STORE + SIZE + 40, 1 << 60), "beyond the end", 2),
            (|volume| volume[STORE + SIZE + 20] = 9, "those of a later time", 2),
            (|volume| put(volume, STORE + SIZE + 128, 1 << 50), "1 blocks beyond the end", 2),
            (|volume| put(volume, CATALOG + 256, 7), "its store is not on this volume", 1),
            (|volume| volume.copy_within(CATALOG + 128..CATALOG + 256, CATALOG + 4096), "lists twice", 2),
        ];
        for (damage, what, count) in cases {
            let mut damaged = volume(8, &[TestStore::default().keeps(1, 5), TestStore::default().keeps(2, 6)]);
            damage(&mut damaged);
            let (snapshots, causes) = told(damaged, &Limits::default());
            assert!(causes.contains(what), "{what}: {causes}");
            assert_eq!(snapshots.len(), count, "{what}");
        }
        let mut away = volume(8, &[TestStore::default().keeps(1, 5)]);
        put(&mut away, STORE + SIZE + 128 + 16, 1 << 40);
        let (snapshots, causes) = told(away, &Limits::default());
        assert_eq!((snapshots.len(), causes.as_str()), (1, ""));
        assert!(snapshots[0].source.read_at(BLOCK, &mut [0; 16]).is_err());
        assert_eq!(snapshots[0].source.read_at(0, &mut [0; 16]).unwrap(), 16);
    }

    #[test]
    fn caps_keep_the_newest() {
        let store = (0..20).fold(TestStore::default(), |store, block| store.keeps(block, block + 20));
        let bytes = volume(40, &[store.clone(), store.clone(), store]);
        let numbers = |limits: &Limits| {
            let (snapshots, causes) = told(bytes.clone(), limits);
            (snapshots.iter().map(|snapshot| snapshot.id[..2].to_owned()).collect::<Vec<_>>(), causes)
        };
        let (ids, causes) = numbers(&Limits { shadow_copies: 2, ..Limits::default() });
        assert_eq!(ids, ["82", "83"]);
        assert!(causes.contains("limit reached: shadow copies (limit 2)"), "{causes}");
        let (ids, causes) = numbers(&Limits { shadow_copy_blocks: 45, ..Limits::default() });
        assert_eq!(ids, ["82", "83"]);
        assert!(causes.contains("older are not read (limit 45)"), "{causes}");
    }

    fn stores(random: &mut Random, blocks: u64) -> Vec<TestStore> {
        let count = 1 + random.below(3);
        let store = |random: &mut Random| {
            let mut store = TestStore::default();
            for _ in 0..random.below(24) {
                let (original, other) = (1 + random.below(blocks - 1), 1 + random.below(blocks - 1));
                store = match random.below(6) {
                    0 | 1 => store.forwards(original, other),
                    2 | 3 => store.overlays(original, other, random.number() as u32 & random.number() as u32),
                    _ => store.keeps(original, other),
                };
                if random.below(12) == 0 {
                    store.descriptors.last_mut().unwrap().3 |= 4;
                }
            }
            let bits = |random: &mut Random| (0..blocks / 8).map(|_| random.below(256) as u8).collect::<Vec<u8>>();
            store.bitmap = bits(random);
            store.previous = (random.below(2) == 0).then(|| bits(random));
            store
        };
        (0..count).map(|_| store(random)).collect()
    }

    #[test]
    fn mutants_do_no_harm() {
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
        let blocks = 16u64;
        let written: Vec<Vec<u8>> = (0..4).map(|_| volume(16, &stores(&mut random, blocks))).collect();
        let mut buffer = vec![0u8; 40_000];
        for turn in 0..1500 {
            let mut mutant = written[turn % 4].clone();
            for _ in 0..1 + random.below(4) {
                let block = catalog(16) + SIZE * random.below((mutant.len() / SIZE) as u64 - 16) as usize;
                let reach = [64, 1024][random.below(2)];
                let at = block + random.below(reach) as usize;
                mutant[at] = random.below(256) as u8;
            }
            let length = mutant.len() as u64;
            let (snapshots, _) = told(mutant, &Limits { shadow_copy_blocks: 64, ..Limits::default() });
            for snapshot in snapshots {
                assert!(snapshot.source.len() <= length);
                for offset in [0, 511, 8 * BLOCK - 3, snapshot.source.len().saturating_sub(7), u64::MAX] {
                    let count = snapshot.source.read_at(offset, &mut buffer).unwrap_or(0) as u64;
                    assert!(count <= snapshot.source.len().saturating_sub(offset));
                }
            }
        }
    }

    /// Mounts a volume with `vshadowmount`, and compares every byte.
    #[test]
    fn agrees_with_vshadowmount() {
        let mut random = Random::new(0x2545_f491_4f6c_dd1d);
        for turn in 0..6 {
            let bytes = volume(64, &stores(&mut random, 64));
            let folder = tempfile::tempdir().unwrap();
            let (image, mount) = (folder.path().join("volume"), folder.path().join("mount"));
            std::fs::write(&image, &bytes).unwrap();
            std::fs::create_dir(&mount).unwrap();
            let mut command = std::process::Command::new("vshadowmount");
            match command.arg(&image).arg(&mount).stdout(std::process::Stdio::null()).status() {
                Ok(status) if status.success() && mount.join("vss1").exists() => {}
                _ => {
                    println!("skipped: vshadowmount (libvshadow) or FUSE is not there");
                    return;
                }
            }
            let (snapshots, causes) = told(bytes, &Limits::default());
            let ours: Vec<Vec<u8>> = snapshots
                .iter()
                .map(|snapshot| {
                    let mut whole = vec![0u8; snapshot.source.len() as usize];
                    assert_eq!(read_full(&snapshot.source, 0, &mut whole).unwrap(), whole.len());
                    whole
                })
                .collect();
            let path = |number: usize| mount.join(format!("vss{number}"));
            let theirs: Vec<Vec<u8>> = (1..).map_while(|number| std::fs::read(path(number)).ok()).collect();
            std::process::Command::new("fusermount").arg("-u").arg(&mount).status().unwrap();
            assert_eq!(ours.len(), theirs.len(), "{causes}");
            for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                let sector = ours.chunks(512).zip(theirs.chunks(512)).position(|(ours, theirs)| ours != theirs);
                assert_eq!(sector.map(|sector| (sector / 32, sector % 32)), None, "turn {turn} copy {}", number + 1);
            }
        }
    }
}
