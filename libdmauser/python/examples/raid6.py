#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""RAID-6 of files: calculates or checks P and Q of some files by DMA.

    raid6.py make P Q FILE...
    raid6.py check P Q FILE...

Shorter files are padded with zeros. check exits with status 1 if P or Q does not match, and
prints where.
"""
import argparse
import os
import sys

import dmauser

BLOCK = 1 << 18


def blocks(session, paths, length):
    """Yield the bytes of the files in DMA memory, block by block."""
    arrays = [session.allocate(BLOCK) for _ in paths]
    files = [open(path, "rb") for path in paths]
    try:
        for at in range(0, length, BLOCK):
            size = min(BLOCK, length - at)
            for array, file in zip(arrays, files):
                part = array[:size]
                part[file.readinto(memoryview(part)):] = 0
            yield at, [array[:size] for array in arrays]
    finally:
        for file in files:
            file.close()


def make(session, channel, args, length):
    p, q = session.allocate(BLOCK), session.allocate(BLOCK)
    with open(args.p, "wb") as p_file, open(args.q, "wb") as q_file:
        for _, data in blocks(session, args.files, length):
            size = data[0].nbytes
            channel.pq(p[:size], q[:size], data).wait()
            p_file.write(memoryview(p[:size]))
            q_file.write(memoryview(q[:size]))
    print(f"{length} bytes each of {args.p} and {args.q}, from {len(args.files)} files")
    return 0


def check(session, channel, args, length):
    scratch = session.allocate(2 * BLOCK)
    for at, (p, q, *data) in blocks(session, [args.p, args.q, *args.files], length):
        wrong = channel.pq_val(p, q, data, scratch=scratch[:2 * p.nbytes]).wait()
        if wrong:
            names = [name for flag, name in ((dmauser.Mismatch.P, args.p), (dmauser.Mismatch.Q, args.q)) if wrong & flag]
            print(f"{' and '.join(names)}: no match in bytes {at} to {at + p.nbytes - 1}")
            return 1
    print(f"{args.p} and {args.q} match {len(args.files)} files")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["make", "check"])
    parser.add_argument("p")
    parser.add_argument("q")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    length = max(os.path.getsize(path) for path in args.files)
    cap = dmauser.Cap.PQ if args.what == "make" else dmauser.Cap.PQ_VAL
    with dmauser.Session() as session, session.channel(caps=cap) as channel:
        return (make if args.what == "make" else check)(session, channel, args, length)


if __name__ == "__main__":
    sys.exit(main())
