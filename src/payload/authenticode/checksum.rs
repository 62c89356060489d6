//! The checksum of an executable's header, as `CheckSumMappedFile` of `imagehlp.dll` computes it: the ones' complement sum of
//! all 16-bit words, without the field itself, plus the length.

/// The checksum of a file; `field` is where its header has the field. Nothing where the field lies at an odd offset, at which
/// no linker puts it.
pub(super) fn of(file: &[u8], field: usize) -> Option<u32> {
    if !field.is_multiple_of(2) {
        return None;
    }
    let (before, rest) = file.split_at_checked(field)?;
    let sum = fold(words(before).wrapping_add(words(rest.get(4..)?)));
    Some(u32::try_from(sum).ok()?.wrapping_add(u32::try_from(file.len()).ok()?))
}

/// The sum of 32-bit words, which once folded is that of 16-bit words; the last is filled up with zeros.
fn words(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut last = [0u8; 4];
    for (target, source) in last.iter_mut().zip(rest) {
        *target = *source;
    }
    let word = |word: &[u8; 4]| u64::from(u32::from_le_bytes(*word));
    words.iter().map(word).fold(word(&last), u64::wrapping_add)
}

fn fold(mut sum: u64) -> u64 {
    while sum > 0xffff {
        sum = (sum & 0xffff).wrapping_add(sum >> 16);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Word by word, as the reference does it.
    fn slowly(file: &[u8], field: usize) -> u32 {
        let mut sum = 0u32;
        for (number, word) in file.chunks(2).enumerate() {
            let inside = (field..field + 4).contains(&(number * 2));
            sum += if inside { 0 } else { u32::from(word[0]) | u32::from(*word.get(1).unwrap_or(&0)) << 8 };
            sum = (sum & 0xffff) + (sum >> 16);
        }
        sum + u32::try_from(file.len()).unwrap()
    }

    #[test]
    fn sums_are_those_of_the_words() {
        let file: Vec<u8> = (0..5000u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        for length in [300, 301, 302, 303, 4999, 5000] {
            for field in [0, 64, 66, 216] {
                assert_eq!(of(&file[..length], field), Some(slowly(&file[..length], field)), "{length} {field}");
            }
        }
        let full = vec![0xff; 64];
        assert_eq!(of(&full, 8), Some(slowly(&full, 8)));
        assert_eq!((of(&file, 65), of(&file[..66], 64), of(&[], 0)), (None, None, None));
    }
}
