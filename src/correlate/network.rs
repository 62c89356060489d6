//! The connections of a run: which carry the dialogue and which data, where they go, and whether that is what the script says.
//!
//! RFC 959, 3.2 and 3.3: in active mode the server connects from port 20 to the client; in passive mode the client connects to
//! a port that the server names. RFC 4217: port 990 speaks TLS from its first byte; `AUTH TLS` asks for it on port 21.

use super::run::Draft;
use super::scripts::ScriptsById;
use super::sources::Sources;
use crate::artifact::event::{Direction, Event, Network};
use crate::case::Script;
use crate::case::run::{Channel, Connection, Destination, Question};
use crate::script::address;
use crate::script::session::{AddressClass, Scheme, Session};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Connections of one run that are told one by one.
const CONNECTIONS: usize = 256;
/// Ports below this are no data ports of passive mode.
const HIGH_PORT: u16 = 1024;

/// Takes one connection into its run; `ports` are those of the control connection that the scripts name.
pub(super) fn connect(draft: &mut Draft, event: &Event, id: &str, ports: &BTreeSet<u16>) {
    let Some(network) = &event.network else { return };
    let (remote, local) = ends(network);
    let remote_port = remote.and_then(|end| end.port);
    let local_port = local.and_then(|end| end.port);
    let is_inbound = network.direction == Some(Direction::Inbound);
    let channel = match (remote_port, local_port) {
        // Whichever end the record calls the source, port 20 is the server's data port.
        (Some(20), _) | (_, Some(20)) => Channel::DataActive,
        (Some(990), _) => Channel::ImplicitTls,
        (Some(port), _) if !is_inbound && (port == 21 || ports.contains(&port)) => Channel::Control,
        (Some(_), _) if is_inbound => Channel::DataActive,
        (Some(port), _) if port >= HIGH_PORT => Channel::DataPassive,
        _ => Channel::Other,
    };
    let told = &mut draft.run.network;
    told.recorded = told.recorded.saturating_add(1);
    if matches!(channel, Channel::DataActive | Channel::DataPassive) {
        told.data_connections = told.data_connections.saturating_add(1);
    }
    if told.connections.len() < CONNECTIONS {
        told.connections.push(Connection {
            event: id.to_owned(),
            time: event.time,
            direction: network.direction,
            remote: remote.and_then(|end| end.ip.clone().or_else(|| end.domain.clone())),
            remote_port,
            local_port,
            channel,
        });
    }
}

type Ends<'a> = (Option<&'a crate::artifact::event::Endpoint>, Option<&'a crate::artifact::event::Endpoint>);

/// The other end and this one. Records of inbound connections differ in which they call the source: the port tells.
fn ends(network: &Network) -> Ends<'_> {
    let (source, destination) = (network.source.as_ref(), network.destination.as_ref());
    let is_server = |end: Option<&crate::artifact::event::Endpoint>| {
        end.and_then(|end| end.port).is_some_and(|port| matches!(port, 20 | 21 | 990))
    };
    if network.direction == Some(Direction::Inbound) && is_server(source) && !is_server(destination) {
        (source, destination)
    } else {
        (destination, source)
    }
}

/// Takes a question for a name into its run.
pub(super) fn ask(draft: &mut Draft, event: &Event, id: &str) {
    let Some(dns) = &event.dns else { return };
    if draft.run.network.questions.len() < CONNECTIONS {
        let answers = dns.answers.iter().map(|answer| plain(answer)).collect();
        draft.run.network.questions.push(Question {
            event: id.to_owned(),
            time: event.time,
            name: dns.question.clone(),
            answers,
            was_used: false,
        });
    }
}

/// An address in one spelling; Sysmon writes IPv4 as mapped into IPv6.
pub(super) fn plain(address: &str) -> String {
    match address.trim().trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => v6.to_ipv4_mapped().map_or_else(|| v6.to_string(), |v4| v4.to_string()),
        Ok(v4) => v4.to_string(),
        Err(_) => address.trim().trim_end_matches('.').to_ascii_lowercase(),
    }
}

/// What follows from all connections of a run.
pub(super) fn settle(draft: &mut Draft, by_id: &ScriptsById<'_>, sources: &Sources) {
    let scripts: Vec<&Script> = draft.run.scripts.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
    let sessions: Vec<&Session> =
        scripts.iter().flat_map(|script| &script.sessions).filter(|session| session.active).collect();
    let mut hosts: BTreeSet<String> =
        sessions.iter().filter_map(|session| session.host.as_deref()).map(plain).collect();
    hosts.extend(draft.run.switches.as_ref().and_then(|switches| switches.host.as_deref()).map(plain));
    let has_events = draft.run.network.recorded > 0 || !draft.run.network.questions.is_empty();
    let explicit = sessions.iter().any(|session| session.scheme == Scheme::Ftps)
        || sessions.iter().any(|session| {
            session.raw.iter().any(|raw| raw.to_ascii_uppercase().starts_with("AUTH TLS"))
                || session.commands.iter().any(|command| command.wire.iter().any(|wire| wire.starts_with("AUTH ")))
        });
    let told = &mut draft.run.network;
    let implicit = told.connections.iter().any(|connection| connection.channel == Channel::ImplicitTls);
    told.tls =
        if implicit { Some("implicit".to_owned()) } else { (explicit && has_events).then(|| "explicit".to_owned()) };
    // A high port counts as data only where the same address was spoken to as a server: else it is another dialogue.
    let servers: BTreeSet<String> = told
        .connections
        .iter()
        .filter(|connection| matches!(connection.channel, Channel::Control | Channel::ImplicitTls))
        .filter_map(|connection| connection.remote.as_deref().map(plain))
        .collect();
    let mut spoken: BTreeSet<String> = servers.clone();
    for connection in told.connections.iter_mut().filter(|connection| connection.channel == Channel::DataPassive) {
        let remote = connection.remote.as_deref().map(plain).unwrap_or_default();
        if !servers.contains(&remote) && spoken.insert(remote) {
            connection.channel = Channel::Control;
            told.data_connections = told.data_connections.saturating_sub(1);
        }
    }
    let has = |channel: Channel| told.connections.iter().any(|connection| connection.channel == channel);
    told.mode = match (has(Channel::DataActive), has(Channel::DataPassive)) {
        (true, true) => Some("both".to_owned()),
        (true, false) => Some("active".to_owned()),
        (false, true) => Some("passive".to_owned()),
        (false, false) => None,
    };
    told.estimated_transfers = (told.data_connections > 0).then_some(told.data_connections);
    let reached: BTreeSet<String> =
        told.connections.iter().filter_map(|connection| connection.remote.as_deref().map(plain)).collect();
    for question in &mut told.questions {
        question.was_used = question.answers.iter().any(|answer| reached.contains(answer));
    }
    let mut destinations: BTreeMap<String, Destination> = BTreeMap::new();
    for connection in &told.connections {
        let Some(address) = connection.remote.as_deref().map(plain) else { continue };
        let destination = destinations.entry(address.clone()).or_insert_with(|| Destination {
            class: class(&address).to_owned(),
            address: address.clone(),
            ..Destination::default()
        });
        if matches!(connection.channel, Channel::Control | Channel::ImplicitTls) {
            destination.port = destination.port.or(connection.remote_port);
        }
        destination.events.push(connection.event.clone());
    }
    for destination in destinations.values_mut() {
        let names: BTreeSet<String> = told
            .questions
            .iter()
            .filter(|question| question.answers.contains(&destination.address))
            .map(|question| plain(&question.name))
            .collect();
        destination.names = names.into_iter().collect();
        destination.raw_address = hosts.contains(&destination.address);
        destination.non_standard_port = destination.port.is_some_and(|port| !matches!(port, 21 | 990));
        destination.known = is_known(&sources.known, &destination.address, &destination.names);
    }
    told.contradictions = contradictions(&hosts, &reached, &told.questions);
    told.destinations = destinations.into_values().collect();
}

/// Where a script's hosts and the records do not go together. Silence is no contradiction.
fn contradictions(hosts: &BTreeSet<String>, reached: &BTreeSet<String>, questions: &[Question]) -> Vec<String> {
    let mut found = Vec::new();
    for host in hosts {
        if host.parse::<IpAddr>().is_ok() {
            let others: Vec<&str> = reached.iter().map(String::as_str).collect();
            if !reached.is_empty() && !reached.contains(host) {
                found.push(format!(
                    "the script names {host}; the records show connections to {} alone",
                    others.join(", ")
                ));
            }
            continue;
        }
        let answers: BTreeSet<&String> = questions
            .iter()
            .filter(|question| plain(&question.name) == *host)
            .flat_map(|question| &question.answers)
            .collect();
        let addresses = answers.iter().filter(|answer| answer.parse::<IpAddr>().is_ok()).count();
        if addresses > 0 && !reached.is_empty() && !answers.iter().any(|answer| reached.contains(*answer)) {
            found.push(format!("{host} was answered with other addresses than were connected to"));
        }
    }
    found
}

fn class(address: &str) -> &'static str {
    match address::classify(address) {
        AddressClass::Public => "external",
        AddressClass::Private => "internal",
        AddressClass::Loopback => "loopback",
        AddressClass::LinkLocal => "link-local",
        AddressClass::Documentation => "documentation",
        AddressClass::Name => "name",
        AddressClass::Invalid => "invalid",
    }
}

/// Whether the examiner knows a destination; nothing where there is no list.
pub(super) fn is_known(known: &[String], address: &str, names: &[String]) -> Option<bool> {
    if known.is_empty() {
        return None;
    }
    let ip = address.parse::<IpAddr>().ok();
    Some(known.iter().map(|entry| plain(entry)).any(|entry| {
        let within = entry.parse::<IpNet>().is_ok_and(|network| ip.is_some_and(|ip| network.contains(&ip)));
        let below = |name: &String| *name == entry || name.strip_suffix(&entry).is_some_and(|rest| rest.ends_with('.'));
        within || entry == address || names.iter().any(below)
    }))
}
