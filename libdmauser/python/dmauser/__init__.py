# SPDX-License-Identifier: MIT
"""dmauser: DMA engines for Python, with libdmauser and /dev/dmactl.

    with dmauser.Session() as session:
        channel = session.channel(caps=dmauser.Cap.MEMCPY)
        src = session.allocate((256, 1024), np.uint32)
        dst = session.allocate((256, 1024), np.uint32)
        channel.memcpy(dst[10:20], src[10:20]).wait()       # or: await channel.memcpy(...)
        del src, dst

The arrays are the DMA memory itself, so only the hardware copies data. Each operation returns a
Transfer. Lengths and offsets are in bytes, timeouts in seconds, timestamps in nanoseconds.
Errors of dmactl are a DmaError, which is an OSError with errno and the library's text; an
invalid value is a ValueError, too.

dmauser.pynq has the names that notebooks for PYNQ use. dmauser.lib and dmauser.ffi give access
to the C library with cffi.
"""
from ._buffer import Buffer
from ._channel import Channel, Prepared
from ._constants import (DMAUSER_VERSION, Bound, Cap, Completion, Direction, Feature, Opcode, OpFlag, Residue, State,
                         SyncFlag)
from ._core import (BadValue, Busy, DeviceGone, DmaError, LimitReached, NoCredit, NoMemory, NotAllowed, NotFound, NotSupported,
                    Record, Terminated, TimedOut, TransferFailed, Unreachable, ffi, lib)
from ._cyclic import Cyclic, Period
from ._discover import channels, ports
from ._ops import Batch, BatchOps, Ops
from ._session import Session
from ._stream import Stream
from ._transfer import Check, Mismatch, Transfer

__version__ = DMAUSER_VERSION

__all__ = [
    "BadValue", "Batch", "BatchOps", "Bound", "Buffer", "Busy", "Cap", "Channel", "Check", "Completion", "Cyclic",
    "DeviceGone", "Direction", "DmaError", "Feature", "LimitReached", "Mismatch", "NoCredit", "NoMemory", "NotAllowed",
    "NotFound", "NotSupported", "Opcode", "OpFlag", "Ops", "Period", "Prepared", "Record", "Residue", "Session",
    "State", "Stream", "SyncFlag", "Terminated", "TimedOut", "Transfer", "TransferFailed", "Unreachable", "channels",
    "ffi", "lib", "ports",
]
