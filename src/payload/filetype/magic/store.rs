//! Databases, mail stores, network captures, and what programs keep.

use super::super::FileType;
use super::super::signature::{Signature, at, at_if, start, start_if};
use super::{be16, be32, byte, le16, le32, other};

const PCAP: &str = "application/vnd.tcpdump.pcap";
const PST: &str = "application/vnd.ms-outlook-pst";
const ACCESS: &str = "application/x-msaccess";
const MYSQL: FileType = other("frm", "application/x-mysql-table-definition", "MySQL table definition");

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"SQLite format 3\0", other("sqlite", "application/vnd.sqlite3", "SQLite database")),
    start(b"** This file contains an SQLite 2", other("sqlite", "application/x-sqlite2", "SQLite 2 database")),
    start_if(
        b"\x37\x7f\x06\x82",
        other("sqlite-wal", "application/x-sqlite-wal", "write-ahead log of SQLite"),
        is_sqlite_log,
    ),
    start_if(
        b"\x37\x7f\x06\x83",
        other("sqlite-wal", "application/x-sqlite-wal", "write-ahead log of SQLite"),
        is_sqlite_log,
    ),
    start(
        b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",
        other("sqlite-journal", "application/x-sqlite-journal", "journal of SQLite"),
    ),
    start(b"\0\x01\0\0Standard Jet DB", other("mdb", ACCESS, "Access database")),
    start(b"\0\x01\0\0Standard ACE DB", other("accdb", ACCESS, "Access database")),
    start(b"\0\x01\0\0MSISAM Database", other("mny", "application/x-msmoney", "Money database")),
    at_if(4, b"\xef\xcd\xab\x89", other("edb", "application/x-ms-ese", "Extensible Storage Engine database"), |head| {
        matches!(le32(head, 8), 0x620 | 0x623 | 0..=0x1ff)
    }),
    // The header of a page, of type 15 in file 0 at page 0, begins the primary file of a database.
    start_if(b"\x01\x0f\0\0", other("mdf", "application/x-mssql-database", "SQL Server database"), |head| {
        head.len() >= 96 && le32(head, 32) == 0 && le16(head, 36) <= 1
    }),
    start_if(b"\xfe\x01", MYSQL, |head| {
        matches!(byte(head, 2), 7..=11) && byte(head, 3) < 64 && head.len() > 64 && le16(head, 6) > 0
    }),
    start_if(b"\xfe\xfe\x07", other("MYI", "application/x-mysql-index", "MySQL index"), |head| byte(head, 3) == 1),
    start(b"\xfebin", other("binlog", "application/x-mysql-binlog", "MySQL binary log")),
    start_if(b"PGDMP", other("dump", "application/x-postgresql-dump", "PostgreSQL dump"), |head| byte(head, 5) <= 2),
    start(b"REDIS00", other("rdb", "application/x-redis-dump", "Redis dump")),
    start(b"!BDN", other("pst", PST, "Outlook mail store")),
    start(b"\xcf\xad\x12\xfe", other("dbx", "application/x-outlook-express", "Outlook Express mail folder")),
    start(b"JMF9", other("mbx", "application/x-outlook-express", "Outlook Express 4 mail folder")),
    start(b"*mbx*\r\n", other("mbx", "application/x-mbx", "mail folder of UW IMAP")),
    start(b"\x1a\0\0\x04\0\0", other("nsf", "application/vnd.lotus-notes", "Notes database")),
    start_if(b"\x78\x9f\x3e\x22", other("dat", "application/vnd.ms-tnef", "TNEF attachment (winmail.dat)"), |head| {
        head.len() > 16
    }),
    start_if(b"\xd4\xc3\xb2\xa1", other("pcap", PCAP, "network capture"), |head| le16(head, 4) == 2),
    start_if(b"\xa1\xb2\xc3\xd4", other("pcap", PCAP, "network capture"), |head| be16(head, 4) == 2),
    start_if(b"\x4d\x3c\xb2\xa1", other("pcap", PCAP, "network capture (nanoseconds)"), |head| le16(head, 4) == 2),
    start_if(b"\xa1\xb2\x3c\x4d", other("pcap", PCAP, "network capture (nanoseconds)"), |head| be16(head, 4) == 2),
    start_if(b"\x34\xcd\xb2\xa1", other("pcap", PCAP, "network capture (modified)"), |head| le16(head, 4) == 2),
    start_if(
        b"\x0a\x0d\x0d\x0a",
        other("pcapng", "application/x-pcapng", "network capture (next generation)"),
        |head| matches!(le32(head, 8), 0x1a2b_3c4d | 0x4d3c_2b1a),
    ),
    start(b"XCP\0", other("cap", "application/x-netxray", "network capture (NetXRay)")),
    start(b"GMBU", other("cap", "application/x-netmon", "network capture (Network Monitor)")),
    start(b"RTSS", other("cap", "application/x-netmon", "network capture (Network Monitor 1)")),
    start(b"snoop\0\0\0\0", other("snoop", "application/x-snoop", "network capture (snoop)")),
    start(b"\x93NUMPY", other("npy", "application/x-numpy-data", "NumPy array")),
    start(b"\x89HDF\r\n\x1a\n", other("h5", "application/x-hdf5", "HDF5 data")),
    start(b"CDF\x01", other("nc", "application/x-netcdf", "NetCDF data")),
    start(b"CDF\x02", other("nc", "application/x-netcdf", "NetCDF data")),
    start(b"Obj\x01", other("avro", "application/avro", "Avro data")),
    start(b"PAR1", other("parquet", "application/vnd.apache.parquet", "Parquet data")),
    start(b"ARROW1\0\0", other("arrow", "application/vnd.apache.arrow.file", "Arrow data")),
    start_if(
        b"\xac\xed\0\x05",
        other("ser", "application/x-java-serialized-object", "serialised Java object"),
        |head| byte(head, 4) >= 0x70,
    ),
    start_if(b"\x80", other("pickle", "application/x-python-pickle", "pickled Python object"), |head| {
        matches!(byte(head, 1), 4 | 5) && byte(head, 2) == 0x95 && head.get(7..11) == Some(&[0; 4])
    }),
    start(b"bplist", other("plist", "application/x-bplist", "property list (binary)")),
    start_if(b"\xce\x9a\x57\x13", other("gdbm", "application/x-gdbm", "GDBM database"), |head| head.len() > 16),
    start_if(b"\xcf\x9a\x57\x13", other("gdbm", "application/x-gdbm", "GDBM database"), |head| head.len() > 16),
    start_if(b"\xcd\x9a\x57\x13", other("gdbm", "application/x-gdbm", "GDBM database"), |head| head.len() > 16),
    start_if(b"\x13\x57\x9a\xce", other("gdbm", "application/x-gdbm", "GDBM database"), |head| head.len() > 16),
    start_if(b"\0\x06\x15\x61", other("db", "application/x-dbm", "Berkeley DB 1.85 hash"), |head| be32(head, 4) < 4),
    at_if(12, b"\x61\x15\x06\0", other("db", "application/x-dbm", "Berkeley DB hash"), |head| le32(head, 16) < 16),
    at_if(12, b"\x62\x31\x05\0", other("db", "application/x-dbm", "Berkeley DB tree"), |head| le32(head, 16) < 16),
    at(0, b"LPKSHHRH", other("journal", "application/x-systemd-journal", "systemd journal")),
    start_if(b"\x03", other("dbf", "application/x-dbf", "dBase table"), is_dbase),
    start_if(b"\x30", other("dbf", "application/x-dbf", "FoxPro table"), is_dbase),
    start_if(b"\x83", other("dbf", "application/x-dbf", "dBase table (with memo)"), is_dbase),
    start_if(b"\xf5", other("dbf", "application/x-dbf", "FoxPro table (with memo)"), is_dbase),
    start(b"d8:announce", other("torrent", "application/x-bittorrent", "BitTorrent metainfo")),
    start(b"d13:announce-list", other("torrent", "application/x-bittorrent", "BitTorrent metainfo")),
];

fn is_sqlite_log(head: &[u8]) -> bool {
    be32(head, 4) == 3_007_000 && be32(head, 8).is_power_of_two()
}

/// A date of the last change that is one, a header of whole field descriptors, and a first field with a name and a type.
fn is_dbase(head: &[u8]) -> bool {
    let (header, record) = (le16(head, 8), le16(head, 10));
    (1..=12).contains(&byte(head, 2))
        && (1..=31).contains(&byte(head, 3))
        && header >= 65
        && record >= 2
        && head.get(14..28).is_some_and(|reserved| reserved.first() == Some(&0) || reserved.first() == Some(&1))
        && byte(head, 32).is_ascii_alphabetic()
        && matches!(
            byte(head, 43),
            b'C' | b'N' | b'D' | b'L' | b'F' | b'M' | b'I' | b'T' | b'Y' | b'B' | b'G' | b'@' | b'O' | b'+'
        )
}
