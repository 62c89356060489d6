//! The search for what may be hidden, over all bytes as they pass.

use super::source::Form;
use crate::base::number::to_u64;
use aho_corasick::{AhoCorasick, MatchKind, packed};
use memchr::memmem;
use std::sync::LazyLock;

/// What was come upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Needle {
    /// The header of a PE.
    Header,
    /// The same backwards.
    ReversedHeader,
    /// The message of a DOS stub under a mask, which is 0 where it is plain.
    Stub(u8),
    /// The start of a PE as text; in UTF-16 or not.
    Text(Form, bool),
    /// A script.
    Script(&'static str),
}

/// A place worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) offset: u64,
    pub(super) needle: Needle,
}

/// Places that are looked at; a text may be full of marks.
const HITS: usize = 4096;
/// Bytes of the last block that are searched again with the next: longer than any mark.
const CARRY: usize = 63;
/// The message that every linker's stub writes goes on with `cannot be run in DOS mode` or `must be run under Win32`.
const STUB: &[u8] = b"This program ";

/// The first bytes of executables: those of Microsoft's and GNU's linkers, of Borland's, without a stub, of Go and Rust's
/// own stubs, and of libraries that load themselves.
const BASE64: &[&str] = &["TVqQAAMA", "TVpQAAIA", "TVoAAAAA", "TVqAAAEA", "TVpBUlVI", "TVroAAAA"];
/// gzip with no name and no time, as .NET writes it.
const BASE64_GZIP: &[&str] = &["H4sIAAAAAAA"];
const HEXADECIMAL: &[&str] = &[
    "4D5A9000",
    "4d5a9000",
    "4D5A5000",
    "4d5a5000",
    "4D5A4152",
    "4d5a4152",
    "4D5A0000",
    "4d5a0000",
    "4D5A8000",
    "4d5a8000",
    "4D 5A ",
    "4d 5a ",
    "4D,5A,",
    "4d,5a,",
    "4D-5A-",
    "4d-5a-",
    "\\x4D\\x5A",
    "\\x4d\\x5a",
    "0x4D,0x5A",
    "0x4d,0x5a",
    "0x4D, 0x5A",
    "0x4d, 0x5a",
    "&H4D,&H5A",
    "&H4D, &H5A",
    "%4D%5A",
    "%4d%5a",
];
const DECIMAL: &[&str] =
    &["77,90,144,0", "77, 90, 144, 0", "77,90,80,0", "77, 90, 80, 0", "77 90 144 0", "77,90,0,", "77, 90, 0,"];

/// The search for all marks at once. With vector instructions it runs ten times as fast as an automaton; not all machines
/// have them.
enum Searcher {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

impl Searcher {
    fn new(patterns: &[Vec<u8>]) -> Option<Self> {
        let packed =
            packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(patterns).build();
        packed.map(Self::Packed).or_else(|| {
            let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(patterns);
            automaton.ok().map(Self::Automaton)
        })
    }

    /// Calls for each mark with its number and place.
    fn each(&self, bytes: &[u8], found: &mut dyn FnMut(usize, usize)) {
        match self {
            Self::Packed(searcher) => {
                searcher.find_iter(bytes).for_each(|hit| found(hit.pattern().as_usize(), hit.start()));
            }
            Self::Automaton(searcher) => {
                searcher.find_iter(bytes).for_each(|hit| found(hit.pattern().as_usize(), hit.start()));
            }
        }
    }
}

static NEEDLES: LazyLock<Option<(Searcher, Vec<Needle>)>> = LazyLock::new(|| {
    let mut marks: Vec<(Vec<u8>, Needle)> = vec![
        (b"PE\0\0".to_vec(), Needle::Header),
        (b"\0\0EP".to_vec(), Needle::ReversedHeader),
        (b"<hta:application".to_vec(), Needle::Script("hta")),
        (b"<HTA:APPLICATION".to_vec(), Needle::Script("hta")),
        (b"<?php".to_vec(), Needle::Script("php")),
    ];
    let groups = [
        (BASE64, Form::Base64),
        (BASE64_GZIP, Form::Base64Gzip),
        (HEXADECIMAL, Form::Hexadecimal),
        (DECIMAL, Form::Decimal),
    ];
    for (texts, form) in groups {
        marks.extend(texts.iter().map(|text| (text.as_bytes().to_vec(), Needle::Text(form, false))));
    }
    let backwards = |text: &&str| (text.bytes().rev().collect(), Needle::Text(Form::ReversedBase64, false));
    marks.extend(BASE64.iter().map(backwards));
    for (texts, form) in [(BASE64, Form::Base64), (BASE64_GZIP, Form::Base64Gzip)] {
        let wide = |text: &&str| text.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
        marks.extend(texts.iter().take(4).map(|text| (wide(text), Needle::Text(form, true))));
    }
    let (patterns, needles): (Vec<Vec<u8>>, Vec<_>) = marks.into_iter().unzip();
    Searcher::new(&patterns).map(|searcher| (searcher, needles))
});

static STUB_FINDER: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| {
    let mut steps = Vec::new();
    differences(STUB, &mut steps);
    memmem::Finder::new(&steps).into_owned()
});

/// The differences of neighbours, which a mask of one byte does not change.
fn differences(bytes: &[u8], into: &mut Vec<u8>) {
    into.clear();
    into.extend(bytes.iter().zip(bytes.iter().skip(1)).map(|(byte, next)| byte ^ next));
}

/// The search so far.
#[derive(Default)]
pub(crate) struct Scanner {
    hits: Vec<Hit>,
    capped: bool,
    position: u64,
    carry: Vec<u8>,
    steps: Vec<u8>,
}

impl Scanner {
    /// Takes the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let start = self.position;
        if !self.carry.is_empty() {
            let mut seam = std::mem::take(&mut self.carry);
            let before = to_u64(seam.len());
            seam.extend_from_slice(bytes.get(..CARRY).unwrap_or(bytes));
            self.search(&seam, start.saturating_sub(before));
        }
        self.search(bytes, start);
        self.position = start.saturating_add(to_u64(bytes.len()));
        self.carry = bytes.get(bytes.len().saturating_sub(CARRY)..).unwrap_or_default().to_vec();
    }

    fn search(&mut self, bytes: &[u8], start: u64) {
        let mut steps = std::mem::take(&mut self.steps);
        differences(bytes, &mut steps);
        for at in STUB_FINDER.find_iter(&steps) {
            let Some(first) = bytes.get(at) else { continue };
            // A plain stub is found by the header of its PE.
            if first ^ b'T' != 0 {
                self.hit(start, at, Needle::Stub(first ^ b'T'));
            }
        }
        self.steps = steps;
        let Some((searcher, needles)) = &*NEEDLES else { return };
        searcher.each(bytes, &mut |pattern, at| {
            if let Some(needle) = needles.get(pattern) {
                self.hit(start, at, *needle);
            }
        });
    }

    fn hit(&mut self, start: u64, at: usize, needle: Needle) {
        if self.hits.len() < HITS {
            self.hits.push(Hit { offset: start.saturating_add(to_u64(at)), needle });
        } else {
            self.capped = true;
        }
    }

    /// The places in order, and whether there were more than are looked at.
    pub(super) fn finish(mut self) -> (Vec<Hit>, bool) {
        self.hits.sort_unstable();
        self.hits.dedup();
        (self.hits, self.capped)
    }
}
