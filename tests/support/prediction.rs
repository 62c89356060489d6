//! What the interpreters say that a client would do in a case of the differential tests.

use super::client_run::{Case, Deeds, addressed};
use super::laboratory::Laboratory;
use ftpsift::base::limits::Limits;
use ftpsift::base::text::Text;
use ftpsift::script::client;
use ftpsift::script::launch::{Client, Platform};

/// Commands of the data connection and of the client's own curiosity, which no script asks for.
const NOISE: [&str; 12] =
    ["PASV", "EPSV", "PORT", "EPRT", "LPRT", "LPSV", "SYST", "FEAT", "NOOP", "OPTS", "SIZE", "MDTM"];

/// What a client does by its interpreter. The server listens at `port`, the client runs as `user`.
pub(crate) fn predict(client: Client, case: &Case, port: u16, user: &str) -> Deeds {
    let program = match client {
        Client::Tnftp => "tnftp",
        Client::WindowsFtp => "ftp.exe",
        _ => "inetutils-ftp",
    };
    let words: Vec<String> =
        std::iter::once(program.to_owned()).chain(case.arguments.iter().map(|word| addressed(word, port))).collect();
    let platform = if client == Client::WindowsFtp { Platform::Windows } else { Platform::Unix };
    let switches = client::launch(&words, &words.join(" "), platform).unwrap().switches;
    let script = addressed(&case.script, port);
    let text = match script.strip_prefix('\u{feff}') {
        Some(rest) => Text { byte_order_mark: true, ..Text::from_content(rest) },
        None => Text::from_content(script),
    };
    let netrc = case.netrc.as_deref().map(|text| addressed(text, port));
    let world = Laboratory::new(&case.system, port, netrc.as_deref(), user);
    let _ = client::interpret(&text, client, &switches, &world, &Limits::default());
    let (control, new_files, remote_files) = world.seen();
    Deeds { control: without_noise(control), new_files, remote_files, ..Deeds::default() }
}

/// The control lines that a script asks for. Telnet's interrupt in front of ABOR is left out.
pub(crate) fn without_noise(control: impl IntoIterator<Item = String>) -> Vec<String> {
    let lines = control.into_iter().map(|line| line.trim_start_matches('\u{fffd}').to_owned());
    // `PASS ` with nothing behind it is recorded without its blank.
    let lines = lines.map(|line| line.strip_suffix(' ').filter(|verb| !verb.contains(' ')).unwrap_or(&line).to_owned());
    lines.filter(|line| !NOISE.contains(&line.split(' ').next().unwrap_or_default())).collect()
}
