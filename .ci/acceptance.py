#!/usr/bin/env python3
"""Runs ../shared/accept against the floors of .ci/floors.json. A floor is raised by hand when a figure has risen, never
lowered. usage: FTPSIFT=program acceptance.py"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
shared = here.parents[1] / "shared"
floors = json.loads((here / "floors.json").read_text())
failed = False
with tempfile.TemporaryDirectory() as folder:
    for name, check in floors.items():
        arguments = [sys.executable, str(shared / "accept" / check["script"])]
        if "tree" in check:
            tree = pathlib.Path(folder) / name
            make = [sys.executable, str(shared / "bench" / "gen_tree.py"), str(tree), *check["tree"]]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
            arguments.append(str(tree))
        out = subprocess.run([*arguments, "--need", "0"], capture_output=True, text=True).stdout
        found = re.search(r"(\d+)/(\d+) = ([\d.]+)%", out)
        share = float(found[3]) if found else 0.0
        good = share >= check["floor"]
        failed |= not good
        print(f"{'ok  ' if good else 'FAIL'} {name}: {found[0] if found else out[-300:]}, floor {check['floor']}%")
sys.exit(failed)
