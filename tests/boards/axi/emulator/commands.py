# SPDX-License-Identifier: MIT
"""The commands of the fabric, in addition to those of every device. Strays and maps are those of
all cores.

    stats                       counts of each core's bench, as JSON"""

import json

import control

NAMES = ("done_mm2s", "done_s2mm", "bytes_mm2s", "bytes_s2mm", "interrupts", "strays", "resets", "stale", "lost",
         "wrong", "sunk", "packets")


class Strays:
    """Combines the strays of all cores."""

    def __init__(self, memories):
        self.memories = memories

    @property
    def strays(self):
        return sum(each.strays for each in self.memories)

    @strays.setter
    def strays(self, value):
        for each in self.memories:
            each.strays = value

    @property
    def last_strays(self):
        return self._Last([each.last_strays for each in self.memories])

    class _Last(list):
        """The strays of all cores, one core after the other."""

        def __init__(self, queues):
            super().__init__(text for queue in queues for text in queue)
            self.queues = queues

        def clear(self):
            for queue in self.queues:
                queue.clear()

    def count(self):
        return sum(each.count() for each in self.memories)

    def size(self):
        return sum(each.size() for each in self.memories)


class Control(control.Control):
    def __init__(self, loop, path, windows, log):
        super().__init__(loop, path, Strays([each.bench.memory for each in windows.values()]), log)
        self.windows = windows

    def _do_stats(self):
        return json.dumps({name: dict(zip(NAMES, each.bench.counts())) for name, each in self.windows.items()})

    def _do_calm(self):
        for each in self.windows.values():
            each.bench.calm()
            each.bench.changed("source")
        super()._do_calm()
