# SPDX-License-Identifier: MIT
"""One channel of an I/OAT controller: its registers, its chain of descriptors, and the faults that
a test can ask for."""

import collections
import struct

import descriptor
from loop import Timer
from memory import Stray

ACTIVE, DONE, SUSPENDED, HALTED = 0, 1, 2, 3
CMD_SUSPEND, CMD_RESUME, CMD_RESET = 0x04, 0x10, 0x20

ERR_NEXT_ADDRESS = 0x0004
ERR_READ_DATA = 0x0100
ERR_WRITE_DATA = 0x0200
ERR_CONTROL = 0x0400
ERR_COMPLETION_ADDRESS = 0x1000
ERR_P = 0x10000
ERR_Q = 0x20000

# offset in the channel's registers: (name, bytes)
REGISTERS = {0x00: ("control", 2), 0x04: ("command", 1), 0x06: ("dmacount", 2), 0x08: ("chansts", 8),
             0x10: ("chain", 8), 0x18: ("completion", 8), 0x20: ("next", 8), 0x28: ("chanerr", 4),
             0x2C: ("errmask", 4), 0x30: ("dca", 4)}


class Faults:
    """Faults that a test has asked for. A count is in operations from now on."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.delay = 0.0        # duration of each operation
        self.hang = False       # operations start and never end
        self.fail_in = 0        # the operation that fails, 0: none
        self.fail_bits = 0
        self.late_in = 0        # the operation that completes before it has written its data, 0: none
        self.late_by = 0.0


class Channel:
    def __init__(self, index, loop, memory, interrupt, log, max_size):
        self.index = index
        self.name = "channel %d" % index
        self.loop = loop
        self.memory = memory
        self.interrupt = interrupt
        self.log = log
        self.max_size = max_size
        self.faults = Faults()
        self.done = collections.Counter()
        self.bytes = 0
        self.errors = 0
        self.resets = 0
        self.late_writes = 0
        self.control = self.completion = self.errmask = self.dca = 0
        self.timer = None
        self._reset()

    def _reset(self):
        self._pause()
        self.status = HALTED
        self.command = 0
        self.chain = self.next = self.last = 0
        self.dmacount = self.counted = 0
        self.chanerr = 0

    def power_on(self):
        self.control = self.completion = self.errmask = self.dca = 0
        self.faults.clear()
        self._reset()

    # Registers

    @property
    def chansts(self):
        return self.last & ~0x3F | self.status

    def read(self, offset, size):
        image = bytearray(0x80)
        for at, (name, length) in REGISTERS.items():
            image[at:at + length] = getattr(self, name).to_bytes(length, "little")
        return bytes(image[offset:offset + size])

    def write(self, offset, data):
        """Writes a register; 64-bit registers may be written in halves."""
        for at, (name, length) in REGISTERS.items():
            if at <= offset and offset + len(data) <= at + length:
                break
        else:
            return
        value = int.from_bytes(data, "little")
        if length == 8 and len(data) == 4:
            old = getattr(self, name).to_bytes(8, "little")
            old = old[:offset - at] + data + old[offset - at + 4:]
            value = int.from_bytes(old, "little")
        getattr(self, "_write_" + name, lambda value: setattr(self, name, value))(value)

    def _write_chansts(self, value):
        pass

    _write_next = _write_chansts

    def _write_chanerr(self, value):
        self.chanerr &= ~value

    def _write_chain(self, value):
        """Starts a new chain, of which no descriptor is complete."""
        self.chain = self.next = value
        self.last = 0
        self.dmacount = self.counted = 0
        if self.status == SUSPENDED:
            self.status = HALTED

    def _write_command(self, value):
        if value & CMD_RESET:
            self.resets += 1
            self._reset()
        elif value & CMD_SUSPEND:
            self._pause()
            self.status = SUSPENDED
        elif value & CMD_RESUME and self.status == SUSPENDED:
            self.status = ACTIVE
            self._go_on()

    def _write_dmacount(self, value):
        self.dmacount = value
        # While an error is pending or the channel is suspended, it does not start.
        if self.chanerr & ~self.errmask or self.status == SUSPENDED:
            return
        self.status = ACTIVE
        self._go_on()

    # The engine: at most one descriptor is in progress.

    def _pause(self):
        """Gives up the descriptor in progress, which starts again when the channel resumes."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def _go_on(self):
        if self.timer or self.status != ACTIVE:
            return
        if self.counted == self.dmacount:
            self.status = DONE
            return
        try:
            raw = self._read(self.next, descriptor.SIZE)
            current = descriptor.Descriptor(self.next, raw, self._read, self.max_size)
        except Stray:
            self._halt(ERR_NEXT_ADDRESS)
            return
        except descriptor.Invalid as reason:
            self.log("%s: descriptor at %#x: %s" % (self.name, self.next, reason))
            self._halt(ERR_CONTROL)
            return
        if current.is_null:
            self.timer = self.loop.after(0, lambda: self._finish(current))
        elif self.faults.hang:
            # A timer that never fires keeps other operations from starting.
            self.timer = Timer(None)
        else:
            self.timer = self.loop.after(self.faults.delay, lambda: self._finish(current))

    def release(self):
        """Ends a hang."""
        self.faults.hang = False
        self._pause()
        self._go_on()

    def _read(self, address, size):
        return self.memory.read(self.name, address, size)

    def _due(self, fault):
        """Returns whether this operation is the one that a fault was asked for."""
        left = getattr(self.faults, fault)
        if left:
            setattr(self.faults, fault, left - 1)
        return left == 1

    def _finish(self, current):
        self.timer = None
        fail = late = False
        if not current.is_null:
            fail = self._due("fail_in")
            late = self._due("late_in")
        if fail:
            self._halt(self.faults.fail_bits)
            return
        try:
            writes, wrong = current.run(self._read)
        except Stray:
            self._halt(ERR_READ_DATA)
            return
        if not self._deliver(writes, late):
            return
        if True in wrong and not self._report_check(current, wrong):
            return
        self.done[current.name()] += 1
        if not current.is_null:
            self.bytes += current.size
        self._complete(current)

    def _deliver(self, writes, late):
        if late:
            self.log("%s: %d writes will be late" % (self.name, len(writes)))
            self.loop.after(self.faults.late_by, lambda: self._write_late(writes))
            return True
        try:
            for address, data in writes:
                self.memory.write(self.name, address, data)
        except Stray:
            self._halt(ERR_WRITE_DATA)
            return False
        return True

    def _write_late(self, writes):
        """Writes the data, even after a reset or when the memory is unmapped."""
        self.late_writes += len(writes)
        for address, data in writes:
            try:
                self.memory.write(self.name + " (late)", address, data)
            except Stray:
                pass

    def _report_check(self, current, wrong):
        """Returns whether the channel goes on."""
        self.log("%s: %s is wrong: P %s, Q %s" % ((self.name, current.name()) + wrong))
        if current.control & descriptor.WB_EN:
            word = descriptor.WB_DONE
            word |= descriptor.WB_P_ERR if wrong[0] else 0
            word |= descriptor.WB_Q_ERR if wrong[1] else 0
            try:
                self.memory.write(self.name, current.address, struct.pack("<I", word))
            except Stray:
                self._halt(ERR_NEXT_ADDRESS)
                return False
            return True
        bits = (ERR_P if wrong[0] else 0) | (ERR_Q if wrong[1] else 0)
        if bits & ~self.errmask:
            self.done[current.name()] += 1
            # The driver treats the descriptor of the sum as complete, and continues with the one
            # after it.
            self._halt(bits)
            return False
        self.chanerr |= bits
        return True

    def _complete(self, current):
        self.last = current.address
        self.next = current.next
        self.counted = (self.counted + current.slots) & 0xFFFF
        if self.counted == self.dmacount:
            self.status = DONE
        if current.control & descriptor.COMPL_WRITE and not self._report_status():
            return
        if current.control & descriptor.INT_EN:
            self.interrupt(self.index)
        self._go_on()

    def _report_status(self):
        try:
            self.memory.write(self.name, self.completion, struct.pack("<Q", self.chansts))
        except Stray:
            self.chanerr |= ERR_COMPLETION_ADDRESS
            self.status = HALTED
            return False
        return True

    def _halt(self, bits):
        """Halts; the completion address stays at the last good descriptor."""
        self.errors += 1
        self.chanerr |= bits
        self.status = HALTED
        self.log("%s: halted, CHANERR %#x" % (self.name, self.chanerr))
        self._report_status()
        self.interrupt(self.index)

    def statistics(self):
        return {"done": dict(self.done), "bytes": self.bytes, "errors": self.errors,
                "resets": self.resets, "late_writes": self.late_writes, "status": self.status}
