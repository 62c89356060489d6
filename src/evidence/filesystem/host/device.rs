//! Disks and volumes of this host, named on purpose: read in whole sectors, and of a size that is found out where the system
//! does not tell it.

use super::file::HostFile;
#[cfg(unix)]
use super::file::open_read_only as open;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{AlignedBuffer, ReadAt};
use crate::base::number::to_u64;
use crate::base::source::Source;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// Whether a path that the examiner named is a whole disk or a part of one: a block device, also through a link, or on
/// Windows `\\.\PhysicalDriveN` or `\\.\C:`.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_block_device())
    }
    #[cfg(windows)]
    {
        use super::name::{self, Device};
        name::device(path.as_os_str().as_encoded_bytes()) == Some(Device::Disk)
    }
}

/// Opens a device that the examiner named. It is only read; a walk never comes here.
///
/// # Errors
/// What the operating system says, or that nothing of it can be read.
pub fn open_device(path: &Path) -> Result<Source, Anomaly> {
    let anomaly = |cause: Cause| Anomaly { stage: Stage::Open, path: path.to_string_lossy().into_owned(), cause };
    // A link to a device, as in `/dev/disk/by-id`, was asked for by name.
    let real =
        if cfg!(unix) { path.canonicalize() } else { Ok(path.to_owned()) }.map_err(|error| anomaly(error.into()))?;
    let mut file = open(&real).map_err(|error| anomaly(error.into()))?;
    // Windows lets nobody seek to the end of a disk.
    let told = file.seek(SeekFrom::End(0)).ok().filter(|length| *length > 0);
    let mut sectors = Sectors { device: HostFile { file, length: u64::MAX }, length: u64::MAX };
    sectors.length = match told {
        Some(length) => length,
        None => size(&sectors.device).map_err(|error| anomaly(error.into()))?,
    };
    if sectors.length == 0 {
        return Err(anomaly(Cause::Unsupported("a device of which nothing can be read".to_owned())));
    }
    Ok(Arc::new(sectors))
}

/// Windows tells no metadata of a disk.
#[cfg(windows)]
fn open(path: &Path) -> io::Result<std::fs::File> {
    super::file::with_access(path, true, 0)
}

/// Bytes of the smallest sector in use.
const SMALLEST: u64 = 512;

/// Finds out how many bytes a device has, by reading: its end is where no more can be read. A sector in the middle that
/// cannot be read for its own damage is no end.
///
/// # Errors
/// What the system says of the first sectors.
pub(super) fn size(device: &dyn ReadAt) -> io::Result<u64> {
    let mut buffer = AlignedBuffer::new(usize::try_from(Sectors::<HostFile>::SECTOR).unwrap_or(0));
    // A block at the end may be shorter than the largest sector.
    let mut is_there = |sector: u64, size: u64| {
        let space = usize::try_from(size).ok().and_then(|size| buffer.space().get_mut(..size)).unwrap_or_default();
        match device.read_at(sector.saturating_mul(size), space) {
            Ok(count) => Ok(count > 0),
            Err(error) if is_damage(&error) => Ok(true),
            Err(error) => Err(error),
        }
    };
    let sector = match is_there(0, SMALLEST) {
        Ok(true) => SMALLEST,
        Ok(false) => return Ok(0),
        // A device of larger sectors.
        Err(_) => {
            is_there(0, Sectors::<HostFile>::SECTOR)?;
            Sectors::<HostFile>::SECTOR
        }
    };
    let (mut present, mut absent) = (0u64, 1u64);
    while is_there(absent, sector).unwrap_or(false) {
        (present, absent) = (absent, absent.saturating_mul(2));
        if absent.checked_mul(sector).is_none() {
            break;
        }
    }
    while present.saturating_add(1) < absent {
        let middle = present.midpoint(absent);
        if is_there(middle, sector).unwrap_or(false) {
            present = middle;
        } else {
            absent = middle;
        }
    }
    Ok(present.saturating_add(1).saturating_mul(sector))
}

/// Whether a read failed for the damage of what is read: EIO and EUCLEAN, or ERROR_CRC and ERROR_IO_DEVICE.
fn is_damage(error: &io::Error) -> bool {
    let codes = if cfg!(windows) { [23, 1117] } else { [5, 117] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// A device that is read in whole sectors alone, and never beyond its end, as Windows wants it.
pub(super) struct Sectors<R> {
    pub(super) device: R,
    /// Bytes of the device: a number of sectors, whatever their size.
    pub(super) length: u64,
}

impl<R> Sectors<R> {
    /// Bytes of the largest sector in use.
    const SECTOR: u64 = 4096;
}

impl<R: ReadAt> ReadAt for Sectors<R> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let before = offset.checked_rem(Self::SECTOR).unwrap_or(0);
        let rest = self.length.saturating_sub(offset);
        let wanted = to_u64(buffer.len()).min(rest);
        if wanted == 0 {
            return Ok(0);
        }
        let whole = wanted.saturating_sub(wanted.checked_rem(Self::SECTOR).unwrap_or(0));
        if before == 0 && whole > 0 {
            let whole = usize::try_from(whole).unwrap_or(0);
            return self.device.read_at(offset, buffer.get_mut(..whole).unwrap_or_default());
        }
        // One block, in a buffer of its own; the last of the device may be shorter.
        let start = offset.saturating_sub(before);
        let size = usize::try_from(Self::SECTOR.min(self.length.saturating_sub(start))).unwrap_or(0);
        let mut block = AlignedBuffer::new(size);
        let count = self.device.read_at(start, block.space())?;
        let read = block.filled(count).get(usize::try_from(before).unwrap_or(0)..).unwrap_or_default();
        let count = read.len().min(usize::try_from(wanted).unwrap_or(0));
        if let (Some(target), Some(read)) = (buffer.get_mut(..count), read.get(..count)) {
            target.copy_from_slice(read);
        }
        Ok(count)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::bytes::read_full;

    /// A device that refuses what Windows does: reads that are no whole sectors, and those beyond its end.
    struct Strict {
        bytes: Vec<u8>,
        sector: u64,
        damaged: Option<u64>,
    }

    impl ReadAt for Strict {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let (length, end) = (buffer.len() as u64, offset + buffer.len() as u64);
            let whole = offset.is_multiple_of(self.sector) && length.is_multiple_of(self.sector) && length > 0;
            if !whole || end > self.bytes.len() as u64 {
                return Err(io::Error::from_raw_os_error(if cfg!(windows) { 87 } else { 22 }));
            }
            if self.damaged.is_some_and(|at| (offset..end).contains(&at)) {
                return Err(io::Error::from_raw_os_error(if cfg!(windows) { 23 } else { 5 }));
            }
            self.bytes.read_at(offset, buffer)
        }

        fn len(&self) -> u64 {
            u64::MAX
        }
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at * 7 / 3) as u8).collect()
    }

    #[test]
    fn devices_are_read_in_whole_sectors() {
        for sector in [512, 4096] {
            let bytes = bytes(5 * 4096 + if sector == 512 { 1536 } else { 0 });
            let length = bytes.len() as u64;
            let strict = Strict { bytes: bytes.clone(), sector, damaged: None };
            let device = Sectors { device: strict, length };
            let reads =
                [(0, 4096), (1, 10), (4095, 2), (4000, 9000), (8192, 4097), (20_480, 9000), (20_991, 5), (30_000, 5)];
            for (offset, length) in reads {
                let mut buffer = vec![0u8; length];
                let count = read_full(&device, offset, &mut buffer).unwrap();
                let start = bytes.len().min(offset as usize);
                let expected = &bytes[start..bytes.len().min(start + length)];
                assert!(&buffer[..count] == expected, "{sector}: {offset} {length}");
            }
        }
    }

    #[test]
    fn the_size_of_a_device_is_found_by_reading() {
        for sector in [512, 4096] {
            for sectors in [1usize, 2, 3, 7, 8, 9, 1000] {
                let length = sectors * sector as usize;
                for damaged in [None, Some(length as u64 / 2)] {
                    let device = Strict { bytes: bytes(length), sector, damaged };
                    assert_eq!(size(&device).unwrap(), length as u64, "{sector} {sectors} {damaged:?}");
                }
            }
        }
        assert!(size(&Strict { bytes: Vec::new(), sector: 512, damaged: None }).is_err());
    }
}
