//! What XPRESS with Huffman codes and LZX share: words of bits, and canonical Huffman codes (MS-XCA 2.2.4, MS-PATCH 2).

use crate::base::number::to_usize;

/// The longest code, in bits.
const LONGEST: usize = 16;

/// Codes of up to so many bits are found at once.
const SHORT: u32 = 9;

/// What is said of data that ends too early.
const CUT_OFF: &str = "compressed data cut off";

/// Bits from little-endian words of 16, the highest first, with bytes between the words.
pub struct Bits<'a> {
    data: &'a [u8],
    window: u32,
    /// Bits in the window; never fewer than 16.
    count: u32,
    /// Of those, the last that are not in the data: the window looks ahead.
    absent: u32,
}

impl<'a> Bits<'a> {
    /// At the start of data.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        let mut bits = Self { data, window: 0, count: 0, absent: 0 };
        bits.load();
        bits.load();
        bits
    }

    fn load(&mut self) {
        let word = match self.data {
            [low, high, rest @ ..] => {
                self.data = rest;
                u16::from_le_bytes([*low, *high])
            }
            _ => {
                self.absent = self.absent.saturating_add(16);
                0
            }
        };
        self.window |= u32::from(word).checked_shl(16u32.saturating_sub(self.count)).unwrap_or(0);
        self.count = self.count.saturating_add(16);
    }

    /// Takes up to 16 bits.
    ///
    /// # Errors
    /// The data ends before.
    pub fn take(&mut self, count: u32) -> Result<usize, &'static str> {
        let value = self.window.checked_shr(32u32.saturating_sub(count)).unwrap_or(0);
        self.skip(count)?;
        Ok(usize::try_from(value).unwrap_or(0))
    }

    fn skip(&mut self, count: u32) -> Result<(), &'static str> {
        self.window = self.window.checked_shl(count).unwrap_or(0);
        self.count = self.count.saturating_sub(count);
        if self.count < self.absent {
            return Err(CUT_OFF);
        }
        if self.count < 16 {
            self.load();
        }
        Ok(())
    }

    /// Takes bytes that lie between the words.
    ///
    /// # Errors
    /// The data ends before.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], &'static str> {
        let (bytes, rest) = self.data.split_at_checked(count).ok_or(CUT_OFF)?;
        self.data = rest;
        Ok(bytes)
    }

    /// What comes behind the words that were taken into the window.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.data
    }

    /// Goes to the next whole word; one that is whole already is passed over. What is behind it is read as bytes, until
    /// [`Bits::restart`].
    pub fn align(&mut self, data: &'a [u8]) {
        // Of the words in the window, those that nothing was taken of go back.
        let taken = self.count.saturating_sub(self.absent);
        let whole = usize::try_from(taken.saturating_sub(1) / 16).unwrap_or(0).saturating_mul(2);
        let at = data.len().saturating_sub(self.data.len()).saturating_sub(whole);
        self.data = data.get(at..).unwrap_or_default();
    }

    /// Begins a new window at the bytes that come next.
    pub fn restart(&mut self) {
        *self = Self::new(self.data);
    }
}

/// A canonical Huffman code.
pub struct Code<const SYMBOLS: usize> {
    /// For every word of `SHORT` bits, the symbol and the length of its code; length zero where the code is longer.
    short: [(u16, u8); 1 << SHORT],
    /// For every length, the first word of 16 bits behind its codes.
    limits: [u32; LONGEST + 1],
    /// For every length, what the place of a code among `symbols` is counted from.
    offsets: [u32; LONGEST + 1],
    symbols: [u16; SYMBOLS],
}

impl<const SYMBOLS: usize> Default for Code<SYMBOLS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SYMBOLS: usize> Code<SYMBOLS> {
    /// A code without symbols.
    #[must_use]
    pub fn new() -> Self {
        Self { short: [(0, 0); 1 << SHORT], limits: [0; LONGEST + 1], offsets: [0; LONGEST + 1], symbols: [0; SYMBOLS] }
    }

    /// Builds the code from the length of each symbol's; zero where it has none.
    ///
    /// # Errors
    /// A code is longer than 16 bits, or the codes overlap.
    pub fn build(&mut self, lengths: &[u8]) -> Result<(), &'static str> {
        let mut counts = [0u32; LONGEST + 1];
        for length in lengths {
            let count = counts.get_mut(usize::from(*length)).ok_or("Huffman: code too long")?;
            *count = count.saturating_add(1);
        }
        let (mut next, mut place) = ([0u32; LONGEST + 1], 0u32);
        let mut limit = 0u32;
        for length in 1..=LONGEST {
            let count = counts.get(length).copied().unwrap_or(0);
            let width = 1u32.checked_shl(u32::try_from(LONGEST.saturating_sub(length)).unwrap_or(0)).unwrap_or(0);
            let first = limit;
            limit = limit.saturating_add(count.saturating_mul(width));
            set(&mut self.limits, length, limit);
            // The place of a code is its number, from the first of its length, behind those that are shorter.
            set(&mut self.offsets, length, place.wrapping_sub(first.checked_div(width).unwrap_or(0)));
            set(&mut next, length, place);
            place = place.saturating_add(count);
        }
        if limit > 1 << LONGEST {
            return Err("Huffman: codes overlap");
        }
        for (symbol, length) in (0u16..).zip(lengths).filter(|(_, length)| **length > 0) {
            if let Some(place) = next.get_mut(usize::from(*length)) {
                if let Some(slot) = usize::try_from(*place).ok().and_then(|place| self.symbols.get_mut(place)) {
                    *slot = symbol;
                }
                *place = place.saturating_add(1);
            }
        }
        self.fill(&counts);
        Ok(())
    }

    /// Fills the table of short codes: they stand in the order of their words.
    fn fill(&mut self, counts: &[u32; LONGEST + 1]) {
        let mut symbols = self.symbols.iter();
        let mut slots = self.short.iter_mut();
        for length in 1..=SHORT {
            let width = 1usize.checked_shl(SHORT.saturating_sub(length)).unwrap_or(0);
            let count = usize::try_from(length).ok().and_then(|length| counts.get(length)).copied().unwrap_or(0);
            for symbol in symbols.by_ref().take(usize::try_from(count).unwrap_or(0)) {
                for slot in slots.by_ref().take(width) {
                    *slot = (*symbol, u8::try_from(length).unwrap_or(0));
                }
            }
        }
        slots.for_each(|slot| *slot = (0, 0));
    }

    /// Takes one symbol.
    ///
    /// # Errors
    /// No symbol has the code, or the data ends before.
    pub fn decode(&self, bits: &mut Bits<'_>) -> Result<usize, &'static str> {
        let index = usize::try_from(bits.window >> (32 - SHORT)).unwrap_or(0);
        if let Some((symbol, length)) = self.short.get(index).filter(|(_, length)| *length > 0) {
            bits.skip(u32::from(*length))?;
            return Ok(usize::from(*symbol));
        }
        let word = bits.window >> 16;
        for (length, (limit, offset)) in (0u32..).zip(self.limits.iter().zip(&self.offsets)).skip(1) {
            if word < *limit {
                let code = word.checked_shr(16u32.saturating_sub(length)).unwrap_or(0);
                bits.skip(length)?;
                let place = to_usize(offset.wrapping_add(code));
                return self.symbols.get(place).map(|symbol| usize::from(*symbol)).ok_or("Huffman: code unknown");
            }
        }
        Err("Huffman: code unknown")
    }
}

fn set(list: &mut [u32; LONGEST + 1], index: usize, value: u32) {
    if let Some(slot) = list.get_mut(index) {
        *slot = value;
    }
}
