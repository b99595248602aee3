# SPDX-License-Identifier: MIT
"""All operations, and batches."""
from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, Callable, Iterable, Sequence

import numpy as np

from ._buffer import describe, locate
from ._constants import Direction, OpFlag
from ._core import NoCredit, check, error, ffi, lib
from ._transfer import Check, Transfer

if TYPE_CHECKING:
    from ._channel import Channel
    from ._session import Session

NONE = OpFlag(0)


class Ops:
    """The operations of a channel. Operands are arrays in buffers of the session, or slices of
    them; otherwise ValueError. A Channel submits each op immediately and returns its Transfer,
    Batch.on() collects ops, and Channel.prepare prepares them for many submits.

    flags	OpFlag bits: FENCE (later ops wait for this one), NO_SYNC, CMD, LOAD_EOT ...
    metadata	an array of at most 4096 bytes: sent or received with the data

    Errors: NotSupported, the channel lacks the capability; ValueError, an invalid length or
    alignment; Unreachable; NoCredit, too many ops are outstanding; NotAllowed, the address of
    the peripheral is unknown; DeviceGone; LimitReached.
    """

    _channel: Channel

    def _op(self, name: str, add: Callable[[Any, Any, int], int], keep: Any, flags: int,
            metadata: Any = None, kind: type[Transfer] = Transfer) -> Any:
        raise NotImplementedError

    def _piece(self, array: Any, writable: bool) -> tuple[Any, tuple[Any, int, int]]:
        """Return the object that must live until the op has ended, and the library's arguments."""
        buffer, offset, nbytes = locate(self._channel.session, array, writable)
        return buffer, (buffer._b, offset, nbytes)

    def _pieces(self, arrays: Any, writable: bool) -> tuple[list[Any], Any]:
        if isinstance(arrays, np.ndarray) or not isinstance(arrays, Iterable):
            arrays = [arrays]
        found = [self._piece(array, writable) for array in arrays]
        if not found:
            raise ValueError("a list of arrays is empty")
        return [buffer for buffer, _ in found], ffi.new("struct dmauser_piece[]", [piece for _, piece in found])

    def _optional(self, array: Any, writable: bool) -> tuple[list[Any], Any]:
        return ([], ffi.NULL) if array is None else self._pieces(array, writable)

    # --- memory to memory

    def nop(self, *, flags: int = NONE) -> Any:
        """An op that completes after all earlier ops of the channel."""
        return self._op("nop", lambda b, c, n: lib.dmauser_batch_nop(b, c, n), None, flags)

    def memcpy(self, dst: Any, src: Any, *, flags: int = NONE, metadata: Any = None) -> Any:
        """Copy src to dst, which must have the same length. They must not overlap."""
        keep_d, (d, d_off, d_len) = self._piece(dst, True)
        keep_s, (s, s_off, s_len) = self._piece(src, False)
        if d_len != s_len:
            raise ValueError(f"memcpy from {s_len} bytes to {d_len} bytes: they must be the same")
        return self._op("memcpy", lambda b, c, n: lib.dmauser_batch_memcpy(b, c, d, d_off, s, s_off, s_len, n),
                        (keep_d, keep_s), flags, metadata)

    def memset(self, dst: Any, value: int, *, flags: int = NONE) -> Any:
        """Fill each byte of dst with value, 0 to 255."""
        keep, (d, off, length) = self._piece(dst, True)
        return self._op("memset", lambda b, c, n: lib.dmauser_batch_memset(b, c, d, off, byte(value), length, n),
                        keep, flags)

    def sg(self, dst: Sequence[Any], src: Sequence[Any], *, flags: int = NONE) -> Any:
        """Copy a list of arrays to another list of arrays, in order. The lengths of the arrays
        may differ, but not their sums."""
        keep_d, d = self._pieces(dst, True)
        keep_s, s = self._pieces(src, False)
        return self._op("sg", lambda b, c, n: lib.dmauser_batch_sg(b, c, d, len(d), s, len(s), n),
                        (keep_d, keep_s), flags)

    def memset_sg(self, dst: Sequence[Any], value: int, *, flags: int = NONE) -> Any:
        """Fill each byte of a list of arrays with value, 0 to 255."""
        keep, d = self._pieces(dst, True)
        return self._op("memset_sg", lambda b, c, n: lib.dmauser_batch_memset_sg(b, c, d, len(d), byte(value), n),
                        keep, flags)

    def imm_data(self, dst: Any, value: int, *, flags: int = NONE) -> Any:
        """Write 8 bytes, in the CPU's byte order, to an array of 8 bytes."""
        keep, (d, off, length) = self._piece(dst, True)
        if length != 8:
            raise ValueError(f"imm_data writes 8 bytes, not {length}")
        return self._op("imm_data", lambda b, c, n: lib.dmauser_batch_imm_data(b, c, d, off, value, n), keep, flags)

    def interrupt(self, *, flags: int = NONE) -> Any:
        """A descriptor that moves nothing."""
        return self._op("interrupt", lambda b, c, n: lib.dmauser_batch_interrupt(b, c, n), None, flags)

    # --- RAID

    def xor(self, dst: Any, src: Sequence[Any], *, flags: int = NONE) -> Any:
        """Set dst to the exclusive or of all arrays of src. All have the same length."""
        keep_d, d = self._pieces(dst, True)
        keep_s, s = self._pieces(src, False)
        return self._op("xor", lambda b, c, n: lib.dmauser_batch_xor(b, c, d, s, len(s), n), (keep_d, keep_s), flags)

    def xor_val(self, src: Sequence[Any], scratch: Any = None, *, flags: int = NONE) -> Any:
        """Check that the exclusive or of all arrays is zero. If not, the Transfer returns
        Mismatch.P. More than caps.max_xor arrays need scratch, an array of the same length,
        which is overwritten."""
        keep_s, s = self._pieces(src, False)
        keep_t, t = self._optional(scratch, True)
        return self._op("xor_val", lambda b, c, n: lib.dmauser_batch_xor_val(b, c, s, len(s), t, n),
                        (keep_s, keep_t), flags, kind=Check)

    def pq(self, p: Any, q: Any, src: Sequence[Any], coefficients: Sequence[int] | None = None, *,
           flags: int = NONE) -> Any:
        """RAID-6: set p to the exclusive or of all arrays of src, and q to the sum of each
        array times its coefficient in GF(2^8), polynomial 0x11d (None: 1, 2, 4, 8 ...). One of
        p and q may be None. All have the same length."""
        keep_s, s = self._pieces(src, False)
        (keep_p, p_), (keep_q, q_) = self._optional(p, True), self._optional(q, True)
        scf = coefficients_of(coefficients, len(s))
        return self._op("pq", lambda b, c, n: lib.dmauser_batch_pq(b, c, p_, q_, s, len(s), scf, n),
                        (keep_s, keep_p, keep_q), flags)

    def pq_val(self, p: Any, q: Any, src: Sequence[Any], coefficients: Sequence[int] | None = None,
               scratch: Any = None, *, flags: int = NONE) -> Any:
        """Check that p and q (one may be None) match src. The Transfer returns a Mismatch. More
        than caps.max_pq arrays need scratch, twice as long as one array, which is overwritten."""
        keep_s, s = self._pieces(src, False)
        (keep_p, p_), (keep_q, q_) = self._optional(p, False), self._optional(q, False)
        keep_t, t = self._optional(scratch, True)
        scf = coefficients_of(coefficients, len(s))
        return self._op("pq_val", lambda b, c, n: lib.dmauser_batch_pq_val(b, c, p_, q_, s, len(s), scf, t, n),
                        (keep_s, keep_p, keep_q, keep_t), flags, kind=Check)

    # --- images

    def copy2d(self, dst: np.ndarray, src: np.ndarray, *, flags: int = NONE) -> Any:
        """Copy a rectangle of an image: copy2d(tile, image[y:y + h, x:x + w]). Both arrays have
        the same shape and dtype. Each row (all axes but the first) is in one piece; there may
        be gaps between rows."""
        frames, size, d_gap, s_gap = rows_of(dst, src)
        keep_d, (d, d_off) = self._extent(dst, frames, size + d_gap, size, True)
        keep_s, (s, s_off) = self._extent(src, frames, size + s_gap, size, False)
        chunk = ffi.new("struct dmactl_chunk[1]", [{"size": size, "src_icg": s_gap, "dst_icg": d_gap}])
        both = int(flags) | OpFlag.SRC_INC | OpFlag.DST_INC
        return self._op("copy2d", lambda b, c, n: lib.dmauser_batch_interleaved(
            b, c, d, d_off, s, s_off, chunk, 1, frames, both, n), (keep_d, keep_s), both)

    def _extent(self, array: np.ndarray, rows: int, pitch: int, size: int, writable: bool) -> tuple[Any, Any]:
        """Like _piece(), for rows with gaps, which have no buffer protocol."""
        if writable and not array.flags.writeable:
            raise BufferError(f"{describe(array)} is read only, and would be written")
        address = array.__array_interface__["data"][0]
        buffer = self._channel.session._buffers.find(address, (rows - 1) * pitch + size)
        if buffer is None or buffer._b is None:
            raise ValueError(f"{describe(array)} is in no buffer of this session")
        return buffer, (buffer._b, address - buffer.address)

    def interleaved(self, dst: Any, src: Any, chunks: Sequence[Sequence[int]], frames: int, *,
                    flags: int = OpFlag.SRC_INC | OpFlag.DST_INC) -> Any:
        """Transfer frames of chunks and gaps, as in struct dma_interleaved_template. A dst or
        src of None is the peripheral. A chunk is (size, gap[, src_gap, dst_gap]) in bytes.
        flags choose for each side whether addresses are incremented (SRC_INC, DST_INC) and gaps
        apply (SRC_SGL, DST_SGL). The arrays give the first address."""
        keep_d, (d, d_off, _) = self._piece(dst, True) if dst is not None else (None, (ffi.NULL, 0, 0))
        keep_s, (s, s_off, _) = self._piece(src, False) if src is not None else (None, (ffi.NULL, 0, 0))
        table = ffi.new("struct dmactl_chunk[]", [list(chunk) for chunk in chunks])
        return self._op("interleaved", lambda b, c, n: lib.dmauser_batch_interleaved(
            b, c, d, d_off, s, s_off, table, len(table), frames, int(flags), n), (keep_d, keep_s), flags)

    # --- peripherals

    def send(self, arrays: Any, *, flags: int = NONE, metadata: Any = None) -> Any:
        """Send an array, or a list of arrays in order, to the peripheral."""
        return self._slave(Direction.MEM_TO_DEV, arrays, flags, metadata)

    def recv(self, arrays: Any, *, flags: int = NONE, metadata: Any = None) -> Any:
        """Receive from the peripheral into an array, or into a list of arrays in order. A short
        packet moves fewer bytes."""
        return self._slave(Direction.DEV_TO_MEM, arrays, flags, metadata)

    def _slave(self, direction: Direction, arrays: Any, flags: int, metadata: Any) -> Any:
        writable = direction == Direction.DEV_TO_MEM
        name = "recv" if writable else "send"
        keep, pieces = self._pieces(arrays, writable)
        if len(pieces) == 1:
            buf, off, length = pieces[0].buf, pieces[0].off, pieces[0].len
            return self._op(name, lambda b, c, n: lib.dmauser_batch_slave_single(b, c, direction, buf, off, length, n),
                            keep, flags, metadata)
        return self._op(name, lambda b, c, n: lib.dmauser_batch_slave_sg(b, c, direction, pieces, len(pieces), n),
                        keep, flags, metadata)

    def peripheral_vec(self, direction: Direction, arrays: Any, *, flags: int = NONE) -> Any:
        """Like send() or recv(), with DMA vectors, if the driver supports them (since Linux
        6.12)."""
        keep, pieces = self._pieces(arrays, direction == Direction.DEV_TO_MEM)
        return self._op("peripheral_vec", lambda b, c, n: lib.dmauser_batch_peripheral_vec(
            b, c, int(direction), pieces, len(pieces), n), keep, flags)

    def rio_sg(self, direction: Direction, arrays: Any, destid: int, rio_addr: int, *, rio_addr_u: int = 0,
               wr_type: int = 0, flags: int = NONE) -> Any:
        """Like send() or recv(), with memory behind RapidIO: destid, address, enum
        rio_write_type."""
        keep, pieces = self._pieces(arrays, direction == Direction.DEV_TO_MEM)
        rio = ffi.new("struct dmactl_rio *", {"destid": destid, "wr_type": wr_type, "rio_addr": rio_addr,
                                              "rio_addr_u": rio_addr_u})
        return self._op("rio_sg", lambda b, c, n: lib.dmauser_batch_rio_sg(
            b, c, int(direction), pieces, len(pieces), rio, n), keep, flags)


def byte(value: int) -> int:
    if not 0 <= value <= 255:
        raise ValueError(f"a fill value of {value}: a byte is 0 to 255")
    return value


def coefficients_of(given: Sequence[int] | None, number: int) -> Any:
    """Return the given coefficients, or those of Linux RAID-6: powers of 2 in GF(2^8)."""
    values = list(given) if given is not None else []
    if given is None:
        value = 1
        for _ in range(number):
            values.append(value)
            value = value << 1 ^ (0x11d if value & 0x80 else 0)
    if len(values) != number:
        raise ValueError(f"{len(values)} coefficients for {number} sources")
    return ffi.new("uint8_t[]", values)


def rows_of(dst: np.ndarray, src: np.ndarray) -> tuple[int, int, int, int]:
    """Return the number of rows, the bytes of a row, and the gaps after it on both sides."""
    if dst.shape != src.shape or dst.dtype != src.dtype:
        raise ValueError(f"copy2d from {describe(src)} to {describe(dst)}: shape and dtype must be the same")
    if dst.ndim < 2 or not dst.size:
        raise ValueError(f"copy2d of {describe(dst)}: it has no rows")
    size = dst[0].nbytes
    for array in (dst, src):
        if not array[0].flags.c_contiguous or (array.shape[0] > 1 and array.strides[0] < size):
            raise ValueError(f"{describe(array)}: each row must be in one piece, and above the one before")
    many = dst.shape[0] > 1
    return dst.shape[0], size, dst.strides[0] - size if many else 0, src.strides[0] - size if many else 0


class Batch:
    """Ops to submit together, in one system call: b.on(channel).memcpy(...). Only one thread at
    a time may use a batch."""

    def __init__(self, session: Session):
        self.session = session
        batch = ffi.new("struct dmauser_batch **")
        check(lib.dmauser_batch_new(batch))
        self._b = ffi.gc(batch[0], lib.dmauser_batch_free)
        self._waiting: list[Transfer] = []

    def __len__(self) -> int:
        """Number of ops that were not accepted yet."""
        return len(self._waiting)

    def _free(self) -> None:
        lib.dmauser_batch_clear(self._b)
        self._waiting.clear()

    def on(self, channel: Channel) -> BatchOps:
        """Return the operations of a channel; each adds an op and returns its Transfer."""
        return BatchOps(self, channel)

    def clear(self) -> None:
        """Drop all ops that were not accepted yet."""
        self._free()

    def submit(self, hold: bool = False) -> int:
        """Submit and issue the ops (with hold, Channel.issue() issues them). Return the number
        of accepted ops. They are removed from the batch; the rest stays in order for the next
        submit(). NoCredit: none was accepted, wait for a Transfer first. On an error none was
        accepted; the message names the op that caused it."""
        return self._submit(lambda session: lib.dmauser_submit(
            session, self._b, lib.DMACTL_SUBMIT_HOLD if hold else 0))

    def submit_fence(self, after: int = -1) -> int:
        """Submit ops, all of one channel, that wait for fences, and do not wait here: they start
        when the sync_file after (a file descriptor, which stays yours; -1: none) and the fences of
        imported memory have signalled. Return the file descriptor of a sync_file, which is yours to
        close: it signals, and select() says that it can be read, when the accepted ops have ended.
        If after ends with an error, they fail with ENODATA. Accepted ops are removed from the batch,
        as with submit(); -1: the batch was empty. Errors: those of submit(); BadValue, after is no
        sync_file; Busy, the channel is paused; NotSupported, an op with a peripheral, a cyclic or
        a prepared one."""
        fence = ffi.new("int *", -1)
        self._submit(lambda session: lib.dmauser_submit_fence(session, self._b, 0, after, fence))
        return fence[0]

    def _submit(self, call: Callable[[Any], int]) -> int:
        session = self.session
        with session._submitting:
            waiting = self._waiting
            if not waiting:
                return 0
            with session._cond:
                # A completion may arrive before the call returns.
                for transfer in waiting:
                    session._transfers[transfer._number] = transfer
                    transfer.channel._pending.add(transfer)
                    transfer._submitted = True
            rc = call(session._open())
            accepted = max(rc, 0)
            with session._cond:
                for transfer in waiting[accepted:]:
                    del session._transfers[transfer._number]
                    transfer.channel._pending.discard(transfer)
                    transfer._submitted = False
            del waiting[:accepted]
            if rc < 0:
                raise self._blame(rc)
            return accepted

    def _blame(self, rc: int) -> OSError:
        bad = lib.dmauser_batch_bad_index(self._b)
        if 0 <= bad < len(self._waiting):
            transfer = self._waiting[bad]
            what = f"{transfer._name} on {transfer.channel.name}, op {bad} of the batch"
        else:
            what = f"a batch of {len(self._waiting)} ops"
        return error(rc, what)

    def submit_all(self, timeout: float | None = None) -> None:
        """Call submit() until all ops were accepted; wait for earlier ops if necessary, each
        time for at most timeout seconds. TimedOut: some ops are left."""
        while self._waiting:
            try:
                self.submit()
            except NoCredit:
                pending = [t for t in self.session._transfers.values()]
                if not pending:
                    raise
                if not self.session.wait_any(pending, timeout):
                    raise error(-errno.ETIME, f"{len(self)} ops of a batch") from None

    async def submit_all_async(self) -> None:
        """Like submit_all(), for coroutines."""
        while self._waiting:
            try:
                self.submit()
            except NoCredit:
                pending = next(iter(self.session._transfers.values()), None)
                if pending is None:
                    raise
                await pending._end()


class BatchOps(Ops):
    """Adds the ops of one channel to a Batch."""

    def __init__(self, batch: Batch, channel: Channel):
        self._batch = batch
        self._channel = channel

    def _op(self, name: str, add: Callable[[Any, Any, int], int], keep: Any, flags: int,
            metadata: Any = None, kind: type[Transfer] = Transfer) -> Any:
        batch, channel = self._batch, self._channel
        number = batch.session._next_number()
        meta_keep, meta = (None, None) if metadata is None else self._piece(metadata, name == "recv")
        before = lib.dmauser_batch_count(batch._b)
        check(add(batch._b, channel._handle(), number), f"{name} on {channel.name}")
        if flags:
            check(lib.dmauser_batch_set_flags(batch._b, int(flags)), name)
        if meta is not None:
            check(lib.dmauser_batch_add_metadata(batch._b, *meta), f"metadata of {name}")
        assert lib.dmauser_batch_count(batch._b) == before + 1
        transfer = kind(channel, number, name, (keep, meta_keep))
        batch._waiting.append(transfer)
        return transfer
