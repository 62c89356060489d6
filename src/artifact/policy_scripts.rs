//! The lists of scripts that group policies run: `scripts.ini`, and `psscripts.ini` for those of PowerShell, in the folder
//! `Scripts` of a policy, on a host (`System32\GroupPolicy`) or a domain controller (`SYSVOL`).
//!
//! Source: Microsoft, [MS-GPSCR], "Group Policy: Scripts Extension Encoding", 2.2.2 (the lists) and 3.2.5 (scripts without a
//! path lie in the folder that is called like their section). MITRE ATT&CK T1037.003.

use super::event::{Event, Starts};
use super::small;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::text;

/// What runs the scripts of each section.
const SECTIONS: [&str; 4] = ["Startup", "Shutdown", "Logon", "Logoff"];

/// Scripts of one list.
const SCRIPTS: usize = 1024;

/// Whether a path is that of a list.
#[must_use]
pub fn is_list(path: &str) -> bool {
    let mut parts = path.rsplit(['\\', '/']);
    let is = |part: Option<&str>, names: [&str; 2]| {
        part.is_some_and(|part| names.iter().any(|name| part.eq_ignore_ascii_case(name)))
    };
    is(parts.next(), ["scripts.ini", "psscripts.ini"])
        && is(parts.next(), ["Scripts", "Scripts"])
        && is(parts.next(), ["Machine", "User"])
}

/// One script of a list.
#[derive(Default)]
struct Script {
    section: &'static str,
    number: String,
    offset: u64,
    command: String,
    parameters: String,
}

/// Reads a list into an event for each of its scripts.
///
/// # Errors
/// What reading the bytes says.
pub fn read(
    stream: &dyn ReadAt,
    path: &str,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(Event),
) -> std::io::Result<()> {
    let bytes = small::bytes(stream, limits, note)?;
    let Some(list) = text::decode(&bytes) else { return Ok(()) };
    let mut scripts: Vec<Script> = Vec::new();
    let mut section = None;
    for line in list.lines() {
        let said = line.text.trim_matches(['\u{feff}', ' ', '\t', '\r']);
        if let Some(name) = said.strip_prefix('[') {
            let name = name.trim_end_matches(']');
            section = SECTIONS.into_iter().find(|known| known.eq_ignore_ascii_case(name));
            continue;
        }
        let (Some(section), Some((key, value))) = (section, said.split_once('=')) else { continue };
        let key = key.trim();
        let (number, what) =
            key.split_at_checked(key.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or_default();
        if number.is_empty() || !["cmdline", "parameters"].iter().any(|known| what.eq_ignore_ascii_case(known)) {
            continue;
        }
        let is_same = scripts.last().is_some_and(|script| script.section == section && script.number == number);
        if !is_same {
            if scripts.len() >= SCRIPTS {
                let limit = u64::try_from(SCRIPTS).unwrap_or(u64::MAX);
                note(Cause::LimitReached { what: "scripts of a group policy", limit });
                break;
            }
            scripts.push(Script { section, number: number.to_owned(), offset: line.offset, ..Script::default() });
        }
        let Some(script) = scripts.last_mut() else { continue };
        let field = if what.eq_ignore_ascii_case("cmdline") { &mut script.command } else { &mut script.parameters };
        value.trim().clone_into(field);
    }
    let (folder, name) = path.rsplit_once(['\\', '/']).unwrap_or(("", path));
    let separator = if path.contains('\\') { '\\' } else { '/' };
    let is_machine = folder.rsplit(['\\', '/']).nth(1).is_some_and(|part| part.eq_ignore_ascii_case("Machine"));
    for script in scripts.into_iter().filter(|script| !script.command.is_empty()) {
        let quote = if script.command.contains(' ') && !script.command.contains('"') { "\"" } else { "" };
        let command_line = format!("{quote}{}{quote} {}", script.command, script.parameters);
        visit(Event {
            source: "policy-scripts".to_owned(),
            record: script.offset,
            starts: Some(Starts {
                mechanism: "group-policy-script".to_owned(),
                name: format!("{name} [{}] {}", script.section, script.number),
                command_line: Some(command_line.trim_end().to_owned()),
                working_directory: Some(format!("{folder}{separator}{}", script.section)),
                run_as: is_machine.then(|| "SYSTEM".to_owned()),
                triggers: vec![format!("at {}", script.section.to_ascii_lowercase())],
                ..Starts::default()
            }),
            ..Event::default()
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
    }

    fn told(bytes: &[u8], path: &str) -> (Vec<String>, usize) {
        let (mut events, mut notes) = (Vec::new(), 0);
        read(&bytes.to_vec(), path, &Limits::default(), &mut |_| notes += 1, &mut |event| events.push(event)).unwrap();
        let shown = events.into_iter().filter_map(|event| event.starts).map(|starts| {
            let word = |text: Option<String>| text.unwrap_or_default();
            let (run_as, at) = (word(starts.run_as), starts.triggers.join(", "));
            format!(
                "{}: {} in {} {run_as} {at}",
                starts.name,
                word(starts.command_line),
                word(starts.working_directory)
            )
        });
        (shown.collect(), notes)
    }

    #[test]
    fn lists_are_known_by_their_place() {
        let cases = [
            ("C:\\Windows\\System32\\GroupPolicy\\Machine\\Scripts\\scripts.ini", true),
            ("/Windows/System32/GroupPolicy/User/Scripts/psscripts.ini", true),
            ("D:\\SYSVOL\\d\\Policies\\{31B2F340-016D-11D2-945F-00C04FB984F9}\\MACHINE\\Scripts\\Scripts.ini", true),
            ("C:\\mIRC\\scripts.ini", false),
            ("C:\\Machine\\Scripts\\x.ini", false),
            ("scripts.ini", false),
            ("", false),
        ];
        for (path, is) in cases {
            assert_eq!(is_list(path), is, "{path}");
        }
    }

    #[test]
    fn each_script_of_a_list_is_told_with_what_it_is_given() {
        let path = "C:\\G\\Machine\\Scripts\\scripts.ini";
        let list = "\r\n[Startup]\r\n0CmdLine=a.bat\r\n0Parameters=-s:x\r\n1CmdLine=\\\\h\\s\\b c.cmd\r\n1Parameters=\r\n\
                    [Shutdown]\r\n0Parameters=x\r\n[Other]\r\n0CmdLine=no.bat\r\n";
        let told_here = vec![
            "scripts.ini [Startup] 0: a.bat -s:x in C:\\G\\Machine\\Scripts\\Startup SYSTEM at startup".to_owned(),
            "scripts.ini [Startup] 1: \"\\\\h\\s\\b c.cmd\" in C:\\G\\Machine\\Scripts\\Startup SYSTEM at startup"
                .to_owned(),
        ];
        assert_eq!(told(&wide(list), path), (told_here.clone(), 0));
        assert_eq!(told(list.as_bytes(), path), (told_here, 0));
        let user = "[ScriptsConfig]\nStartExecutePSFirst=true\n[Logon]\n0cmdline = p.ps1\n";
        let logon = "psscripts.ini [Logon] 0: p.ps1 in /G/User/Scripts/Logon  at logon".to_owned();
        assert_eq!(told(user.as_bytes(), "/G/User/Scripts/psscripts.ini"), (vec![logon], 0));
        assert_eq!(told(b"\0\xff\x01", path), (Vec::new(), 0));
        let many = (0..2000).map(|number| format!("{number}CmdLine=a\n")).collect::<String>();
        let (scripts, notes) = told(format!("[Logoff]\n{many}").as_bytes(), path);
        assert_eq!((scripts.len(), notes), (SCRIPTS, 1));
    }
}
