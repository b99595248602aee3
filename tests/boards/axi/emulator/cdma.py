# SPDX-License-Identifier: MIT
"""AXI CDMA 4.1 (PG034): copies within memory, by a chain of descriptors or, without scatter-gather,
one at a time."""

import struct

import bench as benches
import engine
from memory import Stray

CONTROL, STATUS, CURRENT, TAIL, SOURCE, TARGET, LENGTH = 0x00, 0x04, 0x08, 0x10, 0x18, 0x20, 0x28
RESET, SG_MODE = 0x4, 0x8
IDLE, HAS_SG, FIRST_IRQ = 0x2, 0x8, 0x1000
STATUS_WORD = 0x1C


class Core:
    def __init__(self, fabric, wide=False, has_sg=True):
        self.loop, self.memory, self.bench, self.log = fabric
        self.wide = wide
        self.has_sg = has_sg
        self.raised = lambda: None
        self.irq = engine.Interrupts(self.loop, lambda: self.raised())
        self.timer = None
        self.bench.changed = lambda name: self._later() if not self.idle else None
        self.power_on()

    def power_on(self):
        if self.timer:
            self.timer.cancel()
        self.timer = None
        self.irq.clear()
        self.control = 0x00010000
        self.errors = 0
        self.idle = True
        self.pairs = dict.fromkeys((CURRENT, TAIL, SOURCE, TARGET), 0)
        self.follow = None              # next descriptor of the chain; None: CURRENT
        self.copy = None                # the copy in progress: source, target, length

    def read(self, at):
        if at == CONTROL:
            return self.control
        if at == STATUS:
            return (self.idle * IDLE | self.has_sg * HAS_SG | self.errors | self.irq.bits(FIRST_IRQ) |
                    self.irq.left << 16)
        return self.pairs.get(at & ~4, 0) >> 8 * (at & 4)

    def write(self, at, value):
        if at == CONTROL:
            self._control(value)
        elif at == STATUS:
            self.irq.acknowledge(value, FIRST_IRQ)
        elif at & ~4 in self.pairs:
            self._address(at, value)
        elif at == LENGTH and not self.control & SG_MODE and self.idle and not self.errors:
            self.idle = False
            self.copy = self.pairs[SOURCE], self.pairs[TARGET], value & engine.LENGTH
            self._later(self.bench.latency / 1e6)

    def _control(self, value):
        if value & RESET:
            self.bench.resets += 1
            self.power_on()
            return
        if (value ^ self.control) & SG_MODE:
            self.follow = None
        self.control = value
        self.irq.configure(value >> 16 & 0xFF, value >> 24)

    def _address(self, at, value):
        pair = at & ~4
        old = self.pairs[pair]
        if pair == CURRENT and not self.idle:
            self.bench.stale += 1
            self.log("cdma: chain at %#x ignored while busy" % value)
            return
        self.pairs[pair] = value << 32 | old & 0xFFFFFFFF if at & 4 else old & ~0xFFFFFFFF | value
        if bool(at & 4) != self.wide:
            return
        if pair == CURRENT:
            self.follow = None
        elif pair == TAIL and self.control & SG_MODE and self.has_sg and self.idle and not self.errors:
            self.idle = False
            self._later()

    def _later(self, seconds=0):
        if not self.timer:
            self.timer = self.loop.after(seconds, self._step)

    def _step(self):
        self.timer = None
        if self.bench.has(benches.HANG):
            return
        if self.copy is None:
            self._fetch()
        else:
            self._copy()

    def _fetch(self):
        at = self.pairs[CURRENT] if self.follow is None else self.follow
        self.pairs[CURRENT] = at
        try:
            raw = self.memory.read("cdma", at, engine.SIZE)
        except Stray:
            self._fail(engine.ERR_SG_DECODE)
            return
        following, source, target, length, status = struct.unpack_from("<QQQII", raw)
        if not self.wide:
            following, source, target = (each & 0xFFFFFFFF for each in (following, source, target))
        self.follow = following
        bits = engine.ERR_SG_INTERNAL if status & engine.COMPLETED else self.bench.failing()
        if bits:
            self._fail(bits)
            return
        self.copy = source, target, length & engine.LENGTH
        self._later(self.bench.latency / 1e6)

    def _copy(self):
        source, target, length = self.copy
        chained = self.control & SG_MODE
        try:
            self.memory.write("cdma", target, self.memory.read("cdma", source, length))
            if chained:
                self.memory.write("cdma", self.pairs[CURRENT] + STATUS_WORD,
                                  struct.pack("<I", engine.COMPLETED | length))
        except Stray:
            self._fail(engine.ERR_DECODE)
            return
        self.copy = None
        self.bench.finished(True, length)
        if not chained or self.pairs[CURRENT] == self.pairs[TAIL]:
            self.idle = True
        else:
            self._later()
        self.irq.count()

    def _fail(self, bits):
        self.errors |= bits
        self.idle = True
        self.copy = None
        self.log("cdma: error %#x at descriptor %#x" % (bits, self.pairs[CURRENT]))
        self.irq.fail()

    def interrupting(self):
        return bool(self.irq.bits(FIRST_IRQ) & self.control)
