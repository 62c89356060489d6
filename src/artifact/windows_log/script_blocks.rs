//! Script blocks that were logged in several records, put together.

use crate::artifact::event::Event;
use crate::base::number::to_u32;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// Parts that one block may have; a block of the longest script that PowerShell takes has fewer.
const PARTS: u32 = 16_384;

type Key = (Option<String>, String);

struct Block {
    event: Event,
    parts: BTreeMap<u32, String>,
    /// Its place in the order.
    place: u64,
}

/// Waits for the parts of blocks.
///
/// What waits takes no more than a given number of bytes: beyond that, the blocks that have waited longest are given as they
/// are.
pub struct ScriptBlocks {
    waiting: HashMap<Key, Block>,
    order: BTreeMap<u64, Key>,
    next: u64,
    bytes: usize,
    most: usize,
}

impl ScriptBlocks {
    /// With room for so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { waiting: HashMap::new(), order: BTreeMap::new(), next: 0, bytes: 0, most }
    }

    /// Takes an event. What is no part of a block is handed on as it is, and so is a block that is whole now.
    pub fn push(&mut self, mut event: Event, give: &mut dyn FnMut(Event)) {
        let Some(block) = &mut event.script_block else { return give(event) };
        let (number, (_, total)) = (block.number, block.parts);
        if total <= 1 || block.id.is_empty() || number == 0 || number > total || total > PARTS {
            return give(event);
        }
        let text = std::mem::take(&mut block.text);
        let key = (event.host.clone(), block.id.clone());
        let cost = cost(&key, &text);
        let known = self.waiting.entry(key.clone()).or_insert_with(|| {
            self.next = self.next.saturating_add(1);
            self.order.insert(self.next, key.clone());
            Block { event, parts: BTreeMap::new(), place: self.next }
        });
        if let Entry::Vacant(part) = known.parts.entry(number) {
            part.insert(text);
            self.bytes = self.bytes.saturating_add(cost);
        }
        if u32::try_from(known.parts.len()).is_ok_and(|found| found >= total) {
            self.release(&key, give);
        }
        while self.bytes > self.most
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.release(&oldest, give);
        }
    }

    /// Gives what still waits, in the order in which it came.
    pub fn finish(mut self, give: &mut dyn FnMut(Event)) {
        while let Some((_, key)) = self.order.pop_first() {
            self.release(&key, give);
        }
    }

    fn release(&mut self, key: &Key, give: &mut dyn FnMut(Event)) {
        let Some(Block { mut event, parts, place }) = self.waiting.remove(key) else { return };
        self.order.remove(&place);
        let found = to_u32(parts.len());
        for (number, text) in parts {
            self.bytes = self.bytes.saturating_sub(cost(key, &text));
            if let Some(block) = &mut event.script_block {
                block.number = if block.text.is_empty() { number } else { block.number };
                block.text.push_str(&text);
                block.parts.0 = found;
            }
        }
        give(event);
    }
}

/// What a part takes in memory, about.
fn cost(key: &Key, text: &str) -> usize {
    text.len().saturating_add(key.1.len()).saturating_add(512)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::event::ScriptBlock;

    fn part(id: &str, number: u32, total: u32, text: &str) -> Event {
        let (id, text) = (id.to_owned(), text.to_owned());
        let block = ScriptBlock { id, path: None, number, parts: (1, total), text };
        Event { record: u64::from(number), script_block: Some(block), ..Event::default() }
    }

    fn run(most: usize, events: Vec<Event>) -> Vec<(String, (u32, u32))> {
        let mut given = Vec::new();
        let mut take = |event: Event| given.extend(event.script_block.map(|block| (block.text, block.parts)));
        let mut blocks = ScriptBlocks::new(most);
        events.into_iter().for_each(|event| blocks.push(event, &mut take));
        blocks.finish(&mut take);
        given
    }

    #[test]
    fn parts_are_put_in_their_order() {
        let told = |text: &str, parts| (text.to_owned(), parts);
        let cases = [
            (vec![part("a", 1, 1, "x")], vec![told("x", (1, 1))]),
            (
                vec![part("a", 2, 2, "y"), part("b", 1, 1, "z"), part("a", 1, 2, "x")],
                vec![told("z", (1, 1)), told("xy", (2, 2))],
            ),
            (vec![part("a", 3, 3, "w"), part("a", 1, 3, "x")], vec![told("xw", (2, 3))]),
            (vec![part("a", 1, 2, "x"), part("a", 1, 2, "x"), part("a", 2, 2, "y")], vec![told("xy", (2, 2))]),
            (vec![part("a", 5, 2, "x")], vec![told("x", (1, 2))]),
            (vec![part("", 1, 2, "x")], vec![told("x", (1, 2))]),
        ];
        for (events, expected) in cases {
            assert_eq!(run(1 << 20, events), expected);
        }
    }

    #[test]
    fn what_waits_too_long_is_given_as_it_is() {
        let events = (0..100).map(|id| part(&id.to_string(), 1, 2, &"x".repeat(100))).collect();
        let given = run(2000, events);
        assert_eq!(given.len(), 100);
        assert!(given.iter().all(|(text, parts)| text.len() == 100 && *parts == (1, 2)));
    }
}
