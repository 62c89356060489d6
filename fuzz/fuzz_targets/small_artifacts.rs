//! Startup folders, zones, the Compatibility Assistant, WMI's store and its texts, the lists of policies, jobs of launchd: what comes out is capped by what went in.
#![no_main]

use ftpsift::artifact::event::Event;
use ftpsift::artifact::{launchd, mof, pca, policy_scripts, startup, wmi, zone_identifier};
use ftpsift::base::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let stream = bytes.to_vec();
    let limits = Limits::default();
    let mut events: Vec<Event> = Vec::new();
    for path in ["C:\\Users\\a\\Start Menu\\Programs\\Startup\\a.lnk", "/x/Start Menu/Programs/Startup/a.url"] {
        assert!(startup::is_startup(path));
        startup::read(&stream, path, &limits, &mut |_| {}, &mut |event| events.push(event)).unwrap();
    }
    assert_eq!(events.len(), 2);
    pca::read(&stream, &limits, &mut |_| {}, &mut |event| events.push(event)).unwrap();
    mof::read(&stream, &limits, &mut |_| {}, &mut |event| events.push(event)).unwrap();
    policy_scripts::read(&stream, "/a/User/Scripts/scripts.ini", &limits, &mut |_| {}, &mut |event| events.push(event))
        .unwrap();
    launchd::read(&stream, "/LaunchAgents/a.plist", &limits, &mut |_| {}, &mut |event| events.push(event)).unwrap();
    wmi::read(&stream, &mut |_| {}, &mut |event| events.push(event)).unwrap();
    events.extend(zone_identifier::event("C:\\a", &String::from_utf8_lossy(bytes)));
    for event in &events {
        assert!(event.record <= stream.len() as u64);
        let starts = event.starts.as_ref();
        let lengths = starts.into_iter().flat_map(|starts| [&starts.command_line, &starts.script, &starts.working_directory]);
        assert!(lengths.flatten().all(|text| text.len() <= stream.len() * 6 + 64));
    }
});
