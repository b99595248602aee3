# SPDX-License-Identifier: MIT
"""Waiting by transfer, by channel, in threads and coroutines; timeouts and cancelling; the end of a
session."""
import asyncio
import gc
import os
import signal
import threading
import time

import numpy as np
import pytest

import dmauser
from conftest import run
from dmauser import Cap


def hang(sim, session, channel):
    """Starts an op that does not end until hold is reset; returns it and its memory."""
    sim.set(hold=1)
    a, b = session.allocate(4096), session.allocate(4096)
    a[:] = 3
    return channel.memcpy(b, a), b


def test_a_channel_waits_for_its_own(session, sim):
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    copier = session.channel(caps=Cap.MEMCPY)
    a, b = session.allocate(4096), session.allocate(4096)
    never = rx.recv(b)
    # The transfer of the other channel is pending, which does not matter.
    for _ in range(20):
        copier.memcpy(a[:2048], a[2048:])
    copier.wait(60)
    assert copier.pending == 0 and rx.pending == 1 and not never.done()
    with pytest.raises(dmauser.TimedOut):
        rx.wait(0.1)
    tx.send(a)
    rx.wait(60)
    assert never.done() and never.wait() == 4096


def test_time_is_up_and_it_goes_on(session, copier, sim):
    op, b = hang(sim, session, copier)
    start = time.monotonic()
    with pytest.raises(TimeoutError, match="memcpy took longer than 0.3 s"):
        op.wait(0.3)
    assert 0.25 < time.monotonic() - start < 30
    with pytest.raises(dmauser.TimedOut):
        op.wait(0)
    with pytest.raises(ValueError, match="not ended"):
        op.result()
    with pytest.raises(ValueError, match="at least 0"):
        op.wait(-1)
    assert session.wait_any([op], 0.01) == []
    sim.set(hold=0)
    assert op.wait(60) == 4096 and (b == 3).all()
    assert session.wait_any([op]) == [op]


def test_memory_of_what_is_forgotten_stays_in_use(session, copier, sim):
    op, b = hang(sim, session, copier)
    address = b.__array_interface__["data"][0]
    del op, b
    gc.collect()
    # Only the transfer refers to the memory, which must not be used for another allocation.
    assert session._buffers.find(address, 4096) is not None
    sim.set(hold=0)
    copier.wait(60)
    gc.collect()
    assert session._buffers.find(address, 4096) is None


def test_a_buffer_in_use_is_not_closed(session, copier, sim):
    sim.set(hold=1)
    buffer = session.buffer(4096)
    a = np.frombuffer(buffer, np.uint8)
    copier.memset(a, 1)
    del a
    with pytest.raises(dmauser.Busy):
        buffer.close()
    # The buffer is unchanged.
    assert not np.frombuffer(buffer, np.uint8).any()
    sim.set(hold=0)
    copier.wait(60)
    assert np.frombuffer(buffer, np.uint8).all()
    buffer.close()


def test_threads_wait_side_by_side(session):
    channels = [session.channel(caps=Cap.MEMCPY) for _ in range(4)]
    failed = []

    def work(channel, seed):
        try:
            a, b = session.allocate(1024), session.allocate(1024)
            for i in range(50):
                a[:] = (seed + i) % 256
                if channel.memcpy(b, a).wait(60) != 1024 or not (a == b).all():
                    failed.append((seed, i))
        except BaseException as e:
            failed.append(e)

    threads = [threading.Thread(target=work, args=(c, i)) for i, c in enumerate(channels)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failed and not session._transfers


def test_closing_while_another_thread_waits(session, copier, sim):
    other = dmauser.Session()
    channel = other.channel(caps=Cap.MEMCPY)
    sim.set(hold=1)
    op = channel.nop()
    b = other.allocate(64)
    op = channel.memset(b, 1)
    del b
    thread = threading.Thread(target=lambda: op.wait(60))
    thread.start()
    while not other._taking:
        time.sleep(0.01)
    with pytest.raises(dmauser.Busy, match="another thread"):
        other.close()
    sim.set(hold=0)
    thread.join(60)
    other.close()


def test_ctrl_c_ends_the_wait_and_not_the_transfer(session, copier, sim):
    op, b = hang(sim, session, copier)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        op.wait(60)
    sim.set(hold=0)
    assert op.wait(60) == 4096


def test_each_failure_has_its_class(session, copier, sim):
    a, b = session.allocate(64), session.allocate(64)
    for how, number in (("read", 14), ("write", 121), ("abort", 103)):
        sim.set(fail_how=how, fail_nth=1)
        op = copier.memcpy(b, a)
        with pytest.raises(dmauser.TransferFailed) as e:
            op.wait(60)
        assert e.value.errno == number and e.value.strerror == dmauser._core.text_of(number)
        assert f"memcpy on {copier.name}" in str(e.value) and op.status == -number


def test_terminate_ends_what_is_in_flight(session, copier, sim):
    op, b = hang(sim, session, copier)
    late = copier.memcpy(b[:10], b[10:20])
    copier.terminate()
    copier.synchronize()
    assert op.done() and late.done()
    with pytest.raises(dmauser.Terminated):
        op.wait()
    sim.set(hold=0)
    assert copier.memset(b, 2).wait(60) == 4096


def test_closing_a_channel_ends_its_transfers(session, sim):
    channel = session.channel(slave="loop-rx")
    op = channel.recv(session.allocate(64))
    channel.close()
    channel.close()
    assert op.done() and channel.pending == 0
    with pytest.raises(dmauser.Terminated):
        op.wait()
    with pytest.raises(ValueError, match="closed"):
        channel.nop()
    session.channel(slave="loop-rx").close()


def test_closing_a_session_ends_all(sim):
    session = dmauser.Session()
    channel = session.channel(slave="loop-rx")
    op = channel.recv(session.allocate(64))
    seen = []
    op.add_done_callback(seen.append)
    session.close()
    assert op.done() and seen == [op]
    with pytest.raises(dmauser.Terminated):
        op.wait()


def test_pause_and_status(session, copier, sim):
    sim.set(bandwidth=2 << 20)
    a, b = session.allocate(1 << 20), session.allocate(1 << 20)
    op = copier.memcpy(b, a)
    copier.pause()
    status = copier.status(op)
    assert status.state == dmauser.State.PAUSED and 0 < status.residue <= 1 << 20
    time.sleep(0.3)
    assert copier.status(op).residue == status.residue
    copier.resume()
    sim.set(bandwidth=0)
    op.wait(60)
    assert copier.status().state == dmauser.State.IDLE
    with pytest.raises(dmauser.NotFound):
        copier.status(op)


# --- coroutines


def test_awaiting_many(session):
    channels = [session.channel(caps=Cap.MEMCPY) for _ in range(2)]
    a, b = session.allocate((200, 64)), session.allocate((200, 64))
    a[:] = np.arange(200, dtype=np.uint8)[:, None]

    async def main():
        moved = await asyncio.gather(*(channels[i % 2].memcpy(b[i], a[i]) for i in range(200)))
        assert moved == [64] * 200
        # Awaiting one op works, too, and so does awaiting one that has ended.
        op = channels[0].memcpy(b[0], a[0])
        assert await op == 64 and await op == 64

    run(main())
    assert (a == b).all()


def test_a_loop_after_another(session, copier):
    a = session.allocate(64)

    async def main(value):
        return await copier.memset(a, value)

    for value in range(1, 4):
        assert run(main(value)) == 64 and a[0] == value


def test_the_loop_goes_on_while_one_waits(session, copier, sim):
    op, _ = hang(sim, session, copier)

    async def main():
        ticks = 0
        task = asyncio.ensure_future(wait_for(op))
        while ticks < 20:
            await asyncio.sleep(0.01)
            ticks += 1
        assert not task.done()
        sim.set(hold=0)
        return await task

    assert run(main()) == 4096


async def wait_for(op):
    return await op


def test_giving_up_is_not_stopping(session, copier, sim):
    op, b = hang(sim, session, copier)

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wait_for(op), 0.2)
        task = asyncio.ensure_future(wait_for(op))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not op.done() and not op._futures
        sim.set(hold=0)
        return await op

    assert run(main()) == 4096 and (b == 3).all()


def test_an_error_is_raised_where_it_is_awaited(session, copier, sim):
    a = session.allocate(64)
    sim.set(fail_nth=2)

    async def main():
        results = await asyncio.gather(copier.memset(a, 1), copier.memset(a, 2), copier.memset(a, 3),
                                       return_exceptions=True)
        assert results[0] == 64 and isinstance(results[1], dmauser.TransferFailed) and results[2] == 64

    run(main())


def test_async_with_stops_a_channel(session):
    async def main():
        async with session.channel(slave="loop-rx") as channel:
            op = channel.recv(session.allocate(64))
            await asyncio.sleep(0.05)
        assert op.done()
        with pytest.raises(dmauser.Terminated):
            await op

    run(main())


def test_drain_and_batches_for_coroutines(session):
    channel = session.channel(caps=Cap.MEMCPY, depth=8)
    a, b = session.allocate((100, 64)), session.allocate((100, 64))
    a[:] = 5

    async def main():
        batch = session.batch()
        for i in range(100):
            batch.on(channel).memcpy(b[i], a[i])
        await batch.submit_all_async()
        await channel.drain()

    run(main())
    assert (b == 5).all() and channel.pending == 0


def test_a_loop_and_a_thread_wait_in_one_session(session):
    channels = [session.channel(caps=Cap.MEMCPY) for _ in range(2)]
    arrays = [session.allocate((2, 4096)) for _ in range(2)]
    results = []

    def thread():
        for _ in range(100):
            results.append(channels[0].memcpy(arrays[0][0], arrays[0][1]).wait(60))

    async def main():
        other = asyncio.get_running_loop().run_in_executor(None, thread)
        for _ in range(100):
            results.append(await channels[1].memcpy(arrays[1][0], arrays[1][1]))
        await other

    run(main())
    assert results == [4096] * 200


# --- functions of the library


def test_the_library_waits_for_one_channel(session):
    """dmauser_chan_wait() on the real module, with a session other than Python's."""
    ffi, lib = dmauser.ffi, dmauser.lib
    handles = [ffi.new("struct dmauser_session **"), ffi.new("struct dmauser_batch **")]
    assert lib.dmauser_open(ffi.NULL, handles[0]) == 0 and lib.dmauser_batch_new(handles[1]) == 0
    s, batch = handles[0][0], handles[1][0]
    chans = [ffi.new("struct dmauser_chan **") for _ in range(2)]
    for chan in chans:
        assert lib.dmauser_chan_request_caps(s, int(Cap.MEMCPY), ffi.NULL, 0, chan) == 0
    for i in range(20):
        assert lib.dmauser_batch_nop(batch, chans[i % 2][0], 100 + i) == 0
    assert lib.dmauser_submit(s, batch, 0) == 20
    records = ffi.new("struct dmactl_completion[16]")
    for at, chan in enumerate(chans):
        assert lib.dmauser_chan_wait(chan[0], records, 16, 10, 60 * 10**9) == 10
        assert [records[i].user_data for i in range(10)] == list(range(100 + at, 120, 2))
        assert lib.dmauser_chan_wait(chan[0], records, 1, 1, 1000000) == -62
    lib.dmauser_batch_free(batch)
    lib.dmauser_close(s)
