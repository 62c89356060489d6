//! Runs of clusters: their encoding, and content read through them.
use crate::base::bytes::{ReadAt, read_by_parts, read_full};
use crate::base::fields::u64_at;
use crate::base::number::to_usize;
use crate::base::source::Source;
use std::io;

/// Runs of one attribute that are kept.
pub(super) const CAP: usize = 1_000_000;

/// Clusters of content that lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// The first, counted from the start of the content.
    pub first: u64,
    /// How many; never zero.
    pub length: u64,
    /// Where they lie, in clusters of the volume; nothing where they are a hole.
    pub start: Option<u64>,
}

impl Run {
    /// The first cluster of content behind the run.
    pub(super) fn end(&self) -> u64 {
        self.first.saturating_add(self.length)
    }
}

/// Decodes the runs of an attribute whose first cluster is `first`, on a volume of so many clusters, behind those that are
/// there.
///
/// # Errors
/// What is wrong with the first run that cannot be; those before it are kept.
pub(super) fn decode(bytes: &[u8], first: u64, clusters: u64, runs: &mut Vec<Run>) -> Result<(), &'static str> {
    let mut rest = bytes;
    let (mut at, mut place) = (first, 0i64);
    while let Some((head, tail)) = rest.split_first().filter(|(head, _)| **head != 0) {
        let (counts, places) = (usize::from(head & 0x0f), usize::from(head >> 4));
        let (Some(count), Some(delta)) = (tail.get(..counts), tail.get(counts..counts.saturating_add(places))) else {
            return Err("runs: cut off");
        };
        if counts > 8 || places > 8 {
            return Err("runs: field of more than 8 bytes");
        }
        rest = tail.get(counts.saturating_add(places)..).unwrap_or_default();
        let length = u64::try_from(signed(count)).ok().filter(|length| *length > 0).ok_or("runs: length")?;
        let start = if places == 0 {
            None
        } else {
            place = place.checked_add(signed(delta)).ok_or("runs: place")?;
            let start = u64::try_from(place).map_err(|_| "runs: before the start of the volume")?;
            if start.checked_add(length).is_none_or(|end| end > clusters) {
                return Err("runs: beyond the end of the volume");
            }
            Some(start)
        };
        let end = at.checked_add(length).filter(|end| *end <= 1 << 60).ok_or("runs: length")?;
        if runs.len() >= CAP {
            return Err("runs: more than are read");
        }
        runs.push(Run { first: at, length, start });
        at = end;
    }
    Ok(())
}

/// A signed little-endian number of up to eight bytes.
fn signed(bytes: &[u8]) -> i64 {
    let fill = if bytes.last().is_some_and(|last| last & 0x80 != 0) { 0xff } else { 0 };
    let mut field = [fill; 8];
    for (target, byte) in field.iter_mut().zip(bytes) {
        *target = *byte;
    }
    i64::from_le_bytes(field)
}

/// Puts the parts of an attribute in order: runs that map clusters which an earlier one maps already are left out.
pub(super) fn ordered(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_by_key(|run| run.first);
    let mut end = 0u64;
    runs.retain(|run| {
        let fits = run.first >= end;
        end = if fits { run.end() } else { end };
        fits
    });
    runs
}

/// Content that lies in runs of a volume.
#[derive(Clone)]
pub(super) struct Content {
    /// The volume.
    pub volume: Source,
    /// Bytes of a cluster.
    pub cluster: u64,
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// Bytes of content.
    pub size: u64,
    /// Bytes from the start that were ever written; the rest is zeros.
    pub initialised: u64,
}

impl Content {
    /// The run that holds a cluster of the content.
    pub(super) fn run(&self, cluster: u64) -> Option<&Run> {
        let behind = self.runs.partition_point(|run| run.first <= cluster);
        self.runs.get(behind.checked_sub(1)?).filter(|run| run.end() > cluster)
    }

    /// Reads from one run, as much as lies together.
    fn read_run(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let cluster = offset.checked_div(self.cluster).unwrap_or(0);
        let run = self.run(cluster).ok_or_else(|| damaged("content: its clusters are not known"))?;
        let rest = run.end().saturating_mul(self.cluster).saturating_sub(offset);
        let count = buffer.len().min(to_usize(rest));
        let Some(target) = buffer.get_mut(..count) else { return Ok(0) };
        match run.start {
            None => target.fill(0),
            Some(start) => {
                let inside = offset.saturating_sub(run.first.saturating_mul(self.cluster));
                let place = start.saturating_mul(self.cluster).saturating_add(inside);
                if read_full(&self.volume, place, target)? < count {
                    return Err(damaged("content: beyond the end of the image"));
                }
            }
        }
        Ok(count)
    }
}

impl ReadAt for Content {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(to_usize(self.size.saturating_sub(offset)));
        let written = to_usize(self.initialised.saturating_sub(offset)).min(wanted);
        let target = buffer.get_mut(..written).unwrap_or_default();
        let read = read_by_parts(offset, target, |at, rest| self.read_run(at, rest))?;
        if read < written {
            return Ok(read);
        }
        if let Some(rest) = buffer.get_mut(written..wanted) {
            rest.fill(0);
        }
        Ok(wanted)
    }

    fn len(&self) -> u64 {
        self.size
    }

    fn extents(&self) -> Vec<(u64, u64)> {
        let place = |run: &Run| {
            let (from, to) = (run.first.saturating_mul(self.cluster), run.end().saturating_mul(self.cluster));
            let length = to.min(self.size).checked_sub(from).filter(|length| *length > 0)?;
            Some((run.start?.saturating_mul(self.cluster), length))
        };
        self.runs.iter().filter_map(place).collect()
    }
}

/// An error of a read that damaged bytes are the cause of.
pub(super) fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The eight bytes at an offset of content as a number; nothing where it ends before.
pub(super) fn number_at(content: &dyn ReadAt, offset: u64, width: usize) -> Option<u64> {
    let mut field = [0u8; 8];
    let target = field.get_mut(..width)?;
    (read_full(content, offset, target).ok()? == width).then(|| u64_at(&field, 0)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn decoded(bytes: &[u8]) -> (Vec<(u64, u64, Option<u64>)>, Result<(), &'static str>) {
        let mut runs = Vec::new();
        let result = decode(bytes, 0, 100, &mut runs);
        (runs.into_iter().map(|run| (run.first, run.length, run.start)).collect(), result)
    }

    #[test]
    fn runs_are_decoded_as_far_as_they_can_be() {
        let good = [0x11, 4, 20, 0x01, 3, 0x11, 2, 0xf6, 0x21, 5, 80, 0, 0];
        assert_eq!(decoded(&good), (vec![(0, 4, Some(20)), (4, 3, None), (7, 2, Some(10)), (9, 5, Some(90))], Ok(())));
        let cases: [(&[u8], &str); 9] = [
            (&[0xff], "runs: cut off"),
            (&[0x19, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "runs: field of more than 8 bytes"),
            (&[0x11, 0, 5], "runs: length"),
            (&[0x10, 5], "runs: length"),
            (&[0x11, 0x80, 5], "runs: length"),
            (&[0x11, 1, 0x80], "runs: before the start of the volume"),
            (&[0x11, 11, 90], "runs: beyond the end of the volume"),
            (&[0x81, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], "runs: beyond the end of the volume"),
            (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], "runs: length"),
        ];
        for (bytes, what) in cases {
            let whole = [&[0x11, 4, 20][..], bytes].concat();
            assert_eq!(decoded(bytes), (Vec::new(), Err(what)), "{bytes:x?}");
            assert_eq!(decoded(&whole).0, [(0, 4, Some(20))], "{bytes:x?}");
        }
    }

    #[test]
    fn overlapping_parts_are_left_out() {
        let run = |first, length| Run { first, length, start: Some(first) };
        assert_eq!(
            ordered(vec![run(5, 5), run(0, 5), run(3, 1), run(10, 1), run(9, 9)]),
            [run(0, 5), run(5, 5), run(10, 1)]
        );
    }

    #[test]
    fn content_is_read_through_runs_holes_and_what_was_never_written() {
        let volume: Vec<u8> = (0u8..100).collect();
        let runs = vec![
            Run { first: 0, length: 1, start: Some(2) },
            Run { first: 1, length: 1, start: None },
            Run { first: 2, length: 2, start: Some(0) },
            Run { first: 5, length: 1, start: Some(99) },
        ];
        let volume: Source = Arc::new(volume);
        let content =
            |size, initialised| Content { volume: volume.clone(), cluster: 10, runs: runs.clone(), size, initialised };
        let read = |content: &Content| {
            let mut bytes = vec![9u8; 64];
            let count = read_full(content, 8, &mut bytes)?;
            bytes.truncate(count);
            Ok::<_, io::Error>(bytes)
        };
        let expected = [&[28, 29][..], &[0; 10], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0]].concat();
        assert_eq!(read(&content(34, 32)).unwrap(), expected);
        assert_eq!(content(34, 34).len(), 34);
        assert_eq!(read(&content(41, 41)).unwrap_err().to_string(), "content: its clusters are not known");
        assert_eq!(read(&content(60, 33)).unwrap().len(), 52);
        let mut byte = [0u8; 1];
        assert_eq!(
            content(60, 60).read_at(50, &mut byte).unwrap_err().to_string(),
            "content: beyond the end of the image"
        );
        assert_eq!(content(60, 60).read_at(60, &mut byte).unwrap(), 0);
    }
}
