# SPDX-License-Identifier: MIT
"""python3 test_emulator.py: tests of the emulator itself; prints TAP."""

import os
import struct
import sys
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../vfio"))

import channel
import descriptor
import gf256
import loop
import memory
import tap

# Powers of 2 in GF(2^8) modulo 0x11d, from tables for RAID-6 and Reed-Solomon.
POWERS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1D, 0x3A, 0x74, 0xE8, 0xCD, 0x87, 0x13, 0x26,
          0x4C, 0x98, 0x2D, 0x5A, 0xB4, 0x75, 0xEA, 0xC9, 0x8F, 0x03, 0x06, 0x0C, 0x18, 0x30, 0x60, 0xC0]


class Field(unittest.TestCase):
    def test_powers_of_two(self):
        value = 1
        for power in POWERS:
            self.assertEqual(value, power)
            value = gf256.multiply(value, 2)

    def test_table_is_one_of_logarithms(self):
        """Compares with products by adding logarithms, an independent method."""
        exp, value = [], 1
        for _ in range(255):
            exp.append(value)
            value = value << 1 ^ (0x11D if value & 0x80 else 0)
        self.assertEqual(sorted(exp), list(range(1, 256)))
        log = {x: i for i, x in enumerate(exp)}
        for a in range(256):
            for b in range(256):
                product = exp[(log[a] + log[b]) % 255] if a and b else 0
                self.assertEqual(gf256.table(a)[b], product)

    def test_q_by_horner(self):
        """Compares Q of RAID-6, the sum of 2^i D_i, with Horner's method."""
        blocks = [os.urandom(64) for _ in range(9)]
        expected = bytearray(64)
        for block in reversed(blocks):
            for i, byte in enumerate(block):
                doubled = expected[i] << 1
                expected[i] = (doubled ^ (0x11D if doubled & 0x100 else 0)) ^ byte
        self.assertEqual(gf256.q_sum(blocks, POWERS[:9]), bytes(expected))


class Engine(unittest.TestCase):
    RING, COMPLETION, DATA, SIZE = 0x1000, 0x800, 0x10000, 512

    def setUp(self):
        self.fd = os.memfd_create("test")
        os.truncate(self.fd, 1 << 20)
        self.loop = loop.Loop()
        self.memory = memory.Memory(lambda text: None)
        self.memory.map(0, 1 << 20, self.fd, 0, True)
        self.told = 0
        self.channel = channel.Channel(0, self.loop, self.memory, self.interrupt, lambda text: None, 1 << 20)
        self.write(0x18, 4, self.COMPLETION)
        self.write(0x1C, 4, 0)
        self.write(0x10, 4, self.RING)
        self.write(0x14, 4, 0)
        self.queued = 0

    def tearDown(self):
        self.memory.clear()
        os.close(self.fd)

    def interrupt(self, _index):
        self.told += 1

    def write(self, offset, size, value):
        self.channel.write(offset, value.to_bytes(size, "little"))

    def completion(self):
        return struct.unpack("<Q", self.memory.read("test", self.COMPLETION, 8))[0]

    def block(self, which, data=None):
        address = self.DATA + which * self.SIZE
        if data is not None:
            self.memory.write("test", address, data)
        return address, self.memory.read("test", address, self.SIZE)

    def queue(self, words, raw=None, control=None, size=None):
        """Appends a descriptor; words that are None stay 0."""
        address = self.RING + 64 * self.queued
        self.queued += 1
        if control is not None:
            words = [(control << 32) | (self.SIZE if size is None else size)] + words
        data = bytearray(struct.pack("<8Q", *words))
        for at, what in (raw or {}).items():
            data[at:at + len(what)] = what
        self.memory.write("test", address, bytes(data))
        return address

    def next(self, ahead=1):
        return self.RING + 64 * (self.queued + ahead)

    def go(self):
        self.write(0x06, 2, self.queued)
        for _ in range(100):
            self.loop._due()

    def copy(self, src, dst, flags=9):
        return self.queue([src, dst, self.next(), 0, 0, 0, 0], control=flags)

    def test_copy(self):
        src, data = self.block(0, os.urandom(self.SIZE))
        dst, _ = self.block(1)
        at = self.copy(src, dst)
        self.go()
        self.assertEqual(self.block(1)[1], data)
        self.assertEqual(self.completion(), at | channel.DONE)
        self.assertEqual((self.told, self.channel.status), (1, channel.DONE))

    def test_null_needs_no_memory(self):
        at = self.queue([0, 0, self.next(), 0, 0, 0, 0], control=descriptor.NULL | 9, size=1)
        self.go()
        self.assertEqual(self.completion(), at | channel.DONE)

    def sources(self, count):
        return [self.block(i, os.urandom(self.SIZE)) for i in range(count)]

    def queue_xor(self, op, count, dst):
        src = [address for address, _ in self.sources(count)] + [0] * 8
        control = op << 24 | (count - 2) << 5 | 9
        if count <= 5:
            return self.queue([src[0], dst, self.next()] + src[1:5], control=control)
        at = self.queue([src[0], dst, self.next()] + src[1:5], control=control)
        self.queue(src[5:8] + [self.next()] + [0] * 4)
        return at

    def test_xor_of_every_count(self):
        for count in range(2, 9):
            with self.subTest(count=count):
                self.tearDown()
                self.setUp()
                dst = self.block(20)[0]
                at = self.queue_xor(descriptor.XOR, count, dst)
                self.go()
                total = 0
                for i in range(count):
                    total ^= int.from_bytes(self.block(i)[1], "big")
                self.assertEqual(self.block(20)[1], total.to_bytes(self.SIZE, "big"))
                self.assertEqual(self.completion(), at | channel.DONE)

    def test_xor_val(self):
        dst, _ = self.block(20)
        self.queue_xor(descriptor.XOR, 6, dst)
        data = [self.block(i)[1] for i in range(6)]
        self.go()
        self.assertEqual(self.channel.chanerr, 0)
        at = self.queue_xor(descriptor.XOR_VAL, 6, dst)
        for i in range(6):
            self.block(i, data[i])
        self.go()
        self.assertEqual((self.channel.chanerr, self.completion()), (0, at | channel.DONE))
        self.block(20, bytes(self.SIZE))
        self.queue_xor(descriptor.XOR_VAL, 6, dst)
        self.go()
        self.assertEqual(self.channel.chanerr, channel.ERR_P)
        self.assertEqual(self.completion(), at | channel.HALTED)

    def queue_pq(self, op, count, p, q, flags=9, factors=None):
        factors = bytes(POWERS[:count] if factors is None else factors)
        src = [self.block(i)[0] for i in range(count)] + [0] * 8
        control = op << 24 | (count - 2) << 5 | flags
        at = self.queue([src[0], p, self.next(), src[1], src[2], 0, q], raw={48: factors.ljust(8, b"\0")},
                        control=control)
        if count > 3:
            self.queue([src[3], src[4], src[5], self.next(), src[6], src[7], 0, 0])
        return at

    def expect(self, count):
        blocks = [self.block(i)[1] for i in range(count)]
        return gf256.xor(blocks), gf256.q_sum(blocks, POWERS[:count])

    def test_pq_of_every_count(self):
        for count in range(2, 9):
            with self.subTest(count=count):
                self.tearDown()
                self.setUp()
                self.sources(count)
                self.queue_pq(descriptor.PQ, count, self.block(20)[0], self.block(21)[0])
                self.go()
                self.assertEqual((self.block(20)[1], self.block(21)[1]), self.expect(count))

    def test_pq_without_p(self):
        self.sources(3)
        self.block(20, b"x" * self.SIZE)
        self.queue_pq(descriptor.PQ, 3, self.block(20)[0], self.block(21)[0], 9 | descriptor.P_DISABLE)
        self.go()
        self.assertEqual(self.block(20)[1], b"x" * self.SIZE)
        self.assertEqual(self.block(21)[1], self.expect(3)[1])

    def queue_pq16(self, op, count, p, q):
        src = [self.block(i)[0] for i in range(count)] + [0] * 16
        factors = bytes(POWERS[:count]).ljust(16, b"\0")
        extra = struct.pack("<7Q", *src[2:9])
        more = factors[8:] + extra + struct.pack("<8Q", *(src[9:16] + [0]))
        self.memory.write("test", 0x8000, more)
        return self.queue([src[0], p, self.next(), src[1], 0x8000, 0, q], raw={48: factors[:8]},
                          control=op << 24 | (count - 9) << 5 | 9)

    def test_pq16_of_every_count(self):
        for count in range(9, 17):
            with self.subTest(count=count):
                self.tearDown()
                self.setUp()
                self.sources(count)
                self.queue_pq16(descriptor.PQ_16S, count, self.block(20)[0], self.block(21)[0])
                self.go()
                self.assertEqual((self.block(20)[1], self.block(21)[1]), self.expect(count))

    def checked(self, flags=9):
        """Queues a check whose Q is wrong."""
        self.sources(4)
        p, q = self.expect(4)
        self.block(20, p)
        self.block(21, bytes(reversed(q)))
        return self.queue_pq(descriptor.PQ_VAL, 4, self.block(20)[0], self.block(21)[0], flags)

    def test_wrong_q_halts(self):
        self.checked()
        self.go()
        self.assertEqual((self.channel.chanerr, self.channel.status), (channel.ERR_Q, channel.HALTED))

    def test_wrong_q_written_back(self):
        at = self.checked(9 | descriptor.WB_EN)
        self.go()
        word = struct.unpack("<I", self.memory.read("test", at, 4))[0]
        self.assertEqual(word, descriptor.WB_DONE | descriptor.WB_Q_ERR)
        self.assertEqual((self.channel.chanerr, self.channel.status), (0, channel.DONE))

    def test_failure_stops_the_chain(self):
        src, _ = self.block(0, b"s" * self.SIZE)
        good = self.copy(src, self.block(1)[0])
        self.copy(src, self.block(2)[0])
        self.copy(src, self.block(3)[0])
        self.channel.faults.fail_in, self.channel.faults.fail_bits = 2, 0x100
        self.go()
        self.assertEqual(self.completion(), good | channel.HALTED)
        self.assertEqual((self.channel.chanerr, self.channel.done["copy"]), (0x100, 1))
        self.assertEqual((self.block(2)[1], self.block(3)[1]), (bytes(self.SIZE),) * 2)
        self.write(0x06, 2, self.queued)
        self.assertEqual(self.channel.status, channel.HALTED)
        self.write(0x28, 4, 0x100)
        self.assertEqual(self.channel.chanerr, 0)

    def test_hang_and_reset(self):
        src, data = self.block(0, os.urandom(self.SIZE))
        self.copy(src, self.block(1)[0])
        self.channel.faults.hang = True
        self.go()
        self.assertEqual((self.channel.status, self.told), (channel.ACTIVE, 0))
        self.channel.release()
        for _ in range(10):
            self.loop._due()
        self.assertEqual(self.block(1)[1], data)
        self.write(0x04, 1, channel.CMD_RESET)
        self.assertEqual((self.channel.status, self.channel.read(0x04, 1)), (channel.HALTED, b"\0"))

    def test_late_write_is_caught(self):
        src, _ = self.block(0, os.urandom(self.SIZE))
        dst, _ = self.block(1)
        self.copy(src, dst)
        self.channel.faults.late_in, self.channel.faults.late_by = 1, 0.0
        self.write(0x06, 2, 1)
        self.loop._due()
        self.assertEqual(self.channel.status, channel.DONE)
        self.memory.unmap(dst & ~0xFFF, 0x1000)
        self.assertEqual(self.memory.strays, 0)
        self.loop._due()
        self.assertEqual((self.memory.strays, self.channel.late_writes), (1, 1))

    def test_unmapped_source(self):
        self.copy(2 << 20, self.block(1)[0])
        self.go()
        self.assertEqual((self.channel.chanerr, self.memory.strays), (channel.ERR_READ_DATA, 1))


if __name__ == "__main__":
    tap.main()
