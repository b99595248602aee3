# SPDX-License-Identifier: MIT
"""AXI VDMA 6 (PG020) with its registers in the core and three frame stores. Writing the height of
its frames starts a direction: it reads or writes frame after frame, in all stores in turn or,
parked, in the same one, until it is stopped.

From a counter, line L of frame N consists of the word N << 16 | L."""

import struct

import bench as benches
from memory import Stray

CONTROL, STATUS, PARK, VERSION = 0x00, 0x04, 0x28, 0x2C
RUN, CIRCULAR, RESET = 0x1, 0x2, 0x4
HALTED, DECODE_ERROR, FRAME, LATE, ERROR = 0x1, 0x40, 0x1000, 0x2000, 0x4000
IRQS = FRAME | LATE | ERROR
S2MM, GEOMETRY, GEOMETRY_S2MM = 0x30, 0x50, 0xA0
HEIGHT, WIDTH, STRIDE, STORES, STORE_COUNT = 0x00, 0x04, 0x08, 0x0C, 3
RATE = 60


class Direction:
    def __init__(self, core, to_device, fabric):
        self.core = core
        self.to_device = to_device
        self.loop, self.memory, self.bench, self.log = fabric
        self.name = "vdma mm2s" if to_device else "vdma s2mm"
        self.timer = None
        self.reset()

    def reset(self):
        self._stop()
        self.control = 0x00010000 | CIRCULAR
        self.status = HALTED
        self.geometry = {HEIGHT: 0, WIDTH: 0, STRIDE: 0}
        self.stores = [0] * STORE_COUNT
        self.frames = 0
        self.left = 1                   # frames until the next interrupt

    def _stop(self):
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def read(self, at):
        return self.control if at == CONTROL else self.status | self.left << 16

    def write(self, at, value):
        if at == STATUS:
            self.status &= ~(value & IRQS)
        elif value & RESET:
            self.bench.resets += 1
            self.reset()
        else:
            self.control = value
            self.left = self._threshold()
            if value & RUN:
                self.status &= ~HALTED
            else:
                self._stop()
                self.status |= HALTED

    def _threshold(self):
        return self.control >> 16 & 0xFF or 1

    def set_geometry(self, at, value):
        if at in self.geometry:
            self.geometry[at] = value
            if at == HEIGHT:
                self.go_on()
        elif at >= STORES:
            number, upper = divmod(at - STORES, 8) if self.core.wide else ((at - STORES) // 4, 0)
            if number < STORE_COUNT:
                old = self.stores[number]
                self.stores[number] = old & 0xFFFFFFFF | value << 32 if upper else old & ~0xFFFFFFFF | value

    def get_geometry(self, at):
        return self.geometry.get(at, 0)

    def go_on(self):
        if self.control & RUN and self.geometry[HEIGHT] and not self.timer:
            self.timer = self.loop.after(1 / (self.bench.rate or RATE), self._frame)

    def _store(self):
        if self.control & CIRCULAR:
            return self.stores[self.frames % STORE_COUNT]
        parked = self.core.park >> (0 if self.to_device else 8) & 0x1F
        return self.stores[parked % STORE_COUNT]

    def _frame(self):
        self.timer = None
        if not self.bench.has(benches.HANG):
            try:
                self._move()
            except Stray:
                self.status |= DECODE_ERROR | ERROR | HALTED
                self.control &= ~RUN
                self.core.raised()
                return
            self.frames += 1
            self.left -= 1
            if not self.left:
                self.left = self._threshold()
                self.status |= FRAME
                self.core.raised()
        self.go_on()

    def _move(self):
        start, stride = self._store(), self.geometry[STRIDE] & 0xFFFF
        width, height = self.geometry[WIDTH], self.geometry[HEIGHT]
        lines = range(start, start + height * stride, stride) if stride else [start] * height
        if self.to_device:
            self.core.picture = [self.memory.read(self.name, at, width) for at in lines]
        else:
            for number, at in enumerate(lines):
                self.memory.write(self.name, at, self._line(number, width))
        self.bench.finished(self.to_device, width * height)

    def _line(self, number, width):
        picture = self.core.picture
        if self.bench.source == benches.LOOP:
            data = picture[number] if number < len(picture) else b""
        else:
            data = struct.pack("<I", (self.frames << 16 | number) & 0xFFFFFFFF) * (width // 4 + 1)
        return data[:width].ljust(width, b"\0")

    def interrupting(self):
        return self.status & self.control & IRQS


class Core:
    def __init__(self, fabric, wide=False, has_sg=True):
        self.bench = fabric.bench
        self.wide = wide
        self.raised = lambda: None
        self.park = 0
        self.picture = []               # the last frame that MM2S read, line by line
        self.mm2s = Direction(self, True, fabric)
        self.s2mm = Direction(self, False, fabric)
        self.bench.changed = lambda name: None

    def power_on(self):
        self.park = 0
        self.picture = []
        self.mm2s.reset()
        self.s2mm.reset()

    def read(self, at):
        if at in (PARK, VERSION):
            return self.park if at == PARK else 0x62000000
        if at >= GEOMETRY:
            return self._geometry(at)[0].get_geometry(self._geometry(at)[1])
        return self.mm2s.read(at) if at < S2MM else self.s2mm.read(at - S2MM)

    def write(self, at, value):
        if at == PARK:
            self.park = value
        elif at >= GEOMETRY:
            direction, at = self._geometry(at)
            direction.set_geometry(at, value)
        elif at & ~S2MM in (CONTROL, STATUS):
            (self.mm2s if at < S2MM else self.s2mm).write(at & ~S2MM, value)

    def _geometry(self, at):
        return (self.mm2s, at - GEOMETRY) if at < GEOMETRY_S2MM else (self.s2mm, at - GEOMETRY_S2MM)

    def interrupting(self):
        return bool(self.mm2s.interrupting() or self.s2mm.interrupting())
