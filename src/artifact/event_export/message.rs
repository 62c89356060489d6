//! The message that Windows shows of an event, in English, taken apart into the data that it was made of.
//!
//! Sources: the messages of Sysmon's manifest, which name their fields as the schema does, and that of the event 4688 of
//! "Advanced security audit policy settings".

use super::origin;

/// Fields of the message of 4688, by the paragraph that they stand in.
const SECURITY: &[(&str, &str, &str)] = &[
    ("Creator Subject", "Security ID", "SubjectUserSid"),
    ("Creator Subject", "Account Name", "SubjectUserName"),
    ("Creator Subject", "Account Domain", "SubjectDomainName"),
    ("Creator Subject", "Logon ID", "SubjectLogonId"),
    ("Target Subject", "Security ID", "TargetUserSid"),
    ("Target Subject", "Account Name", "TargetUserName"),
    ("Target Subject", "Account Domain", "TargetDomainName"),
    ("Target Subject", "Logon ID", "TargetLogonId"),
    ("Process Information", "New Process ID", "NewProcessId"),
    ("Process Information", "New Process Name", "NewProcessName"),
    ("Process Information", "Token Elevation Type", "TokenElevationType"),
    ("Process Information", "Mandatory Label", "MandatoryLabel"),
    ("Process Information", "Creator Process ID", "ProcessId"),
    ("Process Information", "Creator Process Name", "ParentProcessName"),
    ("Process Information", "Process Command Line", "CommandLine"),
];
/// What SIDs are shown as.
const SHOWN: &[(&str, &str)] = &[
    ("NULL SID", "S-1-0-0"),
    ("SYSTEM", "S-1-5-18"),
    ("NT AUTHORITY\\SYSTEM", "S-1-5-18"),
    ("LOCAL SERVICE", "S-1-5-19"),
    ("NETWORK SERVICE", "S-1-5-20"),
    ("Mandatory Label\\Low Mandatory Level", "S-1-16-4096"),
    ("Mandatory Label\\Medium Mandatory Level", "S-1-16-8192"),
    ("Mandatory Label\\Medium Plus Mandatory Level", "S-1-16-8448"),
    ("Mandatory Label\\High Mandatory Level", "S-1-16-12288"),
    ("Mandatory Label\\System Mandatory Level", "S-1-16-16384"),
    ("TokenElevationTypeDefault (1)", "%%1936"),
    ("TokenElevationTypeFull (2)", "%%1937"),
    ("TokenElevationTypeLimited (3)", "%%1938"),
];
const LINES: usize = 4096;

/// Adds the data of a message that are not there yet.
pub(super) fn fill(provider: &str, event_id: u32, text: &str, data: &mut Vec<(String, String)>) {
    let found = match (provider, event_id) {
        (origin::SYSMON, _) => sysmon(text),
        (origin::SECURITY, 4688) => security(text),
        _ => return,
    };
    for (name, text) in found {
        if !text.is_empty() && !data.iter().any(|(known, value)| *known == name && !value.is_empty()) {
            data.push((name, text));
        }
    }
}

/// `ProcessGuid: {…}`, one a line. A value may go on over lines that are no fields.
fn sysmon(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines().skip(1).take(LINES) {
        let field = line.split_once(':').filter(|(name, _)| {
            !name.is_empty() && name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        // A drive is no field.
        match (field, found.last_mut()) {
            (Some((name, value)), _) if name.len() > 1 && (value.is_empty() || value.starts_with(' ')) => {
                found.push((name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()));
            }
            (_, Some((_, value))) => value.extend(["\n", line]),
            _ => {}
        }
    }
    found
}

/// Paragraphs under headings, with tabs before and behind each name.
fn security(text: &str) -> Vec<(String, String)> {
    let mut heading = "";
    let mut found = Vec::new();
    for line in text.lines().take(LINES) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (inner, value) = (line.starts_with(['\t', ' ']), value.trim_matches(['\t', ' ', '\r']));
        if !inner && value.is_empty() {
            // The first versions of the event have one subject only.
            heading = if name == "Subject" { "Creator Subject" } else { name };
            continue;
        }
        let field = SECURITY.iter().find(|(under, known, _)| *under == heading && *known == name.trim());
        let Some((_, _, field)) = field else { continue };
        let shown = SHOWN.iter().find(|(shown, _)| *shown == value).map_or(value, |(_, meant)| meant);
        // An account that is shown by its name has a SID that is not told.
        if !field.ends_with("Sid") || shown.starts_with("S-1-") {
            found.push(((*field).to_owned(), shown.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_fields_go_on_with_the_last() {
        let text =
            "Process Create:\r\nRuleName: -\r\nCommandLine: cmd /c echo a\r\nC:\\x: y\r\nuser: b\r\nParentUser: x";
        let mut data = vec![("RuleName".to_owned(), "kept".to_owned())];
        fill(origin::SYSMON, 1, text, &mut data);
        let data: Vec<_> = data.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let expected =
            [("RuleName", "kept"), ("CommandLine", "cmd /c echo a\nC:\\x: y"), ("user", "b"), ("ParentUser", "x")];
        assert_eq!(data, expected);
    }
}
