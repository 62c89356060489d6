//! Loops over many bytes, compiled for speed where the rest is compiled for size: these few take the time of a scan, and only
//! an optimiser that may make them longer looks at sixteen bytes at once.
//!
//! They are a package because the level of optimisation is that of a package; and none is inlined, because a function takes on
//! the level of the package that it is inlined into.

/// Puts bytes behind others, ASCII capitals made small.
#[inline(never)]
pub fn extend_lowercase(target: &mut Vec<u8>, bytes: &[u8]) {
    target.extend(bytes.iter().map(u8::to_ascii_lowercase));
}

/// The same of UTF-16, folded to one byte a character: 1 stands for characters beyond Latin-1.
#[inline(never)]
pub fn extend_narrowed_lowercase(target: &mut Vec<u8>, bytes: &[u8], big_endian: bool) {
    let (pairs, _) = bytes.as_chunks::<2>();
    let fold = |low: u8, high: u8| if high == 0 { low.to_ascii_lowercase() } else { 1 };
    if big_endian {
        target.extend(pairs.iter().map(|[high, low]| fold(*low, *high)));
    } else {
        target.extend(pairs.iter().map(|[low, high]| fold(*low, *high)));
    }
}

/// Control characters that text does not hold: those of ASCII but TAB to CR, SUB and ESC.
#[inline(never)]
#[must_use]
pub fn count_binary_controls(bytes: &[u8]) -> usize {
    // Counted in bytes by portions, which the compiler makes fast.
    let of =
        |portion: &[u8]| portion.iter().fold(0u8, |sum, byte| sum.wrapping_add(u8::from(is_binary_control(*byte))));
    bytes.chunks(255).map(|portion| usize::from(of(portion))).sum()
}

/// Whether a byte is one of those. Without a branch, so that many bytes are looked at together.
#[must_use]
pub fn is_binary_control(byte: u8) -> bool {
    (byte <= 8) | (byte.wrapping_sub(0x0e) <= 0x0b) | (byte.wrapping_sub(0x1c) <= 3) | (byte == 0x7f)
}
