#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A scope: captures from a peripheral and draws the latest samples.

    scope.py CHANNEL [--dtype TYPE] [--inputs N] [--seconds S] [--png FILE]

CHANNEL is a port ("adc:rx") or a slave name ("counter"). With --png the last picture is written
to a file, otherwise a window shows it. The capture runs in the ring all the time, also while
the program draws; the title shows how many periods were lost. A sample is a number of TYPE, a
numpy type such as "u1" or "<i2". The samples of N inputs alternate, as with many converters;
each input has its own curve.
"""
import argparse
import asyncio
import time

import matplotlib
import numpy as np

import dmauser

PERIOD = 4096       # bytes from one completion to the next
PERIODS = 64
SAMPLES = 1024      # samples of each input in the picture


class Plot:
    def __init__(self, dtype, inputs, png):
        self.png = png
        if png:
            matplotlib.use("Agg")
        import matplotlib.pyplot as plt
        self.plt = plt
        self.figure, self.axes = plt.subplots(figsize=(9, 4))
        self.lines = [self.axes.plot([], linewidth=1, label=f"input {i}")[0] for i in range(inputs)]
        self.axes.set_xlabel("sample")
        self.axes.set_ylabel(f"value ({dtype})")
        self.axes.grid(alpha=0.3)
        self.axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

    def draw(self, first, samples, rate, lost):
        for line, values in zip(self.lines, samples.T):
            line.set_data(np.arange(first, first + len(values)), values)
        self.axes.relim()
        self.axes.autoscale_view()
        self.axes.set_title(f"{rate / 1e3:.0f} kB/s, {lost} periods lost")
        if not self.png:
            self.plt.pause(0.001)

    def save(self):
        if self.png:
            self.figure.savefig(self.png, dpi=100, bbox_inches="tight")


async def scope(channel, ring, plot, inputs, seconds):
    """Capture, and draw once in each round of the ring and at the end."""
    latest = ring[:0].reshape(0, inputs)
    start, count, now = time.monotonic(), 0, 0.0
    async with channel.capture(ring, PERIOD, copy=True) as capture:
        async for period in capture:
            if period.lost:
                latest = latest[:0]     # do not draw across a gap
            samples = period.data.reshape(-1, inputs)
            latest = np.concatenate([latest, samples])[-SAMPLES:]
            count += 1
            now = time.monotonic() - start
            if count % PERIODS == 1 or now >= seconds:
                first = (period.index + 1) * len(samples) - len(latest)
                plot.draw(first, latest, count * PERIOD / now, capture.lost)
            if now >= seconds:
                break
        plot.save()
    return count, capture.lost


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("channel")
    parser.add_argument("--dtype", type=np.dtype, default="u1")
    parser.add_argument("--inputs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--png")
    args = parser.parse_args()
    if args.inputs < 1 or PERIOD % (args.inputs * args.dtype.itemsize):
        parser.error(f"--inputs {args.inputs} of {args.dtype}: {PERIOD} bytes must be a multiple of them together")
    ports = {port.name for port in dmauser.ports()} | {port.port for port in dmauser.ports()}
    plot = Plot(args.dtype, args.inputs, args.png)
    with dmauser.Session() as session:
        by = {"port" if args.channel in ports else "slave": args.channel}
        with session.channel(**by) as channel:
            # A ring must be in one piece, which coherent memory always is.
            ring = session.allocate(PERIOD * PERIODS // args.dtype.itemsize, args.dtype, coherent=channel)
            count, lost = asyncio.run(scope(channel, ring, plot, args.inputs, args.seconds))
            del ring
    print(f"{count} periods of {PERIOD} bytes, {lost} lost")


if __name__ == "__main__":
    main()
