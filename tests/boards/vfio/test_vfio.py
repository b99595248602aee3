# SPDX-License-Identifier: MIT
"""python3 test_vfio.py: tests of the code that the emulated devices share; prints TAP."""

import os
import unittest

import loop
import memory
import tap
import vfio_user


class Maps(unittest.TestCase):
    def setUp(self):
        self.fd = os.memfd_create("test")
        os.truncate(self.fd, 1 << 20)
        self.memory = memory.Memory(lambda text: None)
        self.memory.map(0x10000, 0x10000, self.fd, 0x1000, True)

    def tearDown(self):
        self.memory.clear()
        os.close(self.fd)

    def reach(self, address, size=4):
        self.memory.write("test", address, bytes(size))

    def stray(self, address, size=4):
        before = self.memory.strays
        with self.assertRaises(memory.Stray):
            self.reach(address, size)
        self.assertEqual(self.memory.strays, before + 1)

    def test_offset_into_the_file(self):
        self.memory.write("test", 0x10010, b"here")
        self.assertEqual(os.pread(self.fd, 4, 0x1010), b"here")

    def test_ends(self):
        self.reach(0x10000)
        self.reach(0x1FFFC)
        self.stray(0xFFFE)
        self.stray(0x1FFFE)
        self.stray(0x20000)

    def test_partly_mapped_is_not_written(self):
        self.memory.map(0x20000, 0x1000, self.fd, 0, False)
        self.stray(0x1FFF0, 32)
        self.assertEqual(self.memory.read("test", 0x1FFF0, 32), bytes(32))
        with self.assertRaises(memory.Stray):
            self.memory.write("test", 0x1FFF0, b"x" * 32)
        self.assertEqual(self.memory.read("test", 0x1FFF0, 32), bytes(32))

    def test_unmap_cuts(self):
        self.memory.write("test", 0x13000, b"kept")
        self.memory.unmap(0x11000, 0x2000)
        self.reach(0x10FFC)
        self.stray(0x11000)
        self.stray(0x12FFC)
        self.assertEqual(self.memory.read("test", 0x13000, 4), b"kept")
        self.assertEqual((self.memory.count(), self.memory.size()), (2, 0xE000))
        self.memory.unmap(0, 1 << 40)
        self.assertEqual(self.memory.count(), 0)

    def test_neighbours_are_one_range(self):
        self.memory.map(0x20000, 0x1000, self.fd, 0x80000, True)
        self.memory.write("test", 0x1FFFE, b"abcd")
        self.assertEqual(os.pread(self.fd, 2, 0x10FFE) + os.pread(self.fd, 2, 0x80000), b"abcd")


class Lines(unittest.TestCase):
    """Line interrupts: after one was signalled, the next waits until the client has handled it."""

    def setUp(self):
        self.fd = os.eventfd(0, os.EFD_NONBLOCK)
        self.irqs = vfio_user.Irqs()
        self.irqs.set(vfio_user.INTX, 0, os.dup(self.fd))

    def tearDown(self):
        self.irqs.clear()
        os.close(self.fd)

    def test_told_once(self):
        self.assertTrue(self.irqs.trigger(vfio_user.INTX, 0))
        self.assertFalse(self.irqs.trigger(vfio_user.INTX, 0))
        self.assertEqual(os.eventfd_read(self.fd), 1)

    def test_told_again_after_a_look(self):
        self.irqs.trigger(vfio_user.INTX, 0)
        self.irqs.masked.clear()
        self.assertTrue(self.irqs.trigger(vfio_user.INTX, 0))
        self.assertEqual(os.eventfd_read(self.fd), 2)

    def test_nobody_listens(self):
        self.irqs.disable(vfio_user.INTX)
        self.assertFalse(self.irqs.trigger(vfio_user.INTX, 0))


class Timers(unittest.TestCase):
    def setUp(self):
        self.loop = loop.Loop()
        self.seen = []

    def test_in_the_order_of_their_time(self):
        self.loop.after(0.002, lambda: self.seen.append("later"))
        self.loop.after(0.001, lambda: self.seen.append("sooner"))
        self.loop.after(0.003, self.loop.stop)
        self.loop.run()
        self.assertEqual(self.seen, ["sooner", "later"])

    def test_cancelled(self):
        self.loop.after(0, lambda: self.seen.append("never")).cancel()
        self.loop.after(0.001, self.loop.stop)
        self.loop.run()
        self.assertEqual(self.seen, [])


if __name__ == "__main__":
    tap.main()
