# SPDX-License-Identifier: MIT
"""python3 emulator --socket PATH --control PATH [--model 3.2|3.3|copy]

Emulates an Intel I/OAT DMA controller behind QEMU's vfio-user-pci; the guest's own driver, ioatdma,
runs it. Ends with SIGTERM."""

import argparse
import os
import signal
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../vfio"))

import commands
import device
import loop as event_loop
import memory
import vfio_user


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True, help="what QEMU connects to")
    parser.add_argument("--control", required=True, help="takes commands, see commands.py")
    parser.add_argument("--model", choices=sorted(device.MODELS), default="3.2")
    parser.add_argument("--channels", type=int, choices=range(1, 5), default=4)
    parser.add_argument("--log", help="file for what happens")
    options = parser.parse_args()
    out = open(options.log, "w", buffering=1) if options.log else sys.stderr
    start = time.monotonic()

    def log(text):
        print("%9.3f %s" % (time.monotonic() - start, text), file=out)

    loop = event_loop.Loop()
    reachable = memory.Memory(log)
    irqs = vfio_user.Irqs()
    ioat = device.Device(options.model, options.channels, loop, reachable, irqs, log)
    vfio_user.Server(loop, options.socket, ioat, reachable, irqs, log)
    commands.Control(loop, options.control, ioat, reachable, log)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    log("ready: model %s, %d channels" % (options.model, options.channels))
    loop.run()


if __name__ == "__main__":
    main()
