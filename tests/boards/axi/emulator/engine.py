# SPDX-License-Identifier: MIT
"""The common part of AXI DMA and MCDMA: an engine that follows a chain of descriptors, one at a
time, and the interrupts that it raises.

A descriptor of either has 64 bytes: the address of the next at 0x00, that of its memory at 0x08,
each followed by its upper half; the words of the control or status stream at 0x20. A Layout says
where the rest is."""

import collections
import struct

import bench as benches
import streams
from memory import Stray

SIZE = 64
WORDS = 0x20
LENGTH = (1 << 26) - 1
COMPLETED, DECODE_ERROR, INTERNAL_ERROR = 1 << 31, 1 << 30, 1 << 28
RECEIVED_FIRST, RECEIVED_LAST = 1 << 27, 1 << 26
PIECE = 64 << 10

# Bits of DMASR; MCDMA reports the same.
ERR_INTERNAL, ERR_DECODE = 0x10, 0x40
ERR_SG_INTERNAL, ERR_SG_DECODE = 0x100, 0x400

Layout = collections.namedtuple("Layout", "control status first last")
# at is None for a transfer without scatter-gather, which has no descriptor in memory
Descriptor = collections.namedtuple("Descriptor", "at next memory length control")


class Engine:
    """The engine reads `wide` of its owner and calls its ended(last), rested() and failed(bits)."""

    def __init__(self, name, to_device, layout, owner, fabric):
        self.name = name
        self.to_device = to_device
        self.layout = layout
        self.owner = owner
        self.loop, self.memory, self.bench, self.log = fabric
        self.stream = None
        self.timer = None
        self.current_address = self.tail = 0
        self.halt()

    # Operations of the registers

    def halt(self):
        """Stops at once and gives up the descriptor in progress."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        self.running = False
        self.idle = True
        self.cyclic = False
        self.descriptor = None
        self.follow = None              # descriptor after the last one; None: the current one
        self.packet = 0                 # bytes of the packet so far

    def run(self):
        self.running = True

    def begin_at(self, address):
        """Writes CURDESC, which works only while the engine is halted."""
        if not self.running:
            self.current_address = address
            self.follow = None
        elif self.idle and address != (self.follow if self.follow is not None else self.current_address):
            self.bench.stale += 1
            self.log("%s: chain at %#x ignored while running: it goes on at %#x" %
                     (self.name, address, self.follow or self.current_address))

    def begin(self, tail, cyclic=False):
        self.tail = tail
        self.cyclic = cyclic
        if self.running and self.idle:
            self.idle = False
            self._later()

    def begin_without_chain(self, memory, length):
        if self.running and self.idle:
            self.idle = False
            self._take_up(Descriptor(None, 0, memory, length, self.layout.first | self.layout.last))

    def go_on(self):
        """Called when the stream has room or data, or a setting of the bench changed."""
        if not self.idle:
            self._later()

    # Descriptors

    def _later(self, seconds=0):
        if not self.timer:
            self.timer = self.loop.after(seconds, self._step)

    def _step(self):
        self.timer = None
        if not self.running or self.idle or self.bench.has(benches.HANG):
            return
        try:
            if self.descriptor is None:
                self._fetch()
            elif self._send() if self.to_device else self._receive():
                self._complete()
        except Stray:
            self._fail(ERR_DECODE, DECODE_ERROR)

    def _fetch(self):
        at = self.current_address if self.follow is None else self.follow
        self.current_address = at
        try:
            raw = self.memory.read(self.name, at, SIZE)
        except Stray:
            self._fail(ERR_SG_DECODE)
            return
        following, memory = struct.unpack_from("<QQ", raw)
        control, = struct.unpack_from("<I", raw, self.layout.control)
        status, = struct.unpack_from("<I", raw, self.layout.status)
        if not self.owner.wide:
            following, memory = following & 0xFFFFFFFF, memory & 0xFFFFFFFF
        self.words = struct.unpack_from("<5I", raw, WORDS) if control & self.layout.first else self.words
        descriptor = Descriptor(at, following, memory, control & LENGTH, control)
        if status & COMPLETED and not self.cyclic:
            self._fail(ERR_SG_INTERNAL)
        else:
            self._take_up(descriptor)

    words = streams.NO_WORDS

    def _take_up(self, descriptor):
        self.descriptor = descriptor
        self.moved = 0
        self.starts_packet = not self.packet
        bits = self.bench.failing()
        if not descriptor.length:
            bits = ERR_INTERNAL
        if bits:
            self._fail(bits, INTERNAL_ERROR)
        else:
            self._later(self.bench.latency / 1e6)

    def _send(self):
        """Returns whether the descriptor is done; otherwise the stream is full."""
        descriptor = self.descriptor
        ends = bool(descriptor.control & self.layout.last)
        while self.moved < descriptor.length:
            size = min(PIECE, descriptor.length - self.moved)
            data = self.memory.read(self.name, descriptor.memory + self.moved, size)
            last = ends and self.moved + size == descriptor.length
            taken = self.stream.give(data, last, self.words)
            self.moved += taken
            if taken < size:
                return False
        self.packet = 0 if ends else self.packet + self.moved
        self.status = 0
        self.last = ends
        return True

    def _receive(self):
        """Returns whether the descriptor is done: full, or at the end of a packet."""
        descriptor = self.descriptor
        last = False
        while self.moved < descriptor.length and not last:
            beat = self.stream.take(descriptor.length - self.moved)
            if beat is None:
                return False
            data, last, words = beat
            self.memory.write(self.name, descriptor.memory + self.moved, data)
            self.moved += len(data)
            self.packet += len(data)
        self.status = (RECEIVED_FIRST if self.starts_packet else 0) | (RECEIVED_LAST if last else 0)
        self.last = last
        if last:
            if descriptor.at is not None:
                words = words[:4] + (self.packet,)
                self.memory.write(self.name, descriptor.at + WORDS, struct.pack("<5I", *words))
            self.packet = 0
        return True

    def _complete(self):
        descriptor = self.descriptor
        self._write_back(descriptor, COMPLETED | self.status | self.moved)
        self.bench.finished(self.to_device, self.moved)
        self.descriptor = None
        self.follow = descriptor.next
        if descriptor.at is None or (descriptor.at == self.tail and not self.cyclic):
            self.idle = True
        else:
            self._later()
        if self.last or descriptor.at is None:
            self.owner.ended(self.last)
        if self.idle:
            self.owner.rested()

    def _write_back(self, descriptor, status):
        if descriptor.at is not None:
            self.memory.write(self.name, descriptor.at + self.layout.status, struct.pack("<I", status))

    def _fail(self, bits, status=0):
        """Halts the core. Marking the failed descriptor as completed, with no bytes, is a guess:
        the manual does not say."""
        if self.descriptor and status:
            mark = 0 if self.bench.has(benches.UNMARKED) else COMPLETED
            try:
                self._write_back(self.descriptor, status | mark)
            except Stray:
                bits |= ERR_SG_DECODE
        self.running = False
        self.descriptor = None
        self.log("%s: error %#x at descriptor %#x" % (self.name, bits, self.current_address))
        self.owner.failed(bits)


class Interrupts:
    """Counts the ends of packets up to a threshold. A timer that each end starts raises the
    interrupt for packets below the threshold."""

    UNIT = 125 * 10e-9          # of the delay: 125 cycles of 100 MHz

    def __init__(self, loop, raised):
        self.loop = loop
        self.raised = raised
        self.timer = None
        self.clear()

    def clear(self):
        self._stop_timer()
        self.threshold = self.left = 1
        self.delay = 0
        self.packets = self.late = self.error = False

    def _stop_timer(self):
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def configure(self, threshold, delay):
        self.threshold = self.left = threshold or 1
        self.delay = delay
        self._stop_timer()

    def count(self):
        self._stop_timer()
        self.left -= 1
        if not self.left:
            self.left = self.threshold
            self.packets = True
            self.raised()
        elif self.delay:
            self.timer = self.loop.after(self.delay * self.UNIT, self._overdue)

    def _overdue(self):
        self.timer = None
        self.left = self.threshold
        self.late = True
        self.raised()

    def fail(self):
        self.error = True
        self.raised()

    def bits(self, first):
        """Three bits of a status register: packets, delay, error."""
        return self.packets * first | self.late * first << 1 | self.error * first << 2

    def acknowledge(self, value, first):
        self.packets = self.packets and not value & first
        self.late = self.late and not value & first << 1
        self.error = self.error and not value & first << 2
