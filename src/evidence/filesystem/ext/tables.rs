//! Inode tables, of which the pieces last used are held.

use super::damage::Damage;
use super::inode::Inode;
use super::volume::{Volume, no_such_inode};
use crate::base::bytes::{AlignedBuffer, read_full};
use crate::base::number::{to_u64, to_usize};

/// Bytes of a piece: as many inodes as a directory seldom has.
const PIECE: usize = 64 << 10;

/// Bytes of a piece when the names lead back and forth so much that larger ones do not pay.
const SMALL_PIECE: usize = 4 << 10;

/// Pieces held.
const PIECES: usize = 16;

/// The tables of all groups.
pub(super) struct InodeTables<'v> {
    volume: &'v Volume,
    pieces: Vec<Piece>,
    /// The piece last used.
    last: usize,
    /// The piece that is given up next.
    oldest: usize,
    /// Bytes that may be read in pieces of the larger size.
    rest: u64,
}

struct Piece {
    offset: u64,
    length: usize,
    buffer: AlignedBuffer,
}

impl<'v> InodeTables<'v> {
    pub(super) fn new(volume: &'v Volume) -> Self {
        Self { volume, pieces: Vec::new(), last: 0, oldest: 0, rest: volume.source.len().saturating_mul(8) }
    }

    /// An inode by its number.
    pub(super) fn inode(&mut self, number: u32) -> Result<Inode<'_>, Damage> {
        let (group, at) = self.volume.place(number).ok_or_else(|| no_such_inode(number))?;
        let start = self.volume.table_offset(group)?;
        let span = if self.rest > 0 { PIECE } else { SMALL_PIECE.max(self.volume.superblock.inode_size) };
        let within = at.checked_rem(to_u64(span)).unwrap_or(0);
        let offset = start.saturating_add(at.saturating_sub(within));
        let held = |piece: &Piece| piece.offset == offset;
        if !self.pieces.get(self.last).is_some_and(held) {
            self.last = match self.pieces.iter().position(held) {
                Some(place) => place,
                None => self.read(offset, at.saturating_sub(within), span)?,
            };
        }
        let size = self.volume.superblock.inode_size;
        let within = to_usize(within);
        let piece = self.pieces.get(self.last);
        let inode = piece.and_then(|piece| piece.buffer.filled(piece.length).get(within..within.saturating_add(size)));
        let beyond = || Damage::new(format!("inode {number} is beyond the end of the volume"), offset);
        inode.map(Inode::new).ok_or_else(beyond)
    }

    fn read(&mut self, offset: u64, at: u64, span: usize) -> Result<usize, Damage> {
        let place = if self.pieces.len() < PIECES {
            self.pieces.push(Piece { offset: 0, length: 0, buffer: AlignedBuffer::new(PIECE) });
            self.pieces.len().saturating_sub(1)
        } else {
            self.oldest = self.oldest.saturating_add(1).checked_rem(PIECES).unwrap_or(0);
            self.oldest
        };
        let superblock = &self.volume.superblock;
        let table = u64::from(superblock.inodes_per_group).saturating_mul(to_u64(superblock.inode_size));
        let length = to_usize(table.saturating_sub(at)).min(span);
        self.rest = self.rest.saturating_sub(to_u64(length));
        let Some(piece) = self.pieces.get_mut(place) else { return Ok(place) };
        piece.offset = u64::MAX;
        let space = piece.buffer.space().get_mut(..length).unwrap_or_default();
        piece.length = read_full(&self.volume.source, offset, space)
            .map_err(|error| Damage::new(format!("inodes that cannot be read ({error})"), offset))?;
        piece.offset = offset;
        Ok(place)
    }
}
