#!/usr/bin/env python3
"""Scans the texts of this machine, which hold no FTP script, and fails for each that is called one.

usage: FTPSIFT=target/release/ftpsift false_alarms.py [folder...]     (without folders: the usual ones that exist)
"""
import json
import os
import pathlib
import subprocess
import sys
import sysconfig

PLACES = ["/usr/share", "/usr/include", "/usr/lib/python3", sysconfig.get_path("stdlib"),
          str(pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "registry" / "src")]

places = [place for place in sys.argv[1:] or PLACES if os.path.isdir(place)]
report = json.loads(subprocess.run([os.environ.get("FTPSIFT", "target/release/ftpsift"), "scan", "--format", "json", *places],
                                   stdout=subprocess.PIPE).stdout)
alarms = [script for script in report["scripts"] if script["confidence"] != "possible"]
for script in alarms:
    hosts = ", ".join(session.get("host", "-") for session in script["sessions"]) or "no session"
    print(f"false alarm: {script['confidence']} {script['form']} {script['path']} ({hosts})")
print(f"{report['scan']['counts']['files']} files, {len(alarms)} false alarms")
sys.exit(bool(alarms))
