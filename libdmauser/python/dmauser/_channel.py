# SPDX-License-Identifier: MIT
"""A channel of a DMA controller."""
from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING, Any, Callable

from ._constants import Direction
from ._core import Record, check, error, ffi, lib
from ._cyclic import Cyclic
from ._ops import NONE, BatchOps, Ops
from ._stream import Stream, open_stream
from ._transfer import Transfer

if TYPE_CHECKING:
    from ._session import Session


class Channel(Ops):
    """A channel of the session. Its operations (see Ops) are submitted immediately.

    session	the Session
    name	its name in dmaengine: "dma0chan3"
    caps	its capabilities: struct dmactl_chan_caps of <linux/dmactl.h>
    depth	most outstanding ops
    prepare	the same operations, prepared once for many submits: Prepared
    """

    def __init__(self, session: Session, handle: Any):
        self.session = session
        self._c = handle
        self._pending: set[Transfer] = set()
        self.name: str = ffi.string(lib.dmauser_chan_name(handle)).decode()
        self.caps = Record(lib.dmauser_chan_caps(handle)[0])
        self.depth: int = lib.dmauser_chan_depth(handle)
        session._channels.add(self)

    def __repr__(self) -> str:
        return f"<dmauser.Channel: {self.name}{'' if self._c is not None else ', closed'}>"

    @property
    def _channel(self) -> Channel:  # type: ignore[override]
        return self

    @property
    def prepare(self) -> PrepareOps:
        """The operations of this channel; each returns a Prepared."""
        return PrepareOps(self)

    def _handle(self) -> Any:
        if self._c is None:
            raise ValueError(f"channel {self.name} is closed")
        return self._c

    def _op(self, name: str, add: Callable[[Any, Any, int], int], keep: Any, flags: int,
            metadata: Any = None, kind: type[Transfer] = Transfer) -> Any:
        batch = self.session._batch
        with self.session._submitting:
            try:
                transfer = BatchOps(batch, self)._op(name, add, keep, flags, metadata, kind)
                batch.submit()
            finally:
                # A refused op must not be submitted with the next one.
                batch.clear()
        return transfer

    def cyclic(self, ring: Any, period_len: int, direction: Direction, *, flags: int = NONE,
               copy: bool = False) -> Cyclic:
        """Transfer an array repeatedly, with a completion for each period_len bytes, until it
        is closed. capture() and play() call this with a direction. Unreachable: the memory is
        not in one piece for the device; coherent memory always is. LimitReached: more or longer
        periods than the channel supports."""
        keep, (buf, off, length) = self._piece(ring, direction == Direction.DEV_TO_MEM)
        transfer: Cyclic = self._op("cyclic", lambda b, c, n: lib.dmauser_batch_cyclic(
            b, c, int(direction), buf, off, length, period_len, n), keep, flags, kind=Cyclic)
        transfer._begin(ring, period_len, direction, keep, off, copy)
        return transfer

    def capture(self, ring: Any, period_len: int, *, copy: bool = False) -> Cyclic:
        """Capture from the peripheral into a ring until it is closed, see Cyclic."""
        return self.cyclic(ring, period_len, Direction.DEV_TO_MEM, copy=copy)

    def play(self, ring: Any, period_len: int) -> Cyclic:
        """Play a ring to the peripheral until it is closed, see Cyclic."""
        return self.cyclic(ring, period_len, Direction.MEM_TO_DEV)

    def open_stream(self, mode: str, *, block_len: int = 0, nr_blocks: int = 0, packets: bool = False) -> Stream:
        """Open the peripheral as a raw binary file with mode "r" or "w"; io.BufferedReader()
        and io.BufferedWriter() can wrap it. A descriptor has block_len bytes (0: 64 KiB,
        rounded up to pages); there are nr_blocks descriptors, 2 to 1024 (0: 4).
        With packets, a read ends at the end of a packet. While the stream is open, nothing else
        can be submitted. Busy: ops are in flight, or a stream is open; NotSupported: not this
        direction; ValueError: an invalid length or number."""
        return open_stream(self, mode, block_len, nr_blocks, packets)

    # --- control

    def config(self, **fields: Any) -> None:
        """Set the parameters of the peripheral for later ops. The fields are those of struct
        dmactl_chan_config: direction, src_addr, dst_addr (bus addresses), src_addr_width,
        dst_addr_width (bytes), src_maxburst, dst_maxburst (in units of the width) ...;
        peripheral_config takes bytes. NotAllowed: it needs CAP_SYS_RAWIO, or a port."""
        config = ffi.new("struct dmactl_chan_config *")
        config.size = ffi.sizeof("struct dmactl_chan_config")
        known = {name for name, _ in ffi.typeof("struct dmactl_chan_config").fields}
        known -= {"size", "flags", "chan", "peripheral_size", "peripheral_config_uptr"}
        extra = None
        for name, value in fields.items():
            if name == "peripheral_config":
                extra = ffi.new("char[]", bytes(value))
                config.peripheral_size = len(value)
                config.peripheral_config_uptr = int(ffi.cast("uintptr_t", extra))
            elif name in known:
                setattr(config, name, int(value))
            else:
                raise TypeError(f"config() has no field {name}; there are {', '.join(sorted(known))}, peripheral_config")
        check(lib.dmauser_chan_config(self._handle(), config), self.name)

    def status(self, transfer: Transfer | None = None) -> Record:
        """Return state and residue (bytes not moved yet) of the oldest op, or of the given one,
        and counters: struct dmactl_chan_status. NotFound: the op is not in flight."""
        status = ffi.new("struct dmactl_chan_status *")
        if transfer is None:
            check(lib.dmauser_chan_status(self._handle(), status), self.name)
        else:
            check(lib.dmauser_chan_status_of(self._handle(), transfer._number, status), f"{transfer!r}")
        return Record(status[0], ("size", "flags", "chan", "user_data"))

    def issue(self) -> None:
        """Issue the ops that were submitted with hold."""
        check(lib.dmauser_chan_issue(self._handle()), self.name)

    def pause(self) -> None:
        """Pause the transfers in flight. NotSupported: the channel cannot pause."""
        check(lib.dmauser_chan_pause(self._handle()), self.name)

    def resume(self) -> None:
        """Continue after pause(). NotSupported: the channel cannot resume."""
        check(lib.dmauser_chan_resume(self._handle()), self.name)

    def terminate(self) -> None:
        """Stop the channel: ops in flight end as Terminated. Their memory can be used again
        when they have ended. NotSupported: the channel cannot terminate."""
        check(lib.dmauser_chan_terminate(self._handle()), self.name)

    def synchronize(self) -> None:
        """Wait until the kernel processes no completion of the channel. After terminate() and
        this, all ops have ended."""
        check(lib.dmauser_chan_synchronize(self._handle()), self.name)
        self.session.poll()

    # --- waiting and ending

    @property
    def pending(self) -> int:
        """Number of submitted ops whose completions were not reaped yet."""
        return len(self._pending)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until all ops of this channel have ended, successfully or not; ops of other
        channels do not matter. timeout is in seconds. TimedOut."""
        if not self.session._wait_until(lambda: not self._pending, timeout):
            raise error(-errno.ETIME, self.name)

    async def drain(self) -> None:
        """Like wait(), for coroutines, and without a limit (asyncio.timeout() can set one)."""
        while self._pending:
            await next(iter(self._pending))._end()

    def close(self) -> None:
        """Stop the channel and release it. Copies that make progress may finish, for 200 ms at
        most; other ops are Terminated. A second call does nothing."""
        if self._c is None:
            return
        with self.session._submitting:
            check(lib.dmauser_chan_destroy(self._handle()), self.name)
            self._c = None
            self.session._channels.discard(self)
        if self._pending and not self.session._wait_until(lambda: not self._pending, 5):
            raise error(-errno.ETIME, f"the last {len(self._pending)} ops of {self.name}")

    async def aclose(self) -> None:
        """Like close(), for coroutines: the event loop runs while the hardware stops."""
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    def __enter__(self) -> Channel:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    async def __aenter__(self) -> Channel:
        return self

    async def __aexit__(self, *unused: Any) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if getattr(self, "_c", None) is not None and self.session._s is not None:
            lib.dmauser_chan_destroy(self._c)
            self._c = None


class Prepared:
    """An op that was prepared once. submit() makes a Transfer of it; only one can be in flight.
    Its memory stays in use until close()."""

    def __init__(self, channel: Channel, handle: Any, name: str, keep: Any):
        self.channel = channel
        self._p = handle
        self._name = name
        self._keep = keep

    def submit(self) -> Transfer:
        """Submit the op again. Busy: it is in flight; NoCredit."""
        if self._p is None:
            raise ValueError(f"the prepared {self._name} is closed")
        transfer: Transfer = self.channel._op(
            self._name, lambda b, c, n: lib.dmauser_batch_prepared(b, self._p, n), self, NONE)
        return transfer

    def close(self) -> None:
        """Free the prepared op. Busy: it is in flight; then nothing changes."""
        if self._p is not None and self.channel.session._s is not None:
            check(lib.dmauser_unprepare(self._p), self._name)
        self._p = self._keep = None

    def __enter__(self) -> Prepared:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_p", None) is not None and self.channel.session._s is not None:
            lib.dmauser_unprepare(self._p)


class PrepareOps(Ops):
    """The operations of a channel, to prepare them; each returns a Prepared. NotSupported: the op
    is xor_val() or pq_val()."""

    def __init__(self, channel: Channel):
        self._channel = channel

    def _op(self, name: str, add: Callable[[Any, Any, int], int], keep: Any, flags: int,
            metadata: Any = None, kind: type[Transfer] = Transfer) -> Any:
        channel = self._channel
        batch = channel.session._batch
        prepared = ffi.new("struct dmauser_prepared **")
        with channel.session._submitting:
            try:
                BatchOps(batch, channel)._op(name, add, keep, flags, metadata, kind)
                check(lib.dmauser_prepare(batch._b, prepared), f"{name} on {channel.name}")
            finally:
                batch.clear()
        return Prepared(channel, prepared[0], name, keep)
