# SPDX-License-Identifier: MIT
"""The names of PYNQ, on dmactl: a notebook needs only another import.

    from dmauser.pynq import Overlay, allocate      # from pynq import Overlay, allocate

    dma = Overlay("design.bit").axi_dma_0           # the port "axi_dma_0" of dmactl
    buffer = allocate(1024, "u4")
    dma.recvchannel.transfer(buffer)
    dma.recvchannel.wait()

Differences: any user of the group "dma" can use it, not only root. The kernel configures the
hardware; this module does not load bitstreams. Physical addresses are not available, because a
device with an address can access all memory: pass the array itself.
"""
from __future__ import annotations

import errno
from typing import Any, Iterable

import numpy as np

from . import _discover
from ._channel import Channel
from ._constants import Direction, SyncFlag
from ._core import DmaError, error, text_of
from ._session import Session
from ._transfer import Transfer

NO_ADDRESS = ("dmactl gives no physical address: a device that is told one reaches all memory. Pass the array "
              "to transfer(), or export its memory as a dma-buf for another driver")

_session: Session | None = None


def session() -> Session:
    """Return the session that all buffers and channels of this module share."""
    global _session
    if _session is None or _session._s is None:
        _session = Session()
    return _session


class PynqBuffer(np.ndarray):
    """The array in DMA memory that allocate() returns. Its slices are PynqBuffers, too.

    coherent	False: sync it with flush() and invalidate(); transfer() and wait() do
		this automatically
    """

    coherent = False
    cacheable = True
    _freed = False

    def __array_finalize__(self, other: Any) -> None:
        self._session = getattr(other, "_session", None)
        self._freed = getattr(other, "_freed", False)

    def __enter__(self) -> PynqBuffer:
        return self

    def __exit__(self, *unused: Any) -> None:
        self.freebuffer()

    def _sync(self, flags: SyncFlag) -> None:
        if self._freed:
            raise ValueError("the buffer was freed")
        if self._session is None:
            raise ValueError("this array is no DMA memory: it is a copy")
        self._session.sync(self, flags)

    def flush(self) -> None:
        """Sync the bytes that the CPU wrote for the device."""
        self._sync(SyncFlag.END | SyncFlag.WRITE)

    def invalidate(self) -> None:
        """Sync the bytes that the device wrote for the CPU."""
        self._sync(SyncFlag.BEGIN | SyncFlag.READ)

    sync_to_device = flush
    sync_from_device = invalidate

    def freebuffer(self) -> None:
        """Mark the buffer as freed: later transfers with it fail. The memory itself is freed
        with the last array that uses it."""
        self._freed = True

    close = freebuffer

    @property
    def physical_address(self) -> int:
        raise AttributeError(NO_ADDRESS)

    @property
    def device_address(self) -> int:
        raise AttributeError(NO_ADDRESS)

    @property
    def virtual_address(self) -> int:
        return int(self.__array_interface__["data"][0])

    @property
    def bo(self) -> int:
        raise AttributeError("there is no buffer object of XRT: dmauser.Session.buffer_of(array)[0].export() is a dma-buf")


def allocate(shape: int | Iterable[int], dtype: Any = "u4", target: Any = None, **unknown: Any) -> PynqBuffer:
    """Allocate a zeroed array in DMA memory. target is ignored, because any device can use the
    memory. LimitReached: RLIMIT_MEMLOCK."""
    if unknown:
        raise TypeError(f"allocate() knows no {', '.join(sorted(unknown))}")
    array = session().allocate(shape, dtype).view(PynqBuffer)
    array._session = session()
    return array


class _SDMAChannel:
    """The sendchannel or recvchannel of a DMA. It has one transfer at a time."""

    def __init__(self, channel: Channel, sends: bool):
        self.channel = channel
        self._sends = sends
        self._transfer: Transfer | None = None
        self._started = True
        #: bytes that the last transfer moved
        self.transferred = 0

    @property
    def running(self) -> bool:
        """False after stop() or an error, until start()."""
        return self._started and not self.error

    @property
    def idle(self) -> bool:
        """Whether no transfer is in flight."""
        self._look()
        return self._transfer is None or self._transfer.done()

    @property
    def error(self) -> bool:
        """Whether the last transfer failed; start() clears it."""
        self._look()
        return self._transfer is not None and bool(self._transfer.status) and self._started

    def _look(self) -> None:
        if self._transfer is not None and not self._transfer.done():
            self.channel.session.poll()

    def start(self) -> None:
        """Allow transfers again after stop() or an error."""
        if self.idle:
            self._transfer = None
        self._started = True

    def stop(self) -> None:
        """Terminate the transfer in flight. Its memory can be used again when this returns."""
        self._started = False
        if not self.idle:
            self.channel.terminate()
            self.channel.wait(10)
        self._transfer = None

    reset = stop

    def transfer(self, array: Any, start: int = 0, nbytes: int = 0) -> None:
        """Start a transfer of nbytes bytes (0: up to the end) of an array of allocate(), from
        byte `start' on. RuntimeError: the channel is not started, not idle, or has failed."""
        if not self._started or self.error:
            raise RuntimeError("DMA channel not started" + (": the last transfer failed" if self._started else ""))
        if not self.idle:
            raise RuntimeError("DMA channel not idle")
        if getattr(array, "_freed", False):
            raise ValueError("the buffer was freed")
        flat = np.asarray(array).reshape(-1).view(np.uint8)
        length = nbytes or flat.nbytes - start
        if start < 0 or length <= 0 or start + length > flat.nbytes:
            raise ValueError(f"{length} bytes from {start} on: the array has {flat.nbytes}")
        part = flat[start:start + length]
        self._transfer = self.channel.send(part) if self._sends else self.channel.recv(part)

    def _finish(self) -> None:
        transfer = self._transfer
        if transfer is not None and transfer.done():
            self.transferred = transfer.nbytes
            if transfer.status:
                raise RuntimeError(f"DMA error: {text_of(transfer.status)}") from DmaError(
                    -transfer.status, text_of(transfer.status), self.channel.name)

    def _waited(self) -> Transfer:
        if not self._started or self._transfer is None:
            raise RuntimeError("DMA channel not started")
        return self._transfer

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the transfer of this channel has ended. The timeout in seconds (TimedOut)
        is not in PYNQ. RuntimeError: the transfer failed, or there is none."""
        transfer = self._waited()
        if not self.channel.session._wait_until(transfer.done, timeout):
            raise error(-errno.ETIME, self.channel.name)
        self._finish()

    async def wait_async(self) -> None:
        """Like wait(), for coroutines."""
        await self._waited()._end()
        self._finish()


class DMA:
    """A DMA with a channel to the peripheral, one from the peripheral, or both.

    tx, rx	the channels: ports "PORT:CHANNEL" or slave names
    """

    def __init__(self, tx: str | None = None, rx: str | None = None):
        if tx is None and rx is None:
            raise ValueError("a DMA has a channel: tx, rx or both")
        self._channels: list[Channel] = []
        if tx is not None:
            self.sendchannel = _SDMAChannel(self._take(tx), True)
        if rx is not None:
            self.recvchannel = _SDMAChannel(self._take(rx), False)

    def _take(self, name: str) -> Channel:
        by = "port" if any(port.name == name for port in _discover.ports()) else "slave"
        channel = session().channel(**{by: name})
        self._channels.append(channel)
        return channel

    def __getattr__(self, name: str) -> Any:
        if name in ("sendchannel", "recvchannel"):
            raise AttributeError(f"this DMA has no {name}")
        raise AttributeError(name)

    def close(self) -> None:
        """Stop the channels and release them."""
        for channel in self._channels:
            channel.close()


class Overlay:
    """Each port of dmactl is an attribute of type DMA: Overlay("design.bit").axi_dma_0. Dashes
    in its name may be written as underscores. The bitstream is ignored: the kernel's FPGA
    manager loads it, together with the device tree that has the ports."""

    def __init__(self, bitfile_name: str | None = None, download: bool | None = None):
        if download:
            raise NotImplementedError("dmactl loads no bitstream: fpgautil, or the FPGA manager, does, with the "
                                      "device tree overlay that has the ports")
        self.bitfile_name = bitfile_name
        self._dmas: dict[str, DMA] = {}

    def __dir__(self) -> list[str]:
        return sorted({port.port.replace("-", "_") for port in _discover.ports()})

    def __getattr__(self, name: str) -> DMA:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._dmas:
            return self._dmas[name]
        found = [port for port in _discover.ports() if port.port.replace("-", "_") == name.replace("-", "_")]
        if not found:
            raise AttributeError(f"dmactl has no port {name}; there are {', '.join(dir(self)) or 'none'}")
        names: dict[str, str] = {}
        for port in found:
            if port.directions & Direction.MEM_TO_DEV:
                names.setdefault("tx", port.name)
            if port.directions & Direction.DEV_TO_MEM and port.name not in names.values():
                names.setdefault("rx", port.name)
        self._dmas[name] = DMA(**names)
        return self._dmas[name]


__all__ = ["DMA", "Overlay", "PynqBuffer", "allocate", "session"]
