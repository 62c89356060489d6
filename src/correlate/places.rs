//! The country and the network of addresses, by the databases that the examiner gives.
//!
//! The names of fields are those of MaxMind's GeoIP2 and GeoLite2 (country, city, ASN), which DB-IP uses too, and of IPinfo's,
//! which are flat.

use super::run::Draft;
use crate::base::anomaly::Cause;
use crate::case::Coverage;
use crate::case::run::Location;
use crate::correlate::mmdb::{Database, Value};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What the databases say of an address; of each fact the first of them that tells it counts.
pub(super) fn locate(databases: &[Database], address: &str) -> Result<Option<Location>, Cause> {
    let Ok(address) = address.parse::<IpAddr>() else { return Ok(None) };
    let mut all = Location::default();
    let mut failed = None;
    for database in databases {
        match database.find(address) {
            Ok(Some(value)) => merge(&mut all, of_record(&value)),
            Ok(None) => {}
            Err(cause) => failed = failed.or(Some(cause)),
        }
    }
    let is_told = all != Location::default();
    match failed {
        Some(cause) if !is_told => Err(cause),
        _ => Ok(is_told.then_some(all)),
    }
}

/// Locates the destinations of all runs. Returns what is damaged in the databases, once for each kind.
pub(super) fn locate_all(drafts: &mut [Draft], databases: &[Database]) -> Vec<Cause> {
    let mut known: BTreeMap<String, Option<Location>> = BTreeMap::new();
    let mut damage: BTreeMap<String, Cause> = BTreeMap::new();
    if databases.is_empty() {
        return Vec::new();
    }
    for destination in drafts.iter_mut().flat_map(|draft| &mut draft.run.network.destinations) {
        let location = known.entry(destination.address.clone()).or_insert_with(|| {
            locate(databases, &destination.address).unwrap_or_else(|cause| {
                damage.insert(cause.to_string(), cause);
                None
            })
        });
        destination.place = location.as_ref().map(Location::words);
        destination.location.clone_from(location);
    }
    damage.into_values().collect()
}

/// A row for each database: what is known of addresses is as old as it is.
pub(super) fn rows(databases: &[Database]) -> impl Iterator<Item = Coverage> {
    databases.iter().map(|database| {
        let metadata = database.metadata();
        let built = metadata.built.map_or_else(|| "of an unknown day".to_owned(), |time| format!("of {time}"));
        Coverage {
            source: format!("geoip:{}", metadata.kind),
            examined: true,
            why: Some(format!("a database {built}, given by the examiner")),
            ..Coverage::default()
        }
    })
}

fn of_record(value: &Value) -> Location {
    let text = |value: Option<&Value>| value.and_then(Value::text).filter(|text| !text.is_empty()).map(str::to_owned);
    let flat = |name: &str| text(value.get(name));
    let english = |value: &Value| text(value.get("names").and_then(|names| names.get("en")));
    let country = ["country", "registered_country"].into_iter().find_map(|name| {
        let country = value.get(name)?;
        Some((text(country.get("iso_code"))?, english(country)))
    });
    let (code, name) = match country {
        Some((code, name)) => (Some(code), name),
        None => match (flat("country_code"), flat("country"), flat("country_name")) {
            (Some(code), name, other) => (Some(code), name.or(other)),
            (None, code, name) => (code, name),
        },
    };
    let number = value.get("autonomous_system_number").and_then(Value::number);
    let written = flat("asn").and_then(|text| text.trim_start_matches("AS").parse().ok());
    Location {
        country: code,
        country_name: name,
        city: value.get("city").and_then(english).or_else(|| flat("city")),
        asn: number.or(written),
        organisation: ["autonomous_system_organization", "as_name", "organization"].into_iter().find_map(flat),
    }
}

fn merge(all: &mut Location, new: Location) {
    // A country goes with its own name.
    if all.country.is_none() {
        all.country = new.country;
        all.country_name = new.country_name;
    }
    all.city = all.city.take().or(new.city);
    if all.asn.is_none() {
        all.asn = new.asn;
        all.organisation = all.organisation.take().or(new.organisation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::mmdb::writer::{Item, city, database, network};
    use std::sync::Arc;

    #[test]
    fn databases_complete_each_other() {
        let open =
            |kind, records: &[(&str, u32, Item)]| Database::open(Arc::new(database(28, 6, kind, records))).unwrap();
        let flat = Item::Map(vec![
            ("asn", Item::Text("AS64501")),
            ("as_name", Item::Text("Flat")),
            ("country", Item::Text("Austria")),
            ("country_code", Item::Text("AT")),
        ]);
        let registered = Item::Map(vec![("registered_country", Item::Map(vec![("iso_code", Item::Text("CH"))]))]);
        let databases = [
            open("City", &[("203.0.113.0", 24, city("DE", "Germany", "Berlin")), ("198.51.100.0", 24, registered)]),
            open("ASN", &[("203.0.113.0", 24, network(64500, "Example"))]),
            open("Flat", &[("203.0.113.0", 24, flat.clone()), ("192.0.2.0", 24, flat)]),
        ];
        let words = |address: &str| locate(&databases, address).unwrap().map(|location| location.words());
        let cases = [
            ("203.0.113.9", Some("DE Germany, Berlin, AS64500 Example")),
            ("192.0.2.9", Some("AT Austria, AS64501 Flat")),
            ("198.51.100.9", Some("CH")),
            ("10.0.0.1", None),
            ("ftp.example", None),
        ];
        for (address, expected) in cases {
            assert_eq!(words(address).as_deref(), expected, "{address}");
        }
        let rows: Vec<Coverage> = rows(&databases[..1]).collect();
        assert_eq!(rows[0].source, "geoip:City");
        assert!(rows[0].why.as_ref().unwrap().contains("2026-01-01"), "{rows:?}");
    }
}
