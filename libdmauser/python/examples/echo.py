#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sends buffers through a loopback and compares the received bytes.

This is a good first test of a peripheral in an FPGA.

    echo.py TX RX [--bytes N] [--rounds N]

TX and RX are ports ("fir:tx", "fir:rx") or slave names ("loop-tx").
"""
import argparse
import asyncio
import sys
import time

import numpy as np

import dmauser


async def echo(tx, rx, out, back, rounds):
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(rounds):
        out[:] = rng.integers(0, 256, out.size, np.uint8)
        # Start the receiver first, so that there is room for the first byte.
        receiving = rx.recv(back)
        await tx.send(out)
        moved = await receiving
        wrong += moved != out.nbytes or not np.array_equal(out, back)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tx")
    parser.add_argument("rx")
    parser.add_argument("--bytes", type=int, default=65536)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    ports = {port.name for port in dmauser.ports()}
    with dmauser.Session() as session:
        tx, rx = (session.channel(**{"port" if name in ports else "slave": name}) for name in (args.tx, args.rx))
        out, back = session.allocate(args.bytes), session.allocate(args.bytes)
        start = time.monotonic()
        wrong = asyncio.run(echo(tx, rx, out, back, args.rounds))
        rate = args.bytes * args.rounds / (time.monotonic() - start)
        del out, back
    print(f"{args.rounds} rounds of {args.bytes} bytes, {wrong} wrong, {rate / 1e6:.1f} MB/s")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
