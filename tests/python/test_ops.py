# SPDX-License-Identifier: MIT
"""Every operation, with its result."""
import functools
import os
import select
import struct

import numpy as np
import pytest

import dmauser
from dmauser import Cap, Direction, Mismatch, OpFlag

rng = np.random.default_rng(4711)


def some(session, shape, dtype=np.uint8):
    a = session.allocate(shape, dtype)
    a[:] = rng.integers(0, 256, a.nbytes, np.uint8).view(dtype).reshape(a.shape)
    return a


def times(a, factor):
    """Multiplies in GF(2^8) with the polynomial 0x11d."""
    total, power = np.zeros_like(a), a.astype(np.uint16)
    while factor:
        if factor & 1:
            total ^= power.astype(np.uint8)
        power = power << 1
        power ^= np.where(power & 0x100, 0x11d, 0).astype(np.uint16)
        factor >>= 1
    return total


@pytest.fixture
def chan(session):
    return session.channel(caps=Cap.MEMCPY | Cap.XOR | Cap.PQ)


def test_memset(session, chan):
    a = session.allocate(5000)
    assert chan.memset(a[7:4321], 0xa5).wait() == 4314
    assert (a[7:4321] == 0xa5).all() and not a[:7].any() and not a[4321:].any()
    with pytest.raises(ValueError, match="256"):
        chan.memset(a, 256)


def test_memset_sg(session, chan):
    a = session.allocate(1000)
    chan.memset_sg([a[:10], a[20:30], a[900:]], 9).wait()
    assert int(a.sum()) == 9 * 120 and (a[20:30] == 9).all()


def test_sg(session, chan):
    a, b = some(session, 3000), session.allocate(3000)
    assert chan.sg([b[100:103], b[200:2197]], [a[5:1505], a[2000:2500]]).wait() == 2000
    assert bytes(b[100:103]) + bytes(b[200:2197]) == bytes(a[5:1505]) + bytes(a[2000:2500])
    with pytest.raises(ValueError):
        chan.sg([b[:10]], [a[:11]])
    with pytest.raises(ValueError, match="empty"):
        chan.sg([], [a])


def test_xor_and_its_check(session, chan):
    src = [some(session, 4096) for _ in range(20)]
    dst = session.allocate(4096)
    chan.xor(dst, src).wait()
    assert (dst == functools.reduce(np.bitwise_xor, src)).all()
    scratch = session.allocate(4096)
    assert chan.xor_val([*src, dst], scratch).wait() == Mismatch(0)
    dst[4095] ^= 1
    assert chan.xor_val([*src, dst], scratch).wait() == Mismatch.P
    with pytest.raises(ValueError):
        chan.xor(dst, [src[0], src[1][:100]])


def test_pq_and_its_check(session, chan):
    src = [some(session, 2048) for _ in range(5)]
    p, q = session.allocate(2048), session.allocate(2048)
    chan.pq(p, q, src).wait()
    assert (p == functools.reduce(np.bitwise_xor, src)).all()
    assert (q == functools.reduce(np.bitwise_xor, [times(a, 1 << i) for i, a in enumerate(src)])).all()
    assert chan.pq_val(p, q, src).wait() == Mismatch(0)
    q[0] ^= 1
    assert chan.pq_val(p, q, src).wait() == Mismatch.Q
    p[9] ^= 1
    assert chan.pq_val(p, q, src).wait() == Mismatch.P | Mismatch.Q
    chan.pq(None, q, src, [7, 1, 200, 3, 90]).wait()
    assert (q == functools.reduce(np.bitwise_xor, [times(a, f) for a, f in zip(src, [7, 1, 200, 3, 90])])).all()
    with pytest.raises(ValueError, match="4 coefficients for 5"):
        chan.pq(p, q, src, [1, 2, 3, 4])


def test_coefficients_are_those_of_raid6():
    """Coefficients above 2^7 wrap as in the kernel's table."""
    found = list(dmauser._ops.coefficients_of(None, 12))
    assert found == [1, 2, 4, 8, 16, 32, 64, 128, 0x1d, 0x3a, 0x74, 0xe8]


def test_copy2d(session):
    chan = session.channel(caps=Cap.INTERLEAVE)
    image = some(session, (48, 64, 3))
    tile = session.allocate((10, 20, 3))
    assert chan.copy2d(tile, image[5:15, 30:50]).wait() == 600
    assert (tile == image[5:15, 30:50]).all()
    before = image.copy()
    chan.copy2d(image[0:10, 1:21], tile).wait()
    before[0:10, 1:21] = tile
    assert (image == before).all()
    for bad in (image[::-1, 0:20][:10], image[0:10, 0:40:2]):
        with pytest.raises(ValueError, match="row"):
            chan.copy2d(tile, bad)
    with pytest.raises(ValueError, match="shape"):
        chan.copy2d(tile, image)


def test_interleaved(session):
    chan = session.channel(caps=Cap.INTERLEAVE)
    a, b = some(session, 300), session.allocate(60)
    chan.interleaved(b, a, [(10, 20), (5, 15)], 4,
                     flags=OpFlag.SRC_INC | OpFlag.DST_INC | OpFlag.SRC_SGL).wait()
    wanted = b"".join(bytes(a[at:at + 10]) + bytes(a[at + 30:at + 35]) for at in range(0, 200, 50))
    assert bytes(b) == wanted


def test_immediate_data(session):
    try:
        chan = session.channel(caps=Cap.IMM_DATA)
    except dmauser.NotFound:
        pytest.skip("this kernel has no immediate data")
    a = session.allocate(24)
    chan.imm_data(a[8:16], 0x0102030405060708).wait()
    assert bytes(a) == bytes(8) + struct.pack("=Q", 0x0102030405060708) + bytes(8)
    with pytest.raises(ValueError, match="8 bytes"):
        chan.imm_data(a, 1)


def test_interrupt_and_nop_end_in_order(session, sim):
    chan = session.channel(caps=Cap.INTERRUPT | Cap.MEMCPY)
    sim.set(hold=1)
    a = session.allocate(64)
    ops = [chan.memset(a, 1), chan.interrupt(), chan.nop()]
    assert not any(op.done() for op in ops)
    sim.set(hold=0)
    assert [op.wait(60) for op in ops] == [64, 0, 0]
    assert ops[1].seq == ops[0].seq + 1 and ops[2].seq == ops[0].seq + 2


def test_prepared_once_and_submitted_often(session):
    chan = session.channel(caps=Cap.REUSE | Cap.MEMCPY)
    a, b = some(session, 512), session.allocate(512)
    with chan.prepare.memcpy(b, a) as op:
        for i in range(50):
            a[0] = i
            assert op.submit().wait() == 512
            assert (b == a).all()
        with pytest.raises(dmauser.Busy):
            close_in_use(session, a)
    with pytest.raises(ValueError, match="closed"):
        op.submit()


def close_in_use(session, array):
    """A prepared op keeps its buffer in use, even without an array."""
    handle = session.buffer_of(array)[0]._b
    dmauser._core.check(dmauser.lib.dmauser_buf_destroy(handle))


def test_a_loop_back(session):
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    a, b = some(session, 5000, np.uint32), session.allocate(5000, np.uint32)
    got, sent = rx.recv(b), tx.send(a)
    assert sent.wait(60) == 20000 and got.wait(60) == 20000 and (a == b).all()
    b[:] = 0
    got, sent = rx.recv([b[2000:], b[:2000]]), tx.send([a[:3000], a[3000:]])
    got.wait(60)
    assert (b[2000:] == a[:3000]).all() and (b[:2000] == a[3000:]).all()
    with pytest.raises(dmauser.NotSupported, match="recv on"):
        tx.recv(b)


def test_a_short_packet(session, sim):
    sim.set(packets=1)
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    a, b = some(session, 1000), session.allocate(4096)
    got = rx.recv(b)
    tx.send(a).wait(60)
    assert got.wait(60) == 1000 and got.nbytes == 1000 and (b[:1000] == a).all()


def test_metadata_goes_with_a_packet(session, sim):
    sim.set(packets=1)
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    if not tx.caps.caps & Cap.METADATA_CLIENT:
        pytest.skip("no metadata")
    a, b = some(session, 100), session.allocate(100)
    m, n = some(session, 16), session.allocate(64)
    got = rx.recv(b, metadata=n)
    tx.send(a, metadata=m).wait(60)
    got.wait(60)
    assert bytes(n) == bytes(m) + bytes(48) and bytes(a) == bytes(b)


def test_vectors_and_rapidio(session):
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    a, b = some(session, 1000), session.allocate(1000)
    if tx.caps.caps & Cap.PERIPHERAL_VEC:
        got = rx.peripheral_vec(Direction.DEV_TO_MEM, [b[:10], b[10:]])
        tx.peripheral_vec(Direction.MEM_TO_DEV, a).wait(60)
        got.wait(60)
        assert (a == b).all()
    else:
        with pytest.raises(dmauser.NotSupported):
            tx.peripheral_vec(Direction.MEM_TO_DEV, a)
    # Debian's kernels have no RapidIO DMA.
    with pytest.raises(dmauser.NotSupported, match="rio_sg on dma"):
        tx.rio_sg(Direction.MEM_TO_DEV, a, destid=1, rio_addr=0)


def test_a_window_of_registers(session):
    chan = session.channel(slave="mem")
    a, b = some(session, 256), session.allocate(256)
    chan.config(direction=Direction.MEM_TO_DEV, dst_addr=0x1000, dst_addr_width=4, dst_maxburst=4)
    chan.send(a).wait(60)
    chan.config(direction=Direction.DEV_TO_MEM, src_addr=0x1000, src_addr_width=4, src_maxburst=4)
    assert chan.recv(b).wait(60) == 256
    assert (a == b).all()
    with pytest.raises(TypeError, match="src_addr_width"):
        chan.config(source=4)
    with pytest.raises(dmauser.NotSupported):
        chan.config(src_addr_width=3)


def test_a_first_number_that_only_the_driver_knows(session):
    chan = session.channel(slave="counter")
    chan.config(direction=Direction.DEV_TO_MEM, src_addr_width=4, peripheral_config=struct.pack("<I", 1000000))
    a = session.allocate(64, np.uint32)
    chan.recv(a).wait(60)
    assert list(a) == list(range(1000000, 1000064))


def test_a_batch_is_one_submit(session):
    chans = [session.channel(caps=Cap.MEMCPY) for _ in range(2)]
    a, b = some(session, (200, 64)), session.allocate((200, 64))
    batch = session.batch()
    ops = [batch.on(chans[i % 2]).memcpy(b[i], a[i]) for i in range(200)]
    assert len(batch) == 200 and not b.any()
    with pytest.raises(dmauser.DmaError, match="not submitted"):
        ops[0].wait()
    assert batch.submit() == 200 and len(batch) == 0
    for chan in chans:
        chan.wait(60)
    assert all(op.done() for op in ops) and (a == b).all()


def test_a_bad_op_of_a_batch_is_named(session, chan):
    a, b = session.allocate(64), session.allocate(64)
    batch = session.batch()
    batch.on(chan).memcpy(b, a)
    batch.on(chan).memcpy(a[:32], a[:32])
    with pytest.raises(ValueError, match="op 1 of the batch"):
        batch.submit()
    assert len(batch) == 2 and chan.pending == 0
    batch.clear()
    assert len(batch) == 0 and batch.submit() == 0
    # A refused op does not change the channel.
    with pytest.raises(ValueError):
        chan.memcpy(a[:32], a[:32])
    assert chan.memcpy(b, a).wait(60) == 64


def test_more_than_the_channel_takes(session, sim):
    chan = session.channel(caps=Cap.MEMCPY, depth=8)
    a, b = some(session, (100, 64)), session.allocate((100, 64))
    sim.set(hold=1)
    ops = [chan.memcpy(b[i], a[i]) for i in range(8)]
    with pytest.raises(dmauser.NoCredit) as e:
        chan.memcpy(b[8], a[8])
    assert isinstance(e.value, BlockingIOError) and chan.pending == 8
    batch = session.batch()
    ops += [batch.on(chan).memcpy(b[i], a[i]) for i in range(8, 100)]
    with pytest.raises(dmauser.TimedOut):
        batch.submit_all(0.2)
    sim.set(hold=0)
    batch.submit_all(60)
    chan.wait(60)
    assert (a == b).all() and all(op.status == 0 for op in ops)


def test_batches_that_wait_for_each_other(session, sim):
    chans = [session.channel(caps=Cap.MEMCPY) for _ in range(2)]
    a, b = some(session, 4096), session.allocate(4096)
    c = session.allocate(4096)
    first, second = session.batch(), session.batch()
    sim.set(hold=1)
    first.on(chans[0]).memcpy(b, a)
    op = second.on(chans[1]).memcpy(c, b)
    fence = first.submit_fence()
    last = second.submit_fence(after=fence)
    assert chans[1].status().state == dmauser.State.HELD and not op.done()
    assert not select.select([last], [], [], 0.1)[0]
    with pytest.raises(ValueError):
        first.on(chans[0]).memcpy(b, a)
        first.submit_fence(after=session.fileno())
    first.clear()
    sim.set(hold=0)
    assert select.select([last], [], [], 60)[0]
    assert op.wait(60) == 4096 and (a == c).all()
    assert session.batch().submit_fence() == -1
    for file in (fence, last):
        os.close(file)


def test_held_until_it_is_issued(session, chan):
    a = session.allocate(64)
    batch = session.batch()
    op = batch.on(chan).memset(a, 1)
    batch.submit(hold=True)
    assert chan.status().state == dmauser.State.HELD and not op.done()
    chan.issue()
    assert op.wait(60) == 64 and a[0] == 1


def test_many_sources_wait_for_a_fence(session, chan):
    a = some(session, 4096)
    b, c = session.allocate(4096), session.allocate(4096)
    batch = session.batch()
    batch.on(chan).memcpy(b, a, flags=OpFlag.FENCE)
    last = batch.on(chan).memcpy(c, b, flags=OpFlag.NO_SYNC_SRC)
    batch.submit()
    last.wait(60)
    assert (c == a).all()
