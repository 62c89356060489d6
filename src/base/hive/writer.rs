//! A writer of hives and their logs, for tests.

use super::NONE;
use super::marvin::Marvin;

/// A key to be written, with what is below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// Its last write, as a FILETIME.
    pub(crate) written: u64,
    values: Vec<(String, u32, Vec<u8>)>,
    keys: Vec<Node>,
}

impl Node {
    pub(crate) fn root() -> Self {
        Self { name: "ROOT".to_owned(), written: 1, ..Self::default() }
    }

    /// The key at a path, made where it is missing.
    pub(crate) fn at(&mut self, path: &str) -> &mut Node {
        path.split('\\').filter(|name| !name.is_empty()).fold(self, |node, name| {
            let known = node.keys.iter().position(|key| key.name == name);
            let place = known.unwrap_or_else(|| {
                node.keys.push(Node { name: name.to_owned(), written: node.written, ..Node::default() });
                node.keys.len() - 1
            });
            &mut node.keys[place]
        })
    }

    pub(crate) fn binary(&mut self, name: &str, data: &[u8]) -> &mut Self {
        self.typed(name, 3, data.to_vec())
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.typed(name, 1, utf16(text))
    }

    pub(crate) fn texts(&mut self, name: &str, texts: &[&str]) -> &mut Self {
        let mut data: Vec<u8> = texts.iter().flat_map(|text| utf16(text)).collect();
        data.extend([0, 0]);
        self.typed(name, 7, data)
    }

    pub(crate) fn number(&mut self, name: &str, number: u32) -> &mut Self {
        self.typed(name, 4, number.to_le_bytes().to_vec())
    }

    pub(crate) fn typed(&mut self, name: &str, kind: u32, data: Vec<u8>) -> &mut Self {
        self.values.push((name.to_owned(), kind, data));
        self
    }

    pub(crate) fn written(&mut self, filetime: u64) -> &mut Self {
        self.written = filetime;
        self
    }
}

/// A text in UTF-16 with its end.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// A hive that was written to its end.
pub(crate) fn write(root: &Node) -> Vec<u8> {
    let mut cells = Cells(Vec::new());
    // The head of the one bin.
    cells.0.resize(32, 0);
    let place = cells.node(root, NONE);
    let used = cells.0.len();
    let size = (used + 8).next_multiple_of(4096);
    cells.0.extend_from_slice(&((size - used) as i32).to_le_bytes());
    cells.0.resize(size, 0);
    cells.0[..4].copy_from_slice(b"hbin");
    cells.0[8..12].copy_from_slice(&(size as u32).to_le_bytes());
    let mut file = vec![0u8; 4096];
    for (at, number) in [(4, 7), (8, 7), (12, 99), (20, 1), (24, 5), (32, 1), (36, place), (40, size as u32), (44, 1)] {
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    file[..4].copy_from_slice(b"regf");
    file[48..48 + 16].copy_from_slice(&utf16("TESTING")[..16]);
    seal(&mut file);
    file.extend(cells.0);
    file
}

/// Sets the checksum of a base block.
pub(crate) fn seal(file: &mut [u8]) {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let sum = (0..508).step_by(4).fold(0, |sum, at| sum ^ word(at));
    file[508..512].copy_from_slice(&sum.to_le_bytes());
}

/// A hive of which a write was begun, as its base block tells it.
pub(crate) fn dirty(hive: &[u8], begun: u32, ended: u32) -> Vec<u8> {
    let mut hive = hive.to_vec();
    hive[4..8].copy_from_slice(&begun.to_le_bytes());
    hive[8..12].copy_from_slice(&ended.to_le_bytes());
    seal(&mut hive);
    hive
}

fn log_base(hive: &[u8], kind: u32, sequence: u32) -> Vec<u8> {
    let mut base = hive[..512].to_vec();
    base[28..32].copy_from_slice(&kind.to_le_bytes());
    dirty(&base, sequence, sequence)
}

/// A log of the new format: for each entry its sequence number and the hive as it then was; pages of the `before` that differ
/// are written.
pub(crate) fn new_log(before: &[u8], entries: &[(u32, &[u8])]) -> Vec<u8> {
    let mut log = log_base(before, 6, entries[0].0);
    let mut last = before[4096..].to_vec();
    for (sequence, after) in entries {
        let after = &after[4096..];
        let pages: Vec<usize> = (0..after.len())
            .step_by(4096)
            .filter(|at| last.get(*at..at + 4096) != Some(&after[*at..at + 4096]))
            .collect();
        let size = (40 + pages.len() * (8 + 4096)).next_multiple_of(512);
        let mut entry = vec![0u8; 40];
        entry[..4].copy_from_slice(b"HvLE");
        for (at, number) in [(4, size), (12, *sequence as usize), (16, after.len()), (20, pages.len())] {
            entry[at..at + 4].copy_from_slice(&(number as u32).to_le_bytes());
        }
        for page in &pages {
            entry.extend_from_slice(&(*page as u32).to_le_bytes());
            entry.extend_from_slice(&4096u32.to_le_bytes());
        }
        pages.iter().for_each(|page| entry.extend_from_slice(&after[*page..page + 4096]));
        entry.resize(size, 0);
        seal_entry(&mut entry);
        log.extend(entry);
        last = after.to_vec();
    }
    log
}

/// Sets the checksums of an entry.
fn seal_entry(entry: &mut [u8]) {
    let sum = |bytes: &[u8]| {
        let mut sum = Marvin::new();
        sum.update(bytes);
        sum.finish().to_le_bytes()
    };
    let content = sum(&entry[40..]);
    entry[24..32].copy_from_slice(&content);
    let head = sum(&entry[..32]);
    entry[32..40].copy_from_slice(&head);
}

/// Sets all checksums of a log again, whatever it says.
pub(crate) fn seal_log(log: &mut [u8]) {
    seal(log);
    let mut at = 512;
    while log.get(at..at + 40).is_some_and(|head| head.starts_with(b"HvLE")) {
        let size = u32::from_le_bytes(log[at + 4..at + 8].try_into().unwrap()) as usize;
        let Some(entry) = log.get_mut(at..at + size).filter(|entry| entry.len() >= 40) else { break };
        seal_entry(entry);
        at += size;
    }
}

/// A log of the old format, that makes one hive of another.
pub(crate) fn old_log(before: &[u8], after: &[u8]) -> Vec<u8> {
    let mut log = log_base(before, 1, 7);
    let bins = after.len() - 4096;
    log[40..44].copy_from_slice(&(bins as u32).to_le_bytes());
    seal(&mut log);
    let page = |hive: &[u8], at: usize| hive.get(4096 + at..4096 + at + 512).map(<[u8]>::to_vec);
    let mut bits = vec![0u8; bins / 4096];
    let mut pages = Vec::new();
    for at in (0..bins).step_by(512).filter(|at| page(before, *at) != page(after, *at)) {
        bits[at / 4096] |= 1 << (at / 512 % 8);
        pages.extend(page(after, at).unwrap());
    }
    log.extend_from_slice(b"DIRT");
    log.extend(bits);
    log.resize(log.len().next_multiple_of(512), 0);
    log.extend(pages);
    log
}

/// Cells, one behind the other.
pub(super) struct Cells(pub(super) Vec<u8>);

impl Cells {
    pub(super) fn add(&mut self, bytes: &[u8]) -> u32 {
        let offset = self.0.len() as u32;
        let size = (bytes.len() + 4).next_multiple_of(8);
        self.0.extend_from_slice(&(-(size as i32)).to_le_bytes());
        self.0.extend_from_slice(bytes);
        self.0.resize(offset as usize + size, 0);
        offset
    }

    fn numbers(&mut self, head: &[u8], numbers: &[u32]) -> u32 {
        let mut bytes = head.to_vec();
        numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        self.add(&bytes)
    }

    fn value(&mut self, (name, kind, data): &(String, u32, Vec<u8>)) -> u32 {
        let (size, place) = if data.len() <= 4 {
            let mut inline = [0u8; 4];
            inline[..data.len()].copy_from_slice(data);
            (data.len() as u32 | 0x8000_0000, u32::from_le_bytes(inline))
        } else if data.len() > 16_344 {
            let segments: Vec<u32> = data.chunks(16_344).map(|segment| self.add(segment)).collect();
            let list = self.numbers(b"", &segments);
            let mut head = b"db".to_vec();
            head.extend_from_slice(&(segments.len() as u16).to_le_bytes());
            (data.len() as u32, self.numbers(&head, &[list, 0]))
        } else {
            (data.len() as u32, self.add(data))
        };
        let (name, latin) = encoded(name);
        let mut value = b"vk".to_vec();
        value.extend_from_slice(&(name.len() as u16).to_le_bytes());
        for number in [size, place, *kind, u32::from(latin)] {
            value.extend_from_slice(&number.to_le_bytes());
        }
        value.extend(name);
        self.add(&value)
    }

    fn node(&mut self, node: &Node, parent: u32) -> u32 {
        let (name, latin) = encoded(&node.name);
        let key = self.add(&[vec![0u8; 76], name.clone()].concat());
        let values: Vec<u32> = node.values.iter().map(|value| self.value(value)).collect();
        let keys: Vec<u32> = node.keys.iter().map(|below| self.node(below, key)).collect();
        let values = if values.is_empty() { (0, NONE) } else { (values.len() as u32, self.numbers(b"", &values)) };
        let mut head = vec![0u8; 76];
        head[..2].copy_from_slice(b"nk");
        head[2] = if latin { 0x20 } else { 0 };
        head[4..12].copy_from_slice(&node.written.to_le_bytes());
        let list = self.list(&keys);
        let numbers = [
            (16, parent),
            (20, keys.len() as u32),
            (28, list),
            (32, NONE),
            (36, values.0),
            (40, values.1),
            (44, NONE),
            (48, NONE),
        ];
        for (at, number) in numbers {
            head[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        head[72..74].copy_from_slice(&(name.len() as u16).to_le_bytes());
        let at = key as usize + 4;
        self.0[at..at + 76].copy_from_slice(&head);
        key
    }

    /// Lists of at most 500 keys, and a list of these where there are more.
    fn list(&mut self, keys: &[u32]) -> u32 {
        let lists: Vec<u32> = keys
            .chunks(500)
            .map(|keys| {
                let head = [b"lh".to_vec(), (keys.len() as u16).to_le_bytes().to_vec()].concat();
                let pairs: Vec<u32> = keys.iter().flat_map(|key| [*key, 0]).collect();
                self.numbers(&head, &pairs)
            })
            .collect();
        match lists.as_slice() {
            [] => NONE,
            [list] => *list,
            _ => self.numbers(&[b"ri".to_vec(), (lists.len() as u16).to_le_bytes().to_vec()].concat(), &lists),
        }
    }
}

/// A name in Latin-1 where it can be, else in UTF-16.
fn encoded(name: &str) -> (Vec<u8>, bool) {
    let latin: Option<Vec<u8>> = name.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    latin.map_or_else(|| (name.encode_utf16().flat_map(u16::to_le_bytes).collect(), false), |name| (name, true))
}
