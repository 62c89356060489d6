//! Marvin32, the checksum of the entries of transaction logs.
//!
//! Source: M. Suhanov, "Windows registry file format specification", Log entries. The function was checked against the test
//! vectors of .NET and the logs of a Windows 10.

/// The seed that the registry gives it.
const SEED: u64 = 0x82ef_4d88_7a4e_55c5;

/// A checksum in the making.
pub(super) struct Marvin {
    low: u32,
    high: u32,
    rest: [u8; 4],
    held: usize,
}

impl Marvin {
    pub(super) fn new() -> Self {
        Self::seeded(SEED)
    }

    fn seeded(seed: u64) -> Self {
        let [low, high] = halves(seed);
        Self { low, high, rest: [0; 4], held: 0 }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while self.held > 0 {
            let Some((byte, rest)) = bytes.split_first() else { return };
            self.hold(*byte);
            bytes = rest;
        }
        let (words, rest) = bytes.as_chunks::<4>();
        for word in words {
            self.mix(u32::from_le_bytes(*word));
        }
        for byte in rest {
            self.hold(*byte);
        }
    }

    pub(super) fn finish(mut self) -> u64 {
        let mut last = [0u8; 4];
        for (target, byte) in last.iter_mut().zip(self.rest.iter().take(self.held).chain(&[0x80])) {
            *target = *byte;
        }
        self.mix(u32::from_le_bytes(last));
        self.mix(0);
        u64::from(self.high) << 32 | u64::from(self.low)
    }

    fn hold(&mut self, byte: u8) {
        if let Some(place) = self.rest.get_mut(self.held) {
            *place = byte;
        }
        self.held = self.held.saturating_add(1);
        if self.held == self.rest.len() {
            self.held = 0;
            self.mix(u32::from_le_bytes(self.rest));
        }
    }

    fn mix(&mut self, word: u32) {
        self.low = self.low.wrapping_add(word);
        self.high ^= self.low;
        self.low = self.low.rotate_left(20).wrapping_add(self.high);
        self.high = self.high.rotate_left(9) ^ self.low;
        self.low = self.low.rotate_left(27).wrapping_add(self.high);
        self.high = self.high.rotate_left(19);
    }
}

fn halves(seed: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = seed.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_published_vectors() {
        // .NET, MarvinTests.
        let vectors: [(u64, &[u8], u64); 6] = [
            (0x004f_b61a_001b_dbcc, b"", 0x30ed_35c1_00cd_3c7d),
            (0x004f_b61a_001b_dbcc, b"\xaf", 0x48e7_3fc7_7d75_ddc1),
            (0x004f_b61a_001b_dbcc, b"\xe7\x0f", 0xb5f6_e1fc_485d_bff8),
            (0x004f_b61a_001b_dbcc, b"\x37\xf4\x95", 0xf0b0_7c78_9b8c_f7e8),
            (0x004f_b61a_001b_dbcc, b"\x86\x42\xdc\x59", 0x7008_f2e8_7e9c_f556),
            (0x004f_b61a_001b_dbcc, b"\x15\x3f\xb7\x98\x26", 0xe6c0_8c6d_a2af_a997),
        ];
        for (seed, bytes, sum) in vectors {
            let mut marvin = Marvin::seeded(seed);
            marvin.update(bytes);
            assert_eq!(marvin.finish(), sum, "{bytes:x?}");
        }
    }

    #[test]
    fn pieces_make_the_same_sum_as_the_whole() {
        let bytes: Vec<u8> = (0..=99).collect();
        let mut whole = Marvin::new();
        whole.update(&bytes);
        let sum = whole.finish();
        for size in 1..20 {
            let mut pieces = Marvin::new();
            bytes.chunks(size).for_each(|piece| pieces.update(piece));
            assert_eq!(pieces.finish(), sum, "{size}");
        }
    }
}
