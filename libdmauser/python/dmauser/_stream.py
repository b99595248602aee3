# SPDX-License-Identifier: MIT
"""A peripheral as a file."""
from __future__ import annotations

import array
import asyncio
import errno
import fcntl
import io
import os
import termios
from typing import TYPE_CHECKING, Any

from ._constants import Direction
from ._core import check, error, ffi, lib

if TYPE_CHECKING:
    from ._channel import Channel


class Stream(io.FileIO):
    """A raw binary file. read(n) waits for at least one byte and returns the available ones.
    write() submits each block when it is full, and the rest when the call ends. A transfer
    error is raised once, at its place among the bytes. close() waits until the peripheral has
    taken all written bytes.

    channel	the Channel
    block_len	bytes in one descriptor
    nr_blocks	number of descriptors
    """

    def __init__(self, fd: int, mode: str, channel: Channel, block_len: int, nr_blocks: int):
        super().__init__(fd, mode)
        self.channel = channel
        self.block_len = block_len
        self.nr_blocks = nr_blocks

    def _error(self, e: OSError) -> OSError:
        return error(e.errno or errno.EIO, f"the stream of {self.channel.name}")

    def readall(self) -> bytes:
        raise io.UnsupportedOperation("a stream has no end: say how many bytes to read")

    def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        """Read 1 to size bytes; with packets, at most up to the end of a packet."""
        if size is None or size < 0:
            return self.readall()
        try:
            return super().read(size)
        except OSError as e:
            raise self._error(e) from None

    def readinto(self, buffer: Any) -> int:  # type: ignore[override]
        try:
            return super().readinto(buffer)
        except OSError as e:
            raise self._error(e) from None

    def write(self, data: Any) -> int:  # type: ignore[override]
        try:
            return super().write(data)
        except OSError as e:
            raise self._error(e) from None

    def available(self) -> int:
        """Return the number of bytes that can be read without waiting."""
        count = array.array("i", [0])
        try:
            fcntl.ioctl(self.fileno(), termios.FIONREAD, count)
        except OSError as e:
            raise self._error(e) from None
        return count[0]

    def drain(self) -> None:
        """Wait until the peripheral has taken all written bytes."""
        try:
            os.fsync(self.fileno())
        except OSError as e:
            raise self._error(e) from None

    async def aread(self, size: int) -> bytes:
        """Like read(), for coroutines."""
        loop = asyncio.get_running_loop()
        await ready(loop.add_reader, loop.remove_reader, self.fileno())
        return self.read(size)

    async def awrite(self, data: Any) -> int:
        """Write all of data, for coroutines. Return the number of bytes."""
        loop = asyncio.get_running_loop()
        view = memoryview(data).cast("B")
        done = 0
        while done < len(view):
            await ready(loop.add_writer, loop.remove_writer, self.fileno())
            # There is room for one block; a longer write would block the loop's thread.
            done += self.write(view[done:done + self.block_len])
        return done


async def ready(add: Any, remove: Any, fd: int) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    add(fd, lambda: future.done() or future.set_result(None))
    try:
        await future
    finally:
        remove(fd)


def open_stream(channel: Channel, mode: str, block_len: int, nr_blocks: int, packets: bool) -> Stream:
    if mode not in ("r", "w"):
        raise ValueError(f"mode {mode!r}: a stream is 'r', from the peripheral, or 'w', to it")
    direction = Direction.DEV_TO_MEM if mode == "r" else Direction.MEM_TO_DEV
    length, number = ffi.new("size_t *", block_len), ffi.new("unsigned int *", nr_blocks)
    fd = ffi.new("int *")
    check(lib.dmauser_stream_open(channel._handle(), int(direction), lib.DMACTL_STREAM_PACKETS if packets else 0,
                                        length, number, fd), f"a stream of {channel.name}")
    return Stream(fd[0], mode, channel, length[0], number[0])
