# SPDX-License-Identifier: MIT
"""Submitted ops, and waiting for them."""
from __future__ import annotations

import asyncio
import enum
from typing import TYPE_CHECKING, Any, Callable, Generator

from ._constants import Completion
from ._core import DmaError, TimedOut, error, lib, text_of

if TYPE_CHECKING:
    from ._channel import Channel


class Mismatch(enum.IntFlag):
    """The result of xor_val() and pq_val(): 0 if everything matches."""

    P = lib.DMACTL_COMP_P_BAD
    Q = lib.DMACTL_COMP_Q_BAD


class Transfer:
    """One op. `await transfer` and transfer.wait() return the bytes moved (a Mismatch for
    xor_val() and pq_val()), or raise the op's error. Its memory stays in use until it has
    ended, even without references. Giving up waiting does not stop the op; Channel.terminate()
    does.

    channel		the Channel
    status		None before the end; then 0 or a negative errno value
    nbytes		bytes moved; a short packet moves fewer than requested
    timestamp_ns	time at which the driver reported the end, CLOCK_MONOTONIC
    seq			number of the op on its channel, from 0, modulo 2^32
    """

    def __init__(self, channel: Channel, number: int, name: str, keep: Any):
        self.channel = channel
        self.status: int | None = None
        self.nbytes = 0
        self.timestamp_ns = 0
        self.seq = 0
        self._number = number
        self._name = name
        self._keep = keep
        self._flags = 0
        self._submitted = False
        self._futures: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
        self._callbacks: list[Callable[[Transfer], Any]] = []

    def __repr__(self) -> str:
        state = "under way" if self.status is None else "done" if not self.status else text_of(self.status)
        return f"<dmauser.{type(self).__name__}: {self._name} on {self.channel.name}, {state}>"

    def done(self) -> bool:
        """Return whether the op has ended, successfully or not, and its completion was reaped."""
        return self.status is not None

    def wait(self, timeout: float | None = None) -> Any:
        """Wait for the end of the op, at most timeout seconds (None: no limit; 0: do not wait),
        and return its result. TimedOut: the op continues, and you can wait again."""
        if not self.done():
            self._check_submitted()
            if not self.channel.session._wait_until(self.done, timeout):
                raise TimedOut(62, f"{self._name} took longer than {timeout} s", self.channel.name)
        return self.result()

    def result(self) -> Any:
        """Return the result without waiting. ValueError: the op has not ended."""
        if self.status is None:
            raise ValueError(f"{self._name} has not ended")
        if self.status < 0:
            raise error(self.status, f"{self._name} on {self.channel.name}")
        return self._value()

    def _value(self) -> Any:
        return self.nbytes

    def add_done_callback(self, function: Callable[[Transfer], Any]) -> None:
        """Call function with this object when the op has ended: in the thread that waits in
        this session, or immediately if it has ended. The function must not wait."""
        with self.channel.session._cond:
            if not self.done():
                self._callbacks.append(function)
                return
        function(self)

    def __await__(self) -> Generator[Any, None, Any]:
        yield from self._end().__await__()
        return self.result()

    async def _end(self) -> None:
        self._check_submitted()
        await self._wait_completion(self.done)

    async def _wait_completion(self, ready: Callable[[], bool]) -> None:
        """Wait for the next completion, unless ready() is true already."""
        session = self.channel.session
        loop = asyncio.get_running_loop()
        # A completion that came before the loop watched the session wakes nobody.
        if session._attach(loop):
            session._take(0, 0)
        with session._cond:
            if ready():
                return
            future: asyncio.Future[None] = loop.create_future()
            self._futures.append((loop, future))
        try:
            await future
        finally:
            with session._cond:
                self._futures = [item for item in self._futures if item[1] is not future]

    def _check_submitted(self) -> None:
        if not self._submitted:
            raise DmaError(22, f"{self._name} was not submitted", self.channel.name)

    # The session calls these with its lock held. They return functions to call without the
    # lock.
    def _arrived(self, record: Any) -> list[Callable[[], Any]]:
        self._flags |= record.flags
        self.nbytes = record.bytes
        self.timestamp_ns = record.timestamp_ns
        self.seq = record.seq
        return self._ended(record.status)

    def _ended(self, status: int) -> list[Callable[[], Any]]:
        self.status = status
        self._keep = None
        self.channel._pending.discard(self)
        calls: list[Callable[[], Any]] = [lambda f=f: f(self) for f in self._callbacks]
        self._callbacks = []
        return calls + self._wake()

    def _wake(self) -> list[Callable[[], Any]]:
        futures, self._futures = self._futures, []
        return [lambda loop=loop, future=future: tell(loop, future) for loop, future in futures]


class Check(Transfer):
    """The transfer of xor_val() and pq_val()."""

    def _value(self) -> Mismatch:
        return Mismatch(self._flags & (Completion.P_BAD | Completion.Q_BAD))


def tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
    """Finish a future. Its loop may run in another thread, or be closed."""
    try:
        here = asyncio.get_running_loop() is loop
    except RuntimeError:
        here = False
    if here:
        finish(future)
    elif not loop.is_closed():
        loop.call_soon_threadsafe(finish, future)


def finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
