//! Writes event logs for tests: one chunk, with templates as Windows has them: one for the system's part, one within it for
//! the data.

use std::collections::HashMap;

/// What a record says.
#[derive(Clone)]
pub(super) struct Made<'a> {
    pub provider: &'a str,
    pub event_id: u16,
    pub data: &'a [(&'a str, &'a str)],
}

/// A chunk that is being written.
pub(super) struct Chunk {
    pub bytes: Vec<u8>,
    names: HashMap<String, usize>,
    templates: HashMap<String, (u32, usize)>,
    pub records: u64,
}

pub(super) const TIME: u64 = 132_021_552_494_581_131;

impl Chunk {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; 512], names: HashMap::new(), templates: HashMap::new(), records: 0 }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn u16(&mut self, number: u16) {
        self.put(&number.to_le_bytes());
    }

    fn u32(&mut self, number: usize) {
        self.put(&u32::try_from(number).unwrap().to_le_bytes());
    }

    fn wide(&mut self, text: &str) {
        text.encode_utf16().for_each(|unit| self.u16(unit));
    }

    fn name(&mut self, name: &str) {
        if let Some(at) = self.names.get(name) {
            let at = *at;
            return self.u32(at);
        }
        let at = self.bytes.len() + 4;
        self.names.insert(name.to_owned(), at);
        self.u32(at);
        self.put(&[0; 6]);
        self.u16(u16::try_from(name.encode_utf16().count()).unwrap());
        self.wide(name);
        self.u16(0);
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, Value<'_>)]) {
        let more = !attributes.is_empty();
        self.put(&[if more { 0x41 } else { 0x01 }, 0xff, 0xff, 0, 0, 0, 0]);
        self.name(name);
        if more {
            self.u32(0);
        }
        for (name, value) in attributes {
            self.put(&[0x06]);
            self.name(name);
            self.value(value);
        }
        self.put(&[0x02]);
    }

    pub(super) fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Text(text) => {
                self.put(&[0x05, 0x01]);
                self.u16(u16::try_from(text.encode_utf16().count()).unwrap());
                self.wide(text);
            }
            Value::Place(index, kind) => {
                self.put(&[0x0d]);
                self.u16(*index);
                self.put(&[*kind]);
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.put(&[0x04]);
    }

    fn leaf(&mut self, name: &str, attributes: &[(&str, Value<'_>)], content: Option<Value<'_>>) {
        self.open(name, attributes);
        if let Some(value) = content {
            self.value(&value);
        }
        self.close();
    }

    /// An instance: its definition is written where it is needed first.
    pub(super) fn instance(&mut self, key: &str, values: &[(u8, Vec<u8>)], definition: impl FnOnce(&mut Self)) {
        self.put(&[0x0f, 1, 1, 0, 0x0c, 1]);
        let known = self.templates.get(key).copied();
        let (id, at) = known.unwrap_or((u32::try_from(self.templates.len()).unwrap() + 77, self.bytes.len() + 8));
        self.put(&id.to_le_bytes());
        self.u32(at);
        if known.is_none() {
            self.templates.insert(key.to_owned(), (id, at));
            self.u32(0);
            self.put(&id.to_le_bytes());
            self.put(&[0; 16]);
            self.put(&[0x0f, 1, 1, 0]);
            definition(self);
            self.put(&[0]);
            let size = u32::try_from(self.bytes.len() - at - 24).unwrap();
            self.bytes[at + 20..at + 24].copy_from_slice(&size.to_le_bytes());
        }
        self.u32(values.len());
        for (kind, value) in values {
            self.u16(u16::try_from(value.len()).unwrap());
            self.put(&[*kind, 0]);
        }
        values.iter().for_each(|(_, value)| self.put(value));
    }

    /// Adds a record of an event.
    pub(super) fn event(&mut self, made: &Made<'_>) {
        self.record(|chunk| chunk.body(made));
    }

    /// Adds a record of any content.
    pub(super) fn record(&mut self, body: impl FnOnce(&mut Self)) {
        self.records += 1;
        let start = self.bytes.len();
        self.put(b"**\0\0\0\0\0\0");
        self.put(&self.records.to_le_bytes());
        self.put(&(TIME + self.records).to_le_bytes());
        body(self);
        while self.bytes.len() % 8 != 4 {
            self.put(&[0]);
        }
        let size = u32::try_from(self.bytes.len() - start + 4).unwrap().to_le_bytes();
        self.put(&size);
        self.bytes[start + 4..start + 8].copy_from_slice(&size);
    }

    fn body(&mut self, made: &Made<'_>) {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let system = vec![
            (0x06, made.event_id.to_le_bytes().to_vec()),
            (0x04, vec![2]),
            (0x11, (TIME + self.records).to_le_bytes().to_vec()),
            (0x0a, self.records.to_le_bytes().to_vec()),
            (0x08, 4321u32.to_le_bytes().to_vec()),
            (0x01, wide("Test/Operational")),
            (0x01, wide("PC.example")),
            (0x13, vec![1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]),
            (0x21, Vec::new()),
        ];
        let provider = made.provider;
        self.instance(provider, &system, |chunk| {
            chunk.open("Event", &[]);
            chunk.open("System", &[]);
            chunk.leaf("Provider", &[("Name", Value::Text(provider))], None);
            chunk.leaf("EventID", &[], Some(Value::Place(0, 0x06)));
            chunk.leaf("Version", &[], Some(Value::Place(1, 0x04)));
            chunk.leaf("TimeCreated", &[("SystemTime", Value::Place(2, 0x11))], None);
            chunk.leaf("EventRecordID", &[], Some(Value::Place(3, 0x0a)));
            chunk.leaf("Execution", &[("ProcessID", Value::Place(4, 0x08))], None);
            chunk.leaf("Channel", &[], Some(Value::Place(5, 0x01)));
            chunk.leaf("Computer", &[], Some(Value::Place(6, 0x01)));
            chunk.leaf("Security", &[("UserID", Value::Place(7, 0x13))], None);
            chunk.close();
            chunk.value(&Value::Place(8, 0x21));
            chunk.close();
        });
        // The last value is what follows: its length is known when it is written.
        let start = self.bytes.len();
        let texts: Vec<_> = made.data.iter().map(|(_, text)| typed(text).unwrap_or((0x01, wide(text)))).collect();
        let key = format!("{provider}/{}", made.event_id);
        self.instance(&key, &texts, |chunk| {
            chunk.open("EventData", &[]);
            for (index, (name, _)) in made.data.iter().enumerate() {
                let place = Value::Place(u16::try_from(index).unwrap(), 0x01);
                chunk.leaf("Data", &[("Name", Value::Text(name))], Some(place));
            }
            chunk.close();
        });
        let length = u16::try_from(self.bytes.len() - start).unwrap();
        let fixed: usize = system.iter().map(|(_, value)| value.len()).sum();
        let descriptor = start - fixed - 4;
        self.bytes[descriptor..descriptor + 2].copy_from_slice(&length.to_le_bytes());
    }

    /// The chunk with its header, as long as a chunk is.
    pub(super) fn finish(mut self, first: u64) -> Vec<u8> {
        let free = self.bytes.len();
        self.bytes.resize(65_536, 0);
        self.bytes[..8].copy_from_slice(b"ElfChnk\0");
        for (at, number) in [(8, first), (16, self.records), (24, first), (32, self.records)] {
            self.bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        let free32 = u32::try_from(free).unwrap().to_le_bytes();
        self.bytes[40..44].copy_from_slice(&128u32.to_le_bytes());
        self.bytes[48..52].copy_from_slice(&free32);
        let mut lists: HashMap<usize, usize> = HashMap::new();
        for (id, at) in self.templates.values() {
            let bucket = (usize::try_from(*id).unwrap() % 32) * 4 + 384;
            let before = lists.insert(bucket, *at).unwrap_or(0);
            self.bytes[*at..*at + 4].copy_from_slice(&u32::try_from(before).unwrap().to_le_bytes());
            self.bytes[bucket..bucket + 4].copy_from_slice(&u32::try_from(*at).unwrap().to_le_bytes());
        }
        let records = crc32fast::hash(&self.bytes[512..free]);
        self.bytes[52..56].copy_from_slice(&records.to_le_bytes());
        let mut header = crc32fast::Hasher::new();
        header.update(&self.bytes[..120]);
        header.update(&self.bytes[128..512]);
        let header = header.finalize();
        self.bytes[124..128].copy_from_slice(&header.to_le_bytes());
        self.bytes
    }
}

/// Numbers and GUIDs as Windows logs them: a text that is the same as that of such a value.
fn typed(text: &str) -> Option<(u8, Vec<u8>)> {
    if let Some(digits) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        let parts: Vec<u128> = digits.split('-').map(|part| u128::from_str_radix(part, 16).unwrap()).collect();
        let mut bytes = u32::try_from(parts[0]).unwrap().to_le_bytes().to_vec();
        bytes.extend(u16::try_from(parts[1]).unwrap().to_le_bytes());
        bytes.extend(u16::try_from(parts[2]).unwrap().to_le_bytes());
        bytes.extend(u16::try_from(parts[3]).unwrap().to_be_bytes());
        bytes.extend(&parts[4].to_be_bytes()[10..]);
        return Some((0x0f, bytes));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return Some((0x15, u64::from_str_radix(digits, 16).ok()?.to_le_bytes().to_vec()));
    }
    Some((0x08, text.parse::<u32>().ok()?.to_le_bytes().to_vec()))
}

/// A value in a template.
pub(super) enum Value<'a> {
    /// Text that is written out.
    Text(&'a str),
    /// The place of a value, and its type.
    Place(u16, u8),
}

/// A log of these chunks.
pub(super) fn log(chunks: &[Vec<u8>], flags: u32) -> Vec<u8> {
    let mut bytes = vec![0u8; 4096];
    bytes[..8].copy_from_slice(b"ElfFile\0");
    bytes[40..42].copy_from_slice(&4096u16.to_le_bytes());
    bytes[42..44].copy_from_slice(&u16::try_from(chunks.len()).unwrap().to_le_bytes());
    bytes[120..124].copy_from_slice(&flags.to_le_bytes());
    let check = crc32fast::hash(&bytes[..120]);
    bytes[124..128].copy_from_slice(&check.to_le_bytes());
    chunks.iter().for_each(|chunk| bytes.extend_from_slice(chunk));
    bytes
}
