# SPDX-License-Identifier: MIT
"""The commands of the I/OAT controller, in addition to those of every device:

    stats                       counters, as JSON
    delay CHANNEL SECONDS       duration of each operation
    hang CHANNEL                operations never end, until "release CHANNEL"
    fail CHANNEL N BITS         the Nth operation from now halts it with CHANERR
    late CHANNEL N SECONDS      the Nth completes well, and writes that much later
    touch read|write ADDRESS    the controller accesses 8 bytes there
    vector N                    raises the interrupt

CHANNEL is a number or "all"."""

import json

import control
from memory import Stray


class Control(control.Control):
    def __init__(self, loop, path, device, memory, log):
        super().__init__(loop, path, memory, log)
        self.device = device

    def _channels(self, which):
        if which == "all":
            return self.device.channels
        number = int(which)
        if not 0 <= number < len(self.device.channels):
            raise ValueError("no channel %d" % number)
        return [self.device.channels[number]]

    def _do_stats(self):
        return json.dumps({"channels": [each.statistics() for each in self.device.channels],
                           "interrupts": self.device.interrupts, "strays": self.memory.strays,
                           "maps": self.memory.count()})

    def _do_delay(self, which, seconds):
        for each in self._channels(which):
            each.faults.delay = float(seconds)

    def _do_hang(self, which):
        for each in self._channels(which):
            each.faults.hang = True

    def _do_release(self, which):
        for each in self._channels(which):
            each.release()

    def _do_fail(self, which, count, bits):
        for each in self._channels(which):
            each.faults.fail_in, each.faults.fail_bits = int(count), int(bits, 0)

    def _do_late(self, which, count, seconds):
        for each in self._channels(which):
            each.faults.late_in, each.faults.late_by = int(count), float(seconds)

    def _do_touch(self, kind, address):
        try:
            if kind == "read":
                return self.memory.read("control", int(address, 0), 8).hex()
            if kind == "write":
                self.memory.write("control", int(address, 0), bytes(8))
                return "written"
        except Stray as stray:
            return stray
        raise ValueError("read or write")

    def _do_vector(self, number):
        return "raised" if self.device.raise_vector(int(number)) else "off"

    def _do_calm(self):
        for each in self.device.channels:
            each.faults.clear()
            each.release()
        super()._do_calm()
