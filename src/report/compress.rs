//! The bytes of a report file: as they are, or as gzip where the file's name asks for it.

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// A file that is written, compressed or not.
#[derive(Debug)]
pub(super) enum Body {
    Plain(File),
    /// A member of gzip (RFC 1952) whose header tells no time, name or system, so that the same report gives the same bytes.
    Gzip(Box<GzEncoder<File>>),
}

/// «Unknown» among the operating systems of RFC 1952.
const NO_SYSTEM: u8 = 255;

impl Body {
    /// Takes a file that will have the name of `target`: `.gz` at its end means gzip.
    pub(super) fn of(file: File, target: &Path) -> Self {
        if !target.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
            return Self::Plain(file);
        }
        let header = GzBuilder::new().mtime(0).operating_system(NO_SYSTEM);
        Self::Gzip(Box::new(header.write(file, Compression::default())))
    }

    /// Writes what is held back, and has the system put all on the disk.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.sync_all(),
            Self::Gzip(encoder) => {
                encoder.try_finish()?;
                encoder.get_ref().sync_all()
            }
        }
    }
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            // A flush of the encoder would cost bytes, and the report counts only when it is finished.
            Self::Gzip(_) => Ok(()),
        }
    }
}
