//! The data section: values that tell their type and size, and pointers to others.

use super::corrupt;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use std::collections::BTreeMap;

/// Values within one record, those that pointers bring again each time.
const VALUES: u32 = 4096;
/// Bytes of text within one record.
const TEXT: usize = 64 << 10;
/// Depth of one record; databases have four.
const DEPTH: u32 = 16;

/// One value. What nobody asks for (numbers with fractions, bytes) is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number without a sign.
    Number(u64),
    /// Values by their names.
    Map(BTreeMap<String, Value>),
    /// Values in their order.
    List(Vec<Value>),
    /// A truth.
    Flag(bool),
    /// Anything else.
    Other,
}

impl Value {
    /// The value of a map of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(name),
            _ => None,
        }
    }

    /// The text that it is.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number that it is.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Where values are read, and from where pointers count.
pub(super) struct Section<'s> {
    pub(super) stream: &'s dyn ReadAt,
    pub(super) start: u64,
}

/// What is left of the budget of one record.
struct Budget {
    values: u32,
    text: usize,
}

impl Section<'_> {
    /// The value at an offset in the section.
    pub(super) fn value(&self, at: u64) -> Result<Value, Cause> {
        let mut place = at;
        self.read(&mut place, 0, &mut Budget { values: VALUES, text: TEXT })
    }

    fn bytes<const N: usize>(&self, place: &mut u64) -> Result<[u8; N], Cause> {
        let mut bytes = [0u8; N];
        self.fill(place, &mut bytes)?;
        Ok(bytes)
    }

    fn fill(&self, place: &mut u64, bytes: &mut [u8]) -> Result<(), Cause> {
        let offset = self.start.saturating_add(*place);
        let count = read_full(self.stream, offset, bytes)?;
        if count < bytes.len() {
            return Err(corrupt("a value is cut off", offset));
        }
        *place = place.saturating_add(to_u64(count));
        Ok(())
    }

    fn byte(&self, place: &mut u64) -> Result<u8, Cause> {
        self.bytes::<1>(place).map(|[byte]| byte)
    }

    fn read(&self, place: &mut u64, depth: u32, budget: &mut Budget) -> Result<Value, Cause> {
        let offset = self.start.saturating_add(*place);
        budget.values = budget.values.checked_sub(1).ok_or_else(|| corrupt("a record has too many values", offset))?;
        if depth > DEPTH {
            return Err(corrupt("a record is too deep", offset));
        }
        let control = self.byte(place)?;
        let kind = control >> 5;
        if kind == 1 {
            let mut target = self.pointer(control, place)?;
            let pointed = self.start.saturating_add(target);
            // A pointer to a pointer is forbidden, and would make rings.
            let mut peeked = target;
            if self.byte(&mut peeked)? >> 5 == 1 {
                return Err(corrupt("a pointer points to a pointer", pointed));
            }
            return self.read(&mut target, depth.saturating_add(1), budget);
        }
        let kind = if kind == 0 { self.byte(place)?.saturating_add(7) } else { kind };
        let size = self.size(control, place)?;
        match kind {
            2 => self.text(place, size, budget).map(Value::Text),
            5 | 6 | 9 => self.number(place, size),
            7 => self.map(place, size, depth, budget),
            11 => self.list(place, size, depth, budget),
            14 => Ok(Value::Flag(size != 0)),
            3 | 4 | 8 | 10 | 15 => {
                *place = place.saturating_add(size);
                Ok(Value::Other)
            }
            _ => Err(corrupt("a value of a type that there is not", offset)),
        }
    }

    fn size(&self, control: u8, place: &mut u64) -> Result<u64, Cause> {
        let size = control & 0x1f;
        let (more, base) = match size {
            29 => (1, 29),
            30 => (2, 285),
            31 => (3, 65_821),
            _ => return Ok(u64::from(size)),
        };
        let bytes = self.padded(place, more)?;
        Ok(u64::from(u32::from_be_bytes(bytes)).saturating_add(base))
    }

    /// The last `count` of four bytes; those before are zero.
    fn padded(&self, place: &mut u64, count: usize) -> Result<[u8; 4], Cause> {
        match count {
            1 => self.byte(place).map(|a| [0, 0, 0, a]),
            2 => self.bytes::<2>(place).map(|[a, b]| [0, 0, a, b]),
            3 => self.bytes::<3>(place).map(|[a, b, c]| [0, a, b, c]),
            _ => self.bytes::<4>(place),
        }
    }

    fn pointer(&self, control: u8, place: &mut u64) -> Result<u64, Cause> {
        let high = u32::from(control & 0x07);
        let size = usize::from(control >> 3 & 0x03);
        let low = u64::from(u32::from_be_bytes(self.padded(place, size.saturating_add(1))?));
        let shifted = |by: u32| u64::from(high.checked_shl(by).unwrap_or(0));
        Ok(match size {
            0 => low | shifted(8),
            1 => (low | shifted(16)).saturating_add(2048),
            2 => (low | shifted(24)).saturating_add(526_336),
            _ => low,
        })
    }

    fn text(&self, place: &mut u64, size: u64, budget: &mut Budget) -> Result<String, Cause> {
        let offset = self.start.saturating_add(*place);
        let length = to_usize(size);
        budget.text = budget.text.checked_sub(length).ok_or_else(|| corrupt("a record has too much text", offset))?;
        let mut bytes = vec![0u8; length];
        self.fill(place, &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn number(&self, place: &mut u64, size: u64) -> Result<Value, Cause> {
        let offset = self.start.saturating_add(*place);
        let mut number = 0u64;
        if size > 8 {
            return Err(corrupt("a number is too long", offset));
        }
        for _ in 0..size {
            number = number.checked_shl(8).unwrap_or(0) | u64::from(self.byte(place)?);
        }
        Ok(Value::Number(number))
    }

    fn map(&self, place: &mut u64, size: u64, depth: u32, budget: &mut Budget) -> Result<Value, Cause> {
        let mut map = BTreeMap::new();
        for _ in 0..size {
            let offset = self.start.saturating_add(*place);
            let Value::Text(name) = self.read(place, depth.saturating_add(1), budget)? else {
                return Err(corrupt("a name is no text", offset));
            };
            let value = self.read(place, depth.saturating_add(1), budget)?;
            map.insert(name, value);
        }
        Ok(Value::Map(map))
    }

    fn list(&self, place: &mut u64, size: u64, depth: u32, budget: &mut Budget) -> Result<Value, Cause> {
        let mut list = Vec::new();
        for _ in 0..size {
            list.push(self.read(place, depth.saturating_add(1), budget)?);
        }
        Ok(Value::List(list))
    }
}
