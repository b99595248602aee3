# SPDX-License-Identifier: MIT
"""AXI MCDMA 1.1 (PG288): 16 channels in each direction, MM2S at 0x000 and S2MM at 0x500. Channel N
of one direction leads to channel N of the other, or to a counter and a sink of its own.

The status of a descriptor is at 0x1C in MM2S, where 0x18 has the sideband word, and at 0x18 in
S2MM."""

import bench as benches
import engine
import streams

COMMON, CHANNEL, STEP, CHANNELS = 0x00, 0x40, 0x40, 16
STATUS, ENABLE, ERRORS = 0x04, 0x08, 0x10
SERVED = {True: 0x28, False: 0x20}              # channels that interrupt; key: whether MM2S
CURRENT, TAIL = 0x08, 0x10
RUN, RESET, HALTED, IDLE, FIRST_IRQ = 0x1, 0x4, 0x1, 0x2, 0x20
S2MM = 0x500
LAYOUTS = {True: engine.Layout(control=0x14, status=0x1C, first=1 << 31, last=1 << 30),
           False: engine.Layout(control=0x14, status=0x18, first=1 << 31, last=1 << 30)}


class Channel:
    def __init__(self, direction, number, fabric):
        self.direction = direction
        self.bit = 1 << number
        self.wide = direction.core.wide
        name = "mcdma %s%d" % ("mm2s" if direction.to_device else "s2mm", number)
        self.engine = engine.Engine(name, direction.to_device, LAYOUTS[direction.to_device], self, fabric)
        self.irq = engine.Interrupts(fabric.loop, lambda: direction.core.raised())
        self.reset()

    def reset(self):
        self.engine.halt()
        self.irq.clear()
        self.control = 0x00010000
        self.pairs = {CURRENT: 0, TAIL: 0}

    def ended(self, _last):
        self.irq.count()

    def rested(self):
        pass

    def failed(self, bits):
        self.direction.errors |= bits
        self.irq.fail()

    def settle(self):
        """Runs the engine if direction and channel run and the channel is enabled."""
        runs = self.direction.control & self.control & RUN and self.direction.enabled & self.bit
        if runs and not self.engine.running:
            self.engine.run()
        elif not runs and self.engine.running:
            self.engine.halt()

    def read(self, at):
        if at == COMMON:
            return self.control
        if at == STATUS:
            return self.engine.idle * 1 | self.irq.bits(FIRST_IRQ)
        if at & ~4 == CURRENT:
            return self.engine.current_address >> 8 * (at & 4)
        return self.pairs.get(at & ~4, 0) >> 8 * (at & 4)

    def write(self, at, value):
        if at == COMMON:
            self.control = value
            self.irq.configure(value >> 16 & 0xFF, value >> 24)
            self.settle()
        elif at == STATUS:
            self.irq.acknowledge(value, FIRST_IRQ)
        elif at & ~4 in self.pairs:
            pair = at & ~4
            old = self.pairs[pair]
            self.pairs[pair] = value << 32 | old & 0xFFFFFFFF if at & 4 else old & ~0xFFFFFFFF | value
            if bool(at & 4) == self.wide:
                (self.engine.begin_at if pair == CURRENT else self.engine.begin)(self.pairs[pair])

    def interrupting(self):
        return self.irq.bits(FIRST_IRQ) & self.control


class Direction:
    def __init__(self, core, to_device, fabric):
        self.core = core
        self.to_device = to_device
        self.channels = [Channel(self, number, fabric) for number in range(CHANNELS)]
        self.reset()

    def reset(self):
        self.control = self.enabled = self.errors = 0
        for channel in self.channels:
            channel.reset()

    def read(self, at):
        if at >= CHANNEL:
            number, at = divmod(at - CHANNEL, STEP)
            return self.channels[number].read(at) if number < CHANNELS else 0
        if at == COMMON:
            return self.control
        if at == STATUS:
            idle = all(channel.engine.idle for channel in self.channels)
            return idle * IDLE | (not self.control & RUN) * HALTED
        if at == SERVED[self.to_device]:
            return sum(channel.bit for channel in self.channels if channel.interrupting())
        return {ENABLE: self.enabled, ERRORS: self.errors}.get(at, 0)

    def write(self, at, value):
        if at >= CHANNEL:
            number, at = divmod(at - CHANNEL, STEP)
            if number < CHANNELS:
                self.channels[number].write(at, value)
            return
        if at == COMMON and value & RESET:
            self.core.reset(self)
            return
        if at == COMMON:
            self.control = value
        elif at == ENABLE:
            self.enabled = value & (1 << CHANNELS) - 1
        for channel in self.channels:
            channel.settle()


class Core:
    def __init__(self, fabric, wide=False, has_sg=True):
        self.bench = fabric.bench
        self.wide = wide
        self.raised = lambda: None
        if not has_sg:
            raise ValueError("an MCDMA always has scatter-gather")
        self.directions = {True: Direction(self, True, fabric), False: Direction(self, False, fabric)}
        self.pairs = []
        for number in range(CHANNELS):
            streams_of = (streams.Loop(self.bench), streams.Counter(self.bench, fabric.loop), streams.Sink(self.bench))
            engines = [self.directions[way].channels[number].engine for way in (True, False)]
            for stream in streams_of:
                stream.moved = lambda engines=engines: [each.go_on() for each in engines]
            self.pairs.append((streams_of, engines))
        self.bench.changed = self._bench_changed
        self._connect()

    def _connect(self):
        looped = self.bench.source == benches.LOOP
        for (loop, counter, sink), (mm2s, s2mm) in self.pairs:
            mm2s.stream = loop if looped else sink
            s2mm.stream = loop if looped else counter

    def _bench_changed(self, name):
        if name in ("source", "rate"):
            for each, _ in self.pairs:
                for stream in each:
                    stream.clear()
            self._connect()
        for (_, counter, _), engines in self.pairs:
            if engines[1].running and self.bench.source == benches.COUNTER:
                counter.start()
            for each in engines:
                each.go_on()

    def power_on(self):
        self._reset_all()

    def reset(self, direction):
        self.bench.resets += 1
        if self.bench.has(benches.ALONE):
            direction.reset()
        else:
            self._reset_all()

    def _reset_all(self):
        for direction in self.directions.values():
            direction.reset()
        for (loop, _, _), _ in self.pairs:
            loop.clear()

    def read(self, at):
        return self.directions[at < S2MM].read(at if at < S2MM else at - S2MM)

    def write(self, at, value):
        self.directions[at < S2MM].write(at if at < S2MM else at - S2MM, value)

    def interrupting(self):
        return any(channel.interrupting() for way in self.directions.values() for channel in way.channels)
