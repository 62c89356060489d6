//! Whether a text is a script of WinSCP, by its content alone.

use super::machine::{self, Verb};
use super::words::{self, Options};
use crate::base::text::Text;
use crate::script::reading::Confidence;
use crate::script::url;

/// Lines that are looked at.
const LOOKED_AT: usize = 400;

/// Options of `option`.
const OPTIONS: [&str; 8] =
    ["echo", "batch", "confirm", "transfer", "synchdelete", "exclude", "reconnecttime", "failonnomatch"];

/// Switches of `get` and `put`.
const SWITCHES: [&str; 18] = [
    "append",
    "delete",
    "filemask",
    "latest",
    "neweronly",
    "noneweronly",
    "nopermissions",
    "nopreservetime",
    "onlyfile",
    "permissions",
    "preservetime",
    "rawtransfersettings",
    "resume",
    "resumesupport",
    "speed",
    "transfer",
    "criteria",
    "mirror",
];

/// How sure it is that a text is a script of WinSCP; nothing where it is none. Almost every line must be a command that fits,
/// something must be WinSCP's own, and a server or a transfer must be there.
#[must_use]
pub fn confidence(text: &Text) -> Option<Confidence> {
    if !may_be(&text.content) {
        return None;
    }
    // An address with nothing of Windows about it is lftp's as well, which is looked for next.
    let of_windows = text.content.contains(['\r', '\\', '%']);
    let (mut commands, mut others, mut own, mut servers, mut transfers) = (0usize, 0usize, 0usize, 0usize, 0usize);
    let lines = text.lines().map(|line| line.text.trim()).filter(|line| !line.is_empty());
    for line in lines.filter(|line| !line.starts_with(['#', ';'])).take(LOOKED_AT) {
        let words = words::split(line);
        let Some((word, arguments)) = words.split_first() else { continue };
        let known = machine::lookup(word).ok().filter(|(name, ..)| name.eq_ignore_ascii_case(word));
        let options = Options::new(arguments, &['-']);
        let parameters = options.parameters(&["rawsettings", "rawtransfersettings"]);
        let first = parameters.first().copied().unwrap_or_default();
        let switched = options.switches().next().is_some();
        let strange = options.switches().any(|switch| !SWITCHES.contains(&switch))
            || parameters.iter().any(|word| word.ends_with(';'));
        let (fits, is_own) = match known {
            Some((_, Verb::Open, ..)) => {
                let is_server = url::parse(first).is_some();
                let own = options.switches().any(|switch| {
                    matches!(
                        switch,
                        "hostkey"
                            | "certificate"
                            | "privatekey"
                            | "passive"
                            | "rawsettings"
                            | "explicit"
                            | "implicit"
                            | "timeout"
                            | "username"
                            | "explicittls"
                    )
                });
                let fits = parameters.len() == 1 && (is_server || own) && !first.ends_with(';');
                servers = servers.saturating_add(usize::from(fits));
                // An address is WinSCP's and lftp's; the line-based clients take none.
                (fits || parameters.len() == 1, own && fits || is_server && of_windows)
            }
            Some((_, Verb::Get | Verb::Put, ..)) => {
                let fits = (1..=6).contains(&parameters.len()) && !strange;
                transfers = transfers.saturating_add(usize::from(fits));
                (fits, fits && switched)
            }
            Some((_, Verb::Synchronize, ..)) => {
                let fits =
                    matches!(first.to_ascii_lowercase().as_str(), "local" | "remote" | "both") && parameters.len() <= 3;
                transfers = transfers.saturating_add(usize::from(fits));
                (fits, fits)
            }
            Some((_, Verb::KeepUpToDate, ..)) => (true, true),
            Some((_, Verb::Option, ..)) => {
                let fits = OPTIONS.contains(&first.to_ascii_lowercase().as_str()) && parameters.len() == 2;
                (fits, fits)
            }
            Some((_, _, least, most)) => ((least..=most.min(6)).contains(&parameters.len()), false),
            None => (false, false),
        };
        if fits {
            commands = commands.saturating_add(1);
        } else {
            others = others.saturating_add(1);
        }
        own = own.saturating_add(usize::from(is_own));
        if others > commands.saturating_add(3) {
            return None;
        }
    }
    let is_script = own > 0
        && servers.saturating_add(transfers) > 0
        && commands > 1
        && (servers > 0 || own > 1)
        && others.saturating_mul(5) <= commands;
    is_script.then_some(Confidence::Likely)
}

/// A cheap look first: the beginnings of lines that a script of WinSCP cannot do without.
fn may_be(content: &str) -> bool {
    content.split(['\n', '\r']).any(|line| {
        let line = line.trim_start();
        let begins = |word: &str| line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        begins("open ") || begins("option ") || begins("synchronize ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<Confidence> {
        confidence(&Text::from_content(text))
    }

    #[test]
    fn scripts_of_winscp() {
        let scripts = [
            "# nightly\noption batch abort\noption confirm off\nopen ftp://bob:pw@192.0.2.67/\nlcd C:\\out\nget -delete \"/a b/*.dat\" .\\\nexit\n",
            "open ftp://u1-build:%PASS%@%SERVER%/\nbinary\nput a.zip\ncd x\nput b.zip\nexit\n",
            "option batch continue\r\nopen mysite\r\nput C:\\d\\*.xls /in/ -transfer=binary\r\nclose\r\nexit\r\n",
            "open sftp://u@h.example/ -hostkey=\"ssh-rsa 2048 xx\"\nsynchronize remote C:\\s /s\nexit",
        ];
        for text in scripts {
            assert_eq!(told(text), Some(Confidence::Likely), "{text}");
        }
    }

    #[test]
    fn others_are_not() {
        let others = [
            "open 192.0.2.1\nuser bob pw\nget a\nbye\n",
            "open 192.0.2.1\nbob\npw\nbinary\nput a\nquit\n",
            "Option explicit\nDim a\nOpen \"C:\\x\" For Output As #1\nPrint #1, \"put it\"\n",
            "option batch is abort\nfoo\nbar\nbaz\n",
            "open the door and get coffee, bye",
            "open ftp://h/\nand then\nyou will see\nthe files\n",
            "synchronize remote clocks\n",
            "",
        ];
        for text in others {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
