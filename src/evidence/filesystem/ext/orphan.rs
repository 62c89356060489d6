//! Files that no directory names: deleted ones whose content is still mapped, and those whose directory is damaged.

use super::damage::Damage;
use super::directory::Listing;
use super::inode::Inode;
use super::volume::{Budget, is_set};
use super::walk::{Open, Walk};
use crate::base::bytes::{AlignedBuffer, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::evidence::entry::{EntryKind, Origin, Recovery, Stat};
use crate::evidence::mounted::NotedCause;
use crate::evidence::tree::{Node, Tree};
use std::collections::HashSet;

/// Files without a name that are listed.
const ORPHANS: usize = 100_000;

/// Bytes of inode tables read at a time.
const PIECE: usize = 256 << 10;

/// The folder that holds them.
const FOLDER: &[u8] = b"[orphan]";

/// A file without a name.
#[derive(Debug, Clone, Copy)]
struct Orphan {
    inode: u32,
    kind: EntryKind,
    origin: Origin,
}

impl Walk<'_> {
    /// Looks through all inode tables, when all names are known.
    pub(super) fn orphans(&mut self) {
        let found = self.find();
        if found.is_empty() || self.is_full() {
            return;
        }
        let stat = Stat::default();
        let node = Node { kind: EntryKind::Directory, origin: Origin::File, id: 0, stream: 0, stat };
        let Ok(folder) = self.tree.add(Tree::ROOT, FOLDER, node) else { return };
        // Directories that lie in others of them come with these; then what no directory named.
        let directories = found.iter().filter(|orphan| orphan.kind == EntryKind::Directory);
        let numbers: HashSet<u32> = directories.clone().map(|orphan| orphan.inode).collect();
        for orphan in directories {
            let open =
                Open { node: folder, inode: orphan.inode, deleted: orphan.origin.is_deleted(), encrypted: false };
            let mut listing = Listing::default();
            self.list(open, &mut listing);
            let is_below = listing.parent.is_some_and(|parent| parent != orphan.inode && numbers.contains(&parent));
            if !is_below && !self.named.contains(&orphan.inode) {
                self.place_orphan(folder, orphan.inode, orphan.origin);
            }
        }
        for orphan in found {
            if !self.is_full() && !self.named.contains(&orphan.inode) {
                self.place_orphan(folder, orphan.inode, orphan.origin);
            }
        }
    }

    fn find(&mut self) -> Vec<Orphan> {
        let volume = self.volume;
        let superblock = &volume.superblock;
        let mut found = Vec::new();
        let mut buffer = AlignedBuffer::new(PIECE);
        let mut bitmap = vec![0u8; superblock.block_length()];
        // Tables have each their own place: all together they are no larger than the volume.
        let mut budget = Budget::new(volume.blocks_there());
        let mut first = 1u32;
        for group in &volume.groups {
            let base = first;
            first = first.saturating_add(superblock.inodes_per_group);
            let Some(table) = group.inode_table.map(|table| volume.offset(table)) else { continue };
            // A table that was not written may hold anything beyond what was used.
            let unused = if group.table_zeroed { 0 } else { group.unused_inodes };
            let count = superblock.inodes_per_group.saturating_sub(unused);
            if group.inodes_unwritten && !group.table_zeroed {
                continue;
            }
            let has_bitmap = !group.inodes_unwritten && volume.read_block(group.inode_bitmap, &mut bitmap).is_ok();
            let length = u64::from(count).saturating_mul(to_u64(superblock.inode_size));
            if !budget.take(length.div_ceil(superblock.block_size.max(1))) {
                self.note(Damage::new("inode tables are larger than their file system", table));
                break;
            }
            let mut at = 0u64;
            while at < length {
                let wanted = to_usize(length.saturating_sub(at)).min(PIECE);
                let space = buffer.space().get_mut(..wanted).unwrap_or_default();
                let read = match read_full(&volume.source, table.saturating_add(at), space) {
                    Ok(read) => read,
                    Err(error) => {
                        self.note(Damage::new(
                            format!("inodes that cannot be read ({error})"),
                            table.saturating_add(at),
                        ));
                        break;
                    }
                };
                let skipped = at.checked_div(to_u64(superblock.inode_size)).unwrap_or(0);
                for (number, raw) in (skipped..).zip(buffer.filled(read).chunks_exact(superblock.inode_size)) {
                    let inode = Inode::new(raw);
                    if inode.mode() == 0 {
                        continue;
                    }
                    let number_of = u32::try_from(number).ok().and_then(|number| base.checked_add(number));
                    let Some(number_of) = number_of.filter(|number| !self.is_known(*number)) else { continue };
                    let used =
                        if has_bitmap { is_set(&bitmap, number) } else { !group.inodes_unwritten && inode.is_linked() };
                    let Some(orphan) = self.judge(number_of, inode, used) else { continue };
                    if found.len() >= ORPHANS {
                        self.note(NotedCause::LimitReached("files without a name", to_u64(ORPHANS)));
                        return found;
                    }
                    found.push(orphan);
                }
                if read < wanted {
                    break;
                }
                at = at.saturating_add(to_u64(wanted));
            }
        }
        found
    }

    /// Whether an inode has a name, or is one of those that need none.
    fn is_known(&self, inode: u32) -> bool {
        let superblock = &self.volume.superblock;
        inode < superblock.first_inode || superblock.hidden.contains(&inode) || self.named.contains(&inode)
    }

    fn judge(&mut self, number: u32, inode: Inode<'_>, used: bool) -> Option<Orphan> {
        let kind = inode.kind().filter(|kind| matches!(kind, EntryKind::File | EntryKind::Directory))?;
        if inode.is_attribute_value() {
            return None;
        }
        let origin = if inode.is_linked() && used {
            Origin::File
        } else {
            let recovery = self.recovery(inode, used);
            Some(Origin::Deleted(recovery)).filter(|_| recovery != Recovery::NameOnly)?
        };
        Some(Orphan { inode: number, kind, origin })
    }
}
