# SPDX-License-Identifier: MIT
"""python3 emulator --sockets DIR --control PATH --core NAME [--core NAME]...

Emulates cores in an FPGA's fabric behind QEMU's vfio-user-pci, each at a socket of its own,
DIR/NAME: axidma, cdma, mcdma, vdma. The kernel's own driver, xilinx_dma, runs them. Ends with
SIGTERM."""

import argparse
import collections
import os
import signal
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../vfio"))

import axidma
import bench
import cdma
import commands
import loop as event_loop
import mcdma
import memory
import vdma
import vfio_user
import window

CORES = {"axidma": axidma.Core, "cdma": cdma.Core, "mcdma": mcdma.Core, "vdma": vdma.Core}
Fabric = collections.namedtuple("Fabric", "loop memory bench log")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", required=True, help="directory of what QEMU connects to")
    parser.add_argument("--control", required=True, help="takes commands, see commands.py")
    parser.add_argument("--core", action="append", required=True, choices=sorted(CORES))
    parser.add_argument("--wide", action="store_true", help="addresses have 64 bits: xlnx,addrwidth above 32")
    parser.add_argument("--no-sg", action="append", default=[], choices=("axidma", "cdma"),
                        help="a core without scatter-gather")
    parser.add_argument("--log", help="file for what happens")
    options = parser.parse_args()
    out = open(options.log, "w", buffering=1) if options.log else sys.stderr
    start = time.monotonic()

    def log(text):
        print("%9.3f %s" % (time.monotonic() - start, text), file=out)

    loop = event_loop.Loop()
    windows = {}
    for name in options.core:
        reachable = memory.Memory(log)
        around = bench.Bench(reachable)
        core = CORES[name](Fabric(loop, reachable, around, log), wide=options.wide, has_sg=name not in options.no_sg)
        irqs = vfio_user.Irqs()
        windows[name] = window.Window(core, around, irqs)
        vfio_user.Server(loop, os.path.join(options.sockets, name), windows[name], reachable, irqs, log)
    commands.Control(loop, options.control, windows, log)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    log("ready: " + " ".join(options.core))
    loop.run()


if __name__ == "__main__":
    main()
