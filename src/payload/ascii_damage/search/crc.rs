//! CRC-32 of bytes with others put in, without going through them again: the checksum is linear.
//!
//! What a byte adds to the checksum depends only on how many bytes follow it. So each place has one value for each number
//! of bytes that are put in behind it, and a choice of places is a few values combined by exclusive or.

use super::sites::Site;
use crate::base::number::to_u64;

/// The polynomial of CRC-32, lowest power in the highest bit.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// Values that are kept.
const VALUES: usize = 1 << 18;

/// The product of two polynomials modulo that of the checksum.
fn product(mut a: u32, mut b: u32) -> u32 {
    let mut sum = 0u32;
    while a != 0 {
        if a & 0x8000_0000 != 0 {
            sum ^= b;
        }
        a <<= 1;
        b = if b & 1 == 1 { b >> 1 ^ POLYNOMIAL } else { b >> 1 };
    }
    sum
}

/// The factor by which so many zero bytes that follow change a checksum.
struct Powers([u32; 64]);

impl Powers {
    fn new() -> Self {
        // The factor of one byte is the eighth power of x.
        let mut power = 0x0080_0000u32;
        Self(std::array::from_fn(|_| {
            let this = power;
            power = product(power, power);
            this
        }))
    }

    fn of(&self, bytes: u64) -> u32 {
        let set = self.0.iter().enumerate().filter(|(bit, _)| bytes >> bit & 1 == 1);
        set.fold(0x8000_0000, |factor, (_, power)| product(factor, *power))
    }
}

/// Checksums of a region with bytes put in.
pub(super) struct Spliced {
    /// For each place and each number of bytes put in at or behind it.
    values: Vec<Vec<u32>>,
    /// The places.
    at: Vec<Site>,
    /// What begin and end add.
    constant: u32,
}

impl Spliced {
    /// For `missing` bytes put in at some of the places of a region. `before` is what stands before it and is covered too.
    /// Nothing where there are more places and bytes than can be gone through anyway.
    pub(super) fn new(before: &[u8], region: &[u8], places: &[Site], missing: usize) -> Option<Self> {
        if places.len().saturating_mul(missing.saturating_add(1)) > VALUES {
            return None;
        }
        let powers = Powers::new();
        let size = to_u64(region.len());
        let count = to_u64(missing);
        let zeroed = |bytes: &[u8], state: u32| {
            // The checksum without its inversions, from any state.
            let mut hasher = crc32fast::Hasher::new_with_initial(!state);
            hasher.update(bytes);
            !hasher.finalize()
        };
        let start = zeroed(before, u32::MAX);
        let mut state = start;
        let mut from = 0usize;
        let mut values = Vec::with_capacity(places.len());
        for (at, byte) in places {
            state = zeroed(region.get(from..*at).unwrap_or_default(), state);
            from = *at;
            let rest = size.saturating_sub(to_u64(*at));
            let with = zeroed(&[*byte], state);
            // Up to here as it is, shifted by one byte more or less: the difference is what a byte put in here changes.
            let value = |behind: u64| {
                let shifted = product(powers.of(rest.saturating_add(behind)), with);
                shifted ^ product(powers.of(rest.saturating_add(behind)), state)
            };
            values.push((0..=count).map(value).collect());
        }
        let total = zeroed(region.get(from..).unwrap_or_default(), state);
        Some(Self { values, at: places.to_vec(), constant: total })
    }

    /// The checksum with bytes put in at the given places, in order.
    pub(super) fn of(&self, chosen: &[Site]) -> u32 {
        let mut sum = self.constant;
        for (nth, site) in chosen.iter().enumerate() {
            let index = self.at.binary_search(site).unwrap_or(usize::MAX);
            let behind = chosen.len().saturating_sub(nth).saturating_sub(1);
            sum ^= self.values.get(index).and_then(|values| values.get(behind)).copied().unwrap_or_default();
        }
        !sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::ascii_damage::search::sites::Sites;

    #[test]
    fn the_checksum_with_bytes_put_in_is_that_of_the_bytes() {
        let region: Vec<u8> = (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let sites = Sites::of(&region, true);
        assert!(sites.all.len() > 20);
        let spliced = Spliced::new(b"IDAT", &region, &sites.all, 4).unwrap();
        for picks in [vec![], vec![0], vec![7], vec![1, 2], vec![0, 5, 9, 19]] {
            let mut bytes = b"IDAT".to_vec();
            let mut from = 0;
            let chosen: Vec<Site> = picks.iter().map(|at: &usize| sites.all[*at]).collect();
            for (at, byte) in &chosen {
                bytes.extend_from_slice(&region[from..*at]);
                bytes.push(*byte);
                from = *at;
            }
            bytes.extend_from_slice(&region[from..]);
            assert_eq!(spliced.of(&chosen), crc32fast::hash(&bytes), "{picks:?}");
        }
    }
}
