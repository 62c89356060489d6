//! The caps of a run that may cost evidence. One that bites is an entry in the report's `errors`, never a silence. What bounds
//! a single structure, as the length of a name, stands with its reader.

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
    /// Alternate data streams listed of a volume that is in use.
    pub host_streams: usize,
    /// Partitions of one disk.
    pub partitions: usize,
    /// Entries of one archive.
    pub archive_entries: u64,
    /// Bytes that one member of an archive may become, whatever it takes up.
    pub archive_member_bytes: u64,
    /// Bytes that an archive as a whole may become, whatever it takes up.
    pub archive_bytes: u64,
    /// Bytes that each byte of an archive may become beyond those.
    pub archive_ratio: u64,
    /// Bytes of a temporary file, into which an archive is unpacked that can only be read from its start.
    pub archive_spool_bytes: u64,
    /// Members listed of an archive that is a payload; all that `archive_entries` allows are counted and judged.
    pub archive_listed: usize,
    /// Bytes of a text that are read as a script; more is searched in windows around what looks like a command.
    pub script_bytes: u64,
    /// Lines of a script that are run.
    pub script_lines: usize,
    /// Bytes of one line that are kept.
    pub line_bytes: usize,
    /// Windows of `script_bytes / 8` examined in a text larger than `script_bytes`.
    pub text_windows: usize,
    /// Commands that the emulation of one text may execute beyond a pass from its first line to its last; of all its loops
    /// together as many.
    pub batch_steps: usize,
    /// Bytes that the emulation of one batch file may write in all.
    pub batch_output: usize,
    /// Bytes of a payload that are held in memory for its structure (PE, signatures); digests cover all of it up to
    /// `payload_hash_bytes`.
    pub payload_parse_bytes: u64,
    /// Bytes of a payload that are hashed.
    pub payload_hash_bytes: u64,
    /// Bytes worked through to prove what undoes the damage of an ASCII transfer, and to find what it left out.
    pub ascii_search_bytes: u64,
    /// Candidates reported for one transfer whose file is not where it should be.
    pub candidates: usize,
    /// Payloads inspected for one wildcard transfer.
    pub wildcard_payloads: usize,
    /// Fragments of text carved from one space.
    pub carved_fragments: usize,
    /// Shadow copies read of one volume; the newest count.
    pub shadow_copies: usize,
    /// Blocks of 16 KiB kept in all shadow copies of one volume.
    pub shadow_copy_blocks: usize,
    /// Files followed through one change journal, and events kept of it.
    pub journal_events: usize,
    /// Events kept of the artifacts of one piece of evidence.
    pub log_events: usize,
    /// Bytes of text that are kept of one record of an event log.
    pub event_record_bytes: usize,
    /// Bytes of PowerShell's script blocks that wait for their other parts.
    pub script_block_bytes: usize,
    /// Bytes of one Prefetch file, decompressed.
    pub prefetch_bytes: usize,
    /// Files listed of one Prefetch file.
    pub prefetch_files: usize,
    /// Bytes of a scheduled task, a shortcut or another small artifact that are read.
    pub artifact_bytes: usize,
    /// Events handed out of one registry hive.
    pub registry_events: usize,
    /// Runs of clients reported.
    pub client_runs: usize,
    /// Records and files that one file, one name or one run is tied to, each; a name that more share is too common to tie by.
    pub join_candidates: usize,
    /// Steps up and down from a process that are followed.
    pub lineage_depth: usize,
    /// Entries of the timeline.
    pub timeline_entries: usize,
    /// Bytes that the index of all process starts may take up.
    pub process_index_bytes: usize,
    /// PE sections listed.
    pub pe_sections: usize,
    /// PE imports and exports listed, each.
    pub pe_symbols: usize,
    /// Resources of a PE listed.
    pub pe_resources: usize,
    /// Signatures read from one certificate table.
    pub signatures: usize,
    /// Work on the signatures of one file, in uses of an RSA key of 2048 bits; larger keys count by the square of their size,
    /// 64 KiB that are hashed count as one.
    pub signature_checks: usize,
    /// Security catalogs that are read.
    pub catalogs: usize,
    /// Bytes of one catalog, or of another list of digests.
    pub catalog_bytes: u64,
    /// Members of all catalogs together.
    pub catalog_members: usize,
    /// Entries of `errors` that are kept; further ones are counted.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 5_000_000,
            directory_depth: 1024,
            host_streams: 100_000,
            partitions: 1024,
            archive_entries: 500_000,
            archive_member_bytes: 64 << 20,
            archive_bytes: 2 << 30,
            archive_ratio: 200,
            archive_spool_bytes: 16 << 30,
            archive_listed: 1000,
            script_bytes: 1 << 20,
            script_lines: 200_000,
            line_bytes: 8192,
            text_windows: 16,
            batch_steps: 20_000,
            batch_output: 1 << 20,
            payload_parse_bytes: 64 << 20,
            payload_hash_bytes: u64::MAX,
            ascii_search_bytes: 1 << 30,
            candidates: 8,
            wildcard_payloads: 256,
            carved_fragments: 10_000,
            shadow_copies: 64,
            shadow_copy_blocks: 4 << 20,
            journal_events: 10_000,
            log_events: 100_000,
            event_record_bytes: 1 << 20,
            script_block_bytes: 16 << 20,
            prefetch_bytes: 16 << 20,
            prefetch_files: 8192,
            artifact_bytes: 2 << 20,
            registry_events: 250_000,
            client_runs: 1000,
            join_candidates: 64,
            lineage_depth: 16,
            timeline_entries: 20_000,
            process_index_bytes: 24 << 20,
            pe_sections: 96,
            pe_symbols: 16_384,
            pe_resources: 1024,
            signatures: 64,
            signature_checks: 4096,
            catalogs: 50_000,
            catalog_bytes: 16 << 20,
            catalog_members: 1_000_000,
            errors: 100_000,
        }
    }
}

impl Limits {
    /// Bytes that a member of an archive may become that takes up so many.
    #[must_use]
    pub fn archive_member_cap(&self, compressed: u64) -> u64 {
        self.archive_member_bytes.saturating_add(compressed.saturating_mul(self.archive_ratio))
    }
}
