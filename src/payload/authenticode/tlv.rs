//! A tolerant reader of ASN.1's tag, length, value (X.690): signatures in the wild are BER as often as DER, and bytes behind
//! them are padding.
//!
//! The crates for CMS refuse whole signatures over one certificate choice that they do not know (Microsoft's time stamps
//! have one); here every element can be stepped over.

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payload) struct Element<'a> {
    /// The identifier octet.
    pub(in crate::payload) tag: u8,
    /// The content octets.
    pub(in crate::payload) content: &'a [u8],
    /// All octets.
    pub(in crate::payload) whole: &'a [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The constructed, context-specific tag of a number below 31.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The value of an integer that is small and not negative.
pub(super) fn small(integer: Element<'_>) -> Option<usize> {
    let digits = unsigned(integer)?;
    (digits.len() <= 4).then(|| digits.iter().fold(0usize, |value, digit| (value << 8) | usize::from(*digit)))
}

/// The digits of an integer that is not negative, base 256, without leading zeros.
pub(super) fn unsigned(integer: Element<'_>) -> Option<&[u8]> {
    let negative = integer.content.first().is_none_or(|first| first & 0x80 != 0);
    let zeros = integer.content.iter().take_while(|digit| **digit == 0).count();
    if negative { None } else { integer.content.get(zeros..) }
}

/// The octets of a bit string that ends with a whole octet.
pub(super) fn octets(bits: Element<'_>) -> Option<&[u8]> {
    bits.with(BIT_STRING)?.content.strip_prefix(&[0])
}

/// Takes the first element off the bytes.
pub(super) fn take<'a>(bytes: &mut &'a [u8]) -> Option<Element<'a>> {
    let all = *bytes;
    let (tag, rest) = all.split_first()?;
    // Tags of more octets do not occur in what is read here.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, content) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x80 => return indefinite(all, rest, bytes),
        _ => {
            let count = usize::from(first & 0x7f);
            let octets = rest.get(..count).filter(|_| count <= 4)?;
            let length = octets.iter().fold(0usize, |length, octet| (length << 8) | usize::from(*octet));
            (length, rest.get(count..)?)
        }
    };
    let (content, rest) = content.split_at_checked(length)?;
    let taken = all.len().checked_sub(rest.len())?;
    *bytes = rest;
    Some(Element { tag: *tag, content, whole: all.get(..taken)? })
}

/// An element that ends with two zero octets instead of telling its length.
fn indefinite<'a>(all: &'a [u8], start: &'a [u8], bytes: &mut &'a [u8]) -> Option<Element<'a>> {
    let mut rest = start;
    let mut open = 1usize;
    // Elements of known length are stepped over, those of unknown length counted: no recursion, each octet looked at once.
    while open > 0 {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            rest = after;
            open = open.checked_sub(1)?;
        } else if rest.get(1) == Some(&0x80) {
            rest = rest.get(2..)?;
            open = open.checked_add(1)?;
        } else {
            take(&mut rest)?;
        }
    }
    let taken = all.len().checked_sub(rest.len())?;
    let content = start.get(..start.len().checked_sub(rest.len())?.checked_sub(2)?)?;
    *bytes = rest;
    Some(Element { tag: *all.first()?, content, whole: all.get(..taken)? })
}

impl<'a> Element<'a> {
    /// The elements inside, up to the first that cannot be read.
    pub(super) fn children(self) -> impl Iterator<Item = Element<'a>> {
        let mut rest = self.content;
        std::iter::from_fn(move || take(&mut rest))
    }

    /// The first element inside.
    pub(super) fn first(self) -> Option<Element<'a>> {
        self.children().next()
    }

    /// The first element inside with a tag.
    pub(super) fn child(self, tag: u8) -> Option<Element<'a>> {
        self.children().find(|child| child.tag == tag)
    }

    /// The element itself if it has the tag.
    pub(super) fn with(self, tag: u8) -> Option<Self> {
        (self.tag == tag).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
        let mut rest = bytes;
        let element = take(&mut rest)?;
        assert_eq!(element.whole.len() + rest.len(), bytes.len());
        Some((element.tag, element.content.to_vec(), rest.len()))
    }

    #[test]
    fn definite_and_indefinite_lengths() {
        let long = [&[0x04, 0x81, 0x80][..], &[7; 128]].concat();
        let cases: [(&[u8], Option<(u8, Vec<u8>, usize)>); 9] = [
            (&[0x02, 1, 5, 9], Some((2, vec![5], 1))),
            (&long, Some((4, vec![7; 128], 0))),
            (&[0x30, 0x80, 0x02, 1, 5, 0, 0, 9], Some((0x30, vec![2, 1, 5], 1))),
            (&[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0], Some((0x30, vec![0x30, 0x80, 0, 0], 0))),
            (&[0x30, 0x80, 0x02, 1, 5], None),
            (&[0x02, 5, 1], None),
            (&[0x02, 0x85, 1, 1, 1, 1, 1], None),
            (&[0x1f, 1, 1], None),
            (&[], None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(one(bytes), expected, "{bytes:02x?}");
        }
    }
}
