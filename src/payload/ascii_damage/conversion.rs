//! What a transfer in ASCII mode does to bytes, and who does it.
//!
//! Seen on a loopback with pieces of known bytes (inetutils 2.5, tnftp 20230507, lftp 4.9, curl 8, wget against pyftpdlib
//! 2.2 and a server that sends as is), and read in the sources of vsftpd, ProFTPD, BSD ftp and ReactOS:
//!
//! | who | direction | does |
//! |---|---|---|
//! | wu-ftpd, vsftpd until 2.0, BSD ftpd | to the client | LF → CRLF everywhere |
//! | vsftpd, ProFTPD, pyftpdlib | to the client | LF → CRLF where no CR stands before |
//! | BSD ftp (inetutils, tnftp), curl `-B` | to the server | LF → CRLF everywhere |
//! | lftp | to the server | LF → CRLF where no CR stands before |
//! | vsftpd, ProFTPD, pyftpdlib | stored | CRLF → LF |
//! | vsftpd until 2.0 | stored | every CR dropped |
//! | lftp | stored | CRLF → LF |
//! | BSD ftp (inetutils, tnftp) | stored | CRLF → LF, and CR NUL → CR |
//! | curl `-B` | stored | CRLF → LF, each other CR → LF |
//! | ReactOS ftp | stored | as BSD ftp, then LF → CRLF by the text mode of the C library |
//! | ReactOS ftp | to the server | read in text mode: up to the first `1A`; CRLF → LF, then LF → CRLF |
//! | wget, IIS, FileZilla Server on Windows | both | nothing |

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// What was done to the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// Every LF became CRLF. The undoing is exact.
    LfToCrlf,
    /// Every LF became CRLF, twice: CR CR LF. The undoing is exact.
    LfToCrlfTwice,
    /// Every LF became CRLF and every other CR became CR NUL, as RFC 854 has it. The undoing is exact.
    Nvt,
    /// Every LF became CRLF, save those behind a CR. Which these were is lost, and must be found.
    LoneLfToCrlf,
    /// Every CRLF became LF, and perhaps every CR NUL a CR. Which they were is lost, and must be found.
    CrlfToLf,
    /// Every CR is gone.
    CrDropped,
    /// Every CR and every CRLF became LF.
    CrToLf,
    /// The highest bit of every byte is gone.
    HighBitStripped,
    /// The bytes were translated from ASCII to EBCDIC.
    AsciiToEbcdic,
    /// The bytes were translated from EBCDIC to ASCII.
    EbcdicToAscii,
    /// Nothing is left from the first `1A` on, which text mode takes for the end of a file.
    CutAtControlZ,
}

impl fmt::Display for Conversion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LfToCrlf => "every LF became CRLF",
            Self::LfToCrlfTwice => "every LF became CR CR LF",
            Self::Nvt => "every LF became CRLF, every other CR became CR NUL",
            Self::LoneLfToCrlf => "every LF without a CR before it became CRLF",
            Self::CrlfToLf => "every CRLF became LF",
            Self::CrDropped => "every CR is gone",
            Self::CrToLf => "every CR became LF",
            Self::HighBitStripped => "the highest bit of every byte is gone",
            Self::AsciiToEbcdic => "the bytes were translated from ASCII to EBCDIC",
            Self::EbcdicToAscii => "the bytes were translated from EBCDIC to ASCII",
            Self::CutAtControlZ => "nothing is left from the first 1A on",
        })
    }
}
