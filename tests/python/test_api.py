# SPDX-License-Identifier: MIT
"""Python has every function of the library, with documentation."""
import enum
import errno
import glob
import inspect
import os
import pydoc
import re

import pytest

import dmauser
from dmauser import pynq

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Functions that Python's own objects do not call, and the reasons.
ELSEWHERE = {
    "dmauser_version": "dmauser.__version__ is that of the header, which the build takes",
    "dmauser_reap": "dmauser_wait() without a wait is the same",
    "dmauser_submit_wait": "records are distributed in one place",
    "dmauser_chan_wait": "transfers are found by their number, not by their channel",
    "dmauser_batch_get": "a Batch knows its transfers",
    "dmauser_batch_set_keep": "each submit makes new transfers",
    "dmauser_buf_unmap": "a buffer is mapped as long as it lives",
    "dmauser_buf_handle": "for who makes ops by hand",
    "dmauser_chan_handle": "for who makes ops by hand",
    "dmauser_ring_new": "records are read for all threads and loops in one call",
    "dmauser_ring_peek": "as above",
    "dmauser_ring_advance": "as above",
    "dmauser_uring_prep": "asyncio has no io_uring",
    "dmauser_uring_issue": "asyncio has no io_uring",
}


def functions():
    with open(f"{ROOT}/libdmauser/libdmauser.map", encoding="ascii") as file:
        return re.findall(r"^\t(dmauser_\w+);", file.read(), re.M)


def sources():
    return "".join(open(path, encoding="utf-8").read()
                   for path in glob.glob(f"{ROOT}/libdmauser/python/dmauser/*.py"))


def test_every_function_is_there_and_has_its_place():
    text = sources()
    assert len(functions()) > 80
    for name in functions():
        assert hasattr(dmauser.lib, name), name
        assert (f"lib.{name}" in text) != (name in ELSEWHERE), name


def test_every_opcode_has_a_method():
    slave = {"SLAVE_SG": "send", "SLAVE_SINGLE": "recv", "CYCLIC": "cyclic", "PREPARED": "prepare"}
    for opcode in dmauser.Opcode:
        assert hasattr(dmauser.Channel, slave.get(opcode.name, opcode.name.lower())), opcode


def test_constants_are_the_headers():
    assert dmauser.Cap.MEMCPY == dmauser.lib.DMACTL_CAP_MEMCPY == 1
    assert dmauser.Cap.OFFERED == 1 << 46
    for kind, prefix in ((dmauser.Cap, "CAP"), (dmauser.OpFlag, "OPF"), (dmauser.Feature, "FEATURE"),
                         (dmauser.State, "STATE"), (dmauser.Direction, "DIR")):
        names = {name for name in dir(dmauser.lib) if name.startswith(f"DMACTL_{prefix}_")}
        assert names == {f"DMACTL_{prefix}_{name}" for name in kind.__members__}
        for name, member in kind.__members__.items():
            assert member == getattr(dmauser.lib, f"DMACTL_{prefix}_{name}")
    assert dmauser.lib.DMACTL_TIMEOUT_INFINITE == 2**64 - 1
    assert dmauser.__version__ == dmauser.ffi.string(dmauser.lib.dmauser_version()).decode()


def public():
    for module in (dmauser, pynq):
        for name in module.__all__:
            thing = getattr(module, name)
            if name in ("ffi", "lib"):
                continue
            yield name, thing
            if inspect.isclass(thing) and not issubclass(thing, (enum.Enum, Exception)):
                for member, value in vars(thing).items():
                    if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                        yield f"{name}.{member}", value


def test_everything_says_what_it_is():
    inherited = {"Stream.readall", "Stream.readinto", "Stream.write"}
    plain = {"PynqBuffer.physical_address", "PynqBuffer.device_address", "PynqBuffer.virtual_address", "PynqBuffer.bo"}
    undocumented = [name for name, thing in public() if not inspect.getdoc(thing) and name not in plain]
    assert undocumented == [] and inherited


def test_everything_has_types():
    for name, thing in public():
        function = thing.fget if isinstance(thing, property) else thing
        if not inspect.isfunction(function):
            continue
        assert "return" in function.__annotations__, name
        for parameter in inspect.signature(function).parameters.values():
            assert parameter.name == "self" or parameter.annotation is not parameter.empty, (name, parameter.name)


def test_help_tells_units_and_errors():
    text = pydoc.render_doc(dmauser.Session.buffer) + pydoc.render_doc(dmauser.Channel.open_stream)
    for word in ("LimitReached", "whole pages", "block_len bytes", "NotSupported"):
        assert word in text


@pytest.mark.parametrize("number, kind, builtin", [
    (errno.ENOENT, dmauser.NotFound, FileNotFoundError), (errno.EPERM, dmauser.NotAllowed, PermissionError),
    (errno.EAGAIN, dmauser.NoCredit, BlockingIOError), (errno.ETIME, dmauser.TimedOut, TimeoutError),
    (errno.EDQUOT, dmauser.LimitReached, OSError), (errno.EXDEV, dmauser.Unreachable, OSError),
    (errno.ENODEV, dmauser.DeviceGone, OSError), (errno.ECANCELED, dmauser.Terminated, OSError),
    (errno.EBUSY, dmauser.Busy, OSError), (errno.EOPNOTSUPP, dmauser.NotSupported, OSError),
    (errno.EIO, dmauser.TransferFailed, OSError), (errno.ENOMEM, dmauser.NoMemory, OSError),
    (errno.EINVAL, dmauser.BadValue, ValueError), (errno.EMSGSIZE, dmauser.DmaError, OSError)])
def test_errors_have_the_librarys_text(number, kind, builtin):
    e = dmauser._core.error(-number, "dma0chan0")
    assert type(e) is kind and isinstance(e, (dmauser.DmaError, builtin)) and isinstance(e, builtin)
    text = dmauser.ffi.string(dmauser.lib.dmauser_strerror(number)).decode()
    assert (e.errno, e.strerror, e.filename) == (number, text, "dma0chan0") and text in str(e)


def test_channels_are_listed_and_asked(session):
    names = [channel.name for channel in dmauser.channels()]
    assert names and all(re.fullmatch(r"dma\d+chan\d+", name) for name in names)
    caps = session.look(names[0])
    assert caps.name == names[0] and caps.caps & dmauser.Cap.MEMCPY and caps.driver
    with session.channel(names[0]) as channel:
        assert channel.name == names[0] and channel.caps.caps == caps.caps and channel.depth >= 1
        assert {c.name: c.in_use for c in dmauser.channels()}[names[0]] == 1
        with pytest.raises(dmauser.Busy, match=names[0]):
            session.channel(names[0])
    with pytest.raises(AttributeError):
        caps.name = "another"


def test_channels_that_cannot_be_had(session):
    with pytest.raises(dmauser.NotFound, match="dma99chan0"):
        session.channel("dma99chan0")
    with pytest.raises(dmauser.NotFound, match="no-such"):
        session.channel(port="no-such")
    for bad in ({}, {"name": "a", "slave": "b"}, {"name": "a", "device": "b"}):
        with pytest.raises(ValueError):
            session.channel(**bad)
    with pytest.raises(ValueError, match="xxx"):
        session.channel("x" * 100)
    with pytest.raises(ValueError):
        session.channel(caps=dmauser.Cap.MEMCPY, depth=1 << 30)


def test_a_node_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="is the module dmactl loaded"):
        dmauser.Session("/dev/no-such-node")
    with pytest.raises(dmauser.NotSupported, match="/dev/null"):
        dmauser.Session("/dev/null")
