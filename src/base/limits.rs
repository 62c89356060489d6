//! Every cap of a run. A cap that bites is an entry in the report's `errors`, never a silence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The caps of one run; the defaults suit a workstation with real evidence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Files looked at in one run.
    pub files: u64,
    /// Depth of directories below the evidence root.
    pub directory_depth: usize,
    /// Partitions of one disk.
    pub partitions: usize,
    /// Bytes of a text that are read as a script; more is searched in windows around what looks like a command.
    pub script_bytes: u64,
    /// Lines of a script that are run.
    pub script_lines: usize,
    /// Bytes of one line that are kept.
    pub line_bytes: usize,
    /// Windows of `script_bytes / 8` examined in a text larger than `script_bytes`.
    pub text_windows: usize,
    /// Commands that the emulation of one batch file may execute.
    pub batch_steps: usize,
    /// Bytes that the emulation of one batch file may write in all.
    pub batch_output: usize,
    /// Bytes of a payload that are held in memory for its structure (PE, signatures); digests always cover all of it.
    pub payload_parse_bytes: u64,
    /// Bytes of a payload that are hashed.
    pub payload_hash_bytes: u64,
    /// Candidates reported for one transfer whose file is not where it should be.
    pub candidates: usize,
    /// Payloads inspected for one wildcard transfer.
    pub wildcard_payloads: usize,
    /// Fragments of text carved from one space.
    pub carved_fragments: usize,
    /// PE sections listed.
    pub pe_sections: usize,
    /// PE imports and exports listed, each.
    pub pe_symbols: usize,
    /// Signatures read from one certificate table.
    pub signatures: usize,
    /// Entries of `errors` that are kept; further ones are counted.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 5_000_000,
            directory_depth: 1024,
            partitions: 1024,
            script_bytes: 1 << 20,
            script_lines: 20_000,
            line_bytes: 8192,
            text_windows: 16,
            batch_steps: 10_000,
            batch_output: 1 << 20,
            payload_parse_bytes: 64 << 20,
            payload_hash_bytes: u64::MAX,
            candidates: 8,
            wildcard_payloads: 256,
            carved_fragments: 10_000,
            pe_sections: 96,
            pe_symbols: 16_384,
            signatures: 64,
            errors: 100_000,
        }
    }
}
