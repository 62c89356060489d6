//! Scripts of lftp, WinSCP and the clients of SFTP as they lie on a host: told by their content, written by batch files,
//! named by launches.

use crate::support::case;
use ftpsift::script::launch::Client;
use ftpsift::script::reading::Form;
use ftpsift::script::session::{Scheme, Session};
use ftpsift::script::transfer::Direction;

/// The sessions of a case: `form scheme user:password@host:port`, and each transfer with its two names as the script has them.
fn said(files: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<String> {
    let case = case(files);
    let session = |form: Form, session: &Session| {
        let login = session.credentials.first().map_or_else(String::new, |credential| {
            let password = credential.password.as_ref().map(|secret| format!(":{}", secret.reveal()));
            format!("{}{}", credential.username.clone().unwrap_or_default(), password.unwrap_or_default())
        });
        let scheme = session.scheme.name();
        let host = session.host.clone().unwrap_or_default();
        let mut text = format!("{form:?} {scheme} {login}@{host}:{}", session.port.unwrap_or(0));
        for transfer in &session.transfers {
            let way = if transfer.direction == Direction::Download { '<' } else { '>' };
            let local = transfer.local_path.clone().unwrap_or_default();
            text.push_str(&format!(" {way}{} {local}", transfer.remote_path.clone().unwrap_or_default()));
        }
        text
    };
    case.scripts.iter().flat_map(|script| script.sessions.iter().map(|one| session(script.form, one))).collect()
}

#[test]
fn scripts_are_told_by_their_content() {
    let cases = [
        (
            "home/b/up.lftp",
            "open -u bob,pw -p 2100 192.0.2.63\nlcd /d\nmirror -R . up\nget k -o /tmp/k\n",
            "LftpScript ftp bob:pw@192.0.2.63:2100 >up/** ** <k /tmp/k",
        ),
        (
            "home/b/x",
            "open ftp://bob:pw@192.0.2.64\nput a.tgz -o b.tgz; bye\n",
            "LftpScript ftp bob:pw@192.0.2.64:21 >b.tgz a.tgz",
        ),
        (
            "Users/b/sync.txt",
            "option batch abort\r\noption confirm off\r\nopen ftp://bob:pw@192.0.2.67/\r\nlcd C:\\out\r\nget -delete \"/a b/*.dat\" .\\\r\nexit\r\n",
            "WinscpScript ftp bob:pw@192.0.2.67:21 </a b/*.dat .\\*.dat",
        ),
    ];
    for (path, text, expected) in cases {
        assert_eq!(said([(path, text)]), [expected], "{text}");
    }
}

#[test]
fn batch_files_write_and_start_them() {
    let build = "echo open ftp://build:%PASS%@%SERVER%/ > f.txt\necho binary >> f.txt\necho put a.zip >> f.txt\n\ncd temp\ncall winscp.com /script=../f.txt\nrem ftp\n";
    assert_eq!(said([("w/b.bat", build)]), ["WinscpScript ftp build:%PASS%@%SERVER%:21 >a.zip a.zip"]);
    let by_command = "@echo off\n\"C:\\Program Files (x86)\\WinSCP\\WinSCP.com\" /ini=nul /command \"open ftp://bob:p%%40w@192.0.2.66:2121/\" \"put C:\\d\\*.pst /in/\" \"exit\"\n";
    assert_eq!(said([("w/b.bat", by_command)]), ["WinscpScript ftp bob:p@w@192.0.2.66:2121 >/in/*.pst C:\\d\\*.pst"]);
    let named = [
        ("w/b.bat", "@echo off\nwinscp.com /script=go.txt\nrem ftp\n"),
        ("w/go.txt", "open ftp://b:p@h.example\nput x\n"),
    ];
    assert_eq!(said(named), ["WinscpScript ftp b:p@h.example:21 >x x"]);
    let lftp = "@echo off\nlftp -u bob,pw -e \"put a.zip; bye\" ftp.example.com\n";
    assert_eq!(said([("w/b.bat", lftp)]), ["LftpScript ftp bob:pw@ftp.example.com:21 >a.zip a.zip"]);
    let psftp = "@echo off\n(echo cd in&echo put x.zip)>s.scr\npsftp bob@192.0.2.9 -pw pw -b s.scr\n";
    assert_eq!(said([("w/b.bat", psftp)]), ["FtpScript sftp bob:pw@192.0.2.9:22 >x.zip x.zip"]);
}

#[test]
fn sftp_is_never_ftp() {
    let batch = "@echo off\nsftp -b b.txt bob@192.0.2.77\n";
    let case = case([("w/b.bat", batch), ("w/b.txt", "put a\nbye\n")]);
    assert!(case.launches.iter().all(|launch| launch.client == Client::Sftp));
    assert!(case.scripts.iter().flat_map(|script| &script.sessions).all(|session| session.scheme == Scheme::Sftp));
}

#[test]
fn stored_bookmarks_are_credentials() {
    let bookmarks = [("home/b/.local/share/lftp/bookmarks", "site\tftp://bob:pw@ftp.example.com:2121/in/\n")];
    assert_eq!(said(bookmarks), ["ClientConfig ftp bob:pw@ftp.example.com:2121"]);
}
