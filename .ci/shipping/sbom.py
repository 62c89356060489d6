#!/usr/bin/env python3
"""Prints the bill of materials of a binary: CycloneDX 1.5, JSON. usage: sbom.py TARGET [BINARY]

It lists what is linked into the program for that target, and what compiler and linker add. The same sources and tools give the
same bytes: the time is SOURCE_DATE_EPOCH, or that of the commit; the serial number is made from the contents.
"""
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import urllib.parse
import uuid

import dependencies


def purl(name, version):
    return f"pkg:cargo/{urllib.parse.quote(name, safe='')}@{urllib.parse.quote(version, safe='')}"


def component(package, checksum, kind="library"):
    made = {"type": kind, "bom-ref": purl(package["name"], package["version"]), "name": package["name"],
            "version": package["version"]}
    if package["description"]:
        made["description"] = " ".join(package["description"].split())
    if checksum:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    licence = dependencies.expression(package)
    if licence:
        made["licenses"] = [{"expression": licence}]
    made["purl"] = made["bom-ref"]
    if package["repository"]:
        made["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return made


def runtime(target):
    for name, version, licence, _ in dependencies.runtime(target):
        reference = f"pkg:generic/{name}@{urllib.parse.quote(version or 'unknown', safe='')}"
        yield {"type": "library", "bom-ref": reference, "name": name, "version": version or "unknown",
               "licenses": [{"expression": licence}], "purl": reference}


def time():
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        command = ["git", "-C", str(dependencies.root), "log", "-1", "--format=%ct"]
        given = subprocess.run(command, capture_output=True, text=True).stdout.strip() or "0"
    return datetime.datetime.fromtimestamp(int(given), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bill(target, binary=None):
    meta = dependencies.metadata(target)
    packages = {package["id"]: package for package in meta["packages"]}
    linked, checksums = dependencies.linked(meta), dependencies.checksums()
    root = meta["resolve"]["root"]
    reference = {one: purl(packages[one]["name"], packages[one]["version"]) for one in linked}
    main = component(packages[root], None, "application")
    main["properties"] = [{"name": "target", "value": target}]
    if binary:
        digest = hashlib.sha256(pathlib.Path(binary).read_bytes()).hexdigest()
        main["hashes"] = [{"alg": "SHA-256", "content": digest}]
    crates = [component(packages[one], checksums.get((packages[one]["name"], packages[one]["version"])))
              for one in linked if one != root]
    added = list(runtime(target))
    needs = [{"ref": reference[one], "dependsOn": sorted(reference[needed] for needed in linked[one])} for one in linked]
    for need in needs:
        if need["ref"] == reference[root]:
            need["dependsOn"] = sorted(need["dependsOn"] + [one["bom-ref"] for one in added])
    needs += [{"ref": one["bom-ref"], "dependsOn": []} for one in added]
    made = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": time(), "component": main},
        "components": sorted(crates + added, key=lambda one: one["bom-ref"]),
        "dependencies": sorted(needs, key=lambda need: need["ref"]),
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(made, sort_keys=True))
    return {**made, "serialNumber": f"urn:uuid:{serial}"}


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    print(json.dumps(bill(*sys.argv[1:]), indent=1, ensure_ascii=False))
