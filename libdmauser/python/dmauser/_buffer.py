# SPDX-License-Identifier: MIT
"""DMA memory, and finding the buffer of an array."""
from __future__ import annotations

import bisect
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from ._constants import SyncFlag
from ._core import check, error, ffi, lib
from ._memory import Memory

if TYPE_CHECKING:
    from ._session import Session


class Buffer(Memory):
    """Memory for DMA engines. Session.buffer(), map() and import_dmabuf() create it. It has the
    buffer protocol: np.frombuffer(buffer, dtype) and memoryview(buffer) access the memory
    itself, without a copy.

    While such an array or memoryview exists, the memory cannot be freed: close() raises
    BufferError. It is freed automatically with the last reference.

    session	its Session
    nbytes	its length in bytes
    array	the array that Session.map() mapped; otherwise None
    """

    def __init__(self, session: Session, handle: Any, what: str, readonly: bool = False, array: Any = None):
        super().__init__()
        self.session = session
        self.array = array
        self._view: memoryview | None = None
        self._b = handle
        self._what = what
        self._readonly = readonly
        self.nbytes: int = lib.dmauser_buf_len(handle)
        addr = ffi.new("void **")
        try:
            check(lib.dmauser_buf_map(handle, addr), what)
        except OSError:
            lib.dmauser_buf_destroy(handle)
            raise
        self.address = int(ffi.cast("uintptr_t", addr[0]))
        self._attach(self.address, self.nbytes, readonly)
        session._buffers.add(self)

    def close(self) -> None:
        """Free the memory. BufferError: an array or memoryview uses it; Busy: an op in flight
        uses it. On an error nothing changes. A second call does nothing."""
        if self._b is None:
            return
        self._detach()
        rc = lib.dmauser_buf_destroy(self._b)
        if rc < 0:
            self._attach(self.address, self.nbytes, self._readonly)
            raise error(rc, self._what)
        self._gone()

    def _gone(self) -> None:
        self.session._buffers.remove(self)
        self._b = None
        self.array = None
        if self._view is not None:
            self._view.release()
            self._view = None

    def __enter__(self) -> Buffer:
        return self

    def __exit__(self, kind: Any, *unused: Any) -> None:
        try:
            self.close()
        except BufferError:
            # The traceback of an exception holds the arrays. Let that exception through.
            if kind is None:
                raise

    def __del__(self) -> None:
        if getattr(self, "_b", None) is not None and self.session._s is not None:
            if lib.dmauser_buf_destroy(self._b) == 0:
                self._gone()

    def __repr__(self) -> str:
        return f"<dmauser.Buffer: {self._what}{'' if self._b is not None else ', closed'}>"

    def sync(self, flags: SyncFlag | int, offset: int = 0, nbytes: int | None = None) -> None:
        """Sync a range (in bytes; None: up to the end) between CPU and device.

        Ops do this automatically before they start and when they end. Call it while an op is in
        flight: BEGIN | READ before reading the bytes that it has moved so far, END | WRITE
        after writing to the source of a cyclic op. Call it also around accesses to an imported
        dma-buf. ValueError: invalid flags or range."""
        if self._b is None:
            raise ValueError("the DMA buffer is closed")
        nbytes = self.nbytes - offset if nbytes is None else nbytes
        check(lib.dmauser_buf_sync(self._b, offset, nbytes, int(flags)), self._what)

    def export(self) -> int:
        """Export the memory as a dma-buf and return its file descriptor, which the caller
        closes. The memory lives as long as the dma-buf. NotSupported: memory of Session.map()
        or import_dmabuf(), or a COHERENT buffer."""
        fd = ffi.new("int *")
        check(lib.dmauser_buf_export(self._b, fd), self._what)
        return int(fd[0])

    def mmap_offset(self) -> int:
        """Return the offset of the buffer for your own mmap(2) of Session.fileno(). Such a
        mapping keeps its memory until munmap(2). NotSupported: memory of Session.map() or
        import_dmabuf()."""
        offset = ffi.new("uint64_t *")
        check(lib.dmauser_buf_mmap_offset(self._b, offset), self._what)
        return int(offset[0])


class Buffers:
    """The buffers of a session, sorted by address."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._refs: list[weakref.ref[Buffer]] = []

    def add(self, buffer: Buffer) -> None:
        at = bisect.bisect_right(self._starts, buffer.address)
        self._starts.insert(at, buffer.address)
        self._refs.insert(at, weakref.ref(buffer))

    def remove(self, buffer: Buffer) -> None:
        # When a buffer is being freed, its weak reference is dead already.
        keep = [i for i, ref in enumerate(self._refs) if ref() is not None and ref() is not buffer]
        self._starts = [self._starts[i] for i in keep]
        self._refs = [self._refs[i] for i in keep]

    def all(self) -> list[Buffer]:
        return [buffer for buffer in (ref() for ref in self._refs) if buffer is not None]

    def find(self, address: int, nbytes: int) -> Buffer | None:
        """Return the buffer that contains all of these bytes, or None."""
        at = bisect.bisect_right(self._starts, address) - 1
        # Usually the first one matches, but buffers of map() may overlap.
        while at >= 0:
            buffer = self._refs[at]()
            if buffer is not None and address + nbytes <= buffer.address + buffer.nbytes:
                return buffer
            at -= 1
        return None


def span_of(array: Any, writable: bool) -> tuple[int, int]:
    """Return address and length of an array or another object with the buffer protocol."""
    try:
        view = ffi.from_buffer(array)
    except ValueError as e:
        raise ValueError(f"{describe(array)}: its bytes must be in one piece (C-contiguous); "
                         "copy2d() takes parts of an image") from e
    if writable and memoryview(array).readonly:
        raise BufferError(f"{describe(array)} is read only, and would be written")
    if not len(view):
        raise ValueError(f"{describe(array)} is empty")
    return int(ffi.cast("uintptr_t", view)), len(view)


def describe(array: Any) -> str:
    if isinstance(array, np.ndarray):
        return f"the array of {array.dtype} {array.shape}"
    return f"the {type(array).__name__}"


def locate(session: Session, array: Any, writable: bool) -> tuple[Buffer, int, int]:
    """Return the buffer of an array, and its offset and length in bytes."""
    address, nbytes = span_of(array, writable)
    buffer = session._buffers.find(address, nbytes)
    if buffer is None or buffer._b is None:
        raise ValueError(f"{describe(array)} is in no buffer of this session: get it from Session.allocate(), "
                         "or have its memory mapped with Session.map()")
    return buffer, address - buffer.address, nbytes
