//! Sysmon's records at a glance.

use super::{Doer, Found, Spot, Taken};
use crate::artifact::windows_log::fields::instant;

columns! {
    UtcTime User Image ProcessId ProcessGuid CommandLine OriginalFileName Hashes Hash
    ParentImage ParentCommandLine ParentProcessId ParentProcessGuid
    TargetFilename ImageLoaded Signature SignatureStatus
    SourceIp SourcePort SourceHostname DestinationIp DestinationPort DestinationHostname
    QueryName TargetObject Details NewName
}

/// What there is to see; nothing for what is read into no event.
pub(super) fn see(taken: &mut Taken<'_, '_>, event_id: u32) -> Option<Found> {
    let mut found = Found { source: source(event_id)?, ..Found::default() };
    match event_id {
        7 => {
            let of_windows =
                taken.is(Column::SignatureStatus, "Valid") && taken.is(Column::Signature, "Microsoft Windows");
            if of_windows {
                let (image, loaded) = (taken.text(Column::Image), taken.text(Column::ImageLoaded));
                // The program's own file tells who signed the program.
                if image.is_none() || taken.get(&image) != taken.get(&loaded) {
                    return None;
                }
            }
            found.file = Some(taken.text(Column::ImageLoaded)?);
        }
        11 | 23 | 26 => found.file = Some(taken.text(Column::TargetFilename)?),
        12..=14 => {
            taken.text(Column::TargetObject)?;
            found.data = taken.text(Column::Details).or_else(|| taken.text(Column::NewName));
        }
        22 => found.question = Some(taken.text(Column::QueryName)?),
        3 => {
            let source = (Column::SourceIp, Column::SourcePort, Column::SourceHostname);
            let destination = (Column::DestinationIp, Column::DestinationPort, Column::DestinationHostname);
            found.ends = [source, destination]
                .map(|(ip, port, domain)| Some(Spot { domain: taken.text(domain), ..taken.end(ip, port) }));
        }
        _ => {}
    }
    if matches!(event_id, 7 | 11 | 23 | 26) {
        found.file_digests = taken.text(Column::Hashes).or_else(|| taken.text(Column::Hash));
    }
    let written = taken.text(Column::UtcTime);
    found.time = taken.get(&written).and_then(instant).or(taken.glance.time());
    found.host = taken.glance.computer(taken.texts);
    found.user = taken.text(Column::User);
    let mut process = Doer {
        executable: taken.text(Column::Image),
        pid: taken.number(Column::ProcessId),
        guid: taken.guid(Column::ProcessGuid),
        ..Doer::default()
    };
    let is_told = process.executable.is_some() || process.pid.is_some() || process.guid != 0;
    if event_id == 1 {
        process.command_line = taken.text(Column::CommandLine);
        process.original_file_name = taken.text(Column::OriginalFileName);
        process.digests = taken.text(Column::Hashes).or_else(|| taken.text(Column::Hash));
        found.parent = Some(Doer {
            executable: taken.text(Column::ParentImage),
            command_line: taken.text(Column::ParentCommandLine),
            pid: taken.number(Column::ParentProcessId),
            guid: taken.guid(Column::ParentProcessGuid),
            ..Doer::default()
        });
    }
    found.process = (is_told || event_id == 1).then_some(process);
    Some(found)
}

fn source(event_id: u32) -> Option<&'static str> {
    Some(match event_id {
        1 => "sysmon-1",
        3 => "sysmon-3",
        5 => "sysmon-5",
        7 => "sysmon-7",
        11 => "sysmon-11",
        12 => "sysmon-12",
        13 => "sysmon-13",
        14 => "sysmon-14",
        22 => "sysmon-22",
        23 => "sysmon-23",
        26 => "sysmon-26",
        _ => return None,
    })
}
