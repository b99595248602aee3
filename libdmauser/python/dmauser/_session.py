# SPDX-License-Identifier: MIT
"""A session: channels, memory and completions."""
from __future__ import annotations

import asyncio
import errno
import itertools
import os
import threading
import time
import weakref
from typing import Any, Callable, Iterable

import numpy as np

from ._buffer import Buffer, Buffers, describe, locate, span_of
from ._channel import Channel
from ._constants import DMACTL_DEVICE, Cap
from ._core import Busy, Record, check, error, ffi, lib, ns_of
from ._ops import Batch
from ._transfer import Transfer

RECORDS = 64


class Session:
    """A session with its own channels and buffers. path is the device node (None: /dev/dmactl).
    With port, the session is opened by the node of that port, /dev/dma/PORT, and can use the
    channels of this port only.

    Use it as a context manager, or call close(). Any number of threads and event loops may use
    it at once; a thread that waits distributes the completions of all.

    NotFound: no such node (is the module dmactl loaded?); NotAllowed: the user is not
    in the group "dma"; LimitReached: the user has too many sessions.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, port: str | None = None):
        self._s = None
        if path is not None and port is not None:
            raise ValueError("give a path or a port, not both")
        session = ffi.new("struct dmauser_session **")
        if port is not None:
            name, question = port, "is it a port?"
            rc = lib.dmauser_open_port(os.fsencode(port), session)
        else:
            name = os.fspath(path) if path is not None else DMACTL_DEVICE
            question = "is the module dmactl loaded?"
            rc = lib.dmauser_open(os.fsencode(name), session)
        if rc == -errno.ENOENT:
            raise type(error(rc))(-rc, f"{os.strerror(-rc)} ({question})", name)
        check(rc, name)
        self._s = session[0]
        self._buffers = Buffers()
        self._channels: weakref.WeakSet[Channel] = weakref.WeakSet()
        self._numbers = itertools.count(1)
        self._transfers: dict[int, Transfer] = {}
        # Protects the transfers, and _taking: a thread is in the system call.
        self._cond = threading.Condition(threading.RLock())
        self._taking = False
        self._submitting = threading.RLock()
        self._batch = Batch(self)
        self._eventfd = -1
        self._loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: Any, *unused: Any) -> None:
        try:
            self.close()
        except BufferError:
            # The traceback of an exception holds the arrays. Let that exception through.
            if kind is None:
                raise

    def __del__(self) -> None:
        if getattr(self, "_s", None) is not None:
            lib.dmauser_close(self._s)
            self._s = None

    def close(self) -> None:
        """Stop all channels, free all memory, and end the session. Ops in flight are
        Terminated. BufferError: an array or memoryview uses a buffer; Busy: another thread
        waits. On an error nothing changes. A second call does nothing."""
        with self._submitting, self._cond:
            if self._s is None:
                return
            if self._taking:
                raise Busy(errno.EBUSY, "another thread waits for a transfer of this session")
            detached: list[Buffer] = []
            try:
                for buffer in self._buffers.all():
                    buffer._detach()
                    detached.append(buffer)
            except BufferError:
                for buffer in detached:
                    buffer._attach(buffer.address, buffer.nbytes, buffer._readonly)
                raise
            calls = self._end()
            for buffer in detached:
                buffer._gone()
            self._cond.notify_all()
        for call in calls:
            call()

    def _end(self) -> list[Callable[[], Any]]:
        self._batch._free()
        for channel in list(self._channels):
            channel._c = None
        self._detach_loops()
        lib.dmauser_close(self._s)
        self._s = None
        calls = [call for transfer in list(self._transfers.values()) for call in transfer._ended(-errno.ECANCELED)]
        self._transfers.clear()
        return calls

    def _open(self) -> Any:
        if self._s is None:
            raise ValueError("the session is closed")
        return self._s

    def fileno(self) -> int:
        """Return the file descriptor, for select(). It is readable when there are completions."""
        return int(lib.dmauser_fd(self._open()))

    @property
    def info(self) -> Record:
        """Limits and features of the module: struct dmactl_info of <linux/dmactl.h>."""
        info = ffi.new("struct dmactl_info *")
        check(lib.dmauser_info(self._open(), info))
        return Record(info[0])

    # --- channels

    def channel(self, name: str | None = None, *, caps: Cap | int | None = None, device: str | None = None,
                slave: str | None = None, port: str | None = None, depth: int = 0) -> Channel:
        """Request a channel by one of:

        name	its name in dmauser.channels(): "dma0chan3"
        caps	any free channel with all of these Cap bits; of the DMA device `device` if given
        slave	its slave name
        port	"PORT:CHANNEL" of dmauser.ports(), or "PORT" if it has only one channel

        depth is the number of ops that may be outstanding, 0: the default. NotFound, Busy,
        NotAllowed, LimitReached; ValueError: an invalid combination or value."""
        given = [k for k, v in (("name", name), ("caps", caps), ("slave", slave), ("port", port)) if v is not None]
        if len(given) != 1:
            raise ValueError(f"a channel is chosen by one of name, caps, slave and port, not by {given or 'none'}")
        if device is not None and caps is None:
            raise ValueError("device goes with caps")
        chan = ffi.new("struct dmauser_chan **")
        session = self._open()
        if caps is not None:
            what, text = f"a channel with {Cap(caps)!r}", (device or "").encode()
            rc = lib.dmauser_chan_request_caps(session, int(caps), text, depth, chan)
        else:
            what = str(name or slave or port or "")
            request = (lib.dmauser_chan_request_name if name is not None else
                       lib.dmauser_chan_request_slave if slave is not None else lib.dmauser_chan_request_port)
            rc = request(session, what.encode(), depth, chan)
        check(rc, what)
        return Channel(self, chan[0])

    def look(self, name: str) -> Record:
        """Return the capabilities of a channel without requesting it: struct dmactl_chan_caps.
        NotFound; Busy: another client in the kernel holds it."""
        caps = ffi.new("struct dmactl_chan_caps *")
        check(lib.dmauser_chan_look(self._open(), name.encode(), caps, ffi.NULL), name)
        return Record(caps[0])

    # --- memory

    def buffer(self, nbytes: int, coherent: Channel | None = None, near: Channel | None = None,
               contiguous: bool = False) -> Buffer:
        """Allocate zeroed memory, rounded up to whole pages. By default it is cached and for
        any device, preferably close to the device of `near`; with `coherent` it is coherent
        memory of that channel's device; with `contiguous` it is cached memory in one piece,
        which the device of `near` reaches. LimitReached: RLIMIT_MEMLOCK; NoMemory: also if there
        is none in one piece; ValueError: an invalid length."""
        if coherent is not None and (near is not None or contiguous):
            raise ValueError("coherent memory is that of its device: near and contiguous have no meaning")
        if nbytes <= 0:
            raise ValueError(f"a buffer of {nbytes} bytes: at least 1 is needed")
        kind = (lib.DMACTL_BUF_COHERENT if coherent is not None
                else lib.DMACTL_BUF_CONTIGUOUS if contiguous else lib.DMACTL_BUF_STREAMING)
        chan = coherent or near
        handle = ffi.new("struct dmauser_buf **")
        what = f"a buffer of {nbytes} bytes"
        check(lib.dmauser_buf_alloc(self._open(), kind, chan._handle() if chan else ffi.NULL, nbytes, handle), what)
        return Buffer(self, handle[0], what)

    def allocate(self, shape: int | Iterable[int], dtype: Any = np.uint8, coherent: Channel | None = None,
                 near: Channel | None = None, contiguous: bool = False) -> np.ndarray:
        """Allocate a zeroed array in DMA memory; see buffer(). All its slices and views can be
        operands. The memory is freed with the last of them."""
        kind = np.dtype(dtype)
        dims = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        count = int(np.prod(dims, dtype=object)) if dims else 1
        if kind.hasobject:
            raise ValueError(f"dtype {kind}: Python objects cannot be moved by DMA")
        buffer = self.buffer(count * kind.itemsize, coherent, near, contiguous)
        return np.frombuffer(buffer, kind, count).reshape(dims)

    def map(self, array: Any, readonly: bool = False) -> Buffer:
        """Use memory of the program for DMA: an ndarray, a bytearray or another object with the
        buffer protocol, in one piece. It and its parts can be operands until the returned
        Buffer is closed or freed. With readonly, it can only be a source. LimitReached:
        RLIMIT_MEMLOCK; NotSupported: memory that cannot be pinned (most file mappings);
        BufferError: the memory is read-only, but readonly is not set."""
        address, nbytes = span_of(array, not readonly)
        # The memoryview prevents that the object is resized or freed.
        view = memoryview(array)
        handle = ffi.new("struct dmauser_buf **")
        flags = lib.DMACTL_MAP_USER_READ_ONLY if readonly else 0
        check(lib.dmauser_buf_map_user(self._open(), ffi.cast("void *", address), nbytes, flags, handle),
              describe(array))
        buffer = Buffer(self, handle[0], f"{describe(array)}, mapped", readonly, array)
        buffer._view = view
        return buffer

    def import_dmabuf(self, fd: int) -> Buffer:
        """Import a dma-buf. The caller still owns fd. Enclose accesses of the CPU in
        Buffer.sync(). ValueError: not a dma-buf, or an export of this session."""
        handle = ffi.new("struct dmauser_buf **")
        check(lib.dmauser_buf_import(self._open(), fd, handle), f"dma-buf {fd}")
        return Buffer(self, handle[0], f"dma-buf {fd}")

    def buffer_of(self, array: Any) -> tuple[Buffer, int]:
        """Return the Buffer of an array, and the offset in it in bytes."""
        buffer, offset, _ = locate(self, array, False)
        return buffer, offset

    def sync(self, array: Any, flags: int) -> None:
        """Call Buffer.sync() for the bytes of an array."""
        buffer, offset, nbytes = locate(self, array, False)
        buffer.sync(flags, offset, nbytes)

    def batch(self) -> Batch:
        """Return an empty Batch."""
        return Batch(self)

    # --- completions

    def poll(self) -> int:
        """Reap and distribute completions without waiting. Return their number."""
        return self._take(0, 0)

    def wait_any(self, transfers: Iterable[Transfer], timeout: float | None = None) -> list[Transfer]:
        """Wait until at least one of the transfers has ended, at most timeout seconds. Return
        the list of ended transfers, which is empty after a timeout."""
        wanted = list(transfers)
        self._wait_until(lambda: any(t.done() for t in wanted), timeout)
        return [t for t in wanted if t.done()]

    def _wait_until(self, done: Callable[[], bool], timeout: float | None) -> bool:
        end = None if timeout is None else time.monotonic() + ns_of(timeout) / 1e9
        looked = False
        while True:
            left = None if end is None else max(0.0, end - time.monotonic())
            with self._cond:
                if done():
                    return True
                self._open()
                if looked and left == 0:
                    return False
                looked = True
                if self._taking:
                    # The other thread notifies all when completions have arrived.
                    self._cond.wait(left)
                    continue
                self._taking = True
            try:
                self._take(1, ns_of(left))
            finally:
                with self._cond:
                    self._taking = False
                    self._cond.notify_all()

    def _take(self, least: int, timeout_ns: int) -> int:
        """Reap completions and distribute them. A signal handler runs afterwards."""
        # The user_data of an op is never 0, so a non-zero one marks a record that was written
        # and not distributed yet.
        records = ffi.new("struct dmactl_completion[]", RECORDS)
        total = 0
        while True:
            try:
                number = lib.dmauser_wait(self._open(), records, RECORDS, least, timeout_ns)
            finally:
                # Distribute even if a signal handler raises, as for Ctrl-C, so that no
                # completion is lost.
                self._distribute(records)
            if number in (-errno.ETIME, -errno.EINTR):
                return total
            check(number)
            total += number
            if number < RECORDS:
                return total
            least = 0

    def _distribute(self, records: Any) -> None:
        calls: list[Callable[[], Any]] = []
        with self._cond:
            for record in records:
                if not record.user_data:
                    break
                calls += self._arrived(record)
                record.user_data = 0
            self._cond.notify_all()
        for call in calls:
            call()

    def _arrived(self, record: Any) -> list[Callable[[], Any]]:
        transfer = self._transfers.get(record.user_data)
        if transfer is None:
            return []
        if not record.flags & lib.DMACTL_COMP_MORE:
            del self._transfers[record.user_data]
        return transfer._arrived(record)

    # --- asyncio

    def _attach(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Watch an eventfd with the loop. The session's own file would be ready forever after a
        device is gone. Return False if the loop is watching already."""
        with self._cond:
            if self._eventfd < 0:
                self._eventfd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
                check(lib.dmauser_set_eventfd(self._open(), self._eventfd))
            if loop in self._loops:
                return False
            self._loops.add(loop)
        loop.add_reader(self._eventfd, self._on_event)
        return True

    def _on_event(self) -> None:
        try:
            os.eventfd_read(self._eventfd)
        except BlockingIOError:
            pass
        if self._s is not None:
            self._take(0, 0)

    def _detach_loops(self) -> None:
        for loop in list(self._loops):
            if not loop.is_closed():
                loop.remove_reader(self._eventfd)
        self._loops.clear()
        if self._eventfd >= 0:
            os.close(self._eventfd)
            self._eventfd = -1

    def _next_number(self) -> int:
        return next(self._numbers)
