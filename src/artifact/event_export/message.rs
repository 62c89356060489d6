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

/// What the record holds of which Windows shows this, in English.
pub(super) fn meant(shown: &str) -> &str {
    SHOWN.iter().find(|(known, _)| *known == shown).map_or(shown, |(_, meant)| meant)
}

/// Adds the data of a message where the record has none of its own. Where it has, the message tells only what is often lost among
/// them, the number of the process: the manifest of another version shifts what stands under which name.
pub(super) fn fill(provider: &str, event_id: u32, text: &str, data: &mut Vec<(String, String)>) {
    let (found, own) = match (provider, event_id) {
        (origin::SYSMON, _) => (sysmon(text), "Image"),
        (origin::SECURITY, 4688) => (security(text), "NewProcessName"),
        _ => return,
    };
    let has = |name: &str| data.iter().any(|(known, value)| known == name && !value.is_empty());
    let only = has(own).then_some("ProcessId");
    let new: Vec<_> = found
        .into_iter()
        .filter(|(name, text)| !text.is_empty() && !has(name) && only.is_none_or(|only| name == only))
        .collect();
    data.extend(new);
}

/// `ProcessGuid: {…}`, one a line. A value may go on over lines that are no fields.
fn sysmon(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines().skip(1).take(LINES) {
        let field = line.split_once(':').filter(|(name, _)| {
            !name.is_empty() && name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        match (field, found.last_mut()) {
            (Some((name, value)), _) if name.len() > 1 && (value.is_empty() || value.starts_with(' ')) => {
                found.push((name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()));
            }
            (_, Some((_, value))) => value.extend(["\n", line]),
            _ => {}
        }
    }
    let is_guid = |text: &str| matches!(text, "" | "-") || text.trim_matches(['{', '}']).len() == 36;
    if found.iter().any(|(name, text)| name.ends_with("Guid") && !is_guid(text.trim())) {
        return Vec::new();
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
        let shown = meant(value);
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

    fn filled(text: &str, data: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut data = data.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        fill(origin::SYSMON, 1, text, &mut data);
        data
    }

    #[test]
    fn lines_that_are_no_fields_go_on_with_the_last() {
        let text =
            "Process Create:\r\nRuleName: -\r\nCommandLine: cmd /c echo a\r\nC:\\x: y\r\nuser: b\r\nParentUser: x";
        let data = filled(text, &[("RuleName", "kept")]);
        let data: Vec<_> = data.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let expected =
            [("RuleName", "kept"), ("CommandLine", "cmd /c echo a\nC:\\x: y"), ("user", "b"), ("ParentUser", "x")];
        assert_eq!(data, expected);
    }

    #[test]
    fn messages_of_another_version_are_not_believed() {
        let text =
            "Process Create:\nProcessId: 7\nImage: b\nUser: {42F11C3B-6E1A-5C8C-0000-0020E7030000}\nLogonGuid: 0x3e7";
        assert_eq!(filled(text, &[]), []);
        let text = "Process Create:\nProcessId: 7\nImage: b\nOriginalFileName: c";
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(filled(text, &[("Image", "a")]), [pair("Image", "a"), pair("ProcessId", "7")]);
    }
}
