//! Date and time of MS-DOS, which many archives keep: two seconds precise, by the wall clock of the machine.

/// RFC 3339 without a zone; nothing where the bits are no date.
#[must_use]
pub fn dos_time(date: u16, time: u16) -> Option<String> {
    let (year, month, day) = ((date >> 9).saturating_add(1980), (date >> 5) & 15, date & 31);
    let (hour, minute, second) = (time >> 11, (time >> 5) & 63, (time & 31).saturating_mul(2));
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    super::time::Timestamp::parse(&format!("{text}Z")).map(|_| text)
}

/// The same with the date in the upper half.
#[must_use]
pub fn dos_time_u32(both: u32) -> Option<String> {
    let [t0, t1, d0, d1] = both.to_le_bytes();
    dos_time(u16::from_le_bytes([d0, d1]), u16::from_le_bytes([t0, t1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_no_calendar_has_are_none() {
        assert_eq!(dos_time(0x5aa1, 0x6c3f).as_deref(), None); // 62 seconds
        assert_eq!(dos_time(0x58a1, 0x6c32).as_deref(), Some("2024-05-01T13:33:36"));
        assert_eq!((dos_time(0, 0), dos_time(0x58bf, 0xffff)), (None, None));
        assert_eq!(dos_time_u32(0x58a1_6c32), dos_time(0x58a1, 0x6c32));
    }
}
