//! The playbooks' steps, answered from a case.
//!
//! Source: "T1105 — Ingress Tool Transfer, LOLBin: FTP.exe", playbooks 1 (alert on a connection, Sysmon 3) and 2 (alert on a
//! process, Sysmon 1 and Security 4688). A step is answered with facts; where no source could show any, with why.

mod answers;
mod files;

use super::coverage::{Covered, Matter};
use super::kinds::{self, Kind};
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

/// Section, what the step is called in its identity, the step, and what answers it.
type Row = (&'static str, &'static str, &'static str, Answerer);

const FIRST: &[Row] = &[
    ("Initial Response", "capture", "Export EID 3 for ftp.exe and link it to nearby EID 1/4688", answers::captured),
    (
        "Initial Response",
        "destination",
        "Classify destination: internal or external, raw IPs, new domains, non-standard ports, geos/ASNs",
        answers::destinations,
    ),
    ("Initial Response", "scope", "Is the endpoint/user expected to run FTP?", answers::baseline),
    ("Process & Lineage", "image", "Confirm Image path and signer/metadata", answers::image),
    ("Process & Lineage", "parent", "Review ParentImage and CommandLine", answers::parent),
    ("Process & Lineage", "directory", "Working directory and referenced script files", answers::script),
    ("Protocol & Ports", "control", "Identify the control connection", answers::control),
    ("Protocol & Ports", "active", "Active data connections (server from TCP/20)", answers::active),
    ("Protocol & Ports", "passive", "Passive data connections (client to high ports)", answers::passive),
    ("Protocol & Ports", "ftps", "Check for FTPS: implicit 990 or explicit AUTH TLS", answers::tls),
    ("Artifact Discovery", "files", "Search for file creations (EID 11) around the connection window", files::created),
    ("Artifact Discovery", "scripts", "Look for FTP script files containing credentials", files::script_files),
    (
        "Artifact Discovery",
        "analysis",
        "Hash and analyze retrieved files: type, entropy, header mismatch",
        files::analysed,
    ),
    ("Correlation & Follow-On", "execution", "Subsequent execution of downloaded artifacts", files::executed),
    (
        "Correlation & Follow-On",
        "prevalence",
        "Prevalence of destination hosts and file hashes; credential reuse",
        files::prevalence,
    ),
    ("Key Artifacts", "dns", "Sysmon EID 22: DNS queries for the FTP host", answers::dns),
    ("Key Artifacts", "proxy", "Proxy/Firewall logs: control transcripts", answers::proxy),
    ("Direction", "direction", "Download (T1105) or upload (T1041, T1048.003)?", files::direction),
    ("Containment Actions", "quarantine", "Quarantine downloaded payloads; block the FTP host/IP", files::contain),
    (
        "Containment Actions",
        "isolate",
        "Terminate ftp.exe sessions; isolate the host if execution occurred",
        files::isolate,
    ),
    (
        "Prevention Measures",
        "egress",
        "Default-deny FTP egress; restrict ftp.exe; monitor what it writes",
        files::prevent,
    ),
    ("Recovery", "recover", "Remove staged content and persistence; rotate exposed credentials", files::recover),
    (
        "False Positives",
        "legacy",
        "Legacy workflows or maintenance from internal servers; validate by ticket/owner",
        files::known_good,
    ),
    ("Coverage", "coverage", "What the answers rest on, and where the sources are silent", files::coverage),
];

const SECOND: &[Row] = &[
    (
        "Initial Response",
        "context",
        "Export process creation: Image, CommandLine, ParentImage, User, integrity level, timestamp",
        answers::context,
    ),
    ("Initial Response", "collect", "Acquire the script and any output files", answers::script),
    ("Initial Response", "baseline", "Does the user/device have a legitimate need for FTP?", answers::baseline),
    ("Command-Line Semantics", "switches", "Flags of interest: -s:, -n, -A", answers::switches),
    (
        "Command-Line Semantics",
        "content",
        "Parse script content: open, user, lcd, get/mget, put/mput",
        files::script_files,
    ),
    ("Command-Line Semantics", "identify", "Destination host, credentials, downloaded file names", files::identified),
    ("File & Path Analysis", "locate", "Locate downloaded files; hash and analyze", files::analysed),
    (
        "File & Path Analysis",
        "persistence",
        "Execution shortly after download, or persistence writes",
        files::persisted,
    ),
    (
        "Network & DNS Corroboration",
        "network",
        "Correlate with EID 3 for TCP/21 and passive data ports",
        answers::control,
    ),
    ("Network & DNS Corroboration", "dns", "DNS (EID 22) lookups aligned with the process start", answers::dns),
    ("Network & DNS Corroboration", "proxy", "Proxy/firewall logs for FTP commands", answers::proxy),
    ("Follow-On & Lateral Context", "pivot", "Subsequent processes executing the payload", files::executed),
    ("Follow-On & Lateral Context", "children", "Processes that the client itself started", files::children),
    (
        "Follow-On & Lateral Context",
        "prevalence",
        "Prevalence of script name/path and file hashes; reuse under other users/hosts",
        files::prevalence,
    ),
    ("Key Artifacts", "lineage", "Parent lineage (script host or Office)", answers::parent),
    ("Key Artifacts", "writes", "EID 11: payload writes, script creation/modification", files::created),
    ("Direction", "direction", "Download (T1105) or upload (T1041, T1048.003)?", files::direction),
    (
        "Containment Actions",
        "quarantine",
        "Quarantine scripts and payloads; block the destination; terminate sessions",
        files::contain,
    ),
    ("Containment Actions", "isolate", "Isolate the host if execution/persistence is confirmed", files::isolate),
    (
        "Prevention Measures",
        "egress",
        "Block FTP at egress; application control; alert on -s: and on parentage",
        files::prevent,
    ),
    ("Recovery", "recover", "Remove artifacts and persistence; rotate credentials found in scripts", files::recover),
    (
        "False Positives",
        "automation",
        "Approved internal automation; allowlist known servers, validate change records",
        files::known_good,
    ),
    ("Coverage", "coverage", "What the answers rest on, and where the sources are silent", files::coverage),
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
        has_known: !sources.known.is_empty(),
        geoip: &sources.geoip,
    };
    let rows = FIRST.iter().map(|row| (1u8, row)).chain(SECOND.iter().map(|row| (2u8, row)));
    rows.map(|(playbook, (section, id, step, answer))| {
        let mut said = answer(&view);
        if said.text.len() > LINES {
            let more = said.text.len().saturating_sub(LINES).saturating_add(said.more);
            said.text.truncate(LINES);
            said.text.push(format!("and {more} more"));
        }
        let refs: BTreeSet<String> = said.refs.into_iter().take(REFS).collect();
        Step {
            id: format!("{playbook}.{}.{id}", section.to_lowercase().replace([' ', '&'], "-").replace("---", "-")),
            playbook,
            section: (*section).to_owned(),
            step: (*step).to_owned(),
            answer: said.answer,
            text: said.text,
            refs,
        }
    })
    .collect()
}

/// An answer that rests on a matter: with facts; else nothing found where it was examined, else why not.
fn of_matter(view: &View<'_>, matter: Matter, nothing: &str, mut said: Said) -> Said {
    if !said.text.is_empty() {
        said.answer = Answer::Answered;
    } else if view.covered.has(matter) {
        said.answer = Answer::NothingFound;
        said.text.push(nothing.to_owned());
    } else {
        said.answer = Answer::NotExamined;
        said.text.push(view.covered.why_not(matter));
    }
    said
}
