# SPDX-License-Identifier: MIT
"""Capture and playback: every period in order, and lost ones counted."""
import time

import numpy as np
import pytest

import dmauser
from conftest import run

PERIOD = 4096


def ring_of(session, channel, periods=16):
    """Coherent memory, because the device needs it contiguous."""
    return session.allocate(periods * PERIOD // 4, np.uint32, coherent=channel)


@pytest.fixture
def counter(session):
    return session.channel(slave="counter")


def numbers(index):
    first = index * (PERIOD // 4)
    return np.arange(first, first + PERIOD // 4, dtype=np.uint32)


def test_capture_in_time(session, counter, sim):
    # The FIFO covers delays of a slow machine.
    sim.set(counter_rate=1 << 18, counter_fifo=1 << 22)
    ring = ring_of(session, counter, 64)
    indexes = []
    with counter.capture(ring, PERIOD) as capture:
        for period in capture:
            assert period.lost == 0 and (period.data == numbers(period.index)).all(), period
            assert period.data.base is not None and period.valid()
            indexes.append(period.index)
            if len(indexes) == 100:
                break
    assert indexes == list(range(100)) and capture.lost == 0
    assert capture.done() and list(capture) == []


def test_async_capture(session, counter, sim):
    sim.set(counter_rate=1 << 18, counter_fifo=1 << 22)
    ring = ring_of(session, counter, 64)

    async def main():
        seen = 0
        async with counter.capture(ring, PERIOD) as capture:
            async for period in capture:
                assert (period.data == numbers(period.index)).all() and period.lost == 0
                assert period.index == seen
                seen += 1
                if seen == 60:
                    break
        assert capture.done() and capture.lost == 0
        # A new capture can start at once.
        again = counter.capture(ring, PERIOD)
        assert (await again.__anext__()).index == 0
        await again.aclose()
        with pytest.raises(StopAsyncIteration):
            while True:
                await again.__anext__()

    run(main())


@pytest.mark.parametrize("copy", [False, True])
def test_who_is_too_slow_is_told(session, counter, sim, copy):
    sim.set(counter_rate=1 << 20, counter_fifo=1 << 22)
    ring = ring_of(session, counter, 8)
    with counter.capture(ring, PERIOD, copy=copy) as capture:
        first = capture.next(60)
        assert first.index == 0
        # Some 75 periods pass, which are nine rounds of the buffer.
        time.sleep(0.3)
        if not copy:
            assert not first.valid()
        second = capture.next(60)
        assert second.lost > 8 and second.index == first.index + 1 + second.lost
        assert capture.lost == second.lost
        if copy:
            assert (second.data == numbers(second.index)).all()
        # It reports exact losses: each later gap matches the count.
        last, lost = second, capture.lost
        for _ in range(20):
            period = capture.next(60)
            assert period.index == last.index + 1 + period.lost
            lost += period.lost
            last = period
        assert capture.lost == lost


def test_a_capture_that_fails(session, counter, sim):
    ring = ring_of(session, counter)
    capture = counter.capture(ring, PERIOD)
    capture.next(60)
    counter.terminate()
    with pytest.raises(dmauser.Terminated):
        for _ in range(1000):
            capture.next(60)
    capture.close()


def test_nothing_comes(session, sim):
    channel = session.channel(slave="loop-rx")
    ring = ring_of(session, channel)
    with channel.capture(ring, PERIOD) as capture:
        with pytest.raises(dmauser.TimedOut, match="no period in 0.2 s"):
            capture.next(0.2)


def test_memory_in_pieces_and_bad_periods(session, counter):
    ring = ring_of(session, counter)
    for bad in (0, 1000, ring.nbytes * 2):
        with pytest.raises(ValueError):
            counter.capture(ring, bad)
    assert counter.pending == 0


def test_the_ring_is_in_use_until_it_is_closed(session, counter):
    ring = ring_of(session, counter)
    buffer = session.buffer_of(ring)[0]
    capture = counter.capture(ring, PERIOD)
    del ring
    with pytest.raises(BufferError):
        buffer.close()
    capture.close()
    buffer.close()


def test_playback(session, sim):
    channel = session.channel(slave="sink")
    sim.set(sink_rate=1 << 18)
    ring = ring_of(session, channel, 64)
    ring[:] = np.arange(ring.size, dtype=np.uint32)
    with channel.play(ring, PERIOD) as play:
        for place in play:
            assert place.lost == 0
            place.data[:] = numbers(place.index)
            if place.index == 160:
                break
    assert play.lost == 0
    assert sim.get("sink_errors") == 0 and sim.get("sink_bytes") >= 90 * PERIOD


def test_a_playback_that_is_late(session, sim):
    channel = session.channel(slave="sink")
    sim.set(sink_rate=1 << 20)
    ring = ring_of(session, channel, 8)
    with channel.play(ring, PERIOD) as play:
        time.sleep(0.3)
        place = play.next(60)
        assert place.lost > 8 and place.index == 8 + place.lost
