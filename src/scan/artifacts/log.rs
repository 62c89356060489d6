//! The records of a log, read as events: most are glanced at, PowerShell's script blocks are put together, tasks are told by
//! their definitions.

use super::read::Taker;
use super::records::Tally;
use crate::artifact::event::Event;
use crate::artifact::evtx::{Asked, Glance, Visitor};
use crate::artifact::log_record::LogRecord;
use crate::artifact::seen::Seen;
use crate::artifact::task;
use crate::artifact::windows_log::glance::{self, Sight};
use crate::artifact::windows_log::{self, ScriptBlocks};
use crate::base::limits::Limits;

/// The records of one log on their way to who takes its events.
pub(super) struct Records<'a> {
    limits: &'a Limits,
    taker: &'a mut dyn Taker,
    tally: Tally,
    blocks: ScriptBlocks,
    /// The texts of the record that is glanced at.
    texts: String,
}

impl<'a> Records<'a> {
    pub(super) fn new(limits: &'a Limits, taker: &'a mut dyn Taker) -> Self {
        let blocks = ScriptBlocks::new(limits.script_block_bytes);
        Self { limits, taker, tally: Tally::default(), blocks, texts: String::new() }
    }

    /// Takes a record that was read whole.
    pub(super) fn push(&mut self, record: &LogRecord) {
        let Self { limits, taker, tally, blocks, .. } = self;
        if let Some(event) = windows_log::event_of(record) {
            tally.count(&Seen::of(&event));
            blocks.push(event, &mut |event| hand_on(event, limits, *taker));
        }
    }

    /// Hands on the blocks that still wait, and gives what was counted.
    pub(super) fn finish(self) -> Tally {
        let Self { limits, taker, tally, blocks, .. } = self;
        blocks.finish(&mut |event| hand_on(event, limits, taker));
        tally
    }
}

impl Visitor for Records<'_> {
    fn asks(&mut self, provider: &str, event_id: u32) -> Asked {
        match glance::columns(provider, event_id) {
            Some(names) => Asked::Glance(names),
            None if windows_log::wanted(provider, event_id) => Asked::Whole,
            None => Asked::Not,
        }
    }

    fn glance(&mut self, glance: &Glance<'_>) -> bool {
        self.texts.clear();
        match glance::see(glance, &mut self.texts) {
            Sight::Nothing => false,
            Sight::Unclear => true,
            Sight::Seen(seen) => {
                let is_asked = self.taker.note(&seen);
                if !is_asked {
                    self.tally.count(&seen);
                }
                is_asked
            }
        }
    }

    fn take(&mut self, record: LogRecord) {
        self.push(&record);
    }
}

/// A task that was registered is told by its definition, action by action.
fn hand_on(event: Event, limits: &Limits, taker: &mut dyn Taker) {
    let definition = event.starts.as_ref().and_then(|starts| starts.definition.clone());
    let Some(definition) = definition else { return taker.take(event) };
    let name = event.starts.as_ref().map(|starts| starts.name.clone()).unwrap_or_default();
    let actions = task::starts_of_xml(&definition, &name, limits, &mut |_| {});
    if actions.is_empty() {
        return taker.take(event);
    }
    for starts in actions {
        taker.take(Event { starts: Some(starts), ..event.clone() });
    }
}
