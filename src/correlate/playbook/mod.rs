//! The playbooks' steps, answered from a case.
//!
//! Source: "T1105 — Ingress Tool Transfer, LOLBin: FTP.exe", playbooks 1 (alert on a connection, Sysmon 3) and 2 (alert on a
//! process, Sysmon 1 and Security 4688). A step is answered with facts; where no source could show any, with why.

mod answers;
mod files;

use super::coverage::{Covered, Matter};
use super::kinds::{self, Kind};
use super::reach::Reach;
use super::sources::Sources;
use crate::case::Case;
use crate::case::playbook::{Answer, Step};
use answers::{Said, View};
use std::collections::BTreeSet;

/// How a step is answered.
type Answerer = fn(&View<'_>) -> Said;

/// Lines of one answer.
const LINES: usize = 40;
/// Records of one answer.
const REFS: usize = 200;

/// One step of a playbook, and how it is answered.
struct Row {
    section: &'static str,
    /// What the step is called in its identity.
    id: &'static str,
    /// The step, in the playbook's words.
    step: &'static str,
    answer: Answerer,
}

const fn row(section: &'static str, id: &'static str, step: &'static str, answer: Answerer) -> Row {
    Row { section, id, step, answer }
}

const FIRST: &[Row] = &[
    row("Initial Response", "capture", "Export EID 3 for ftp.exe and link it to nearby EID 1/4688", answers::captured),
    row(
        "Initial Response",
        "destination",
        "Classify destination: internal or external, raw IPs, new domains, non-standard ports, geos/ASNs",
        answers::destinations,
    ),
    row("Initial Response", "scope", "Is the endpoint/user expected to run FTP?", answers::baseline),
    row("Process & Lineage", "image", "Confirm Image path and signer/metadata", answers::image),
    row("Process & Lineage", "parent", "Review ParentImage and CommandLine", answers::parent_and_line),
    row("Process & Lineage", "directory", "Working directory and referenced script files", answers::script),
    row("Protocol & Ports", "control", "Identify the control connection", answers::control),
    row("Protocol & Ports", "active", "Active data connections (server from TCP/20)", answers::active),
    row("Protocol & Ports", "passive", "Passive data connections (client to high ports)", answers::passive),
    row("Protocol & Ports", "ftps", "Check for FTPS: implicit 990 or explicit AUTH TLS", answers::tls),
    row(
        "Artifact Discovery",
        "files",
        "Search for file creations (EID 11) around the connection window",
        files::created,
    ),
    row("Artifact Discovery", "scripts", "Look for FTP script files containing credentials", files::script_files),
    row(
        "Artifact Discovery",
        "analysis",
        "Hash and analyze retrieved files: type, entropy, header mismatch",
        files::analysed,
    ),
    row("Correlation & Follow-On", "execution", "Subsequent execution of downloaded artifacts", files::executed),
    row(
        "Correlation & Follow-On",
        "prevalence",
        "Prevalence of destination hosts and file hashes; credential reuse",
        files::prevalence,
    ),
    row("Key Artifacts", "dns", "Sysmon EID 22: DNS queries for the FTP host", answers::dns),
    row("Key Artifacts", "proxy", "Proxy/Firewall logs: control transcripts", answers::proxy),
    row("Direction", "direction", "Download (T1105) or upload (T1041, T1048.003)?", files::direction),
    row("Containment Actions", "quarantine", "Quarantine downloaded payloads; block the FTP host/IP", files::contain),
    row(
        "Containment Actions",
        "isolate",
        "Terminate ftp.exe sessions; isolate the host if execution occurred",
        files::isolate,
    ),
    row(
        "Prevention Measures",
        "egress",
        "Default-deny FTP egress; restrict ftp.exe; monitor what it writes",
        files::prevent,
    ),
    row("Recovery", "recover", "Remove staged content and persistence; rotate exposed credentials", files::recover),
    row(
        "False Positives",
        "legacy",
        "Legacy workflows or maintenance from internal servers; validate by ticket/owner",
        files::known_good,
    ),
    row("Coverage", "coverage", "What the answers rest on, and where the sources are silent", files::coverage),
];

const SECOND: &[Row] = &[
    row(
        "Initial Response",
        "context",
        "Export process creation: Image, CommandLine, ParentImage, User, integrity level, timestamp",
        answers::context,
    ),
    row("Initial Response", "collect", "Acquire the script and any output files", answers::script),
    row("Initial Response", "baseline", "Does the user/device have a legitimate need for FTP?", answers::baseline),
    row("Command-Line Semantics", "switches", "Flags of interest: -s:, -n, -A", answers::switches),
    row(
        "Command-Line Semantics",
        "content",
        "Parse script content: open, user, lcd, get/mget, put/mput",
        files::script_files,
    ),
    row(
        "Command-Line Semantics",
        "identify",
        "Destination host, credentials, downloaded file names",
        files::identified,
    ),
    row("File & Path Analysis", "locate", "Locate downloaded files; hash and analyze", files::analysed),
    row(
        "File & Path Analysis",
        "persistence",
        "Execution shortly after download, or persistence writes",
        files::persisted,
    ),
    row(
        "Network & DNS Corroboration",
        "network",
        "Correlate with EID 3 for TCP/21 and passive data ports",
        answers::control,
    ),
    row("Network & DNS Corroboration", "dns", "DNS (EID 22) lookups aligned with the process start", answers::dns),
    row("Network & DNS Corroboration", "proxy", "Proxy/firewall logs for FTP commands", answers::proxy),
    row("Follow-On & Lateral Context", "pivot", "Subsequent processes executing the payload", files::executed),
    row("Follow-On & Lateral Context", "children", "Processes that the client itself started", files::children),
    row(
        "Follow-On & Lateral Context",
        "prevalence",
        "Prevalence of script name/path and file hashes; reuse under other users/hosts",
        files::prevalence,
    ),
    row("Key Artifacts", "lineage", "Parent lineage (script host or Office)", answers::parent),
    row("Key Artifacts", "writes", "EID 11: payload writes, script creation/modification", files::created),
    row("Direction", "direction", "Download (T1105) or upload (T1041, T1048.003)?", files::direction),
    row(
        "Containment Actions",
        "quarantine",
        "Quarantine scripts and payloads; block the destination; terminate sessions",
        files::contain,
    ),
    row("Containment Actions", "isolate", "Isolate the host if execution/persistence is confirmed", files::isolate),
    row(
        "Prevention Measures",
        "egress",
        "Block FTP at egress; application control; alert on -s: and on parentage",
        files::prevent,
    ),
    row("Recovery", "recover", "Remove artifacts and persistence; rotate credentials found in scripts", files::recover),
    row(
        "False Positives",
        "automation",
        "Approved internal automation; allowlist known servers, validate change records",
        files::known_good,
    ),
    row("Coverage", "coverage", "What the answers rest on, and where the sources are silent", files::coverage),
];

/// Answers every step of both playbooks. Findings that are there by then tell what the examiner has allowed: it may be asked
/// again once a case is judged.
#[must_use]
pub fn answer(case: &Case, sources: &Sources) -> Vec<Step> {
    let facts: Vec<_> =
        case.events.iter().map(|event| (&*event.fact, event.id.as_str(), event.evidence.as_str())).collect();
    let kinds: Vec<Kind> = facts.iter().map(|(event, ..)| kinds::of(event)).collect();
    let view = View {
        case,
        covered: Covered::of(&facts, &kinds, sources),
        reach: Reach::of(case, sources),
        has_known: !sources.known.is_empty(),
        geoip: &sources.geoip,
    };
    let rows = FIRST.iter().map(|row| (1u8, row)).chain(SECOND.iter().map(|row| (2u8, row)));
    rows.map(|(playbook, row)| {
        let mut said = (row.answer)(&view);
        if said.text.len() > LINES {
            let more = said.text.len().saturating_sub(LINES).saturating_add(said.more);
            said.text.truncate(LINES);
            said.text.push(format!("and {more} more"));
        }
        let refs: BTreeSet<String> = said.refs.into_iter().take(REFS).collect();
        Step {
            id: format!(
                "{playbook}.{}.{}",
                row.section.to_lowercase().replace([' ', '&'], "-").replace("---", "-"),
                row.id
            ),
            playbook,
            section: row.section.to_owned(),
            step: row.step.to_owned(),
            answer: said.answer,
            text: said.text,
            refs,
        }
    })
    .collect()
}

/// An answer that rests on a matter: with facts; else nothing found as far as what was examined reaches, else why not.
fn of_matter(view: &View<'_>, matter: Matter, nothing: &str, mut said: Said) -> Said {
    if !said.text.is_empty() {
        said.answer = Answer::Answered;
    } else if view.covered.has(matter) {
        let (answer, lines) = view.reach.silence(nothing, view.covered.reach(matter));
        said.answer = answer;
        said.text.extend(lines);
    } else {
        said.answer = Answer::NotExamined;
        said.text.push(view.covered.why_not(matter));
    }
    said
}
