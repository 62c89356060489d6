//! Numbers that look random, for tests: the same for the same seed everywhere.

/// Numbers by xorshift (Marsaglia 2003).
pub(crate) struct Random(u64);

impl Random {
    /// From a seed other than zero.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, which is any but zero.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below an end; below zero, zero.
    pub(crate) fn below<N: TryInto<u64> + TryFrom<u64>>(&mut self, end: N) -> N {
        let end = end.try_into().ok().unwrap();
        N::try_from(self.number() % end.max(1)).ok().unwrap()
    }
}
