# SPDX-License-Identifier: MIT
"""Cyclic transfers: capture and playback."""
from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING, Any, Callable

import numpy as np

from ._constants import Completion, Direction, SyncFlag
from ._core import TimedOut, error
from ._transfer import Transfer

if TYPE_CHECKING:
    from ._channel import Channel


class Period:
    """A period of a ring.

    index	its number since the start, from 0
    data	its bytes in the ring itself, in the ring's dtype. Read those of a capture
		before the hardware overwrites them; fill those of a playback. With
		copy=True, it is a copy that is known to be intact
    lost	number of periods that were lost directly before it
    """

    def __init__(self, cyclic: Cyclic, index: int, data: np.ndarray, lost: int):
        self.index = index
        self.data = data
        self.lost = lost
        self._cyclic = cyclic

    def __repr__(self) -> str:
        return f"<dmauser.Period {self.index}: {self.data.nbytes} bytes, {self.lost} lost before>"

    def valid(self) -> bool:
        """Return whether the hardware has not overwritten the period yet. Call this after using
        data that is not a copy. Makes one system call."""
        return self._cyclic._is_valid(self.index)


class Cyclic(Transfer):
    """A transfer that repeats until it is closed. `async for` and `for` iterate over its
    periods in order. If the program is too slow, periods are skipped; the next Period and
    `lost` always report how many.

    For a capture, these are the filled periods. For a playback, they are the next periods to
    fill: the caller has filled the ring before the start, so the first one has the number ring
    / period. Lost periods were played with their old content.

    count	periods that have ended, as of the last reaped completion
    lost	total number of lost periods
    """

    def __init__(self, channel: Channel, number: int, name: str, keep: Any):
        super().__init__(channel, number, name, keep)
        self.count = 0
        self.lost = 0
        self._next = 0
        self._unreported = 0
        self._periods = 0
        self._closing = False
        self._filled: tuple[Any, int] | None = None
        self._ring: np.ndarray | None = None

    def _begin(self, ring: Any, period_len: int, direction: Direction, buffer: Any, offset: int, copy: bool) -> None:
        flat = ring if isinstance(ring, np.ndarray) else np.frombuffer(ring, np.uint8)
        flat = flat.reshape(-1)
        if period_len % flat.itemsize:
            flat = flat.view(np.uint8)
        self._ring = flat
        self._buffer, self._offset, self._period_len = buffer, offset, period_len
        self._periods = flat.nbytes // period_len
        self._sends = direction == Direction.MEM_TO_DEV
        self._copy = copy
        self._next = self._periods if self._sends else 0

    def _arrived(self, record: Any) -> list[Callable[[], Any]]:
        # Two threads may distribute completions in the wrong order; the later one has the
        # higher count.
        self.count = max(self.count, record.count)
        self.timestamp_ns = record.timestamp_ns
        if record.flags & Completion.MORE:
            return self._wake()
        return super()._arrived(record)

    # --- the next period

    def _oldest(self, count: int) -> int:
        """Return the first period that the hardware has not reached."""
        return count + 1 if self._sends else count - self._periods + 1

    def _limit(self) -> int:
        return self.count + self._periods if self._sends else self.count

    def _has_next(self) -> bool:
        return self.done() or self._next < self._limit()

    def _is_valid(self, index: int) -> bool:
        if self.done():
            return index >= self._oldest(self.count)
        try:
            count = int(self.channel.status(self).count)
        except FileNotFoundError:
            # The transfer has just ended.
            self.channel.session.poll()
            count = self.count
        self.count = max(self.count, count)
        return index >= self._oldest(self.count)

    def _take_next(self) -> Period | None:
        """Return the next period, or None if there is none now."""
        self._hand_over()
        if self._closing:
            return None
        while True:
            # Update the count of ended periods.
            self.channel.session.poll()
            late = self._oldest(self.count) - self._next
            if late > 0:
                self._unreported += late
                self.lost += late
                self._next += late
            if self._next >= self._limit() or (self._sends and self.done()):
                return None
            data = self._data(self._next)
            if not self._copy:
                break
            data = data.copy()
            if self._is_valid(self._next):
                break
        self._next += 1
        if self._sends:
            self._filled = (self._buffer, (self._next - 1) % self._periods)
        lost, self._unreported = self._unreported, 0
        return Period(self, self._next - 1, data, lost)

    def _data(self, index: int) -> np.ndarray:
        if self._ring is None:
            raise ValueError("the transfer is closed")
        items = self._period_len // self._ring.itemsize
        at = index % self._periods * items
        return self._ring[at:at + items]

    def _hand_over(self) -> None:
        """Sync the period of a playback that the program has filled."""
        if self._filled is None:
            return
        buffer, slot = self._filled
        self._filled = None
        if not self.done():
            buffer.sync(SyncFlag.END | SyncFlag.WRITE, self._offset + slot * self._period_len, self._period_len)

    def _over(self) -> bool:
        """Return whether the transfer has ended normally. Raise its error if it failed."""
        if not self.done():
            return False
        if not (self._closing and self.status == -errno.ECANCELED):
            self.result()
        return True

    # --- iteration

    def next(self, timeout: float | None = None) -> Period:
        """Wait for the next period and return it. timeout is in seconds. TimedOut: no period
        has ended; StopIteration: the transfer was closed."""
        while True:
            period = self._take_next()
            if period is not None:
                return period
            if self._over():
                raise StopIteration
            if not self.channel.session._wait_until(self._has_next, timeout):
                raise TimedOut(errno.ETIME, f"no period in {timeout} s", self.channel.name)

    def __iter__(self) -> Cyclic:
        return self

    def __next__(self) -> Period:
        return self.next()

    def __aiter__(self) -> Cyclic:
        return self

    async def __anext__(self) -> Period:
        while True:
            period = self._take_next()
            if period is not None:
                return period
            if self._over():
                raise StopAsyncIteration
            await self._wait_completion(self._has_next)

    # --- the end

    def close(self) -> None:
        """Terminate the channel; the iteration ends with the current period. A second call does
        nothing."""
        self._closing = True
        if not self.done() and self.channel._c is not None:
            self.channel.terminate()
            if not self.channel.session._wait_until(self.done, 5):
                raise error(-errno.ETIME, self.channel.name)
        self._ring = self._filled = None

    async def aclose(self) -> None:
        """Like close(), for coroutines: the event loop runs while the hardware stops."""
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    def __enter__(self) -> Cyclic:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    async def __aenter__(self) -> Cyclic:
        return self

    async def __aexit__(self, *unused: Any) -> None:
        await self.aclose()
