//! What kind of address a host is, by its text alone.

use super::session::AddressClass;
use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Classes the host as a client would take it; variables and words that no resolver accepts are `Invalid`.
///
/// Ranges: RFC 1918, RFC 6598 (shared), RFC 4193 (private), RFC 3927 and RFC 4291 (link-local), RFC 5737 and RFC 3849
/// (documentation).
#[must_use]
pub fn classify(host: &str) -> AddressClass {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => classify_v4(address),
        Ok(IpAddr::V6(address)) => classify_v6(address),
        Err(_) if is_name(host) => AddressClass::Name,
        Err(_) => AddressClass::Invalid,
    }
}

/// Whether the text is a host name or a literal address: nothing that an author would write by accident in prose.
#[must_use]
pub fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host).split('.');
    host.len() <= 253
        && labels.clone().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
        && !labels.clone().all(|label| label.bytes().all(|byte| byte.is_ascii_digit()))
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let within = |octets: [u8; 4], prefix: u8| {
        Ipv4Net::new(Ipv4Addr::from(octets), prefix).is_ok_and(|network| network.contains(&address))
    };
    if address.is_loopback() {
        AddressClass::Loopback
    } else if address.is_private() || within([100, 64, 0, 0], 10) {
        AddressClass::Private
    } else if address.is_link_local() {
        AddressClass::LinkLocal
    } else if address.is_documentation() {
        AddressClass::Documentation
    } else if address.is_unspecified() || address.is_broadcast() || address.is_multicast() || within([240, 0, 0, 0], 4)
    {
        AddressClass::Invalid
    } else {
        AddressClass::Public
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return classify_v4(mapped);
    }
    let documentation = Ipv6Net::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32);
    if address.is_loopback() {
        AddressClass::Loopback
    } else if address.is_unique_local() {
        AddressClass::Private
    } else if address.is_unicast_link_local() {
        AddressClass::LinkLocal
    } else if documentation.is_ok_and(|network| network.contains(&address)) {
        AddressClass::Documentation
    } else if address.is_unspecified() || address.is_multicast() {
        AddressClass::Invalid
    } else {
        AddressClass::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let cases = [
            ("8.8.8.8", AddressClass::Public),
            ("10.0.0.1", AddressClass::Private),
            ("100.64.0.1", AddressClass::Private),
            ("127.0.0.1", AddressClass::Loopback),
            ("169.254.1.1", AddressClass::LinkLocal),
            ("203.0.113.10", AddressClass::Documentation),
            ("2001:db8::1", AddressClass::Documentation),
            ("[2606:4700::1]", AddressClass::Public),
            ("fd00::1", AddressClass::Private),
            ("ftp.example.com", AddressClass::Name),
            ("maquinaCM", AddressClass::Name),
            ("ftp_server", AddressClass::Name),
            ("%H%", AddressClass::Invalid),
            ("", AddressClass::Invalid),
            ("300.1.2.3", AddressClass::Invalid),
            ("255.255.255.255", AddressClass::Invalid),
        ];
        for (host, class) in cases {
            assert_eq!(classify(host), class, "{host}");
        }
    }
}
