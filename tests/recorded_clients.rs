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

/// Rows of ReactOS' `ftp.exe` that say nothing of Windows', and why. ReactOS' client is a relative of Windows', not a copy:
/// it is of 4.3BSD, and has faults of its own.
const NOT_WINDOWS: [(&str, &str); 20] = [
    ("06_get_noargs", "ReactOS hangs after a transfer in ASCII; the row ends there"),
    ("12_mget_prompt_on", "ReactOS' mget takes the reply of the server for a name"),
    ("13_mget_prompt_consumes_cmds", "ReactOS' mget takes the reply of the server for a name"),
    ("14_mget_prompt_toggle", "ReactOS' mget takes the reply of the server for a name"),
    ("15_mget_i_flag", "ReactOS' mget takes the reply of the server for a name"),
    ("16_mput_i_flag", "ReactOS' mput meets no names"),
    ("17_mput_prompt_q", "ReactOS' mput meets no names"),
    ("20_backslash", "on Windows a backslash is an ordinary character (Microsoft: `lcd C:\\dir1`)"),
    ("21_abbrev", "`d`, `s` and the like: other commands, other abbreviations"),
    ("23_case", "Windows compares names without their case (transcripts)"),
    ("27_open_twice", "ReactOS hung, and the QUIT of its `close` never came"),
    ("29_quote_user", "Windows knows `literal`"),
    ("38_ls_local", "Windows sends NLST for `ls`; ReactOS hangs"),
    ("39_typecmds", "ReactOS hangs"),
    ("43_netrc_macdef", "a macro that Windows does not know"),
    ("44_macdef_inline", "Windows knows no macros"),
    ("57_pipe_local", "Windows knows no pipes, or nobody has seen them"),
    ("64_eof_at_username", "ReactOS reads beyond the end"),
    ("75_put_winpath", "on Windows a backslash is an ordinary character, and a name loses its directories"),
    ("80_long_user_100", "ReactOS' buffer of 80 characters; that of Windows is not known"),
];

/// Verbs that are not compared: ReactOS switches to binary by itself, Windows never does; whether a transfer is broken off
/// depends on the names that the disk takes (`>`, `C:\\temp\\x.txt`).
const NOT_COMPARED: [&str; 2] = ["TYPE", "ABOR"];

#[test]
fn windows_does_what_its_relative_does_where_they_agree() {
    let (mut good, mut total, mut set_aside, mut misses) = (0u32, 0u32, 0u32, Vec::new());
    for file in ["oracle/results_ros.jsonl", "oracle/results_ros2.jsonl"] {
        let Some(path) = workshop(file) else { return };
        for row in rows(&path) {
            let mut case = case(&row);
            case.name = case.name.trim_end_matches("(+bin)").to_owned();
            if NOT_WINDOWS.iter().any(|(name, _)| *name == case.name) {
                set_aside += 1;
                continue;
            }
            total += 1;
            // ReactOS takes a port on its command line, Windows none.
            if let Some(at) = case.arguments.iter().position(|word| word == "@PORT@") {
                case.arguments.remove(at);
            }
            let port = if case.arguments.iter().any(|word| word == "@HOST@") { 21 } else { PORT };
            let compared = |lines: Vec<String>| {
                let compared = |line: &String| !NOT_COMPARED.contains(&line.split(' ').next().unwrap_or_default());
                let lines = lines.into_iter().filter(compared);
                lines.map(|line| line.replace(&PORT.to_string(), &port.to_string())).collect::<Vec<_>>()
            };
            let predicted = compared(predict(Client::WindowsFtp, &case, port, "none").control);
            let recorded = compared(recorded(&row).control);
            // Where the row breaks off before the end, ReactOS hung, or took data for a reply.
            let breaks_off = recorded.last().is_none_or(|last| last != "QUIT");
            if predicted == recorded || breaks_off && predicted.starts_with(&recorded) {
                good += 1;
            } else {
                misses.push(format!("{}\n  predicted {predicted:?}\n  recorded  {recorded:?}", case.name));
            }
        }
    }
    for miss in &misses {
        println!("{miss}");
    }
    println!("ReactOS rows that agree with Windows: {good}/{total}, {set_aside} set aside");
    assert!(f64::from(good) / f64::from(total) >= FLOOR);
}
