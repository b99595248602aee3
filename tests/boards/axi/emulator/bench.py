# SPDX-License-Identifier: MIT
"""The bench: registers of 32 bits at offset 0xF000 of each core, by which a test in the guest
controls what is around the core, and reads what happened.

    00  source      0: S2MM receives what MM2S sends; 1: S2MM receives from a
                    counter, and data from MM2S is checked and discarded
    04  packet      bytes after which the counter ends a packet
    08  rate        bytes/s of the counter, 0: no limit; of a VDMA frames/s,
                    0: 60
    0C  latency     microseconds that each descriptor takes
    10  fifo        bytes that fit between MM2S and S2MM, or wait at the counter
    14  fail_in     the Nth descriptor from now on fails ...
    18  fail_with   ... with these error bits of DMASR
    1C  quirks      a sum of the constants below
    20 to 30        counts: descriptors MM2S, descriptors S2MM, bytes MM2S,
                    bytes S2MM, interrupts
    34 to 44        counts: strays, resets, stale starts, words lost by the
                    counter, wrong words that MM2S sent (those that do not
                    count up by one)
    48, 4C          bytes and packets that were sent and discarded
    50 to 60        the control words of the last of these packets

Writing to a register from 20 on does nothing. A stale start: the driver wrote CURDESC while the
core ran. The core ignores that and goes on with descriptors that the driver has freed."""

STUCK, ALONE, HANG, UNMARKED, SEALED = 1, 2, 4, 8, 16
# STUCK     a halt waits for the stream, as it does while a command is out
# ALONE     the reset of one direction does not reset the other one
# HANG      descriptors are fetched and never end
# UNMARKED  a descriptor that fails is not marked as completed
# SEALED    no memory counts as mapped: for the time when the core must be silent

SETTINGS = ("source", "packet", "rate", "latency", "fifo", "fail_in", "fail_with", "quirks")
AT_REST = {"source": 0, "packet": 4096, "rate": 0, "latency": 0, "fifo": 65536, "fail_in": 0, "fail_with": 0,
           "quirks": 0}
LOOP, COUNTER = 0, 1


class Bench:
    def __init__(self, memory):
        self.memory = memory
        self.changed = lambda name: None
        memory.sealed = lambda: self.has(SEALED)
        self.calm()
        self.forget()

    def calm(self):
        """Resets the settings to those at power-on, but not the counts."""
        for name in SETTINGS:
            setattr(self, name, AT_REST[name])

    def forget(self):
        self.done = {True: 0, False: 0}         # key: whether MM2S
        self.bytes = {True: 0, False: 0}
        self.interrupts = self.resets = self.stale = 0
        self.lost = self.wrong = self.sunk = self.packets = 0
        self.words = (0,) * 5

    def has(self, quirk):
        return bool(self.quirks & quirk)

    def finished(self, to_device, count):
        self.done[to_device] += 1
        self.bytes[to_device] += count

    def failing(self):
        """Error bits for the descriptor being fetched, or 0."""
        if not self.fail_in:
            return 0
        self.fail_in -= 1
        return 0 if self.fail_in else self.fail_with

    def counts(self):
        return (self.done[True], self.done[False], self.bytes[True], self.bytes[False], self.interrupts,
                self.memory.strays, self.resets, self.stale, self.lost, self.wrong, self.sunk,
                self.packets) + tuple(self.words)

    def read(self, at):
        index = at // 4
        if index < len(SETTINGS):
            return getattr(self, SETTINGS[index])
        counts = self.counts()
        index -= len(SETTINGS)
        return counts[index] if index < len(counts) else 0

    def write(self, at, value):
        index = at // 4
        if index < len(SETTINGS):
            setattr(self, SETTINGS[index], value)
            self.changed(SETTINGS[index])
