# SPDX-License-Identifier: MIT
"""AXI DMA 7.1 (PG021): MM2S at 0x00, S2MM at 0x30, each with a chain of descriptors, or, built
without scatter-gather, with one transfer at a time.

As the manual says, a soft reset of either direction resets the whole core, and CURDESC can be
written only while the direction is halted."""

import bench as benches
import engine
import streams

CONTROL, STATUS, CURRENT, TAIL, ADDRESS, LENGTH = 0x00, 0x04, 0x08, 0x10, 0x18, 0x28
RUN, RESET, CYCLIC = 0x1, 0x4, 0x10
HALTED, IDLE, HAS_SG, FIRST_IRQ = 0x1, 0x2, 0x8, 0x1000
AFTER_RESET = 0x00010002
S2MM = 0x30
LAYOUT = engine.Layout(control=0x18, status=0x1C, first=1 << 27, last=1 << 26)


class Direction:
    def __init__(self, core, to_device, fabric):
        self.core = core
        self.to_device = to_device
        self.wide = core.wide
        self.engine = engine.Engine("axidma mm2s" if to_device else "axidma s2mm", to_device, LAYOUT, self, fabric)
        self.irq = engine.Interrupts(fabric.loop, lambda: core.raised())
        self.reset()

    def reset(self):
        self.engine.halt()
        self.irq.clear()
        self.control = AFTER_RESET
        self.errors = 0
        self.halted = True
        self.pairs = {CURRENT: 0, TAIL: 0, ADDRESS: 0}
        self.length = 0

    def ended(self, last):
        if not self.core.has_sg:
            self.length = self.engine.moved
            if not self.to_device and not last:
                # The packet is longer than the space for it.
                self.engine.running = False
                self.failed(engine.ERR_INTERNAL)
                return
        self.irq.count()

    def rested(self):
        if not self.control & RUN:
            self._stand()

    def failed(self, bits):
        self.errors |= bits
        self._stand()
        self.control &= ~RUN
        self.irq.fail()

    def _stand(self):
        self.engine.halt()
        self.halted = True

    def read(self, at):
        if at == CONTROL:
            return self.control
        if at == STATUS:
            idle = self.engine.idle and not self.halted
            return (self.halted * HALTED | idle * IDLE | self.core.has_sg * HAS_SG | self.errors |
                    self.irq.bits(FIRST_IRQ) | self.irq.left << 16 | self.irq.delay << 24)
        if at == LENGTH:
            return self.length
        if at & ~4 == CURRENT:
            return self.engine.current_address >> 8 * (at & 4)
        return self.pairs.get(at & ~4, 0) >> 8 * (at & 4)

    def write(self, at, value):
        if at == CONTROL:
            self._control(value)
        elif at == STATUS:
            self.irq.acknowledge(value, FIRST_IRQ)
        elif at & ~4 in self.pairs:
            self._address(at, value)
        elif at == LENGTH and not self.core.has_sg and value:
            self.length = value & engine.LENGTH
            self.engine.begin_without_chain(self.pairs[ADDRESS], self.length)

    def _address(self, at, value):
        """On a wide core, writing the upper half, which comes last, takes effect."""
        pair = at & ~4
        old = self.pairs[pair]
        self.pairs[pair] = value << 32 | old & 0xFFFFFFFF if at & 4 else old & ~0xFFFFFFFF | value
        if bool(at & 4) != self.wide:
            return
        if pair == CURRENT and self.core.has_sg:
            self.engine.begin_at(self.pairs[pair])
        elif pair == TAIL and self.core.has_sg:
            self.engine.begin(self.pairs[pair], bool(self.control & CYCLIC))

    def _control(self, value):
        if value & RESET:
            self.core.reset(self)
            return
        before = self.control
        self.control = value | AFTER_RESET & 0xFF
        self.irq.configure(value >> 16 & 0xFF, value >> 24)
        if value & RUN and not before & RUN:
            if not self.errors:
                self.halted = False
                self.engine.run()
        elif before & RUN and not value & RUN:
            if self.engine.idle or not self.core.bench.has(benches.STUCK):
                self._stand()

    def interrupting(self):
        return self.irq.bits(FIRST_IRQ) & self.control


class Core:
    def __init__(self, fabric, wide=False, has_sg=True):
        self.bench = fabric.bench
        self.wide = wide
        self.has_sg = has_sg
        self.raised = lambda: None
        self.loop = streams.Loop(self.bench)
        self.counter = streams.Counter(self.bench, fabric.loop)
        self.sink = streams.Sink(self.bench)
        self.mm2s = Direction(self, True, fabric)
        self.s2mm = Direction(self, False, fabric)
        for stream in self.loop, self.counter:
            stream.moved = self._moved
        self.bench.changed = self._bench_changed
        self._connect()

    def _moved(self):
        self.mm2s.engine.go_on()
        self.s2mm.engine.go_on()

    def _connect(self):
        looped = self.bench.source == benches.LOOP
        self.mm2s.engine.stream = self.loop if looped else self.sink
        self.s2mm.engine.stream = self.loop if looped else self.counter

    def _bench_changed(self, name):
        if name in ("source", "rate"):
            for stream in self.loop, self.counter, self.sink:
                stream.clear()
            self._connect()
            if self.bench.source == benches.COUNTER:
                self.counter.start()
        self._moved()

    def power_on(self):
        self._reset_all()

    def reset(self, direction):
        self.bench.resets += 1
        if self.bench.has(benches.ALONE):
            direction.reset()
        else:
            self._reset_all()

    def _reset_all(self):
        self.mm2s.reset()
        self.s2mm.reset()
        self.loop.clear()

    def read(self, at):
        return self.mm2s.read(at) if at < S2MM else self.s2mm.read(at - S2MM)

    def write(self, at, value):
        if at < S2MM:
            self.mm2s.write(at, value)
        else:
            self.s2mm.write(at - S2MM, value)

    def interrupting(self):
        return bool(self.mm2s.interrupting() or self.s2mm.interrupting())
