//! The security log's records at a glance.

use super::{Doer, Found, Place, Taken};

columns! {
    SubjectDomainName SubjectUserName SubjectUserSid TargetDomainName TargetUserName TargetUserSid TargetLogonId
    NewProcessName NewProcessId CommandLine ProcessId ParentProcessName ProcessName ProcessID Application
    SourceAddress SourcePort DestAddress DestPort
}

/// What there is to see; nothing for what is read into no event.
pub(super) fn see(taken: &mut Taken<'_, '_>, event_id: u32) -> Option<Found> {
    let mut found = Found { source: source(event_id)?, time: taken.glance.time(), ..Found::default() };
    match event_id {
        4624 => {
            found.logon = Some(taken.number(Column::TargetLogonId).filter(|id| *id != 0)?);
            found.user = target(taken);
            found.process = process(taken, Column::ProcessId, Column::ProcessName);
        }
        4688 => {
            found.user = target(taken).or_else(|| subject(taken));
            found.process = Some(Doer {
                executable: taken.text(Column::NewProcessName),
                command_line: taken.text(Column::CommandLine),
                pid: taken.number(Column::NewProcessId),
                ..Doer::default()
            });
            found.parent = process(taken, Column::ProcessId, Column::ParentProcessName);
        }
        4689 => {
            found.user = subject(taken);
            found.process = Some(process(taken, Column::ProcessId, Column::ProcessName).unwrap_or_default());
        }
        _ => {
            found.user = subject(taken);
            found.process = process(taken, Column::ProcessID, Column::Application)
                .or_else(|| process(taken, Column::ProcessId, Column::Application));
            let ends = [(Column::SourceAddress, Column::SourcePort), (Column::DestAddress, Column::DestPort)];
            found.ends = ends.map(|(ip, port)| Some(taken.end(ip, port)));
        }
    }
    found.host = taken.glance.computer(taken.texts);
    Some(found)
}

fn process(taken: &mut Taken<'_, '_>, pid: Column, executable: Column) -> Option<Doer> {
    let pid = Some(taken.number(pid)?);
    Some(Doer { pid, executable: taken.text(executable), ..Doer::default() })
}

fn subject(taken: &mut Taken<'_, '_>) -> Place {
    taken.account(Column::SubjectDomainName, Column::SubjectUserName, Column::SubjectUserSid)
}

fn target(taken: &mut Taken<'_, '_>) -> Place {
    taken.text(Column::TargetUserName)?;
    taken.account(Column::TargetDomainName, Column::TargetUserName, Column::TargetUserSid)
}

fn source(event_id: u32) -> Option<&'static str> {
    Some(match event_id {
        4624 => "security-4624",
        4688 => "security-4688",
        4689 => "security-4689",
        5154 => "security-5154",
        5156 => "security-5156",
        5157 => "security-5157",
        5158 => "security-5158",
        _ => return None,
    })
}
