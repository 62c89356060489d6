//! The decoded bytes of what is hidden, read from where it begins. Nothing is held but a block.

use crate::base::bytes::ReadAt;
use crate::base::number::to_u64;
use std::io::{self, Read};

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Plain,
    Base64,
    /// From its last character on.
    ReversedBase64,
    /// gzip in base64.
    Base64Gzip,
    Hexadecimal,
    Decimal,
    /// Masked by a byte; zeros and bytes like the mask may be left as they are.
    Xor(u8, bool),
    /// From its end on.
    Reversed,
}

impl Form {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Base64 => "base64",
            Self::ReversedBase64 => "base64-reversed",
            Self::Base64Gzip => "base64+gzip",
            Self::Hexadecimal => "hexadecimal",
            Self::Decimal => "decimal",
            Self::Xor(..) => "xor",
            Self::Reversed => "reversed",
        }
    }

    /// Whether what is no such text ends it.
    pub(super) fn ends_by_itself(self) -> bool {
        !matches!(self, Self::Plain | Self::Xor(..) | Self::Reversed)
    }
}

/// Where something is written, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) form: Form,
    /// Where it begins; of what is written backwards, where it ends or, of text, where the mark of its start is.
    pub(super) offset: u64,
    pub(super) utf16: bool,
}

/// Bytes of a mark of reversed base64.
const REVERSED_MARK: u64 = 8;

impl Source {
    pub(super) fn plain(offset: u64) -> Self {
        Self { form: Form::Plain, offset, utf16: false }
    }

    /// The decoded bytes.
    pub(super) fn open<'s>(&self, stream: &'s dyn ReadAt) -> Box<dyn Read + 's> {
        let forwards = Walk {
            stream,
            at: self.offset,
            stride: if self.utf16 { 2 } else { 1 },
            block: Vec::new(),
            next: 0,
            backwards: false,
        };
        match self.form {
            Form::Plain => Box::new(forwards),
            Form::Xor(key, keeps_zeros) => Box::new(Masked { inner: forwards, key, keeps_zeros }),
            Form::Reversed => Box::new(Walk { backwards: true, ..forwards }),
            Form::Base64 => Box::new(Digits::new(forwards, Alphabet::Base64)),
            Form::ReversedBase64 => {
                let at = self.offset.saturating_add(REVERSED_MARK);
                Box::new(Digits::new(Walk { at, backwards: true, ..forwards }, Alphabet::Base64))
            }
            Form::Base64Gzip => {
                Box::new(Lenient(flate2::read::GzDecoder::new(Digits::new(forwards, Alphabet::Base64))))
            }
            Form::Hexadecimal => Box::new(Digits::new(forwards, Alphabet::Hexadecimal)),
            Form::Decimal => Box::new(Digits::new(forwards, Alphabet::Decimal)),
        }
    }
}

/// A decoder whose error is an end: what is no gzip is no executable.
struct Lenient<R>(R);

impl<R: Read> Read for Lenient<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.0.read(buffer).unwrap_or(0))
    }
}

/// A walk over a stream, forwards or backwards, byte by byte or by every second one.
struct Walk<'s> {
    stream: &'s dyn ReadAt,
    at: u64,
    stride: usize,
    block: Vec<u8>,
    next: usize,
    backwards: bool,
}

impl Walk<'_> {
    const BLOCK: u64 = 32 << 10;

    fn refill(&mut self) -> io::Result<()> {
        let start = if self.backwards { self.at.saturating_sub(Self::BLOCK) } else { self.at };
        let end = if self.backwards { self.at } else { start.saturating_add(Self::BLOCK) };
        self.block = crate::base::window::bytes_at(self.stream, start, end.saturating_sub(start))?;
        self.next = 0;
        if self.backwards {
            self.block.reverse();
            self.at = start;
        } else {
            self.at = start.saturating_add(to_u64(self.block.len()));
        }
        Ok(())
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        if self.next >= self.block.len() {
            self.refill()?;
        }
        let byte = self.block.get(self.next).copied();
        self.next = self.next.saturating_add(self.stride);
        Ok(byte)
    }

    /// The next two bytes, if they are at hand.
    fn near(&self) -> Option<[u8; 2]> {
        let second = self.block.get(self.next.checked_add(self.stride)?)?;
        Some([*self.block.get(self.next)?, *second])
    }

    /// What comes next, as many bytes as asked for or as there are.
    fn peek(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let wanted = count.saturating_mul(self.stride);
        if let Some(ahead) = self.next.checked_add(wanted).and_then(|end| self.block.get(self.next..end)) {
            return Ok(ahead.iter().copied().step_by(self.stride).collect());
        }
        let mut ahead = self.block.get(self.next..).unwrap_or_default().to_vec();
        if ahead.len() < wanted {
            let missing = to_u64(wanted.saturating_sub(ahead.len()));
            let start = if self.backwards { self.at.saturating_sub(missing) } else { self.at };
            let length = if self.backwards { self.at.saturating_sub(start) } else { missing };
            let mut more = crate::base::window::bytes_at(self.stream, start, length)?;
            if self.backwards {
                more.reverse();
            }
            ahead.extend_from_slice(&more);
        }
        Ok(ahead.into_iter().step_by(self.stride).take(count).collect())
    }
}

impl Read for Walk<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.next >= self.block.len() {
            self.refill()?;
        }
        let rest = self.block.get(self.next..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (target, source) in buffer.iter_mut().zip(rest) {
            *target = *source;
        }
        self.next = self.next.saturating_add(count);
        Ok(count)
    }
}

struct Masked<'s> {
    inner: Walk<'s>,
    key: u8,
    keeps_zeros: bool,
}

impl Read for Masked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for byte in buffer.iter_mut().take(count) {
            if !(self.keeps_zeros && (*byte == 0 || *byte == self.key)) {
                *byte ^= self.key;
            }
        }
        Ok(count)
    }
}

/// The digits of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Base64,
    Hexadecimal,
    Decimal,
}

impl Alphabet {
    fn value(self, byte: u8) -> Option<u8> {
        match self {
            Self::Base64 => match byte {
                b'A'..=b'Z' => Some(byte.wrapping_sub(b'A')),
                b'a'..=b'z' => Some(byte.wrapping_sub(b'a').wrapping_add(26)),
                b'0'..=b'9' => Some(byte.wrapping_sub(b'0').wrapping_add(52)),
                b'+' | b'-' => Some(62),
                b'/' | b'_' => Some(63),
                _ => None,
            },
            Self::Hexadecimal => char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()),
            Self::Decimal => char::from(byte).to_digit(10).and_then(|digit| u8::try_from(digit).ok()),
        }
    }
}

/// Bytes of what stands between two lines of text: quotes, the name of a variable, a redirection.
const BETWEEN: usize = 160;
/// Digits that must follow what stands between lines for the first time.
const LINE: usize = 24;

/// Reads digits as bytes, over what programs and scripts put between lines of them.
struct Digits<'s> {
    walk: Walk<'s>,
    alphabet: Alphabet,
    bits: u32,
    count: u32,
    /// What was last found between two lines.
    between: Vec<u8>,
    ended: bool,
}

impl<'s> Digits<'s> {
    fn new(walk: Walk<'s>, alphabet: Alphabet) -> Self {
        Self { walk, alphabet, bits: 0, count: 0, between: Vec::new(), ended: false }
    }

    /// The next byte that comes out.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        match self.alphabet {
            Alphabet::Base64 => self.base64(),
            Alphabet::Hexadecimal => self.hexadecimal(),
            Alphabet::Decimal => self.decimal(),
        }
    }

    fn base64(&mut self) -> io::Result<Option<u8>> {
        while self.count < 8 {
            let Some(byte) = self.walk.byte()? else { return Ok(None) };
            match self.alphabet.value(byte) {
                Some(value) => {
                    self.bits = (self.bits << 6 | u32::from(value)) & 0x00ff_ffff;
                    self.count = self.count.saturating_add(6);
                }
                None if matches!(byte, b'\r' | b'\n' | b' ' | b'\t') && self.goes_on(1)? => {}
                None if byte == b'=' || !self.pass(byte)? => return Ok(None),
                None => {}
            }
        }
        self.count = self.count.saturating_sub(8);
        Ok(self.bits.checked_shr(self.count).map(|bits| bits.to_le_bytes()[0]))
    }

    /// Whether so many digits come next, over line ends.
    fn goes_on(&mut self, digits: usize) -> io::Result<bool> {
        let ahead = self.walk.peek(digits.saturating_add(8))?;
        let ahead = ahead.trim_ascii_start();
        Ok(ahead.len() >= digits
            && ahead.iter().take(digits).all(|byte| self.alphabet.value(*byte).is_some())
            // The next command of a script is no line of text.
            && (self.alphabet != Alphabet::Base64 || ahead.iter().take(8).all(|byte| *byte != b' ' && *byte != b'-')))
    }

    /// Passes what stands between two lines, if it stood there before or many digits follow. `first` is the character that
    /// is none of the alphabet.
    fn pass(&mut self, first: u8) -> io::Result<bool> {
        let ahead = self.walk.peek(BETWEEN.saturating_add(LINE))?;
        let known = self.between.split_first();
        if let Some((known_first, rest)) = known
            && *known_first == first
            && ahead.starts_with(rest)
            && ahead.get(rest.len()).is_some_and(|byte| self.alphabet.value(*byte).is_some())
        {
            for _ in 0..rest.len() {
                self.walk.byte()?;
            }
            return Ok(true);
        }
        let starts = (0..ahead.len().min(BETWEEN)).find(|start| {
            let line = ahead.get(*start..start.saturating_add(LINE)).unwrap_or_default();
            line.len() == LINE && line.iter().all(|byte| self.alphabet.value(*byte).is_some())
        });
        let Some(start) = starts else { return Ok(false) };
        // A line of a script ends and begins with something; two strings that have nothing to do with each other are
        // parted by more than one line end.
        let passed = ahead.get(..start).unwrap_or_default();
        if passed.iter().filter(|byte| **byte == b'\n').count() > 2 {
            return Ok(false);
        }
        self.between = std::iter::once(first).chain(passed.iter().copied()).collect();
        for _ in 0..start {
            self.walk.byte()?;
        }
        Ok(true)
    }

    /// Two digits, after whatever parts one byte from the next.
    fn hexadecimal(&mut self) -> io::Result<Option<u8>> {
        if let Some(pair) = self.walk.near()
            && let [Some(high), Some(low)] = pair.map(|byte| self.alphabet.value(byte))
        {
            // A prefix begins with a digit too; it is followed by none.
            self.walk.next = self.walk.next.saturating_add(self.walk.stride.saturating_mul(2));
            return Ok(Some(high << 4 | low));
        }
        let Some(skip) = self.separator()? else { return Ok(None) };
        for _ in 0..skip {
            self.walk.byte()?;
        }
        let pair = self.walk.peek(2)?;
        let [high, low] = pair.as_slice() else { return Ok(None) };
        let (Some(high), Some(low)) = (self.alphabet.value(*high), self.alphabet.value(*low)) else { return Ok(None) };
        self.walk.byte()?;
        self.walk.byte()?;
        Ok(Some(high << 4 | low))
    }

    /// How many characters stand before the next two digits: separators, prefixes, quotes and line ends, the addresses of
    /// a script for `debug`.
    fn separator(&mut self) -> io::Result<Option<usize>> {
        // Mostly little parts one byte from the next.
        let near = self.walk.peek(8)?;
        match separator_in(&near) {
            Some(found) if found.saturating_add(2) <= near.len() => return Ok(Some(found)),
            _ => {}
        }
        Ok(separator_in(&self.walk.peek(BETWEEN)?))
    }

    /// A number up to 255, after what parts it from the last one.
    fn decimal(&mut self) -> io::Result<Option<u8>> {
        let ahead = self.walk.peek(48)?;
        let parted = ahead.iter().take_while(|byte| {
            matches!(byte, b' ' | b',' | b'\r' | b'\n' | b'\t' | b'_' | b';' | b'&' | b'"' | b'\'' | b'+' | b'`')
        });
        let start = parted.count();
        let digits: Vec<u8> = ahead.iter().skip(start).copied().take_while(u8::is_ascii_digit).collect();
        let number = std::str::from_utf8(&digits).ok().and_then(|text| text.parse().ok());
        if number.is_some() {
            for _ in 0..start.saturating_add(digits.len()) {
                self.walk.byte()?;
            }
        }
        Ok(number)
    }
}

/// How many characters stand before the next two digits.
fn separator_in(ahead: &[u8]) -> Option<usize> {
    let mut at = 0usize;
    let mut lines = 0usize;
    while let Some(byte) = ahead.get(at) {
        let rest = ahead.get(at..).unwrap_or_default();
        let digit = |index: usize| rest.get(index).is_some_and(u8::is_ascii_hexdigit);
        let step = match byte {
            b'0' if matches!(rest.get(1), Some(b'x' | b'X')) => 2,
            b'\\' if rest.get(1) == Some(&b'x') => 2,
            b'&' if matches!(rest.get(1), Some(b'H' | b'h')) => 2,
            b'e' | b'E' if lines > 0 && rest.get(1) == Some(&b' ') => {
                // `e 0110 4D 5A`: the address is passed.
                rest.iter().skip(2).position(|byte| *byte == b' ')?.saturating_add(3)
            }
            _ if digit(0) && digit(1) => return Some(at),
            b'\n' => {
                lines = lines.saturating_add(1);
                1
            }
            b' ' | b',' | b'\r' | b'\t' | b'-' | b':' | b'%' | b'"' | b'\'' | b'+' | b'&' | b'\\' | b';' | b'_'
            | b'^' => 1,
            _ => return None,
        };
        at = at.saturating_add(step);
        if lines > 2 {
            return None;
        }
    }
    None
}

impl Read for Digits<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0usize;
        for target in buffer.iter_mut() {
            if self.ended {
                break;
            }
            match self.byte()? {
                Some(byte) => {
                    *target = byte;
                    count = count.saturating_add(1);
                }
                None => self.ended = true,
            }
        }
        Ok(count)
    }
}
