#!/usr/bin/env python3
"""Compares the types that ftpsift tells with those of file(1), over the files of this machine, and prints each class of
disagreement.

usage: FTPSIFT="target/release/ftpsift" types.py [--need PERCENT] [--sample N] [--infer FILE] [--show N] [--class TEXT]
                                                 [--mismatches] [--cache FILE] [folder...]

How it is judged. Names are made one where they are names of one thing (SAME). file(1) says text/plain of any text that it
knows no better: a text type of ours agrees (TEXT). It says application/octet-stream where it knows nothing: a type of ours
counts only where something else than our own word supports it, the name's extension (WITNESS) or the bytes (MAGIC). What is
narrower than file(1)'s word counts where it is a case of it (NARROWER). Anything else is a disagreement, text/plain or
application/octet-stream of ours against a type of file(1) too.

--infer FILE holds lines of path, tab, media type as the crate infer tells it alone: a file on which infer agrees with
file(1) and ftpsift does not fails the run.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pickle
import re
import subprocess
import sys

PLACES = ["/usr/bin", "/usr/lib", "/usr/share"]
BATCH = 500
UNKNOWN = "application/octet-stream"

# Names of one thing, the name that stands for all first.
SAME = [
    "empty: inode/x-empty application/x-empty",
    "python: text/x-python text/x-script.python",
    "shell: application/x-sh text/x-shellscript",
    "javascript: text/javascript application/javascript",
    "batch: application/x-bat text/x-msdos-batch",
    "php: application/x-httpd-php text/x-php",
    "exe: application/x-dosexec",
    "pe: application/vnd.microsoft.portable-executable",
    "class: application/java-vm application/x-java-applet application/java",
    "troff: text/troff",
    "ar: application/x-archive application/x-unix-archive",
    "icon: image/vnd.microsoft.icon image/x-icon",
    "ogg: audio/ogg application/ogg",
    "rar: application/vnd.rar application/x-rar",
    "wav: audio/x-wav audio/wav",
    "xml: text/xml application/xml",
    "sql: application/sql text/x-sql",
    "ndjson: application/x-ndjson",
    "vhd: application/x-vhd application/x-virtualbox-vhd",
    "flac: audio/flac audio/x-flac",
    "bzip2: application/x-bzip2 application/x-bzip",
    "lz4: application/x-lz4",
    "rtf: application/rtf text/rtf",
    "sqlite: application/vnd.sqlite3 application/x-sqlite3",
    "emf: image/emf image/x-emf",
    "asf: video/x-ms-asf video/x-ms-wmv",
    "hpgl: application/vnd.hp-HPGL",
    "subrip: application/x-subrip",
    "x509: application/pkix-cert application/x-x509-ca-cert",
    "sfnt: font/sfnt font/ttf application/font-sfnt application/vnd.ms-opentype",
    "woff: font/woff application/font-woff",
    "iso: application/x-iso9660-image",
    "llvm: application/x-llvm",
]
NAME = {name: line.split(": ")[0] for line in SAME for name in line.split(": ")[1].split()}

# What is a case of what file(1) says: its word, then ours.
NARROWER = {
    "application/zip": {"application/java-archive", "application/x-wheel+zip", "application/x-egg+zip", "application/epub+zip",
                        "application/x-nuget-package", "application/x-vsix", "application/x-xpinstall"},
    "text/xml": {"image/svg+xml", "text/html", "application/xslt+xml", "application/x-msbuild"},
    "font/sfnt": {"font/ttf", "font/otf", "font/collection"},
    "text/x-c": {"text/x-c++"},
    "application/json": {"application/x-ndjson"},
    "text/x-asm": set(),
}

TEXT = re.compile(r"text/|message/|application/(json|x-ndjson|x-bat|x-powershell|x-sh|sql|yaml|x-desktop|x-setupscript|x-pem-file|"
                  r"x-mswinurl|mbox|rtf|postscript|hta|x-httpd-php|x-subrip|pgp-|x-openssh-key|x-putty|x-wsf|xslt|x-msbuild)|"
                  r"image/(svg\+xml|x-xpixmap|x-portable)|application/x-font-(bdf|type1)|audio/x-mpegurl|application/x-vmdk")

# Extensions, or ends of paths, that support a type of which file(1) knows nothing.
WITNESS = {
    "application/x-llvm": r"\.(bc|ll|rlib|rmeta)$", "application/tzif": r"zoneinfo", "application/x-git-pack-index": r"\.(idx|rev|midx)$|multi-pack",
    "application/x-git-index": r"/index$", "application/x-icu-data": r"\.(icu|cnv|dat|res|brk|nrm|spp|cfu)$",
    "application/x-gresource": r"\.(gresource|gvdb|compiled)$|dconf", "application/x-gobject-typelib": r"\.typelib$",
    "application/x-vim-spell": r"\.(spl|sug)$", "application/x-gtk-icon-cache": r"icon-theme\.cache$",
    "application/x-perl-storable": r"\.(storable|sto|st)$", "application/x-java-serialized-object": r"\.ser$",
    "application/x-windows-registry-hive": r"(?i)\.(dat|hve|hiv)|sam|system|software|security|hive|amcache|registry",
    "application/x-ms-prefetch": r"(?i)\.pf", "application/x-ms-evt": r"(?i)\.evt$", "application/x-python-pickle": r"\.(pickle|pkl|p)$",
    "application/x-bytecode.python": r"\.pyc$", "application/x-ms-thumbcache": r"\.db$", "application/vnd.sqlite3": r"\.(db|sqlite)",
    "application/x-locale": r"/locale", "application/x-magic": r"\.mgc$", "application/x-lzma": r"\.lzma$", "application/x-numpy-data": r"\.npy$",
    "application/x-raw-disk-image": r"\.(dd|raw|img|dmg|00\d)$|image", "image/x-tga": r"\.tga$", "application/x-ms-delta": r"\.(pa|delta)",
    "application/x-qcow": r"\.qcow2$", "application/vnd.tcpdump.pcap": r"\.pcap$", "application/x-pcapng": r"\.pcap(ng)?$",
    "application/encase": r"(?i)\.e?x?01$", "application/x-ms-portable-pdb": r"\.pdb$", "application/x-systemd-catalog": r"catalog",
    "application/x-linux-psf": r"\.psfu?$", "application/x-ld-cache": r"\.cache", "application/x-gconv-cache": r"gconv",
    "application/x-aspell": r"\.rws$", "application/x-coff": r"\.(o|obj|lib)$", "application/x-ms-hibernation": r"hiberfil", "text/x-vim": r"\.vim$", "application/x-dosexec": r"\.(exe|dll|sys|com)$",
    "application/gzip": r"\.gz$", "text/javascript": r"\.js$",
}
# Bytes at the start that support it.
MAGIC = {"application/zstd": b"\x28\xb5\x2f\xfd", "application/tzif": b"TZif", "application/x-llvm": b"BC\xc0\xde",
         "application/x-python-pickle": b"\x80", "application/x-vhdx": b"vhdxfile", "image/x-xcursor": b"Xcur",
         "application/x-vmdk": b"KDMV", "application/x-pkcs12": b"\x30\x82", "application/vnd.ms-pki.seccat": b"\x30\x82"}


def of_file(paths):
    """What file(1) says of each path."""
    done = subprocess.run(["file", "--mime-type", "-N", "-0", "-0", "-b", "--", *paths], stdout=subprocess.PIPE, check=True)
    return dict(zip(paths, (word.decode().strip() for word in done.stdout.split(b"\0"))))


def of_ours(paths):
    done = subprocess.run([*os.environ.get("FTPSIFT", "target/release/ftpsift").split(), "inspect", *paths, "--format", "json"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    report = json.loads(done.stdout)
    return {payload["path"]: payload.get("facts", payload) for payload in report["payloads"] if payload.get("path")}


def batches(work, paths, said):
    pieces = [paths[at:at + BATCH] for at in range(0, len(paths), BATCH)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for result in pool.map(work, pieces):
            said.update(result)
    return said


def one(name):
    return NAME.get(name, name)


def agrees(theirs, ours, path):
    """Whether the two say the same, and in which way."""
    if one(theirs) == one(ours):
        return "same"
    if ours in NARROWER.get(theirs, ()):
        return "narrower"
    if theirs == "text/plain" and TEXT.match(ours):
        return "text"
    if theirs == UNKNOWN:
        if os.path.getsize(path) <= 2 and TEXT.match(ours):
            return "too short for file(1)"
        witness, magic = WITNESS.get(ours), MAGIC.get(ours)
        if witness and re.search(witness, path):
            return "supported by the name"
        if magic:
            with open(path, "rb") as file:
                if file.read(len(magic)) == magic:
                    return "supported by the bytes"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--need", type=float, default=0)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--infer")
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--class", dest="only", default="")
    parser.add_argument("--cache", help="where what file(1) says is kept between runs")
    parser.add_argument("--mismatches", action="store_true")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    paths = []
    for place in options.folders or PLACES:
        for folder, _, names in os.walk(place):
            paths += [path for path in (os.path.join(folder, name) for name in names)
                      if os.path.isfile(path) and not os.path.islink(path) and path.isprintable()]
    if options.sample:
        paths = sorted(paths)[::max(1, len(paths) // options.sample)]
    kept = {}
    if options.cache and os.path.exists(options.cache):
        with open(options.cache, "rb") as file:
            kept = pickle.load(file)
    kept = batches(of_file, [path for path in paths if path not in kept], kept)
    if options.cache:
        with open(options.cache, "wb") as file:
            pickle.dump(kept, file)
    ours = batches(of_ours, paths, {})
    infer = {}
    if options.infer:
        with open(options.infer, encoding="utf-8", errors="surrogateescape") as file:
            infer = dict(line.rstrip("\n").split("\t", 1) for line in file)
    ways, classes, worse, mismatches = collections.Counter(), collections.defaultdict(list), [], []
    for path in paths:
        theirs, facts = kept.get(path, ""), ours.get(path)
        if facts is None:
            classes[theirs, "not inspected"].append(path)
            continue
        mime = facts["type"]["mime"]
        way = agrees(theirs, mime, path)
        if facts.get("mismatch"):
            mismatches.append((facts["mismatch"]["reason"], path))
        if way:
            ways[way] += 1
        else:
            classes[theirs, mime].append(path)
            if infer.get(path, UNKNOWN) != UNKNOWN and theirs != UNKNOWN and agrees(theirs, infer[path], path):
                worse.append((path, theirs, infer[path], mime))
    for (theirs, mime), held in sorted(classes.items(), key=lambda item: -len(item[1])):
        if options.only in f"{theirs} {mime}":
            print(f"{len(held):6} file: {theirs:45} ours: {mime}")
            for path in held[:options.show]:
                print(f"         {path}")
    if options.mismatches:
        for reason, path in sorted(mismatches):
            print(f"mismatch: {reason}: {path}")
    total = sum(ways.values()) + sum(len(held) for held in classes.values())
    for path, theirs, inferred, mime in worse:
        print(f"worse than infer: {path}: file {theirs}, infer {inferred}, ours {mime}")
    print(", ".join(f"{count} {way}" for way, count in ways.most_common()))
    percent = 100 * sum(ways.values()) / max(1, total)
    print(f"{total} files, {percent:.2f} % agree, {len(worse)} worse than infer, {len(mismatches)} mismatches")
    return percent < options.need or bool(worse)


sys.exit(main())
