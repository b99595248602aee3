# SPDX-License-Identifier: MIT
"""python3 test_emulator.py: tests of the emulated cores; prints TAP."""

import collections
import os
import struct
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../vfio"))

import axidma
import bench
import cdma
import loop
import mcdma
import memory
import streams
import tap
import vdma

Fabric = collections.namedtuple("Fabric", "loop memory bench log")
RING, DATA, OTHER = 0x1000, 0x10000, 0x40000
DONE = 1 << 31


class Board(unittest.TestCase):
    """A core with a megabyte of memory, and the steps of a driver."""

    core_type, options, high = axidma.Core, {}, 0

    def setUp(self):
        self.fd = os.memfd_create("test")
        os.truncate(self.fd, 1 << 20)
        self.loop = loop.Loop()
        self.memory = memory.Memory(lambda text: None)
        self.memory.map(self.high, 1 << 20, self.fd, 0, True)
        self.bench = bench.Bench(self.memory)
        self.core = self.core_type(Fabric(self.loop, self.memory, self.bench, lambda text: None), **self.options)

    def tearDown(self):
        self.memory.clear()
        os.close(self.fd)

    def write(self, at, value):
        self.core.write(at, value)

    def pair(self, at, value):
        """Writes an address as the driver does: both halves only on a wide core."""
        self.write(at, value & 0xFFFFFFFF)
        if self.options.get("wide"):
            self.write(at + 4, value >> 32)

    def wait(self, condition, seconds=2):
        """Lets the core work until the condition holds; returns whether it does."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            self.loop._due()
        return condition()

    def settle(self):
        """Lets the core do everything that takes no time."""
        for _ in range(300):
            self.loop._due()

    def get(self, address, size):
        return self.memory.read("test", self.high + address, size)

    def put(self, address, data):
        self.memory.write("test", self.high + address, data)

    def word(self, address):
        return struct.unpack("<I", self.get(address, 4))[0]


class Streams(Board):
    """AXI DMA."""

    MM2S, S2MM = 0x00, 0x30

    def chain(self, ring, pieces):
        """Writes a chain; pieces: (address, bytes), a packet each. Returns the last descriptor."""
        for i, (address, size) in enumerate(pieces):
            at = ring + 64 * i
            self.put(at, struct.pack("<QQ", self.high + at + 64, self.high + address) + bytes(48))
            self.put(at + 0x18, struct.pack("<I", size | 3 << 26))
        return ring + 64 * (len(pieces) - 1)

    def start(self, half, ring, tail, threshold=1, delay=0, bits=0):
        self.pair(half + 0x08, self.high + ring)
        self.write(half, 0x7001 | bits | threshold << 16 | delay << 24)
        self.pair(half + 0x10, self.high + tail)

    def receive(self, pieces, **how):
        self.start(self.S2MM, RING, self.chain(RING, pieces), **how)

    def send(self, data, size=None, ring=0x3000):
        self.put(DATA, data)
        size = size or len(data)
        pieces = [(DATA + at, min(size, len(data) - at)) for at in range(0, len(data), size)]
        self.start(self.MM2S, ring, self.chain(ring, pieces))

    def status(self, half):
        return self.core.read(half + 4)

    def written(self, number, ring=RING):
        return self.word(ring + 64 * number + 0x1C)

    def test_loopback(self):
        data = os.urandom(5000)
        self.receive([(OTHER, 3000), (OTHER + 3000, 3000)])
        self.send(data, 2500)
        self.settle()
        self.assertEqual(self.get(OTHER, 2500), data[:2500])
        self.assertEqual(self.get(OTHER + 3000, 2500), data[2500:])
        self.assertEqual(self.written(1), DONE | 3 << 26 | 2500)
        self.assertEqual((self.bench.done, self.bench.bytes), ({True: 2, False: 2}, {True: 5000, False: 5000}))

    def test_packet_over_several_descriptors(self):
        data = os.urandom(2500)
        self.receive([(OTHER, 1000), (OTHER + 0x1000, 1000), (OTHER + 0x2000, 1000)])
        self.send(data)
        self.settle()
        got = b"".join(self.get(OTHER + 0x1000 * i, n) for i, n in enumerate((1000, 1000, 500)))
        self.assertEqual(got, data)
        self.assertEqual([self.written(i) & 3 << 26 for i in range(3)], [1 << 27, 0, 1 << 26])

    def test_words_of_the_stream(self):
        self.receive([(OTHER, 1000)])
        self.put(DATA, bytes(600))
        tail = self.chain(0x3000, [(DATA, 600)])
        self.put(0x3020, struct.pack("<5I", 11, 12, 13, 14, 15))
        self.start(self.MM2S, 0x3000, tail)
        self.settle()
        self.assertEqual(struct.unpack("<5I", self.get(RING + 0x20, 20)), (11, 12, 13, 14, 600))

    def test_full_fifo_holds_the_sender(self):
        self.bench.write(0x10, 4096)
        data = os.urandom(10000)
        self.send(data)
        self.settle()
        self.assertEqual((self.bench.done[True], self.core.mm2s.engine.idle), (0, False))
        self.receive([(OTHER, 10000)])
        self.settle()
        self.assertEqual((self.get(OTHER, 10000), self.bench.done[True]), (data, 1))

    def test_interrupt_counts_packets(self):
        self.receive([(OTHER, 100)] * 4, threshold=3)
        for number, expected in enumerate((0, 0, 0x1000)):
            self.send(bytes(50), ring=0x3000 + 64 * number)
            self.settle()
            self.assertEqual(self.status(self.S2MM) & 0x1000, expected)
        self.assertTrue(self.core.interrupting())
        self.write(self.S2MM + 4, 0x1000)
        self.write(4, 0x1000)
        self.assertFalse(self.core.interrupting())

    def test_delay_tells_of_the_rest(self):
        self.receive([(OTHER, 100)] * 4, threshold=4, delay=255)
        self.send(bytes(50))
        self.assertTrue(self.wait(lambda: self.status(self.S2MM) & 0x2000))
        self.assertFalse(self.status(self.S2MM) & 0x1000)

    def test_reset_takes_both(self):
        self.receive([(OTHER, 100)])
        self.assertFalse(self.status(self.S2MM) & 1)
        self.write(0, 4)
        self.assertEqual((self.status(self.S2MM) & 1, self.core.read(self.S2MM) & 1, self.bench.resets), (1, 0, 1))
        self.send(bytes(50))
        self.settle()
        self.assertEqual(self.bench.done[False], 0)

    def test_reset_alone(self):
        self.bench.write(0x1C, bench.ALONE)
        self.receive([(OTHER, 100)])
        self.write(0, 4)
        self.assertEqual(self.status(self.S2MM) & 1, 0)

    def test_chain_written_while_running(self):
        self.receive([(OTHER, 100)])
        self.send(bytes(50))
        self.settle()
        self.pair(self.S2MM + 8, self.high + RING + 64)
        self.assertEqual(self.bench.stale, 0)
        self.pair(self.S2MM + 8, self.high + 0x8000)
        self.assertEqual(self.bench.stale, 1)

    def test_done_descriptor_halts(self):
        tail = self.chain(RING, [(OTHER, 100)])
        self.put(RING + 0x1C, struct.pack("<I", DONE))
        self.start(self.S2MM, RING, tail)
        self.settle()
        self.assertEqual(self.status(self.S2MM) & 0x4101, 0x4101)

    def test_nothing_to_move_halts(self):
        self.receive([(OTHER, 0)])
        self.settle()
        self.assertEqual(self.status(self.S2MM) & 0x4011, 0x4011)

    def test_fault_on_demand(self):
        self.bench.write(0x00, bench.COUNTER)
        self.bench.write(0x14, 2)
        self.bench.write(0x18, 0x40)
        self.put(DATA, bytes(300))
        self.start(self.MM2S, RING, self.chain(RING, [(DATA, 100)] * 3))
        self.settle()
        self.assertEqual((self.status(0) & 0x4041, self.bench.done[True]), (0x4041, 1))
        self.assertEqual(self.written(1), DONE | 1 << 28)
        self.assertEqual(self.written(2), 0)

    def test_stray_halts(self):
        self.receive([(2 << 20, 100)])
        self.send(bytes(50))
        self.settle()
        self.assertEqual((self.status(self.S2MM) & 0x4041, self.memory.strays), (0x4041, 1))

    def test_sealed(self):
        """A core that goes on after a test said that it must be silent."""
        self.receive([(OTHER, 100)] * 2)
        self.settle()
        self.bench.write(0x1C, bench.SEALED)
        self.settle()
        self.assertEqual(self.memory.strays, 0)
        self.core.loop.give(b"x" * 50, True, streams.NO_WORDS)
        self.settle()
        # The data, and the error in the descriptor.
        self.assertEqual((self.status(self.S2MM) & 0x4041, self.memory.strays), (0x4041, 2))
        self.bench.write(0x1C, 0)
        self.assertEqual(self.get(OTHER, 100), bytes(100))

    def test_nothing_after_a_halt(self):
        """The core does not access memory that a driver frees after HALTED."""
        self.receive([(OTHER, 100)] * 2)
        self.write(self.S2MM, 0x7000)
        self.assertEqual(self.status(self.S2MM) & 1, 1)
        self.memory.unmap(self.high, 0x3000)
        self.send(bytes(50))
        self.settle()
        self.assertEqual(self.memory.strays, 0)

    def test_cyclic(self):
        self.bench.write(0x00, bench.COUNTER)
        self.bench.write(0x04, 64)
        tail = self.chain(RING, [(OTHER + 64 * i, 64) for i in range(4)])
        self.put(tail, struct.pack("<Q", self.high + RING))
        self.start(self.S2MM, RING, 0x9000, bits=0x10)
        self.assertTrue(self.wait(lambda: self.bench.done[False] > 10))
        words = sorted(struct.unpack("<64I", self.get(OTHER, 256)))
        self.assertEqual(words, list(range(words[0], words[0] + 64)))

    def test_hang(self):
        self.bench.write(0x00, bench.COUNTER)
        self.bench.write(0x1C, bench.HANG)
        self.receive([(OTHER, 100)])
        self.settle()
        self.assertEqual(self.bench.done[False], 0)
        self.bench.write(0x1C, 0)
        self.assertTrue(self.wait(lambda: self.bench.done[False] == 1))

    def test_sink_counts_wrong_words(self):
        self.bench.write(0x00, bench.COUNTER)
        self.send(streams.counting(5, 25))
        self.settle()
        self.send(streams.counting(30, 25)[:80] + bytes(20), ring=0x3040)
        self.settle()
        self.assertEqual((self.bench.sunk, self.bench.packets, self.bench.wrong), (200, 2, 5))


class WideStreams(Streams):
    """AXI DMA with addresses above 4 GiB."""

    options, high = {"wide": True}, 5 << 32


class Simple(Board):
    """AXI DMA without scatter-gather."""

    options = {"has_sg": False}

    def one(self, half, address, size):
        self.write(half, 0x7001)
        self.write(half + 0x18, address)
        self.write(half + 0x28, size)

    def test_one_at_a_time(self):
        data = os.urandom(500)
        self.put(DATA, data)
        self.assertEqual(self.core.read(4) & 8, 0)
        self.one(0x30, OTHER, 1000)
        self.one(0x00, DATA, 500)
        self.settle()
        self.assertEqual((self.get(OTHER, 500), self.core.read(0x58)), (data, 500))
        self.assertEqual(self.core.read(0x34) & 0x1002, 0x1002)

    def test_longer_than_the_buffer(self):
        self.one(0x30, OTHER, 100)
        self.one(0x00, DATA, 500)
        self.settle()
        self.assertEqual(self.core.read(0x34) & 0x4011, 0x4011)


class Source(Board):
    def test_rate_and_loss(self):
        self.bench.write(0x00, bench.COUNTER)
        self.bench.write(0x10, 400)
        self.bench.write(0x08, 100000)
        time.sleep(0.02)
        first = self.core.counter.take(4096)[0]
        time.sleep(0.002)
        second = self.core.counter.take(4096)[0]
        self.assertEqual(struct.unpack("<100I", first), tuple(range(100)))
        self.assertGreater(self.bench.lost, 200)
        self.assertEqual(struct.unpack_from("<I", second)[0], 100 + self.bench.lost)

    def test_wraps(self):
        self.assertEqual(struct.unpack("<3I", streams.counting(0xFFFFFFFE, 3)), (0xFFFFFFFE, 0xFFFFFFFF, 0))


class Channels(Board):
    """AXI MCDMA."""

    core_type = mcdma.Core

    def go(self, half, channel, address, size):
        ring = RING + 0x4000 * bool(half) + 64 * channel
        at = half + 0x40 + 0x40 * channel
        self.put(ring, struct.pack("<QQII", ring + 64, address, 0, size | 3 << 30) + bytes(40))
        self.write(at, 0x000100E0)
        self.write(at + 8, ring)
        self.write(half + 8, self.core.read(half + 8) | 1 << channel)
        self.write(at, 0x000100E1)
        self.write(half, 1)
        self.write(at + 16, ring)
        return ring

    def test_two_channels(self):
        rings = []
        for channel in (0, 3):
            self.put(DATA + 0x1000 * channel, bytes([channel + 1]) * 100)
            rings.append(self.go(0x500, channel, OTHER + 0x1000 * channel, 200))
            self.go(0, channel, DATA + 0x1000 * channel, 100)
        self.settle()
        for channel, ring in zip((0, 3), rings):
            self.assertEqual(self.get(OTHER + 0x1000 * channel, 100), bytes([channel + 1]) * 100)
            self.assertEqual(self.word(ring + 0x18), DONE | 3 << 26 | 100)
        self.assertEqual((self.core.read(0x520), self.core.read(0x28)), (0b1001, 0b1001))

    def test_where_the_status_is(self):
        """In MM2S the status is behind the sideband word, which the core does not change."""
        self.bench.write(0, bench.COUNTER)
        ring = self.go(0, 0, DATA, 100)
        self.settle()
        self.assertEqual((self.word(ring + 0x18), self.word(ring + 0x1C)), (0, DONE | 100))

    def test_disabled(self):
        self.go(0x500, 2, OTHER, 100)
        self.write(0x508, 0)
        self.put(DATA, bytes(50))
        self.go(0, 2, DATA, 50)
        self.settle()
        self.assertEqual(self.bench.done[False], 0)


class Copies(Board):
    """AXI CDMA."""

    core_type = cdma.Core

    def chain(self, count):
        for i in range(count):
            at = RING + 64 * i
            self.put(at, struct.pack("<QQQII", at + 64, DATA + 100 * i, OTHER + 100 * i, 100, 0) + bytes(32))
        return RING + 64 * (count - 1)

    def begin(self, count, threshold):
        self.write(0, 0x7008 | threshold << 16)
        self.write(8, RING)
        self.write(16, self.chain(count))

    def test_chain(self):
        data = os.urandom(400)
        self.put(DATA, data)
        self.begin(4, 4)
        self.assertEqual(self.core.read(4) & 2, 0)
        self.settle()
        self.assertEqual((self.get(OTHER, 400), self.core.read(4) & 0x1002), (data, 0x1002))
        self.assertEqual(self.word(RING + 64 + 0x1C), DONE | 100)

    def test_early_interrupt(self):
        """With a threshold below the chain's length, the interrupt comes before the end."""
        self.bench.write(0x0C, 1000)
        self.begin(4, 1)
        self.assertTrue(self.wait(self.core.interrupting))
        self.assertLess(self.bench.done[True], 4)

    def test_one_by_registers(self):
        data = os.urandom(100)
        self.put(DATA, data)
        for at, value in ((0, 0x7000), (0x18, DATA), (0x20, OTHER), (0x28, 100)):
            self.write(at, value)
        self.settle()
        self.assertEqual((self.get(OTHER, 100), self.core.interrupting()), (data, True))

    def test_stray_descriptor(self):
        self.write(0, 0x7008)
        self.write(8, 2 << 20)
        self.write(16, 2 << 20)
        self.settle()
        self.assertEqual((self.core.read(4) & 0x4400, self.memory.strays), (0x4400, 1))


class Frames(Board):
    """AXI VDMA."""

    core_type = vdma.Core

    def begin(self, half, address, control=0x7001):
        geometry = 0x50 if half == 0 else 0xA0
        self.write(half, control | 1 << 16)
        for at, value in ((0x0C, address), (0x04, 64), (0x08, 128), (0x00, 4)):
            self.write(geometry + at, value)

    def setUp(self):
        super().setUp()
        self.bench.write(8, 1000)

    def test_lines_and_gaps(self):
        self.bench.write(0, bench.COUNTER)
        self.begin(0x30, OTHER)
        self.assertTrue(self.wait(self.core.interrupting))
        self.write(0x30, 0)
        self.assertEqual(self.get(OTHER + 128, 8), struct.pack("<II", 1, 1))
        self.assertEqual(self.get(OTHER + 64, 64), bytes(64))

    def test_parked_goes_on(self):
        self.bench.write(0, bench.COUNTER)
        self.begin(0x30, OTHER)
        self.assertTrue(self.wait(lambda: self.bench.done[False] > 3))
        self.write(0x30, 0)
        frames = self.bench.done[False]
        self.assertEqual(self.word(OTHER) >> 16, frames - 1)
        time.sleep(0.005)
        self.settle()
        self.assertEqual((self.bench.done[False], self.core.read(0x34) & 1), (frames, 1))

    def test_from_mm2s_to_s2mm(self):
        data = os.urandom(4 * 128)
        self.put(DATA, data)
        self.begin(0, DATA)
        self.assertTrue(self.wait(lambda: self.bench.done[True] > 0))
        self.begin(0x30, OTHER)
        self.assertTrue(self.wait(lambda: self.bench.done[False] > 0))
        self.assertEqual(self.get(OTHER + 128, 64), data[128:192])


if __name__ == "__main__":
    tap.main()
