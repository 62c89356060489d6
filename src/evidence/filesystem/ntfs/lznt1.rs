//! LZNT1 (MS-XCA 2.5), as NTFS compresses files with it: units of clusters, in chunks of 4 KiB.
use crate::base::compression::copy;
use crate::base::fields::u16_at;

/// Bytes of content of one chunk.
const CHUNK: usize = 4096;

/// Decompresses the chunks of a unit; the content that they do not reach stays as it is in `content`, and `content` is
/// never exceeded.
///
/// # Errors
/// The data contradicts the format; what came before is in `content`.
pub(super) fn decompress(mut data: &[u8], content: &mut [u8]) -> Result<(), &'static str> {
    for chunk in content.chunks_mut(CHUNK) {
        // A header of zero, or none, ends the unit.
        let Some(header) = u16_at(data, 0).filter(|header| *header != 0) else { return Ok(()) };
        let size = usize::from(header & 0x0fff).saturating_add(1);
        let end = size.saturating_add(2);
        let body = data.get(2..end).ok_or("LZNT1: chunk cut off")?;
        data = data.get(end..).unwrap_or_default();
        if header & 0x8000 == 0 {
            for (target, byte) in chunk.iter_mut().zip(body) {
                *target = *byte;
            }
        } else {
            expand(body, chunk)?;
        }
    }
    Ok(())
}

/// Decompresses one chunk: groups of a byte of flags and eight elements, each a byte or a pair of distance and length.
fn expand(mut body: &[u8], chunk: &mut [u8]) -> Result<(), &'static str> {
    let mut at = 0usize;
    // Bits of a pair that tell the length: the further the chunk has come, the more the distance needs.
    let (mut bits, mut reach) = (12u32, 16usize);
    while let Some((flags, rest)) = body.split_first() {
        body = rest;
        for bit in 0..8 {
            let Some((first, rest)) = body.split_first() else { return Ok(()) };
            if flags & (1u8 << bit) == 0 {
                let Some(target) = chunk.get_mut(at) else { return Ok(()) };
                *target = *first;
                at = at.saturating_add(1);
                body = rest;
                continue;
            }
            let pair = u16_at(body, 0).ok_or("LZNT1: pair cut off")?;
            body = body.get(2..).unwrap_or_default();
            while at > reach && bits > 4 {
                bits = bits.saturating_sub(1);
                reach = reach.saturating_mul(2);
            }
            let distance = usize::from(pair >> bits).saturating_add(1);
            let length = usize::from(pair & ((1u16 << bits).saturating_sub(1))).saturating_add(3);
            let start = at.checked_sub(distance).ok_or("LZNT1: before the start of the chunk")?;
            let end = at.saturating_add(length).min(chunk.len());
            copy(chunk, start, at, end);
            at = end;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        let data = [
            0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47, 0x01, 0xa0, 0x45,
            0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20, 0x05, 0x24, 0x13, 0x88, 0x05, 0xb4,
            0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09, 0x16, 0x01, 0x48, 0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00,
            0x04, 0x01, 0x18, 0x90, 0x00,
        ];
        let expected =
            b"F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E \
            D E A F# F# G A A G F# E D D E F# E D D\0";
        let mut content = [9u8; 8192];
        assert_eq!(decompress(&data, &mut content), Ok(()));
        assert_eq!(&content[..expected.len()], expected);
    }

    #[test]
    fn lying_chunks_are_bounded() {
        let cases: [(&[u8], Result<(), &str>); 7] = [
            (&[], Ok(())),
            (&[0, 0, 1, 2], Ok(())),
            (&[0xff, 0xbf], Err("LZNT1: chunk cut off")),
            (&[0x02, 0xb0, 0x01, 0x00, 0x00], Err("LZNT1: before the start of the chunk")),
            (&[0x01, 0xb0, 0x01, 0x00], Err("LZNT1: pair cut off")),
            (&[0x03, 0xb0, 0x02, b'a', 0xff, 0x0f], Ok(())),
            (&[0x02, 0x30, 1, 2, 3], Ok(())),
        ];
        for (data, expected) in cases {
            let mut content = [0u8; 4096];
            assert_eq!(decompress(data, &mut content), expected, "{data:x?}");
        }
        let mut short = [0u8; 10];
        assert_eq!(decompress(&[0x03, 0xb0, 0x02, b'a', 0xff, 0x0f], &mut short), Ok(()));
        assert_eq!(short, [b'a'; 10]);
    }
}
