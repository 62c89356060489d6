//! LZMA, as far as the headers of 7z need it. LZMA SDK, `DOC/lzma-specification.txt`.
//!
//! The output is the dictionary, so that no number of the file asks for memory but the size of the output, and that is
//! bounded by the caller. The crates that decode LZMA allocate the dictionary that the file names.

/// Why decoding ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The input ended.
    Short,
    /// The data contradicts itself.
    Corrupt,
}

const TOP: u32 = 1 << 24;
const PROBABILITY: u16 = 1 << 10;
const STATES: usize = 12;
const POSITIONS: usize = 16;

/// The range decoder.
struct Bits<'a> {
    input: &'a [u8],
    at: usize,
    range: u32,
    code: u32,
}

impl<'a> Bits<'a> {
    fn new(input: &'a [u8]) -> Result<Self, Fault> {
        let code = input.get(1..5).and_then(|bytes| bytes.first_chunk()).ok_or(Fault::Short)?;
        if input.first() != Some(&0) {
            return Err(Fault::Corrupt);
        }
        Ok(Self { input, at: 5, range: u32::MAX, code: u32::from_be_bytes(*code) })
    }

    fn normalize(&mut self) -> Result<(), Fault> {
        if self.range < TOP {
            let byte = *self.input.get(self.at).ok_or(Fault::Short)?;
            self.at = self.at.saturating_add(1);
            self.range <<= 8;
            self.code = (self.code << 8) | u32::from(byte);
        }
        Ok(())
    }

    fn bit(&mut self, probability: &mut u16) -> Result<usize, Fault> {
        self.normalize()?;
        let bound = (self.range >> 11).wrapping_mul(u32::from(*probability));
        if self.code < bound {
            self.range = bound;
            *probability = probability.wrapping_add(2048u16.wrapping_sub(*probability) >> 5);
            Ok(0)
        } else {
            self.range = self.range.wrapping_sub(bound);
            self.code = self.code.wrapping_sub(bound);
            *probability = probability.wrapping_sub(*probability >> 5);
            Ok(1)
        }
    }

    fn direct(&mut self, count: u32) -> Result<u32, Fault> {
        let mut value = 0u32;
        for _ in 0..count {
            self.normalize()?;
            self.range >>= 1;
            let bit = u32::from(self.code >= self.range);
            if bit == 1 {
                self.code = self.code.wrapping_sub(self.range);
            }
            value = (value << 1) | bit;
        }
        Ok(value)
    }

    /// A tree of bits, high ones first.
    fn tree(&mut self, probabilities: &mut [u16], count: u32) -> Result<usize, Fault> {
        let mut node = 1usize;
        for _ in 0..count {
            let probability = probabilities.get_mut(node).ok_or(Fault::Corrupt)?;
            node = (node << 1) | self.bit(probability)?;
        }
        Ok(node.wrapping_sub(1usize.wrapping_shl(count)))
    }

    /// A tree of bits, low ones first.
    fn reverse_tree(&mut self, probabilities: &mut [u16], count: u32) -> Result<usize, Fault> {
        let (mut node, mut value) = (1usize, 0usize);
        for shift in 0..count {
            let probability = probabilities.get_mut(node).ok_or(Fault::Corrupt)?;
            let bit = self.bit(probability)?;
            node = (node << 1) | bit;
            value |= bit.wrapping_shl(shift);
        }
        Ok(value)
    }
}

/// Lengths of matches.
struct Lengths {
    choice: [u16; 2],
    low: [[u16; 8]; POSITIONS],
    middle: [[u16; 8]; POSITIONS],
    high: [u16; 256],
}

impl Lengths {
    fn new() -> Self {
        Self {
            choice: [PROBABILITY; 2],
            low: [[PROBABILITY; 8]; POSITIONS],
            middle: [[PROBABILITY; 8]; POSITIONS],
            high: [PROBABILITY; 256],
        }
    }

    fn read(&mut self, bits: &mut Bits<'_>, position: usize) -> Result<usize, Fault> {
        let [first, second] = &mut self.choice;
        if bits.bit(first)? == 0 {
            return bits.tree(self.low.get_mut(position).ok_or(Fault::Corrupt)?, 3);
        }
        if bits.bit(second)? == 0 {
            return Ok(bits.tree(self.middle.get_mut(position).ok_or(Fault::Corrupt)?, 3)?.saturating_add(8));
        }
        Ok(bits.tree(&mut self.high, 8)?.saturating_add(16))
    }
}

/// The numbers of literal context, literal position and position bits.
#[derive(Debug, Clone, Copy)]
struct Properties {
    context: u32,
    literal_position: u32,
    position: u32,
}

struct Decoder<'a> {
    bits: Bits<'a>,
    properties: Properties,
    literals: Vec<[u16; 0x300]>,
    matches: [[u16; POSITIONS]; STATES],
    repeats: [[u16; STATES]; 3],
    repeat_first: [u16; STATES],
    repeat_long: [[u16; POSITIONS]; STATES],
    slots: [[u16; 64]; 4],
    positions: [u16; 128],
    align: [u16; 16],
    lengths: Lengths,
    repeat_lengths: Lengths,
    state: usize,
    distances: [usize; 4],
    output: Vec<u8>,
}

/// Decodes `size` bytes by the five bytes of properties that 7z keeps. What could be decoded before a fault is given too.
pub(crate) fn decode(properties: &[u8], input: &[u8], size: usize) -> (Vec<u8>, Result<(), Fault>) {
    let Some(first) = properties.first().filter(|first| **first < 9 * 5 * 5) else {
        return (Vec::new(), Err(Fault::Corrupt));
    };
    let first = u32::from(*first);
    let properties = Properties { context: first % 9, literal_position: first / 9 % 5, position: first / 45 };
    let bits = match Bits::new(input) {
        Ok(bits) => bits,
        Err(fault) => return (Vec::new(), Err(fault)),
    };
    let contexts = 1usize.wrapping_shl(properties.context.saturating_add(properties.literal_position));
    let mut decoder = Decoder {
        bits,
        properties,
        literals: vec![[PROBABILITY; 0x300]; contexts],
        matches: [[PROBABILITY; POSITIONS]; STATES],
        repeats: [[PROBABILITY; STATES]; 3],
        repeat_first: [PROBABILITY; STATES],
        repeat_long: [[PROBABILITY; POSITIONS]; STATES],
        slots: [[PROBABILITY; 64]; 4],
        positions: [PROBABILITY; 128],
        align: [PROBABILITY; 16],
        lengths: Lengths::new(),
        repeat_lengths: Lengths::new(),
        state: 0,
        distances: [0; 4],
        output: Vec::new(),
    };
    let outcome = decoder.run(size);
    (decoder.output, outcome)
}

impl Decoder<'_> {
    fn run(&mut self, size: usize) -> Result<(), Fault> {
        while self.output.len() < size {
            let mask = 1usize.wrapping_shl(self.properties.position).wrapping_sub(1);
            let position = self.output.len() & mask;
            let state = self.state;
            if self.bits.bit(entry(&mut self.matches, state, position)?)? == 0 {
                self.literal()?;
                continue;
            }
            let length = if self.bits.bit(at(self.repeats.first_mut(), state)?)? == 0 {
                let length = self.lengths.read(&mut self.bits, position)?;
                let Some(distance) = self.distance(length)? else { return Ok(()) };
                let [a, b, c, _] = self.distances;
                self.distances = [distance, a, b, c];
                self.state = if state < 7 { 7 } else { 10 };
                length
            } else {
                match self.repeated(state, position)? {
                    Some(length) => length,
                    None => continue,
                }
            };
            self.copy(length.saturating_add(2), size)?;
        }
        Ok(())
    }

    /// A match at one of the last distances; nothing where it was a single byte.
    fn repeated(&mut self, state: usize, position: usize) -> Result<Option<usize>, Fault> {
        let [a, b, c, d] = self.distances;
        if self.bits.bit(self.repeat_first.get_mut(state).ok_or(Fault::Corrupt)?)? == 0 {
            if self.bits.bit(entry(&mut self.repeat_long, state, position)?)? == 0 {
                self.state = if state < 7 { 9 } else { 11 };
                let byte = self.back(a)?;
                self.output.push(byte);
                return Ok(None);
            }
        } else if self.bits.bit(at(self.repeats.get_mut(1), state)?)? == 0 {
            self.distances = [b, a, c, d];
        } else if self.bits.bit(at(self.repeats.get_mut(2), state)?)? == 0 {
            self.distances = [c, a, b, d];
        } else {
            self.distances = [d, a, b, c];
        }
        let length = self.repeat_lengths.read(&mut self.bits, position)?;
        self.state = if state < 7 { 8 } else { 11 };
        Ok(Some(length))
    }

    fn literal(&mut self) -> Result<(), Fault> {
        let last = self.output.last().copied().unwrap_or(0);
        let Properties { context, literal_position, .. } = self.properties;
        let mask = 1usize.wrapping_shl(literal_position).wrapping_sub(1);
        let high = usize::from(u16::from(last).wrapping_shr(8u32.saturating_sub(context)));
        let index = (self.output.len() & mask).wrapping_shl(context).wrapping_add(high);
        let mut symbol = 1usize;
        let [distance, ..] = self.distances;
        let mut expected = if self.state >= 7 { Some(usize::from(self.back(distance)?)) } else { None };
        let probabilities = self.literals.get_mut(index).ok_or(Fault::Corrupt)?;
        while symbol < 0x100 {
            let offset = match expected {
                Some(byte) => {
                    let bit = (byte >> 7) & 1;
                    expected = Some(byte << 1);
                    (bit, (1usize.wrapping_add(bit) << 8).wrapping_add(symbol))
                }
                None => (0, symbol),
            };
            let bit = self.bits.bit(probabilities.get_mut(offset.1).ok_or(Fault::Corrupt)?)?;
            symbol = (symbol << 1) | bit;
            if bit != offset.0 {
                expected = None;
            }
        }
        self.output.push(symbol.to_le_bytes()[0]);
        self.state = match self.state {
            0..=3 => 0,
            state @ 4..=9 => state.saturating_sub(3),
            state => state.saturating_sub(6),
        };
        Ok(())
    }

    /// The distance of a new match; nothing where it is the mark of the end.
    fn distance(&mut self, length: usize) -> Result<Option<usize>, Fault> {
        let slot = self.bits.tree(self.slots.get_mut(length.min(3)).ok_or(Fault::Corrupt)?, 6)?;
        if slot < 4 {
            return Ok(Some(slot));
        }
        let count = u32::try_from((slot >> 1).saturating_sub(1)).map_err(|_| Fault::Corrupt)?;
        let base = (2 | (slot & 1)).wrapping_shl(count);
        let distance = if slot < 14 {
            let from = base.saturating_sub(slot);
            base.saturating_add(self.bits.reverse_tree(self.positions.get_mut(from..).ok_or(Fault::Corrupt)?, count)?)
        } else {
            let direct = usize::try_from(self.bits.direct(count.saturating_sub(4))?).map_err(|_| Fault::Corrupt)?;
            base.saturating_add(direct << 4).saturating_add(self.bits.reverse_tree(&mut self.align, 4)?)
        };
        Ok((distance != 0xffff_ffff).then_some(distance))
    }

    fn back(&self, distance: usize) -> Result<u8, Fault> {
        let at = self.output.len().checked_sub(distance.saturating_add(1)).ok_or(Fault::Corrupt)?;
        self.output.get(at).copied().ok_or(Fault::Corrupt)
    }

    fn copy(&mut self, length: usize, size: usize) -> Result<(), Fault> {
        let [distance, ..] = self.distances;
        for _ in 0..length.min(size.saturating_sub(self.output.len())) {
            let byte = self.back(distance)?;
            self.output.push(byte);
        }
        Ok(())
    }
}

fn entry<const N: usize>(table: &mut [[u16; N]], row: usize, column: usize) -> Result<&mut u16, Fault> {
    at(table.get_mut(row), column)
}

fn at<const N: usize>(row: Option<&mut [u16; N]>, column: usize) -> Result<&mut u16, Fault> {
    row.and_then(|row| row.get_mut(column)).ok_or(Fault::Corrupt)
}
