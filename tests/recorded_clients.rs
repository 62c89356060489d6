//! What the interpreters predict against what real clients were recorded to send.

use crate::support::client_run::{Case, Deeds};
use crate::support::prediction::{predict, without_noise};
use crate::support::workshop;
use ftpsift::script::launch::Client;
use serde_json::Value;
use std::collections::BTreeMap;

/// Share of the rows that must be predicted right; it only ever rises.
const FLOOR: f64 = 0.98;

/// Rows that are predicted otherwise, and why.
const KNOWN_MISSES: [(&str, Client, &str); 2] = [
    ("30_shell", Client::Inetutils, "files that the shell of `!touch` makes are not the client's"),
    ("30_shell", Client::Tnftp, "files that the shell of `!touch` makes are not the client's"),
];

/// The `.netrc` of the row that was recorded with one, which the recording does not hold.
const NETRC: &str = "machine @HOST@ login nuser password npass\nmacdef init\nbinary\nget payload.exe p.exe\nquit\n\n";

/// The port that stands for the recorded one.
const PORT: u16 = 2121;

#[test]
fn predicted_control_sequences_equal_the_recorded_ones() {
    let Some(path) = workshop("oracle/results_bsd.jsonl") else { return };
    let (mut good, mut total, mut misses) = (0u32, 0u32, BTreeMap::new());
    for row in rows(&path) {
        let client = match row["client"].as_str() {
            Some("inetutils") => Client::Inetutils,
            Some("tnftp") => Client::Tnftp,
            _ => continue,
        };
        total += 1;
        let (predicted, recorded) = (predict(client, &case(&row), PORT, "root"), recorded(&row));
        if predicted.control == recorded.control && predicted.new_files == recorded.new_files {
            good += 1;
        } else {
            misses.insert(
                (row["case"].as_str().unwrap_or_default().to_owned(), format!("{client:?}")),
                (predicted, recorded),
            );
        }
    }
    for (case, (predicted, recorded)) in &misses {
        println!("{case:?}\n  predicted {predicted:?}\n  recorded  {recorded:?}");
    }
    let unexplained: Vec<_> = misses
        .keys()
        .filter(|(case, client)| {
            !KNOWN_MISSES.iter().any(|known| known.0 == case && format!("{:?}", known.1) == *client)
        })
        .collect();
    let share = f64::from(good) / f64::from(total);
    println!("control sequences predicted: {good}/{total} = {:.1} %", share * 100.0);
    assert!(share >= FLOOR);
    assert!(unexplained.is_empty(), "{unexplained:?}");
}

/// The rows of a recording.
pub(crate) fn rows(path: &std::path::Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A recorded row as a case: its script and how its client was started.
pub(crate) fn case(row: &Value) -> Case {
    let name = row["case"].as_str().unwrap_or_default();
    let arguments = row["argv"].as_array().unwrap().iter().filter_map(Value::as_str).skip(1);
    Case {
        name: name.to_owned(),
        arguments: arguments.map(|word| word.replace("127.0.0.1", "@HOST@")).collect(),
        script: row["script"].as_str().unwrap().replace("127.0.0.1", "@HOST@"),
        system: if name.starts_with("40_") { "Windows_NT" } else { "UNIX Type: L8" }.to_owned(),
        netrc: name.starts_with("43_").then(|| NETRC.to_owned()),
    }
}

fn recorded(row: &Value) -> Deeds {
    let sent = row["control"].as_array().unwrap().iter().map(|pair| {
        let (verb, argument) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        let line = if argument.is_empty() { verb.to_owned() } else { format!("{verb} {argument}") };
        line.replace("@PORT@", &PORT.to_string())
    });
    let files = row["new_local"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned);
    Deeds { control: without_noise(sent), new_files: files.collect(), ..Deeds::default() }
}
