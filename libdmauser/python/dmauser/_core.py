# SPDX-License-Identifier: MIT
"""The library, its errors, and its structs as Python objects."""
from __future__ import annotations

import errno
import os
from typing import Any, Iterator

from . import _lib

ffi = _lib.ffi
lib = _lib.lib

FOREVER = lib.DMACTL_TIMEOUT_INFINITE


class DmaError(OSError):
    """An error of dmactl. errno is the number, strerror the library's text, and filename the
    object: a channel, a buffer, a device node."""


class BadValue(DmaError, ValueError):
    """EINVAL: the channel or the module does not accept this length, alignment or flag."""


class NotFound(DmaError, FileNotFoundError):
    """ENOENT: there is no such channel, port, object or device node."""


class Busy(DmaError):
    """EBUSY: another session or driver holds the channel, or an op in flight uses the memory."""


class NotAllowed(DmaError, PermissionError):
    """EPERM, EACCES: a privilege is missing, or the channel is not offered."""


class NotSupported(DmaError):
    """EOPNOTSUPP, ENOTTY, E2BIG: the channel, or the module, cannot do this."""


class LimitReached(DmaError):
    """EDQUOT, EMFILE: RLIMIT_MEMLOCK, or a limit of the module."""


class Unreachable(DmaError):
    """EXDEV: the device cannot reach the memory, or not in one piece."""


class NoCredit(DmaError, BlockingIOError):
    """EAGAIN: the channel has the most outstanding ops; wait for one."""


class TimedOut(DmaError, TimeoutError):
    """ETIME: the timeout has expired. The ops continue."""


class DeviceGone(DmaError):
    """ENODEV: the DMA device, its driver or the port went away."""


class Terminated(DmaError):
    """ECANCELED, ESTRPIPE: the channel was terminated before the op had ended."""


class TransferFailed(DmaError):
    """EFAULT, EREMOTEIO, ECONNABORTED, EIO: the DMA device reported an error."""


class NoMemory(DmaError):
    """ENOMEM: the kernel is out of memory."""


_CLASSES = {
    errno.EINVAL: BadValue, errno.ENAMETOOLONG: BadValue, errno.ENOMEM: NoMemory,
    errno.ENOENT: NotFound, errno.EBUSY: Busy, errno.EPERM: NotAllowed, errno.EACCES: NotAllowed,
    errno.EOPNOTSUPP: NotSupported, errno.ENOTTY: NotSupported, errno.E2BIG: NotSupported,
    errno.EDQUOT: LimitReached, errno.EMFILE: LimitReached, errno.EXDEV: Unreachable, errno.EAGAIN: NoCredit,
    errno.ETIME: TimedOut, errno.ETIMEDOUT: TimedOut, errno.ENODEV: DeviceGone, errno.ECANCELED: Terminated,
    errno.ESTRPIPE: Terminated, errno.EFAULT: TransferFailed, errno.EREMOTEIO: TransferFailed,
    errno.ECONNABORTED: TransferFailed, errno.EIO: TransferFailed,
}


def error(rc: int, what: str = "") -> OSError:
    """Return the exception for the result of a function or the status of a completion."""
    number = abs(rc)
    if number == errno.EINTR:
        return InterruptedError(number, os.strerror(number), what)
    return _CLASSES.get(number, DmaError)(number, text_of(number), what)


def text_of(number: int) -> str:
    return ffi.string(lib.dmauser_strerror(number)).decode()


def check(rc: int, what: str = "") -> int:
    """Return the result of a function, or raise its error."""
    if rc < 0:
        raise error(rc, what)
    return rc


def ns_of(seconds: float | None) -> int:
    """Convert seconds to the library's timeout. None is no limit."""
    if seconds is None:
        return FOREVER
    if seconds < 0:
        raise ValueError(f"a time of {seconds} s: at least 0 is allowed, or None for no limit")
    return min(int(seconds * 1e9), FOREVER)


class Record:
    """A struct of the interface, read-only. It has the fields of the header, without "out_"."""

    _hidden = ("size", "flags", "reserved")

    def __init__(self, cdata: Any, hidden: tuple[str, ...] = _hidden):
        for name, field in ffi.typeof(cdata).fields if ffi.typeof(cdata).kind == "struct" else ffi.typeof(cdata).item.fields:
            if name in hidden:
                continue
            value = getattr(cdata, name)
            if field.type.kind == "array":
                value = ffi.string(value).decode(errors="replace")
            elif field.type.kind == "pointer":
                value = ffi.string(value).decode(errors="replace")
            self.__dict__[name[len("out_"):] if name.startswith("out_") else name] = value

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name}: it only tells how things are")

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self.__dict__.items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"
