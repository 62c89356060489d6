//! Registry hives, and the logs behind them: values are no larger than what there is, a walk ends, and all is the same twice.
#![no_main]

use ftpsift::base::bytes::ReadAt;
use ftpsift::base::hive::{Hive, Value};
use libfuzzer_sys::fuzz_target;

/// Where a log begins behind a hive: at a base block of its own.
fn log(bytes: &[u8], after: usize) -> Option<usize> {
    (after..bytes.len()).step_by(512).find(|at| bytes[*at..].starts_with(b"regf"))
}

fn values(hive: &Hive<'_>) -> Vec<Value> {
    let paths: [&[&str]; 3] = [&["MountedDevices"], &["Select", "MountedDevices"], &[]];
    let mut found: Vec<Value> =
        paths.iter().filter_map(|path| Some(hive.values(hive.key(path)?))).flatten().collect();
    let mut keys = 0usize;
    hive.walk(hive.root(), &mut |path, key| {
        assert!(path.len() <= 512);
        keys += 1;
        if keys < 1000 {
            for value in hive.values(key) {
                let _ = value.text();
                found.push(value);
            }
        }
        true
    });
    found
}

fuzz_target!(|bytes: &[u8]| {
    let first = log(bytes, 4096).unwrap_or(bytes.len());
    let second = log(bytes, first + 512).unwrap_or(bytes.len());
    let parts = [&bytes[..first], &bytes[first..second], &bytes[second..]].map(<[u8]>::to_vec);
    let logs: [&dyn ReadAt; 2] = [&parts[1], &parts[2]];
    let read = || {
        let hive = Hive::with_logs(&parts[0], &logs)?;
        let recovery = hive.recovery().clone();
        assert!(recovery.pages as usize * 512 <= bytes.len());
        assert!(!recovery.is_applied() || !hive.is_dirty());
        Some((values(&hive), recovery))
    };
    let found = read();
    // Behind its end, a hive that logs make longer may have a hole, which reads as zeros.
    let most = |applied: bool| if applied { bytes.len().max(Value::USUAL) } else { bytes.len() };
    if let Some((values, recovery)) = &found {
        assert!(values.iter().all(|value| value.data.len() <= most(recovery.is_applied())));
    }
    assert_eq!(found, read());
    // Without its logs, a hive is what it is.
    let plain = Hive::open(&parts[0]).map(|hive| values(&hive));
    if found.as_ref().is_some_and(|(_, recovery)| !recovery.is_applied()) {
        assert_eq!(plain, found.map(|(values, _)| values));
    }
});
