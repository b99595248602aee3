# SPDX-License-Identifier: MIT
"""A PCI function that is a window to the registers of a core in the fabric: they are in BAR 0, and
INTA is the core's interrupt, a level. The guest does not know of PCI: the BAR is at the address of
the core in the device tree."""

import struct

import vfio_user

SIZE = 0x10000
BENCH = 0xF000
COMMAND, PIN = 0x04, 0x3D


class Window:
    bars = {0: SIZE}
    irqs = {vfio_user.INTX: (1, 7)}

    def __init__(self, core, bench, irqs):
        self.core = core
        self.bench = bench
        self.lines = irqs
        self.config = bytearray(vfio_user.CONFIG_SIZE)
        struct.pack_into("<HHI", self.config, 0, 0x10EE, 0x9034, 0)
        struct.pack_into("<I", self.config, 0x08, 0x08800000)
        self.config[PIN] = 1
        core.raised = self.irq_changed

    def reset(self):
        self.bench.calm()
        self.bench.changed("source")
        self.core.power_on()

    def config_read(self, offset, count):
        return bytes(self.config[offset:offset + count])

    def config_write(self, offset, data):
        # QEMU handles the BARs; COMMAND enables decoding.
        if COMMAND <= offset and offset + len(data) <= COMMAND + 2:
            self.config[offset:offset + len(data)] = data

    def _where(self, offset):
        return (self.bench, offset - BENCH) if offset >= BENCH else (self.core, offset)

    def bar_read(self, _bar, offset, count):
        where, at = self._where(offset & ~3)
        value = (where.read(at) & 0xFFFFFFFF).to_bytes(4, "little")
        return value[offset & 3:][:count].ljust(count, b"\0")

    def bar_write(self, _bar, offset, data):
        # io-64-nonatomic: the driver writes 32 bits, or 64 in two halves.
        for i in range(0, len(data), 4):
            where, at = self._where(offset + i)
            where.write(at, int.from_bytes(data[i:i + 4], "little"))
        self.irq_changed()

    def irq_changed(self):
        if self.core.interrupting() and self.lines.trigger(vfio_user.INTX, 0):
            self.bench.interrupts += 1
