# SPDX-License-Identifier: MIT
"""The names that PYNQ notebooks use, on ports and on slave names of firmware."""
import asyncio
import contextlib
import gc
import os

import numpy as np
import pytest

import dmauser
from conftest import run
from dmauser import pynq

CONFIGFS = "/sys/kernel/config/dma-sim/python"


def put(path, text):
    with open(f"{CONFIGFS}/{path}", "w", encoding="ascii") as file:
        file.write(text)


@contextlib.contextmanager
def ports():
    """Makes the ports axi-dma-0, with both directions, and adc, with one."""
    dirs = ["", "axi-dma-0", "axi-dma-0/tx", "axi-dma-0/rx", "adc", "adc/rx"]
    for name in dirs:
        os.mkdir(f"{CONFIGFS}/{name}")
    put("peripherals", "loopback,counter")
    for name, leads, way in (("axi-dma-0/tx", "loop-tx", "mem-to-dev"), ("axi-dma-0/rx", "loop-rx", "dev-to-mem"),
                             ("adc/rx", "counter", "dev-to-mem")):
        put(f"{name}/channel", leads)
        put(f"{name}/properties", f"dmactl,directions=string:{way}")
    for name in ("", "axi-dma-0/", "adc/"):
        put(f"{name}live", "1")
    try:
        yield
    finally:
        gc.collect()
        pynq.session().close()
        for name in reversed(dirs):
            os.rmdir(f"{CONFIGFS}/{name}")


@pytest.fixture
def overlay():
    if "configfs" not in open("/proc/filesystems", encoding="ascii").read():
        pytest.skip("the kernel has no configfs")
    with ports():
        it = pynq.Overlay("design.bit")
        yield it
        for dma in it._dmas.values():
            dma.close()


@pytest.fixture
def dma():
    it = pynq.DMA(tx="loop-tx", rx="loop-rx")
    yield it
    it.close()
    gc.collect()
    pynq.session().close()


def test_a_notebook(dma):
    """PYNQ's own example of a loopback."""
    sent = pynq.allocate(shape=(5,), dtype=np.uint32)
    got = pynq.allocate(shape=(5,), dtype=np.uint32)
    for i in range(5):
        sent[i] = i
    sent.flush()
    dma.sendchannel.transfer(sent)
    dma.recvchannel.transfer(got)
    dma.sendchannel.wait()
    dma.recvchannel.wait()
    got.invalidate()
    assert np.array_equal(sent, got)
    assert dma.recvchannel.transferred == 20 and dma.recvchannel.idle and not dma.recvchannel.error
    sent.freebuffer()
    with pytest.raises(ValueError, match="freed"):
        dma.sendchannel.transfer(sent)


def test_each_waits_for_its_own_channel(dma):
    a, b = pynq.allocate(100), pynq.allocate(100)
    dma.recvchannel.transfer(b)
    assert not dma.recvchannel.idle and dma.recvchannel.running
    with pytest.raises(RuntimeError, match="not idle"):
        dma.recvchannel.transfer(b)
    with pytest.raises(dmauser.TimedOut):
        dma.recvchannel.wait(0.1)
    dma.sendchannel.transfer(a)
    # The completions arrive in any order.
    dma.recvchannel.wait()
    dma.sendchannel.wait()


def test_part_of_an_array(dma):
    a, b = pynq.allocate(64, "u1"), pynq.allocate(64, "u1")
    a[:] = np.arange(64)
    dma.recvchannel.transfer(b, start=8, nbytes=16)
    dma.sendchannel.transfer(a[4:], 4, 16)
    dma.recvchannel.wait()
    assert list(b[8:24]) == list(range(8, 24)) and not b[24:].any()
    with pytest.raises(ValueError, match="64"):
        dma.sendchannel.transfer(a, 60, 5)


def test_stop_and_errors(dma, sim):
    b = pynq.allocate(16)
    dma.recvchannel.transfer(b)
    dma.recvchannel.stop()
    assert not dma.recvchannel.running and dma.recvchannel.idle
    for use in (dma.recvchannel.wait, lambda: dma.recvchannel.transfer(b)):
        with pytest.raises(RuntimeError, match="not started"):
            use()
    dma.recvchannel.start()
    sim.set(fail_nth=1, fail_how="write")
    dma.sendchannel.transfer(b)
    with pytest.raises(RuntimeError, match="DMA error"):
        dma.sendchannel.wait()
    assert dma.sendchannel.error and not dma.sendchannel.running
    dma.sendchannel.start()
    dma.recvchannel.transfer(b)
    dma.sendchannel.transfer(b)
    dma.recvchannel.wait()


def test_coroutines(dma):
    a, b = pynq.allocate(1000), pynq.allocate(1000)
    a[:] = 4

    async def main():
        dma.recvchannel.transfer(b)
        dma.sendchannel.transfer(a)
        await asyncio.gather(dma.recvchannel.wait_async(), dma.sendchannel.wait_async())

    run(main())
    assert (b == 4).all()


def test_what_cannot_be_says_why():
    a = pynq.allocate(4)
    for name in ("physical_address", "device_address"):
        with pytest.raises(AttributeError, match="no physical address"):
            getattr(a, name)
    with pytest.raises(AttributeError, match="XRT"):
        a.bo
    assert not hasattr(a, "physical_address") and a.virtual_address
    with pytest.raises(NotImplementedError, match="bitstream"):
        pynq.Overlay("design.bit", download=True)
    with pytest.raises(TypeError, match="cacheable"):
        pynq.allocate(4, cacheable=1)
    with pytest.raises(ValueError, match="in no buffer"):
        flush_computed(a)
    del a
    gc.collect()
    pynq.session().close()


def flush_computed(array):
    """Arrays that numpy computes are not DMA memory, whatever their class."""
    (array + 1).flush()


def test_ports_are_attributes(overlay):
    assert dir(overlay) == ["adc", "axi_dma_0"]
    assert {p.name for p in dmauser.ports()} == {"adc:rx", "axi-dma-0:rx", "axi-dma-0:tx"}
    dma = overlay.axi_dma_0
    a, b = pynq.allocate(8), pynq.allocate(8)
    a[:] = 6
    dma.recvchannel.transfer(b)
    dma.sendchannel.transfer(a)
    dma.recvchannel.wait()
    assert (b == 6).all()
    overlay.adc.recvchannel.transfer(b)
    overlay.adc.recvchannel.wait()
    assert list(b) == list(range(8))
    with pytest.raises(AttributeError, match="no sendchannel"):
        overlay.adc.sendchannel
    with pytest.raises(AttributeError, match="no port nothing; there are adc, axi_dma_0"):
        overlay.nothing
