//! Sound and moving pictures.

use super::super::Family::{Image, Media};
use super::super::signature::{Signature, asks, start, start_if};
use super::super::{FileType, file_type};
use super::{be32, byte, le32};
use memchr::memmem;

const fn media(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Media, extension, mime, description)
}

const MP3: FileType = media("mp3", "audio/mpeg", "MPEG audio");
const MPEG: &str = "video/mpeg";

pub(in super::super) const SIGNATURES: &[Signature] = &[
    asks(0, b"RIFF", riff),
    asks(0, b"RIFX", riff),
    asks(0, b"FORM", iff),
    asks(4, b"ftyp", base_media),
    start_if(b"ID3", MP3, |head| {
        matches!(byte(head, 3), 2..=4) && head.get(6..10).is_some_and(|size| size.iter().all(u8::is_ascii))
    }),
    asks(0, b"\xff", mpeg_audio),
    start(b"fLaC\0", media("flac", "audio/flac", "FLAC audio")),
    asks(0, b"OggS\0", ogg),
    start(b"MThd\0\0\0\x06", media("mid", "audio/midi", "MIDI music")),
    start(b"#!AMR", media("amr", "audio/amr", "AMR audio")),
    start(b"MAC \x96\x0f", media("ape", "audio/x-ape", "Monkey's audio")),
    start(b"wvpk", media("wv", "audio/x-wavpack", "WavPack audio")),
    start_if(b"DSD ", media("dsf", "audio/x-dsf", "DSD audio"), |head| le32(head, 4) == 28),
    start_if(b".snd", media("au", "audio/basic", "Sun audio"), |head| {
        be32(head, 4) >= 24 && (1..=27).contains(&be32(head, 12))
    }),
    start(b"caff\0\x01", media("caf", "audio/x-caf", "Core Audio")),
    asks(0, b"\x1a\x45\xdf\xa3", matroska),
    start(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", media("wmv", "video/x-ms-asf", "Windows Media")),
    start_if(b"FLV\x01", media("flv", "video/x-flv", "Flash video"), |head| be32(head, 5) == 9),
    start(b".RMF\0\0", media("rm", "application/vnd.rn-realmedia", "RealMedia")),
    start(b"\0\0\x01\xba", media("mpg", MPEG, "MPEG video")),
    start(b"\0\0\x01\xb3", media("mpg", MPEG, "MPEG video")),
    start_if(b"G", media("ts", "video/mp2t", "MPEG transport stream"), |head| {
        [188usize, 376, 564].iter().all(|at| byte(head, *at) == 0x47) && head.len() > 564
    }),
    asks(4, b"moov", quick_time),
    asks(4, b"mdat", quick_time),
    asks(4, b"wide", quick_time),
    asks(4, b"free", quick_time),
];

fn riff(head: &[u8]) -> Option<FileType> {
    Some(match head.get(8..12)? {
        b"WAVE" => media("wav", "audio/x-wav", "WAVE audio"),
        b"AVI " => media("avi", "video/x-msvideo", "AVI video"),
        b"WEBP" => file_type(Image, "webp", "image/webp", "WebP image"),
        b"ACON" => file_type(Image, "ani", "application/x-navi-animation", "animated cursor"),
        b"RMID" => media("rmi", "audio/midi", "MIDI music"),
        b"CDRA" | b"CDR9" => file_type(Image, "cdr", "application/x-corelrave", "CorelDRAW drawing"),
        b"sfbk" => media("sf2", "audio/x-sfbk", "sound font"),
        _ => return None,
    })
}

fn iff(head: &[u8]) -> Option<FileType> {
    Some(match head.get(8..12)? {
        b"AIFF" => media("aiff", "audio/x-aiff", "AIFF audio"),
        b"AIFC" => media("aifc", "audio/x-aiff", "AIFF audio (compressed)"),
        b"8SVX" => media("8svx", "audio/x-8svx", "Amiga audio"),
        b"ILBM" => file_type(Image, "ilbm", "image/x-ilbm", "Amiga image"),
        _ => return None,
    })
}

/// The ISO base media format: the major brand tells, and of a general one the compatible brands.
fn base_media(head: &[u8]) -> Option<FileType> {
    let size = usize::try_from(be32(head, 0)).ok()?;
    if !(12..=512).contains(&size) {
        return None;
    }
    let brands = head.get(8..size.min(head.len()))?;
    let major = brands.first_chunk::<4>()?;
    let has = |brand: &[u8; 4]| brands.chunks_exact(4).any(|held| held == brand);
    Some(match major {
        b"avif" | b"avis" => file_type(Image, "avif", "image/avif", "AVIF image"),
        b"heic" | b"heix" | b"heim" | b"heis" => file_type(Image, "heic", "image/heic", "HEIF image"),
        b"mif1" | b"msf1" if has(b"avif") => file_type(Image, "avif", "image/avif", "AVIF image"),
        b"mif1" | b"msf1" => file_type(Image, "heic", "image/heif", "HEIF image"),
        b"crx " => file_type(Image, "cr3", "image/x-canon-cr3", "raw photograph (Canon)"),
        b"qt  " => media("mov", "video/quicktime", "QuickTime video"),
        b"M4A " | b"M4B " => media("m4a", "audio/x-m4a", "MPEG-4 audio"),
        b"M4V " | b"M4VH" | b"M4VP" => media("m4v", "video/x-m4v", "MPEG-4 video"),
        [b'3', b'g', ..] => media("3gp", "video/3gpp", "3GPP video"),
        _ => media("mp4", "video/mp4", "MPEG-4 video"),
    })
}

/// QuickTime from before brands: an atom whose size and whose successor are sound.
fn quick_time(head: &[u8]) -> Option<FileType> {
    let size = usize::try_from(be32(head, 0)).ok()?;
    let next = head.get(size.checked_add(4)?..size.checked_add(8)?);
    let sound = size >= 8
        && match next {
            Some(next) => [b"moov", b"mdat", b"free", b"skip", b"wide"].iter().any(|atom| *atom == next),
            None => matches!(head.get(12..16), Some(b"mvhd" | b"cmov" | b"rmra" | b"mdat")),
        };
    sound.then_some(media("mov", "video/quicktime", "QuickTime video"))
}

/// A stream names its codec at the start of its first packet.
fn ogg(head: &[u8]) -> Option<FileType> {
    let packet = head.get(28..64.min(head.len())).unwrap_or_default();
    Some(if packet.starts_with(b"OpusHead") {
        media("opus", "audio/ogg", "Opus audio")
    } else if packet.starts_with(b"\x01vorbis") || packet.starts_with(b"\x7fFLAC") || packet.starts_with(b"Speex") {
        media("ogg", "audio/ogg", "Ogg audio")
    } else if packet.starts_with(b"\x80theora") || packet.starts_with(b"\x01video") {
        media("ogv", "video/ogg", "Ogg video")
    } else {
        media("ogx", "application/ogg", "Ogg stream")
    })
}

fn matroska(head: &[u8]) -> Option<FileType> {
    let start = head.get(..256.min(head.len())).unwrap_or_default();
    if memmem::find(start, b"\x42\x82\x84webm").is_some() {
        return Some(media("webm", "video/webm", "WebM video"));
    }
    memmem::find(start, b"matroska").map(|_| media("mkv", "video/x-matroska", "Matroska video"))
}

/// Eleven set bits begin a frame of MPEG audio: too few, so that the next frame must stand where this one says it ends.
fn mpeg_audio(head: &[u8]) -> Option<FileType> {
    let (second, third) = (byte(head, 1), byte(head, 2));
    if second & 0xf6 == 0xf0 {
        // AAC: the length of a frame is told, its layer is 0.
        let fields =
            (u32::from(byte(head, 3) & 3) << 11) | (u32::from(byte(head, 4)) << 3) | u32::from(byte(head, 5) >> 5);
        let next = usize::try_from(fields).ok()?;
        let follows = head.get(next..).and_then(|rest| rest.first_chunk::<2>());
        let holds = next > 7 && follows.is_some_and(|[one, two]| *one == 0xff && *two & 0xf6 == 0xf0);
        return holds.then_some(media("aac", "audio/aac", "AAC audio"));
    }
    if second & 0xe0 != 0xe0 {
        return None;
    }
    let length = frame_length(second, third)?;
    let follows = head.get(length..).and_then(|rest| rest.first_chunk::<3>());
    let same = follows.is_some_and(|[one, two, _]| *one == 0xff && *two & 0xfe == second & 0xfe);
    same.then_some(MP3)
}

/// Bytes of a frame of layer II or III.
fn frame_length(second: u8, third: u8) -> Option<usize> {
    const V1_L3: [usize; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
    const V1_L2: [usize; 16] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0];
    const V2: [usize; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    let (version, layer) = ((second >> 3) & 3, (second >> 1) & 3);
    let rates: &[usize; 16] = match (version, layer) {
        (1, _) => return None,
        (3, 1) => &V1_L3,
        (3, 2) => &V1_L2,
        (_, 1 | 2) => &V2,
        _ => return None,
    };
    let rate = rates.get(usize::from(third >> 4)).copied().filter(|rate| *rate > 0)?;
    let base = match (third >> 2) & 3 {
        0 => 44_100usize,
        1 => 48_000,
        2 => 32_000,
        _ => return None,
    };
    let frequency = match version {
        3 => base,
        2 => base / 2,
        _ => base / 4,
    };
    let scale = if version != 3 && layer == 1 { 72_000 } else { 144_000 };
    let padding = usize::from((third >> 1) & 1);
    rate.checked_mul(scale)?.checked_div(frequency)?.checked_add(padding)
}
