//! Mach-O programs (Apple, `mach-o/loader.h`, `mach-o/fat.h`, `cs_blobs.h`): slices, libraries, signature.
//!
//! Read here and not by `goblin`, whose feature for it would add a reader of symbols, exports and bindings for the few load
//! commands that are wanted.

use crate::base::anomaly::Cause;
use crate::base::escape::{hex, lossless};
use crate::base::limits::Limits;
use crate::base::number::to_usize;
use schemars::JsonSchema;
use serde::Serialize;

/// A Mach-O file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MachO {
    /// Whether it holds programs for several processors.
    pub universal: bool,
    /// The programs.
    pub slices: Vec<Slice>,
}

/// The program for one processor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Slice {
    /// Processor: `x86-64`, `arm64`, … or the number.
    pub machine: String,
    /// `executable`, `library`, `bundle`, `object`, `kernel-extension`, … or the number.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it starts in the file.
    pub offset: u64,
    /// Its bytes.
    pub size: u64,
    /// Identity of the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Libraries that it loads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<String>,
    /// Its own name as a library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_name: Option<String>,
    /// Where its libraries are looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub library_paths: Vec<String>,
    /// Oldest system that it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_system: Option<String>,
    /// Whether its pages are encrypted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// Whether it holds a code signature; not verified here.
    pub signed: bool,
    /// Whether that signature is nobody's (ad hoc).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ad_hoc: bool,
    /// The identifier that was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// What cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<String>,
}

const SLICES: u32 = 20;
const COMMANDS: u32 = 4096;
const LIBRARIES: usize = 1024;
const LONGEST_NAME: usize = 1024;

/// Whether the head is that of such a file. Java's classes start like universal files, and count higher.
#[must_use]
pub fn is_macho(head: &[u8]) -> bool {
    let universal = head.strip_prefix(b"\xca\xfe\xba\xbe").and_then(|rest| rest.first_chunk::<4>());
    thin(head).is_some() || universal.is_some_and(|count| (1..SLICES).contains(&u32::from_be_bytes(*count)))
}

/// Whether numbers are big-endian, and whether addresses take eight bytes.
fn thin(head: &[u8]) -> Option<(bool, bool)> {
    match head.first_chunk::<4>()? {
        b"\xce\xfa\xed\xfe" => Some((false, false)),
        b"\xcf\xfa\xed\xfe" => Some((false, true)),
        b"\xfe\xed\xfa\xce" => Some((true, false)),
        b"\xfe\xed\xfa\xcf" => Some((true, true)),
        _ => None,
    }
}

/// Numbers at offsets, in the order of the file; what lies past the end is zero.
#[derive(Clone, Copy)]
struct Numbers<'a>(&'a [u8], bool);

impl Numbers<'_> {
    fn u32(self, at: usize) -> u32 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        if self.1 { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// Reads it from its first bytes.
pub fn read(bytes: &[u8], size: u64, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Option<MachO> {
    if !is_macho(bytes) {
        return None;
    }
    if limits.payload_parse_bytes < size {
        note(Cause::Abridged { what: "bytes of a program held for its structure", limit: limits.payload_parse_bytes });
    }
    if thin(bytes).is_some() {
        return Some(MachO { universal: false, slices: vec![slice(bytes, 0, size)] });
    }
    let table = Numbers(bytes, true);
    let mut slices = Vec::new();
    for index in 0..usize::try_from(table.u32(4)).unwrap_or(0) {
        let row = 8usize.saturating_add(index.saturating_mul(20));
        let (offset, length) = (table.u32(row.saturating_add(8)), table.u32(row.saturating_add(12)));
        let start = to_usize(offset);
        let rest = bytes.get(start..).unwrap_or_default();
        let part = rest.get(..to_usize(length)).unwrap_or(rest);
        let mut slice = slice(part, u64::from(offset), u64::from(length));
        if slice.machine.is_empty() {
            slice.machine = machine(table.u32(row));
        }
        slices.push(slice);
    }
    Some(MachO { universal: true, slices })
}

fn slice(bytes: &[u8], offset: u64, size: u64) -> Slice {
    let mut slice = Slice { offset, size, ..Slice::default() };
    let Some((big, wide)) = thin(bytes) else {
        slice.damage.push("there is no program where the table says".to_owned());
        return slice;
    };
    let header = Numbers(bytes, big);
    slice.machine = machine(header.u32(4));
    slice.kind = kind(header.u32(12));
    let count = header.u32(16);
    let mut at: usize = if wide { 32 } else { 28 };
    for index in 0..count.min(COMMANDS) {
        let command = Numbers(bytes.get(at..).unwrap_or_default(), big);
        let length = to_usize(command.u32(4));
        let Some(body) = command.0.get(..length).filter(|_| length >= 8) else {
            slice.damage.push(format!("load command {index} of {count} cannot be read"));
            break;
        };
        load_command(Numbers(body, big), bytes, &mut slice);
        at = at.saturating_add(length);
    }
    if count > COMMANDS {
        slice.damage.push(format!("{count} load commands are declared; {COMMANDS} were read"));
    }
    slice
}

fn load_command(command: Numbers<'_>, bytes: &[u8], slice: &mut Slice) {
    let text = |at: usize| {
        let rest = command.0.get(to_usize(command.u32(at))..)?;
        let text = rest.get(..LONGEST_NAME).unwrap_or(rest).split(|byte| *byte == 0).next().unwrap_or_default();
        (!text.is_empty()).then(|| lossless(text))
    };
    let version = |at: usize| {
        let number = command.u32(at);
        format!("{}.{}.{}", number >> 16, (number >> 8) & 0xff, number & 0xff)
    };
    // The highest bit says that a loader which does not know the command must give up.
    match command.u32(0) & 0x7fff_ffff {
        0xc | 0x18 | 0x1f | 0x20 | 0x23 if slice.libraries.len() < LIBRARIES => slice.libraries.extend(text(8)),
        0xd => slice.install_name = text(8),
        0x1b => slice.uuid = command.0.get(8..24).map(hex),
        0x1c if slice.library_paths.len() < 64 => slice.library_paths.extend(text(8)),
        0x1d => signature(command, bytes, slice),
        0x21 | 0x2c => slice.encrypted = command.u32(16) != 0,
        0x24 => slice.minimum_system = Some(format!("macOS {}", version(8))),
        0x25 => slice.minimum_system = Some(format!("iOS {}", version(8))),
        0x32 => {
            let platform = match command.u32(8) {
                1 => "macOS",
                2 => "iOS",
                3 => "tvOS",
                4 => "watchOS",
                6 => "Mac Catalyst",
                7 => "iOS Simulator",
                _ => "platform",
            };
            slice.minimum_system = Some(format!("{platform} {}", version(12)));
        }
        _ => {}
    }
}

/// The code directory in the signature, whose numbers are big-endian whatever the program's are.
fn signature(command: Numbers<'_>, bytes: &[u8], slice: &mut Slice) {
    const SUPER_BLOB: u32 = 0xfade_0cc0;
    const CODE_DIRECTORY: u32 = 0xfade_0c02;
    const AD_HOC: u32 = 2;
    let start = to_usize(command.u32(8));
    let blob = Numbers(bytes.get(start..).unwrap_or_default(), true);
    slice.signed = blob.u32(0) == SUPER_BLOB;
    if !slice.signed {
        slice.damage.push("there is no code signature where the load command says".to_owned());
        return;
    }
    let directory = (0..blob.u32(8).min(32)).find_map(|index| {
        let row = 12usize.saturating_add(usize::try_from(index).ok()?.saturating_mul(8));
        let at = usize::try_from(blob.u32(row.saturating_add(4))).ok()?;
        Some(Numbers(blob.0.get(at..)?, true)).filter(|directory| directory.u32(0) == CODE_DIRECTORY)
    });
    let Some(directory) = directory else { return };
    slice.ad_hoc = directory.u32(12) & AD_HOC != 0;
    let name = usize::try_from(directory.u32(20)).ok().and_then(|at| directory.0.get(at..)).unwrap_or_default();
    let name = name.get(..LONGEST_NAME).unwrap_or(name).split(|byte| *byte == 0).next().unwrap_or_default();
    slice.identifier = (!name.is_empty()).then(|| lossless(name));
}

fn machine(number: u32) -> String {
    let name = match number {
        7 => "i386",
        0x0100_0007 => "x86-64",
        12 => "arm",
        0x0100_000c => "arm64",
        0x0200_000c => "arm64-32",
        18 => "powerpc",
        0x0100_0012 => "powerpc64",
        _ => return format!("{number:#x}"),
    };
    name.to_owned()
}

fn kind(number: u32) -> String {
    let name = match number {
        1 => "object",
        2 => "executable",
        4 => "core",
        6 => "library",
        7 => "loader",
        8 => "bundle",
        9 => "library-stub",
        10 => "symbols",
        11 => "kernel-extension",
        _ => return number.to_string(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(kind: u32, body: &[u8]) -> Vec<u8> {
        let length = (8 + body.len()).next_multiple_of(8);
        let mut bytes = [kind.to_le_bytes(), (length as u32).to_le_bytes()].concat();
        bytes.extend(body);
        bytes.resize(length, 0);
        bytes
    }

    fn dylib(kind: u32, name: &str) -> Vec<u8> {
        command(kind, &[&24u32.to_le_bytes()[..], &[0; 12], name.as_bytes(), &[0]].concat())
    }

    fn program() -> Vec<u8> {
        let mut directory = vec![0u8; 44];
        directory[..4].copy_from_slice(&0xfade_0c02u32.to_be_bytes());
        directory[15] = 2;
        directory[23] = 44;
        directory.extend(b"com.example.tool\0");
        let mut blob = [0xfade_0cc0u32, 100, 1, 0, 20].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        blob.extend(directory);
        let uuid: Vec<u8> = (0..16).collect();
        let commands = |signature: u32| {
            [
                dylib(0xc, "/usr/lib/libSystem.B.dylib"),
                dylib(0x8000_0018, "@rpath/weak.dylib"),
                command(0x1b, &uuid),
                command(0x32, &[1, 0, 0, 0, 0, 0, 11, 0].map(u8::from)),
                command(0x1d, &[signature.to_le_bytes(), 77u32.to_le_bytes()].concat()),
            ]
        };
        let length: usize = commands(0).iter().map(Vec::len).sum();
        let words = [0xfeed_facf, 0x0100_000c, 0, 2, 5, length as u32, 0, 0u32];
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(commands((32 + length) as u32).concat());
        bytes.extend(blob);
        bytes
    }

    fn of(bytes: &[u8]) -> Option<MachO> {
        read(bytes, bytes.len() as u64, &Limits::default(), &mut |_| {})
    }

    #[test]
    fn a_program_alone_and_among_others() {
        let thin = program();
        let slice = of(&thin).unwrap().slices.remove(0);
        assert_eq!((slice.machine.as_str(), slice.kind.as_str()), ("arm64", "executable"));
        assert_eq!(slice.libraries, ["/usr/lib/libSystem.B.dylib", "@rpath/weak.dylib"]);
        assert_eq!(slice.uuid.as_deref(), Some("000102030405060708090a0b0c0d0e0f"));
        assert_eq!(slice.minimum_system.as_deref(), Some("macOS 11.0.0"));
        assert_eq!((slice.signed, slice.ad_hoc, slice.identifier.as_deref()), (true, true, Some("com.example.tool")));
        assert!(slice.damage.is_empty());
        let mut words = vec![0xcafe_babeu32, 2];
        for offset in [4096, 8192] {
            words.extend([0x0100_000c, 0, offset, thin.len() as u32, 12]);
        }
        let mut fat: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        fat.resize(4096, 0);
        fat.extend(&thin);
        let both = of(&fat).unwrap();
        assert!(both.universal && both.slices[0].libraries == slice.libraries);
        assert_eq!(both.slices[1].damage.len(), 1);
        assert_eq!(of(b"\xca\xfe\xba\xbe\0\0\x004 a class of Java"), None);
    }

    #[test]
    fn every_cut_and_every_changed_byte_ends() {
        let whole = program();
        for end in 4..whole.len() {
            assert!(of(&whole[..end]).is_some());
        }
        for at in 4..whole.len() {
            for value in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                assert!(of(&bytes).unwrap().slices[0].libraries.len() <= 2);
            }
        }
    }
}
