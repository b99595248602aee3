# SPDX-License-Identifier: MIT
"""An Intel I/OAT (QuickData, Crystal Beach 3) controller as a PCI device, with the parts that the
Linux driver ioatdma uses."""

import struct

import channel
import vfio_user

MODELS = {
    # Tylersburg with the XOR and PQ of Jasper Forest: a null descriptor after each sum reports its
    # end; errors of checks halt the channel.
    "3.2": {"device": 0x3430, "version": 0x32, "caps": ("xor", "pq")},
    # Atom: sums report their own end, up to 16 sources, results of checks are written back. It has
    # no XOR of its own: the driver uses PQ without Q.
    "3.3": {"device": 0x0C50, "version": 0x33, "caps": ("pq", "pq16", "dwbes")},
    "copy": {"device": 0x3430, "version": 0x32, "caps": ()},
}
CAPS = {"xor": 0x100, "pq": 0x200, "dwbes": 0x2000, "pq16": 0x20000}
TRANSFER_CAP = 20               # log2 of the largest length of a descriptor
BAR_SIZE = 0x4000
MSIX_TABLE, MSIX_PBA = 0x1000, 0x1800
# Vectors in addition to the channels': a test can write any address to one.
SPARE_VECTORS = 1

INTRCTRL_MASTER, INTRCTRL_STATUS, INTRCTRL_MSIX = 1, 2, 8
CONFIG_COMMAND, CONFIG_MSIX, CONFIG_EXPRESS = 0x04, 0x40, 0x60
CONFIG_UNCORRECTABLE, CONFIG_CHANERR, CONFIG_CHANERR_MASK = 0x148, 0x180, 0x184


class Device:
    def __init__(self, model, channels, loop, memory, irqs, log):
        self.model = MODELS[model]
        self.irqs_used = irqs
        self.log = log
        self.vectors = channels + SPARE_VECTORS
        self.bars = {0: BAR_SIZE}
        self.irqs = {vfio_user.INTX: (1, 7), vfio_user.MSIX: (self.vectors, 9)}
        self.interrupts = 0
        self.channels = [channel.Channel(i, loop, memory, self.interrupt, log, 1 << TRANSFER_CAP)
                         for i in range(channels)]
        self.config = bytearray(vfio_user.CONFIG_SIZE)
        self._fill_config()
        self.reset()

    def reset(self):
        self.genctrl = self.intrctrl = self.attention = 0
        for each in self.channels:
            each.power_on()

    # Configuration space

    def _fill_config(self):
        def put(offset, form, *values):
            struct.pack_into("<" + form, self.config, offset, *values)

        put(0x00, "HH", 0x8086, self.model["device"])
        put(0x06, "H", 0x0010)                          # has capabilities
        put(0x08, "I", 0x08800000)                      # system peripheral
        put(0x10, "I", 0x00000004)                      # 64-bit memory
        put(0x2C, "HH", 0x8086, 0)
        put(0x34, "B", CONFIG_MSIX)
        put(0x3D, "B", 1)                               # INTA
        put(CONFIG_MSIX, "BBHII", 0x11, CONFIG_EXPRESS, self.vectors - 1, MSIX_TABLE, MSIX_PBA)
        put(CONFIG_EXPRESS, "BBHI", 0x10, 0, 0x0092, 0x8000)    # integrated endpoint

    def config_read(self, offset, count):
        return bytes(self.config[offset:offset + count])

    def config_write(self, offset, data):
        end = offset + len(data)
        if offset in (CONFIG_CHANERR, CONFIG_UNCORRECTABLE):
            for i, byte in enumerate(data):
                self.config[offset + i] &= ~byte & 0xFF
        elif (CONFIG_COMMAND <= offset and end <= CONFIG_COMMAND + 2) or \
                (CONFIG_MSIX + 2 <= offset and end <= CONFIG_MSIX + 4) or \
                (CONFIG_EXPRESS + 8 <= offset and end <= CONFIG_EXPRESS + 10) or \
                (CONFIG_CHANERR_MASK <= offset and end <= CONFIG_CHANERR_MASK + 4):
            self.config[offset:end] = data

    # Registers

    def bar_read(self, _bar, offset, count):
        if offset >= 0x80:
            which = (offset >> 7) - 1
            if which < len(self.channels):
                return self.channels[which].read(offset & 0x7F, count)
            return bytes(count)
        image = bytearray(0x80)
        status = INTRCTRL_STATUS if self.attention else 0
        caps = sum(CAPS[name] for name in self.model["caps"])
        struct.pack_into("<BBBB", image, 0, len(self.channels), TRANSFER_CAP, self.genctrl,
                         self.intrctrl | status)
        struct.pack_into("<I", image, 0x04, self.attention)
        struct.pack_into("<B", image, 0x08, self.model["version"])
        struct.pack_into("<I", image, 0x10, caps)
        if offset <= 0x04 < offset + count:
            self.attention = 0
        return bytes(image[offset:offset + count])

    def bar_write(self, _bar, offset, data):
        if offset >= 0x80:
            which = (offset >> 7) - 1
            if which < len(self.channels):
                self.channels[which].write(offset & 0x7F, data)
        elif offset == 0x02:
            self.genctrl = data[0]
        elif offset == 0x03:
            self.intrctrl = data[0] & (INTRCTRL_MASTER | INTRCTRL_MSIX)
            self.irq_changed()

    # Interrupts

    def interrupt(self, index):
        self.interrupts += 1
        self.attention |= 1 << index
        if self.irqs_used.enabled(vfio_user.MSIX):
            self.irqs_used.trigger(vfio_user.MSIX, index)
        else:
            self.irq_changed()

    def irq_changed(self):
        """Raises the line while a channel wants attention."""
        if self.attention and self.intrctrl & INTRCTRL_MASTER and \
                not self.irqs_used.enabled(vfio_user.MSIX):
            self.irqs_used.trigger(vfio_user.INTX, 0)

    def raise_vector(self, vector):
        """Raises a vector; returns whether the guest has enabled it."""
        return self.irqs_used.trigger(vfio_user.MSIX, vector)
