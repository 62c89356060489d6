#!/usr/bin/env python3
"""Makes the seeds of the target task_xml: tasks in XML and .job files. usage: task_xml.py"""
import pathlib
import struct

here = pathlib.Path(__file__).resolve().parent / "task_xml"
HEAD = '<?xml version="1.0" encoding="UTF-16"?>\r\n'
NAMESPACE = 'xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"'


def task(triggers, actions, attributes=NAMESPACE):
    return (
        f'<Task version="1.2" {attributes}><RegistrationInfo><Date>2026-03-01T10:00:00</Date><Author>LAB\\eve</Author>'
        f"<URI>\\Nightly</URI></RegistrationInfo><Triggers>{triggers}</Triggers><Principals>"
        '<Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>'
        "<Settings><Enabled>true</Enabled><Hidden>true</Hidden></Settings>"
        f'<Actions Context="Author">{actions}</Actions></Task>'
    )


EXEC = (
    "<Exec><Command>C:\\Windows\\System32\\ftp.exe</Command><Arguments>-i -s:up.txt &amp;&#x41;</Arguments>"
    "<WorkingDirectory>C:\\t</WorkingDirectory></Exec>"
)
COM = "<ComHandler><ClassId>{0F87369F-A4E5-4CFC-BD3E-73E6154572DD}</ClassId><Data><![CDATA[x]]></Data></ComHandler>"
TRIGGERS = (
    "<LogonTrigger><UserId>LAB\\bob</UserId></LogonTrigger><CalendarTrigger><StartBoundary>2026-03-01T02:00:00"
    "</StartBoundary><ScheduleByWeek><WeeksInterval>2</WeeksInterval><DaysOfWeek><Monday /></DaysOfWeek></ScheduleByWeek>"
    "</CalendarTrigger><TimeTrigger><Repetition><Interval>PT5M</Interval></Repetition><Enabled>false</Enabled></TimeTrigger>"
)


def job(strings, triggers):
    fixed = bytearray(70)
    struct.pack_into("<HH", fixed, 0, 0x0501, 1)
    struct.pack_into("<H", fixed, 20, 70)
    struct.pack_into("<I8H", fixed, 48, 0x204, 2004, 5, 5, 7, 23, 5, 1, 250)
    body = b""
    for text in strings:
        body += struct.pack("<H", len(text) + 1) + (text + "\0").encode("utf-16le")
    body += struct.pack("<HHII", 0, 8, 0, 0)
    struct.pack_into("<H", fixed, 22, 70 + len(body))
    body += struct.pack("<H", len(triggers))
    for kind, specific in triggers:
        body += struct.pack("<10HIIII3H3H", 48, 0, 2004, 5, 7, 2005, 1, 2, 23, 5, 60, 5, 1, kind, *specific, 0, 0, 0)
    return bytes(fixed) + body


here.mkdir(exist_ok=True)
xml = HEAD + task(TRIGGERS, EXEC + COM)
(here / "utf8").write_bytes(task(TRIGGERS, EXEC).encode())
(here / "utf16").write_bytes(b"\xff\xfe" + xml.encode("utf-16le"))
(here / "listing").write_bytes(f"<Tasks>\n<!-- \\One -->\n{task('', EXEC)}\n<!-- \\Two -->\n{task('', COM)}</Tasks>".encode())
(here / "entity").write_bytes(f'<!DOCTYPE Task [<!ENTITY a "b">]>{task("", EXEC.replace("&amp;", "&a;"))}'.encode())
(here / "deep").write_bytes(task("<a>" * 40 + "</a>" * 40, EXEC).encode())
strings = ["C:\\WINDOWS\\system32\\ftp.exe", "-s:c:\\a.txt", "C:\\", "eve", ""]
kinds = [(0, (0, 0, 0)), (1, (2, 0, 0)), (2, (1, 34, 0)), (3, (5, 1, 16)), (4, (2, 1, 2048)), (6, (0, 0, 0))]
(here / "job").write_bytes(job(strings, kinds))
