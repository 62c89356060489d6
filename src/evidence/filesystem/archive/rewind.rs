//! Positioned reading of compressed bytes, in bounded memory.
//!
//! A decoder goes forward only. What it gave last is kept, so that a head that is read again, or a folder whose files are
//! read in another order than they were packed, costs nothing; copies of decoders, left behind at distances, are where
//! reading begins again further back. Without copies (Zstandard, Deflate64) that is the start.

use super::decoder::{Codec, Decoder};
use crate::base::bytes::ReadAt;
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a block of what is kept.
const BLOCK: u64 = 64 << 10;
/// A decoder gives at least so many bytes at a time, if there are any.
const STEP: u64 = 4 << 10;
/// Copies of decoders that are left behind; when there are more, every other one is given up. Each takes 44 KiB.
const COPIES: usize = 256;
/// Decoders that wait where they stopped: one for each thread that reads elsewhere.
const WAITING: usize = 4;

/// What reading may hold in memory, and where copies are left behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    /// Blocks of decoded bytes.
    blocks: usize,
    /// Bytes from one copy of the decoder to the next, as long as there are not too many.
    span: u64,
}

impl Kept {
    /// For one file, whose readers go forward: of up to 4 MiB all is kept.
    pub(super) const FILE: Self = Self { blocks: 64, span: 4 << 20 };
    /// For an archive, whose files are read in another order.
    pub(super) const ARCHIVE: Self = Self { blocks: 256, span: 1 << 20 };
}

/// Compressed bytes, read as what they become.
pub(super) struct Rewindable {
    source: Source,
    codec: Codec,
    /// Bytes that come out; nothing where that is not known beforehand.
    length: Option<u64>,
    /// Bytes that may come out.
    cap: u64,
    kept: Kept,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    blocks: BTreeMap<u64, Block>,
    clock: u64,
    waiting: Vec<Placed>,
    copies: Vec<Placed>,
    span: u64,
    /// Where decoders write to before what is worth it is kept.
    passed: Vec<u8>,
    /// Where the bytes ended, and with which error if they did not end well.
    end: Option<(u64, Option<(io::ErrorKind, String)>)>,
}

struct Block {
    bytes: Vec<u8>,
    used: u64,
}

struct Placed {
    position: u64,
    decoder: Box<dyn Decoder>,
}

impl Rewindable {
    /// Reads `source`; `length` is what is said to come out, `cap` what may.
    pub(super) fn new(source: Source, codec: Codec, length: Option<u64>, cap: u64, kept: Kept) -> Self {
        let state = Mutex::new(State { span: kept.span, ..State::default() });
        Self { source, codec, length, cap, kept, state }
    }

    /// Whether all that comes out can be kept, so that nothing is ever decoded twice. Decodes as much at most.
    pub(super) fn fits(&self) -> bool {
        let mut state = self.lock();
        let blocks = to_u64(self.kept.blocks);
        for at in 0..blocks {
            if state.end.is_some() {
                return true;
            }
            self.provide(&mut state, at.saturating_mul(BLOCK), BLOCK);
        }
        state.end.is_some()
    }

    /// Decodes to the end and says how many bytes there are, and why there are no more if there should be.
    pub(super) fn measure(&self) -> (u64, Option<io::Error>) {
        let mut state = self.lock();
        let mut at = 0u64;
        loop {
            if let Some((end, failure)) = &state.end {
                return (*end, failure.as_ref().map(again));
            }
            at = at.saturating_add(BLOCK);
            self.provide(&mut state, at.saturating_sub(BLOCK), BLOCK);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that of the block at `base` the first `wanted` bytes are kept, as far as there are so many.
    fn provide(&self, state: &mut State, base: u64, wanted: u64) {
        let have = state.blocks.get(&base).map_or(0, |block| to_u64(block.bytes.len()));
        let end = state.end.as_ref().map_or(u64::MAX, |(end, _)| *end);
        let until = base.saturating_add(wanted.next_multiple_of(STEP).min(BLOCK)).min(end);
        let from = base.saturating_add(have);
        if from >= until {
            return;
        }
        let best = |placed: &[Placed]| {
            let fits = |at: &Placed| at.position <= base || at.position == from;
            let found = placed.iter().enumerate().filter(|(_, at)| fits(at)).max_by_key(|(_, at)| at.position);
            found.map(|(index, at)| (index, at.position))
        };
        let (waiting, copy) = (best(&state.waiting), best(&state.copies));
        let mut placed = match (waiting, copy) {
            (Some((index, position)), copy) if copy.is_none_or(|(_, copied)| copied <= position) => {
                state.waiting.remove(index)
            }
            (_, Some((index, position))) => {
                let copied = state.copies.get(index).and_then(|copy| copy.decoder.fork());
                match copied {
                    Some(decoder) => Placed { position, decoder },
                    None => self.start(),
                }
            }
            _ => self.start(),
        };
        if placed.position != from {
            state.blocks.remove(&base);
        }
        let mut passed = std::mem::take(&mut state.passed);
        let ended = self.advance(state, &mut placed, until, &mut passed);
        state.passed = passed;
        if !ended {
            if state.waiting.len() >= WAITING {
                state.waiting.remove(0);
            }
            state.waiting.push(placed);
        }
    }

    fn start(&self) -> Placed {
        Placed { position: 0, decoder: self.codec.start(&self.source) }
    }

    /// Decodes up to `until`, keeps what may be wanted, and says whether the end was met before.
    fn advance(&self, state: &mut State, placed: &mut Placed, until: u64, passed: &mut Vec<u8>) -> bool {
        let room = usize::try_from(until.saturating_sub(placed.position).min(BLOCK)).unwrap_or(0);
        if passed.len() < room {
            passed.resize(room, 0);
        }
        // What is further back would be given up again before it is asked for.
        let worth = until.saturating_sub(BLOCK.saturating_mul(16));
        while placed.position < until {
            let base = placed.position.saturating_sub(placed.position % BLOCK);
            let inside = placed.position.saturating_sub(base);
            let step = until.min(base.saturating_add(BLOCK)).min(self.cap).saturating_sub(placed.position);
            let step = usize::try_from(step).unwrap_or(0);
            let Some(target) = passed.get_mut(..step).filter(|target| !target.is_empty()) else {
                let message = format!("limit reached: bytes that compressed data may become (limit {})", self.cap);
                state.end = Some((placed.position, Some((io::ErrorKind::FileTooLarge, message))));
                return true;
            };
            let count = match placed.decoder.decode(target) {
                Ok(0) => {
                    state.end = Some((placed.position, None));
                    return true;
                }
                Ok(count) => count,
                Err(error) => {
                    state.end = Some((placed.position, Some((error.kind(), error.to_string()))));
                    return true;
                }
            };
            if base >= worth {
                state.keep(base, inside, target.get(..count).unwrap_or_default(), self.kept.blocks);
            }
            placed.position = placed.position.saturating_add(to_u64(count));
            state.leave_copy(placed);
        }
        false
    }
}

impl State {
    /// Keeps bytes of a block, if all before them are kept.
    fn keep(&mut self, base: u64, inside: u64, bytes: &[u8], most: usize) {
        self.clock = self.clock.saturating_add(1);
        let used = self.clock;
        if inside == 0 && !self.blocks.contains_key(&base) {
            while self.blocks.len() >= most.max(1) {
                let oldest = self.blocks.iter().min_by_key(|(_, block)| block.used).map(|(base, _)| *base);
                let Some(oldest) = oldest else { break };
                self.blocks.remove(&oldest);
            }
            self.blocks.insert(base, Block { bytes: Vec::new(), used });
        }
        if let Some(block) = self.blocks.get_mut(&base).filter(|block| to_u64(block.bytes.len()) == inside) {
            block.bytes.extend_from_slice(bytes);
            block.used = used;
        }
    }

    /// Leaves a copy of the decoder behind, where none was yet.
    fn leave_copy(&mut self, placed: &Placed) {
        let last = self.copies.last().map_or(0, |copy| copy.position);
        if placed.position < last.saturating_add(self.span) {
            return;
        }
        let Some(decoder) = placed.decoder.fork() else { return };
        self.copies.push(Placed { position: placed.position, decoder });
        if self.copies.len() > COPIES {
            let mut number = 0usize;
            self.copies.retain(|_| {
                number = number.saturating_add(1);
                number.is_multiple_of(2)
            });
            self.span = self.span.saturating_mul(2);
        }
    }
}

fn again((kind, message): &(io::ErrorKind, String)) -> io::Error {
    io::Error::new(*kind, message.clone())
}

impl ReadAt for Rewindable {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.length.unwrap_or(u64::MAX).saturating_sub(offset);
        let wanted = buffer.len().min(to_usize(rest));
        let mut filled = 0usize;
        let mut state = self.lock();
        while filled < wanted {
            let at = offset.saturating_add(to_u64(filled));
            let base = at.saturating_sub(at % BLOCK);
            let inside = at.saturating_sub(base);
            let more = to_u64(wanted.saturating_sub(filled));
            self.provide(&mut state, base, inside.saturating_add(more).min(BLOCK));
            state.clock = state.clock.saturating_add(1);
            let clock = state.clock;
            let from = to_usize(inside);
            let block = state.blocks.get_mut(&base);
            let source = match &block {
                Some(block) => block.bytes.get(from..).unwrap_or_default(),
                None => &[],
            };
            let target = buffer.get_mut(filled..wanted).unwrap_or_default();
            let count = source.len().min(target.len());
            if let (Some(target), Some(source)) = (target.get_mut(..count), source.get(..count)) {
                target.copy_from_slice(source);
            }
            if let Some(block) = block {
                block.used = clock;
            }
            filled = filled.saturating_add(count);
            if count == 0 {
                break;
            }
        }
        if filled == 0 && wanted > 0 {
            return match (&state.end, self.length) {
                (Some((_, Some(failure))), _) => Err(again(failure)),
                (Some((end, None)), Some(length)) => Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!("{end} bytes come out of the compressed data, {length} should"),
                )),
                _ => Ok(0),
            };
        }
        Ok(filled)
    }

    fn len(&self) -> u64 {
        self.length.unwrap_or_else(|| self.lock().end.as_ref().map_or(u64::MAX, |(end, _)| *end))
    }
}
