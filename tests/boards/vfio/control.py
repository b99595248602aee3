# SPDX-License-Identifier: MIT
"""The socket through which a test controls an emulated device. A line is a command, and gets one
line back: "ok ..." or "error ...". Every device knows

    maps                        "ok REGIONS BYTES" that the guest has mapped
    strays                      "ok COUNT": accesses outside these
    last-stray                  describes the last one
    calm                        no more faults; counts of strays at 0

and a subclass adds a method _do_NAME for each command of its own."""

import socket


class Control:
    def __init__(self, loop, path, memory, log):
        self.loop = loop
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

    def _do_maps(self):
        return "%d %d" % (self.memory.count(), self.memory.size())

    def _do_strays(self):
        return self.memory.strays

    def _do_last_stray(self):
        return self.memory.last_strays[-1] if self.memory.last_strays else "none"

    def _do_calm(self):
        self.memory.strays = 0
        self.memory.last_strays.clear()
