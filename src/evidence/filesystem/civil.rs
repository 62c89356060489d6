//! Instants from the parts of a calendar that a file system keeps.

use crate::base::time::Timestamp;

/// A date and a time of day, as they were written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: u8,
    /// From 1.
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) nanosecond: i32,
}

impl Civil {
    /// The instant, for a clock that is so many minutes ahead of UTC; nothing where the parts are no date or no time.
    pub(super) fn instant(self, ahead: i64) -> Option<Timestamp> {
        let leap =
            self.year.checked_rem(4)? == 0 && (self.year.checked_rem(100)? != 0 || self.year.checked_rem(400)? == 0);
        let days = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        if !(1..=days).contains(&self.day) || self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let minutes =
            i64::from(self.hour).saturating_mul(60).saturating_add(i64::from(self.minute)).saturating_sub(ahead);
        let seconds = self
            .days()
            .saturating_mul(86_400)
            .saturating_add(minutes.saturating_mul(60))
            .saturating_add(i64::from(self.second));
        Timestamp::from_unix(seconds, self.nanosecond)
    }

    /// Days since 1970 in the Gregorian calendar, counted in years that begin in March, so that leap days come last.
    fn days(self) -> i64 {
        let month = i64::from(self.month);
        let (year, month) = if month > 2 {
            (self.year, month.saturating_sub(3))
        } else {
            (self.year.saturating_sub(1), month.saturating_add(9))
        };
        let leaps = year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
        let of_year = month.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(i64::from(self.day));
        year.saturating_mul(365).saturating_add(leaps).saturating_add(of_year).saturating_sub(719_469)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_instants() {
        let cases = [
            ((1970, 1, 1, 0, 0, 0), 0, "1970-01-01T00:00:00Z"),
            ((2000, 2, 29, 23, 59, 58), 0, "2000-02-29T23:59:58Z"),
            ((2024, 3, 1, 0, 30, 0), 60, "2024-02-29T23:30:00Z"),
            ((2107, 12, 31, 1, 2, 3), -90, "2107-12-31T02:32:03Z"),
        ];
        for ((year, month, day, hour, minute, second), ahead, expected) in cases {
            let civil = Civil { year, month, day, hour, minute, second, nanosecond: 0 };
            assert_eq!(civil.instant(ahead).unwrap().to_string(), expected);
        }
        for (month, day, hour) in [(0, 1, 0), (13, 1, 0), (2, 30, 0), (1, 0, 0), (4, 31, 0), (1, 1, 24)] {
            assert!(Civil { year: 2023, month, day, hour, ..Civil::default() }.instant(0).is_none());
        }
    }
}
