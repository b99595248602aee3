# SPDX-License-Identifier: MIT
"""Descriptors of an I/OAT channel: 64 bytes each, in the layout that the Linux
driver (drivers/dma/ioat/hw.h) writes."""

import struct

import gf256

SIZE = 64
COPY, XOR, XOR_VAL, PQ, PQ_VAL, PQ_16S, PQ_VAL_16S = 0x00, 0x87, 0x88, 0x89, 0x8A, 0xA0, 0xA1
NAMES = {COPY: "copy", XOR: "xor", XOR_VAL: "xor_val", PQ: "pq", PQ_VAL: "pq_val",
         PQ_16S: "pq16", PQ_VAL_16S: "pq16_val"}

INT_EN, COMPL_WRITE, NULL, P_DISABLE, Q_DISABLE, WB_EN = 1, 8, 0x20, 1 << 11, 1 << 12, 1 << 15
# Written over the size when WB_EN asks for the result of a check.
WB_P_ERR, WB_Q_ERR, WB_DONE = 1 << 25, 1 << 26, 1 << 31

# Position of source N: index of the descriptor, and of its 64-bit word.
XOR_SOURCES = [(0, 1), (0, 4), (0, 5), (0, 6), (0, 7), (1, 0), (1, 1), (1, 2)]
PQ_SOURCES = [(0, 1), (0, 4), (0, 5), (1, 0), (1, 1), (1, 2), (1, 4), (1, 5)]
PQ16_SOURCES = ([(0, 1), (0, 4)] + [(1, word) for word in range(1, 8)]
                + [(2, word) for word in range(7)])
SED_WORD = 5


class Invalid(Exception):
    """A descriptor that no controller could carry out."""


class Descriptor:
    """One operation, with the descriptors that extend it."""

    def __init__(self, address, raw, fetch, max_size):
        self.address = address
        self.words = struct.unpack("<8Q", raw)
        self.size, self.control = struct.unpack_from("<II", raw)
        self.op = self.control >> 24
        if self.op not in NAMES:
            raise Invalid("operation %#x" % self.op)
        self.is_null = self.op == COPY and bool(self.control & NULL)
        self.next = self.words[3]
        self.slots = 1          # how much it adds to DMACOUNT
        self.sources, self.factors = [self.words[1]], []
        if self.op in (XOR, XOR_VAL):
            self._extend(fetch, XOR_SOURCES, 5, 3)
        elif self.op in (PQ, PQ_VAL):
            self._extend(fetch, PQ_SOURCES, 3, 3)
            self.factors = list(raw[48:48 + len(self.sources)])
        elif self.op in (PQ_16S, PQ_VAL_16S):
            self._super_extend(raw, fetch)
        if not self.is_null and not 0 < self.size <= max_size:
            raise Invalid("%d bytes" % self.size)

    def _extend(self, fetch, places, inside, next_word):
        count = (self.control >> 5 & 7) + 2
        descriptors = [self.words]
        if count > inside:
            descriptors.append(struct.unpack("<8Q", fetch(self.next, SIZE)))
            self.next = descriptors[1][next_word]
            self.slots = 2
        self.sources = [descriptors[where][word] for where, word in places[:count]]

    def _super_extend(self, raw, fetch):
        count = (self.control >> 5 & 7) + 9
        more = fetch(self.words[SED_WORD], SIZE if count == 9 else 2 * SIZE)
        descriptors = [self.words] + [struct.unpack_from("<8Q", more, at)
                                      for at in range(0, len(more), SIZE)]
        self.sources = [descriptors[where][word] for where, word in PQ16_SOURCES[:count]]
        self.factors = list((raw[48:56] + more[:8])[:count])

    def name(self):
        return "null" if self.is_null else NAMES[self.op]

    def is_check(self):
        return self.op in (XOR_VAL, PQ_VAL, PQ_VAL_16S)

    def run(self, read):
        """Returns the data to write, [(address, bytes)], and whether P and Q of a check are wrong."""
        if self.is_null:
            return [], (False, False)
        blocks = [read(source, self.size) for source in self.sources]
        if self.op == COPY:
            return [(self.words[2], blocks[0])], (False, False)
        results = self._sums(blocks)
        if not self.is_check():
            return [(address, data) for _, address, data in results], (False, False)
        wrong = [False, False]
        for which, address, data in results:
            wrong[which] = read(address, self.size) != data
        return [], tuple(wrong)

    def _sums(self, blocks):
        """Returns the sums: (0 for P or 1 for Q, its address, the bytes)."""
        wanted = []
        if self.op in (XOR, XOR_VAL) or not self.control & P_DISABLE:
            wanted.append((0, self.words[2], gf256.xor(blocks)))
        if self.op not in (XOR, XOR_VAL) and not self.control & Q_DISABLE:
            wanted.append((1, self.words[7], gf256.q_sum(blocks, self.factors)))
        return wanted
