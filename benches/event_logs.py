#!/usr/bin/env python3
"""Makes event logs of any size out of real ones, to time and to weigh `ftpsift scan` on them.

usage: event_logs.py FOLDER OUT MIB [FILES]      FOLDER: real logs; the figures in FIGURES.md use ../../shared/corpus/evtx

The chunks of all logs that hold records follow each other in turn until MIB mebibytes are full, in FILES files (one without).
Records are numbered on from file to file's start, and all checksums are right; nothing else of a chunk is changed. The numbers
that records give themselves stay, as they do in a log of forwarded events.
"""
import pathlib
import struct
import sys
import zlib

CHUNK = 65_536


def chunks(folder):
    """The whole chunks of the logs, each with where its records lie."""
    for log in sorted(pathlib.Path(folder).glob("*.evtx")):
        data = log.read_bytes()
        for at in range(4096, len(data) - CHUNK + 1, CHUNK):
            chunk = bytearray(data[at:at + CHUNK])
            free = struct.unpack_from("<I", chunk, 48)[0]
            if chunk[:8] != b"ElfChnk\0" or not 512 < free <= CHUNK:
                continue
            records, place = [], 512
            while place + 28 <= free and chunk[place:place + 4] == b"**\0\0":
                records.append(place)
                place += max(28, struct.unpack_from("<I", chunk, place + 4)[0])
            if records and place == free:
                yield chunk, free, records


def numbered(chunk, free, records, first):
    last = first + len(records) - 1
    for number, place in enumerate(records, first):
        struct.pack_into("<Q", chunk, place + 8, number)
    struct.pack_into("<QQQQ", chunk, 8, first, last, first, last)
    struct.pack_into("<I", chunk, 52, zlib.crc32(chunk[512:free]))
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[128:512], zlib.crc32(chunk[:120])))
    return last + 1


def header(count, following):
    head = bytearray(4096)
    struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, count - 1, following, 128, 1, 3, 4096, count & 0xffff)
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return head


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    source, out, mebibytes = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    files = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    known = list(chunks(source))
    each = mebibytes * 16 // files
    out.mkdir(parents=True, exist_ok=True)
    total = turn = 0
    for number in range(files):
        following = 1
        with open(out / f"{number:03}.evtx", "wb") as log:
            log.write(bytes(4096))
            for _ in range(each):
                chunk, free, records = known[turn % len(known)]
                turn += 1
                following = numbered(chunk, free, records, following)
                log.write(chunk)
            log.seek(0)
            log.write(header(each, following))
        total += following - 1
    print(f"{total} records in {each * files} chunks of {files} files, out of {len(known)} chunks")


if __name__ == "__main__":
    main()
