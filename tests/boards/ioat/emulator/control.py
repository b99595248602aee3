# SPDX-License-Identifier: MIT
"""The socket over which a test rules the controller. A line is a command, and
gets one line back: "ok ..." or "error ...".

    stats                       counters, as JSON
    maps                        "ok REGIONS BYTES" that the guest has mapped
    strays                      "ok COUNT": accesses outside that
    last-stray                  the last of them, in words
    delay CHANNEL SECONDS       of each operation
    hang CHANNEL                operations never end, until "release CHANNEL"
    fail CHANNEL N BITS         the Nth operation from now halts it with CHANERR
    late CHANNEL N SECONDS      the Nth ends well, and writes that much later
    touch read|write ADDRESS    the controller reaches for 8 bytes there
    vector N                    raises the interrupt
    calm                        no more faults; counts of strays at 0

CHANNEL is a number or "all"."""

import json
import socket

from memory import Stray


class Control:
    def __init__(self, loop, path, device, memory, log):
        self.loop = loop
        self.device = device
        self.memory = memory
        self.log = log
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(4)
        loop.watch(self.listener, self._accept)

    def _accept(self):
        client, _ = self.listener.accept()
        client.setblocking(False)
        pending = bytearray()
        self.loop.watch(client, lambda: self._readable(client, pending))

    def _readable(self, client, pending):
        try:
            data = client.recv(4096)
            pending += data
            while b"\n" in pending:
                line, _, rest = bytes(pending).partition(b"\n")
                pending[:] = rest
                client.sendall(self.answer(line.decode(errors="replace")).encode() + b"\n")
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.loop.forget(client)
            client.close()

    def answer(self, line):
        words = line.split()
        self.log("control: " + line)
        try:
            command = getattr(self, "_do_" + words[0].replace("-", "_"))
            result = command(*words[1:])
        except (AttributeError, IndexError, TypeError, ValueError) as problem:
            return "error %s: %s" % (line, problem)
        return "ok" if result is None else "ok %s" % result

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

    def _do_maps(self):
        return "%d %d" % (self.memory.count(), self.memory.size())

    def _do_strays(self):
        return self.memory.strays

    def _do_last_stray(self):
        return self.memory.last_strays[-1] if self.memory.last_strays else "none"

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
        self.memory.strays = 0
        self.memory.last_strays.clear()
