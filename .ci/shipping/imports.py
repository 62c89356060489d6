#!/usr/bin/env python3
"""Checks what binaries need of the system that runs them. usage: imports.py FTPSIFT BINARY [BINARY …]

FTPSIFT is the program, which reads the executables. A program for Windows may import from these libraries alone: each is part
of Windows, and none is looked for beside the program. A program for Linux may need no library and no interpreter.
"""
import json
import subprocess
import sys

# Known libraries (HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\KnownDLLs) and those that they import are mapped from
# the system's folder when Windows starts, and taken from there. API sets name no files.
KNOWN = {"advapi32.dll", "bcryptprimitives.dll", "kernel32.dll", "msvcrt.dll", "ntdll.dll", "ole32.dll", "oleaut32.dll",
         "psapi.dll", "rpcrt4.dll", "shell32.dll", "user32.dll", "ws2_32.dll"}


def faults(payload):
    if "pe" in payload:
        for library in payload["pe"].get("imports", []):
            name = library["dll"].lower()
            if name not in KNOWN and not name.startswith("api-ms-win-"):
                yield f"imports from {library['dll']}, which may be taken from the program's folder"
            if library["dll"].lower() == "ws2_32.dll":
                for function in library.get("functions", []):
                    if str(function).lower() in ("connect", "wsaconnect", "sendto", "wsasendto"):
                        yield f"imports {function}"
    elif "elf" in payload:
        elf = payload["elf"]
        if elf.get("needed") or elf.get("interpreter"):
            yield "needs libraries"
    else:
        yield "is no executable"


def main(program, *files):
    out = subprocess.run([program, "inspect", "--format", "json", *files], check=True, stdout=subprocess.PIPE)
    failed = False
    for payload in json.loads(out.stdout)["payloads"]:
        wrong = list(faults(payload))
        failed |= bool(wrong)
        for one in wrong:
            print(f"{payload['path']} {one}", file=sys.stderr)
        names = [library["dll"] for library in payload.get("pe", {}).get("imports", [])]
        print(f"{payload['path']}: {', '.join(sorted(names)) or 'no libraries'}")
    sys.exit(failed)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
