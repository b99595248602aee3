# SPDX-License-Identifier: MIT
"""Arrays are DMA memory, which stays mapped while any object refers to it."""
import ctypes
import gc
import mmap
import os

import numpy as np
import pytest

import dmauser
from dmauser import SyncFlag


def test_arrays_are_the_memory_itself(session, copier):
    a = session.allocate((16, 1024), np.uint32)
    b = session.allocate((16, 1024), np.uint32)
    assert not a.flags.owndata and not a.any()
    assert a.__array_interface__["data"][0] % mmap.PAGESIZE == 0
    a[:] = np.arange(a.size, dtype=np.uint32).reshape(a.shape)
    assert copier.memcpy(b, a).wait() == a.nbytes
    assert (a == b).all()


def test_slices_keep_their_offset(session, copier):
    a = session.allocate((64, 64), np.uint16)
    b = session.allocate((64, 64), np.uint16)
    a[:] = np.arange(a.size, dtype=np.uint16).reshape(a.shape)
    copier.memcpy(b[10:20], a[30:40]).wait()
    assert (b[10:20] == a[30:40]).all() and not b[:10].any() and not b[20:].any()
    # Views of views, another dtype, another shape.
    flat = b.reshape(-1).view(np.uint8)[3:]
    copier.memcpy(flat[4:11], a.reshape(-1).view(np.uint8)[1:8]).wait()
    assert bytes(flat[4:11]) == bytes(a.reshape(-1).view(np.uint8)[1:8])
    buffer, offset = session.buffer_of(flat[4:])
    assert offset == 7 and buffer.nbytes == 8192


def test_close_is_refused_below_an_array(session):
    buffer = session.buffer(5000)
    assert buffer.nbytes == 8192 and buffer.exports == 0
    a = np.frombuffer(buffer, np.uint8)
    part = a[100:200]
    del a
    with pytest.raises(BufferError, match="still look"):
        buffer.close()
    # The memory is still mapped; otherwise this would be a SIGSEGV.
    part[:] = 7
    view = memoryview(buffer)
    assert buffer.exports == 2
    del part
    with pytest.raises(BufferError):
        buffer.close()
    view.release()
    buffer.close()
    buffer.close()
    with pytest.raises(ValueError, match="closed"):
        memoryview(buffer)
    with pytest.raises(ValueError, match="closed"):
        buffer.sync(SyncFlag.BEGIN | SyncFlag.READ)


def test_closing_a_session_is_refused_below_an_array():
    session = dmauser.Session()
    channel = session.channel(caps=dmauser.Cap.MEMCPY)
    a = session.allocate(4096)
    other = session.buffer(4096)
    with pytest.raises(BufferError):
        session.close()
    # The refused close changed neither the buffers nor the channel.
    a[:] = 3
    b = np.frombuffer(other, np.uint8)
    channel.memcpy(b, a).wait()
    assert (b == 3).all()
    del a, b
    session.close()
    session.close()
    with pytest.raises(ValueError, match="closed"):
        session.allocate(1)
    with pytest.raises(ValueError, match="closed"):
        channel.status()


def test_a_with_block_does_not_hide_what_went_wrong():
    with pytest.raises(ZeroDivisionError):
        with dmauser.Session() as session:
            a = session.allocate(16)
            a[0] = 1 // 0


def test_an_array_outlives_the_names_of_its_session():
    a = dmauser.Session().allocate(4096)
    gc.collect()
    a[:] = 9
    assert int(a.sum()) == 9 * 4096


def test_memory_goes_with_its_last_array(session):
    limit = session.info.max_buffers
    for i in range(limit + 10):
        a = session.allocate(4096)
        a[0] = i % 251
    assert limit > 100


def test_no_memory_beyond_the_limit(session):
    with pytest.raises(dmauser.DmaError) as e:
        session.allocate(1 << 45)
    assert isinstance(e.value, OSError) and "35184372088832 bytes" in str(e.value)
    for bad in (0, -1):
        with pytest.raises(ValueError, match="bytes"):
            session.allocate(bad)
    with pytest.raises(ValueError, match="objects"):
        session.allocate(4, object)


def test_memory_of_the_program(session, copier):
    x = np.arange(5000, dtype=np.uint32)
    y = bytearray(20000)
    mapped, other = session.map(x), session.map(y)
    assert mapped.array is x
    copier.memcpy(memoryview(y)[40:80], x[10:20]).wait()
    assert bytes(y[40:80]) == x[10:20].tobytes() and not any(y[:40])
    # The bytearray is pinned, so the program cannot resize it.
    with pytest.raises(BufferError):
        y.extend(b"more")
    mapped.close()
    other.close()
    y.extend(b"more")
    assert x[4999] == 4999
    with pytest.raises(ValueError, match="in no buffer"):
        copier.memcpy(x[:10], x[10:20])


def test_memory_that_must_not_be_written(session, copier):
    data = b"\x11" * 4096
    with pytest.raises(BufferError, match="read only"):
        session.map(data)
    source = session.map(data, readonly=True)
    a = session.allocate(4096)
    copier.memcpy(a, data).wait()
    assert (a == 0x11).all()
    with pytest.raises(BufferError, match="read only"):
        copier.memcpy(data, a)
    a.flags.writeable = False
    with pytest.raises(BufferError, match="read only"):
        copier.memcpy(a, data)
    source.close()


def test_what_is_no_operand(session, copier):
    a = session.allocate((8, 8))
    with pytest.raises(ValueError, match="one piece"):
        copier.memcpy(a[:, :4], a[:, 4:])
    with pytest.raises(ValueError, match="in no buffer of this session"):
        copier.memcpy(a, np.zeros((8, 8), np.uint8))
    with pytest.raises(ValueError, match="empty"):
        copier.memcpy(a[:0], a[:0])
    with pytest.raises(ValueError, match="64 bytes.* 32 bytes"):
        copier.memcpy(a[:4], a)
    with dmauser.Session() as other:
        b = other.allocate((8, 8))
        with pytest.raises(ValueError, match="in no buffer"):
            copier.memcpy(a, b)
        del b


def test_coherent_memory(session, copier):
    a = session.allocate(4096, coherent=copier)
    b = session.allocate(4096, near=copier)
    a[:] = 5
    copier.memcpy(b, a).wait()
    assert (b == 5).all()
    with pytest.raises(dmauser.NotSupported):
        session.buffer_of(a)[0].export()
    with pytest.raises(ValueError, match="near"):
        session.allocate(1, coherent=copier, near=copier)


def test_contiguous_memory(session, copier):
    a = session.allocate((64, 1 << 18), np.uint32, contiguous=True, near=copier)
    b = session.allocate(1 << 18, np.uint32, contiguous=True)
    a[63] = np.arange(1 << 18)
    copier.memcpy(b, a[63]).wait()
    assert (b == np.arange(1 << 18)).all()
    assert not a[0].any()
    with pytest.raises(ValueError, match="contiguous"):
        session.allocate(1, coherent=copier, contiguous=True)


def test_a_dmabuf_goes_to_another_session(session, copier):
    a = session.allocate(4096)
    fd = session.buffer_of(a)[0].export()
    with dmauser.Session() as other:
        theirs = other.import_dmabuf(fd)
        os.close(fd)
        b = np.frombuffer(theirs, np.uint8)
        c = session.allocate(4096)
        c[:] = 77
        copier.memcpy(a, c).wait()
        theirs.sync(SyncFlag.BEGIN | SyncFlag.READ)
        assert (b == 77).all()
        theirs.sync(SyncFlag.END | SyncFlag.READ)
        with pytest.raises(dmauser.NotSupported):
            theirs.mmap_offset()
        del b
    with pytest.raises(ValueError, match="dma-buf 0"):
        session.import_dmabuf(0)


def test_another_mapping_of_ones_own(session):
    buffer = session.buffer(3 * mmap.PAGESIZE)
    a = np.frombuffer(buffer, np.uint8)
    with mmap.mmap(session.fileno(), mmap.PAGESIZE, offset=buffer.mmap_offset() + mmap.PAGESIZE) as second:
        second[0:5] = b"hello"
        assert bytes(a[mmap.PAGESIZE:mmap.PAGESIZE + 5]) == b"hello"
        del a
        buffer.close()
        # The other object keeps the memory.
        assert second[0:5] == b"hello"


def test_sync_takes_what_the_module_takes(session):
    a = session.allocate(4096)
    session.sync(a[10:20], SyncFlag.END | SyncFlag.WRITE)
    with pytest.raises(ValueError):
        session.sync(a, SyncFlag.READ)
    with pytest.raises(ValueError):
        session.buffer_of(a)[0].sync(SyncFlag.END | SyncFlag.WRITE, 4000, 97)


def test_arrays_of_others_stay_where_they_are(session, copier):
    # This memory belongs to ctypes, not numpy.
    raw = (ctypes.c_uint8 * 512)(*range(256), *range(256))
    mapped = session.map(raw)
    a = session.allocate(512)
    copier.memcpy(a, raw).wait()
    assert bytes(a) == bytes(raw)
    mapped.close()
