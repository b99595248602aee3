# SPDX-License-Identifier: MIT
"""What goes round and round: capture and playback."""
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

    index	its number, from 0, since the beginning
    data	its bytes in the ring itself, in the ring's dtype: of a capture, to be read
		before the hardware comes round again; of a playback, to be filled. With
		copy=True, a copy that is known to be whole
    lost	periods that were lost just before it
    """

    def __init__(self, cyclic: Cyclic, index: int, data: np.ndarray, lost: int):
        self.index = index
        self.data = data
        self.lost = lost
        self._cyclic = cyclic

    def __repr__(self) -> str:
        return f"<dmauser.Period {self.index}: {self.data.nbytes} bytes, {self.lost} lost before>"

    def valid(self) -> bool:
        """Whether the hardware has not come round to it since: ask after working with
        data that is not a copy. One system call."""
        return self._cyclic._is_valid(self.index)


class Cyclic(Transfer):
    """A transfer that repeats until it is closed. `async for` and `for` give its periods,
    in order; what the program was too slow for is skipped, and reported by the next
    Period and in `lost`: never silently.

    Of a capture these are periods that were filled. Of a playback they are the places to
    fill next: the ring is full of the first periods when it begins, so the first is number
    ring / period; lost ones were played with what was there.

    count	periods that the hardware has done, as far as anybody has looked
    lost	periods that the program was too slow for, in all
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
        # Two threads may distribute: the later record counts more.
        self.count = max(self.count, record.count)
        self.timestamp_ns = record.timestamp_ns
        if record.flags & Completion.MORE:
            return self._wake()
        return super()._arrived(record)

    # --- which is next

    def _oldest(self, count: int) -> int:
        """The first period that the hardware is not in, nor beyond."""
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
            # It has just ended.
            self.channel.session.poll()
            count = self.count
        self.count = max(self.count, count)
        return index >= self._oldest(self.count)

    def _take_next(self) -> Period | None:
        """The next one, or None if there is none now."""
        self._hand_over()
        if self._closing:
            return None
        while True:
            # What the hardware has done meanwhile.
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
        """What the program has written to the source of a playback."""
        if self._filled is None:
            return
        buffer, slot = self._filled
        self._filled = None
        if not self.done():
            buffer.sync(SyncFlag.END | SyncFlag.WRITE, self._offset + slot * self._period_len, self._period_len)

    def _over(self) -> bool:
        """Whether it has ended as it was meant to; else, raises why."""
        if not self.done():
            return False
        if not (self._closing and self.status == -errno.ECANCELED):
            self.result()
        return True

    # --- iteration

    def next(self, timeout: float | None = None) -> Period:
        """The next period, for which it waits so many seconds. TimedOut: the hardware gave
        none. StopIteration: it was closed."""
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
        """Stop it: the channel is terminated, and iteration ends with the period that it is
        at. Closing twice is fine."""
        self._closing = True
        if not self.done() and self.channel._c is not None:
            self.channel.terminate()
            if not self.channel.session._wait_until(self.done, 5):
                raise error(-errno.ETIME, self.channel.name)
        self._ring = self._filled = None

    async def aclose(self) -> None:
        """close() for coroutines: the loop goes on while the hardware stops."""
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    def __enter__(self) -> Cyclic:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    async def __aenter__(self) -> Cyclic:
        return self

    async def __aexit__(self, *unused: Any) -> None:
        await self.aclose()
