//! Databases of addresses: any bytes, any address; the same is found twice.
#![no_main]

use ftpsift::correlate::mmdb::Database;
use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

fuzz_target!(|input: &[u8]| {
    let Some((bits, bytes)) = input.split_first_chunk::<16>() else { return };
    let bits = u128::from_be_bytes(*bits);
    let Ok(database) = Database::open(Arc::new(bytes.to_vec())) else { return };
    assert!(matches!(database.metadata().record_bits, 24 | 28 | 32));
    let addresses = [
        IpAddr::V6(Ipv6Addr::from_bits(bits)),
        IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    ];
    for address in addresses {
        let once = database.find(address).map_err(|cause| cause.to_string());
        assert_eq!(once, database.find(address).map_err(|cause| cause.to_string()));
    }
});
