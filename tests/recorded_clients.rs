//! What the interpreters predict against what real clients were recorded to send.

use crate::support::workshop;
use ftpsift::base::limits::Limits;
use ftpsift::base::text::Text;
use ftpsift::script::client;
use ftpsift::script::client::world::World;
use ftpsift::script::launch::{Client, Platform, Switches};
use serde_json::Value;
use std::collections::BTreeMap;

/// Share of the rows that must be predicted right; it only ever rises.
const FLOOR: f64 = 0.89;

/// The server and the folder that the recordings were made with.
struct Laboratory;

const REMOTE: [&str; 5] = ["UPPER.TXT", "a.txt", "b.txt", "payload.exe", "with space.txt"];
const LOCAL: [&str; 3] = ["l1.txt", "l2.txt", "secret.doc"];

impl World for Laboratory {
    fn remote_names(&self, pattern: &str) -> Option<Vec<String>> {
        Some(REMOTE.iter().filter(|name| meets(pattern, name)).map(|name| (*name).to_owned()).collect())
    }

    fn local_names(&self, pattern: &str) -> Option<Vec<String>> {
        let pattern = pattern.trim_start_matches("./");
        if pattern == "-" {
            return Some(vec![pattern.to_owned()]);
        }
        Some(LOCAL.iter().filter(|name| meets(pattern, name)).map(|name| (*name).to_owned()).collect())
    }

    fn local_user(&self) -> Option<&str> {
        Some("root")
    }
}

fn meets(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail),
    }
}

#[test]
fn predicted_control_sequences_equal_the_recorded_ones() {
    let Some(path) = workshop("oracle/results_bsd.jsonl") else { return };
    let rows: Vec<Value> =
        std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut good, mut misses) = (0u32, BTreeMap::new());
    let mut total = 0u32;
    for row in &rows {
        let client = match row["client"].as_str() {
            Some("inetutils") => Client::Inetutils,
            Some("tnftp") => Client::Tnftp,
            _ => continue,
        };
        total += 1;
        let (predicted, recorded) = (predict(row, client), recorded(row));
        if predicted == recorded {
            good += 1;
        } else {
            misses.insert(format!("{} {client:?}", row["case"].as_str().unwrap_or_default()), (predicted, recorded));
        }
    }
    for (case, (predicted, recorded)) in &misses {
        println!("{case}\n  predicted {predicted:?}\n  recorded  {recorded:?}");
    }
    let share = f64::from(good) / f64::from(total);
    println!("control sequences predicted: {good}/{total} = {:.1} %", share * 100.0);
    assert!(share >= FLOOR);
}

/// Commands of the data connection and of the client's own curiosity, which no script asks for.
const NOISE: [&str; 11] = ["PASV", "EPSV", "PORT", "EPRT", "LPRT", "SYST", "FEAT", "NOOP", "OPTS", "SIZE", "MDTM"];

fn predict(row: &Value, client: Client) -> Vec<String> {
    let arguments: Vec<&str> = row["argv"].as_array().unwrap().iter().filter_map(Value::as_str).skip(1).collect();
    let command_line = std::iter::once(if client == Client::Tnftp { "tnftp" } else { "inetutils-ftp" })
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ");
    let words = client::switches::split_arguments(&command_line);
    let switches: Switches = client::launch(&words, &command_line, Platform::Unix).unwrap().switches;
    let script = row["script"].as_str().unwrap().replace("@PORT@", "2121");
    let text = match script.strip_prefix('\u{feff}') {
        Some(rest) => Text { byte_order_mark: true, ..Text::from_content(rest) },
        None => Text::from_content(script),
    };
    let run = client::interpret(&text, client, &switches, &Laboratory, &Limits::default());
    let sent = run.sessions.iter().flat_map(|session| &session.commands).flat_map(|command| &command.wire);
    sent.filter(|sent| !NOISE.contains(&sent.split(' ').next().unwrap())).cloned().collect()
}

fn recorded(row: &Value) -> Vec<String> {
    let sent = row["control_no_noise"].as_array().unwrap().iter().map(|pair| {
        let (verb, argument) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        if argument.is_empty() { verb.to_owned() } else { format!("{verb} {argument}") }
    });
    sent.filter(|sent| !NOISE.contains(&sent.split(' ').next().unwrap()))
        .map(|sent| sent.replace("@PORT@", "2121"))
        .collect()
}
