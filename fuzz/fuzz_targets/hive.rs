//! Registry hives: values are no larger than the hive, and the same twice.
#![no_main]

use ftpsift::base::hive::Hive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let stream = bytes.to_vec();
    let read = || {
        let hive = Hive::open(&stream)?;
        let paths: [&[&str]; 3] = [&["MountedDevices"], &["Select", "MountedDevices"], &[]];
        let values = paths.iter().filter_map(|path| Some(hive.values(hive.key(path)?))).flatten();
        Some(values.collect::<Vec<_>>())
    };
    let values = read();
    assert!(values.iter().flatten().all(|value| value.data.len() <= bytes.len()));
    assert_eq!(values, read());
});
