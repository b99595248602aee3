# SPDX-License-Identifier: MIT
"""The ends of a core's AXI streams. A beat of a stream is (bytes, last, words): a piece of a
packet, whether the packet ends with it, and at its end the five words of the status stream.

    give(data, last, words)     from MM2S; returns how many bytes were taken
    take(limit)                 to S2MM; a beat of up to that many bytes, or None

The stream calls moved() when trying again may succeed."""

import array
import collections
import sys
import time

WORD = 4
NO_WORDS = (0,) * 5
TICK = 0.002


def counting(first, count):
    """Little-endian 32-bit words that go up by one."""
    wrap = (1 << 32) - first
    numbers = array.array("I", range(first, first + min(count, wrap)))
    if count > wrap:
        numbers.extend(range(count - wrap))
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers.tobytes()


class Loop:
    """A FIFO: S2MM receives what MM2S sends, packet by packet."""

    def __init__(self, bench):
        self.bench = bench
        self.moved = lambda: None
        self.clear()

    def clear(self):
        self.beats = collections.deque()
        self.held = 0

    def give(self, data, last, words):
        room = max(0, self.bench.fifo - self.held)
        taken = data[:room]
        if taken:
            whole = len(taken) == len(data)
            self.beats.append((memoryview(bytes(taken)), last and whole, words))
            self.held += len(taken)
            self.moved()
        return len(taken)

    def take(self, limit):
        if not self.beats:
            return None
        data, last, words = self.beats.popleft()
        if len(data) > limit:
            self.beats.appendleft((data[limit:], last, words))
            data, last = data[:limit], False
        self.held -= len(data)
        self.moved()
        return bytes(data), last, words


class Counter:
    """A source that counts. With a rate it acts as a converter that does not wait: words that find
    the FIFO full are lost, and leave a gap."""

    def __init__(self, bench, loop):
        self.bench = bench
        self.loop = loop
        self.timer = None
        self.moved = lambda: None
        self.clear()

    def clear(self):
        if self.timer:
            self.timer.cancel()
        self.timer = None
        self.next = 0                           # next word
        self.runs = collections.deque()         # [first, count] in the FIFO
        self.held = 0                           # words in the FIFO
        self.begun = time.monotonic()
        self.made = 0
        self.packets = self.filled = 0          # bytes of the current packet

    def _tick(self):
        self.timer = None
        self._make()
        self.moved()
        self.start()

    def start(self):
        if self.bench.rate and not self.timer:
            self.timer = self.loop.after(TICK, self._tick)

    def _make(self):
        due = int((time.monotonic() - self.begun) * self.bench.rate) // WORD - self.made
        kept = min(due, max(0, self.bench.fifo // WORD - self.held))
        if kept > 0:
            if self.runs and sum(self.runs[-1]) == self.next:
                self.runs[-1][1] += kept
            else:
                self.runs.append([self.next, kept])
            self.held += kept
        if due > 0:
            self.bench.lost += due - max(kept, 0)
            self.made += due
            self.next = (self.next + due) & 0xFFFFFFFF

    def take(self, limit):
        count = min(limit, self.bench.packet - self.filled) // WORD
        if self.bench.rate:
            self._make()
            self.start()
            if not self.runs:
                return None
            run = self.runs[0]
            count = min(count, run[1])
            first = run[0]
            run[0], run[1] = (first + count) & 0xFFFFFFFF, run[1] - count
            self.held -= count
            if not run[1]:
                self.runs.popleft()
        else:
            first = self.next
            self.next = (first + count) & 0xFFFFFFFF
        if not count:
            return None
        self.filled += count * WORD
        last = self.filled >= self.bench.packet
        words = NO_WORDS
        if last:
            self.packets += 1
            words = (self.packets, 0, 0, 0, self.filled)
            self.filled = 0
        return counting(first, count), last, words


class Sink:
    """Takes all data, and counts words that do not continue the sequence."""

    def __init__(self, bench):
        self.bench = bench
        self.moved = lambda: None
        self.clear()

    def clear(self):
        self.expected = None
        self.rest = b""

    def give(self, data, last, words):
        self.bench.sunk += len(data)
        if last:
            self.bench.packets += 1
            self.bench.words = words
        whole = self.rest + bytes(data)
        end = len(whole) // WORD * WORD
        self.rest = whole[end:]
        if end:
            self._check(whole[:end])
        return len(data)

    def _check(self, data):
        got = array.array("I", data)
        if sys.byteorder != "little":
            got.byteswap()
        first = got[0] if self.expected is None else self.expected
        if data != counting(first, len(got)):
            for word in got:
                self.bench.wrong += word != first
                first = (word + 1) & 0xFFFFFFFF
        self.expected = (got[-1] + 1) & 0xFFFFFFFF
