# SPDX-License-Identifier: MIT
"""Streams as files."""
import asyncio
import io

import numpy as np
import pytest

import dmauser
from conftest import run


def test_a_file_of_numbers(session, sim):
    channel = session.channel(slave="counter")
    with channel.open_stream("r", block_len=8192, nr_blocks=8) as stream:
        assert isinstance(stream, io.RawIOBase) and stream.block_len == 8192 and stream.nr_blocks == 8
        assert stream.readable() and not stream.writable()
        reader = io.BufferedReader(stream, 65536)
        data = reader.read(100000)
        assert len(data) == 100000
        assert (np.frombuffer(data, "<u4") == np.arange(25000)).all()
        with pytest.raises(dmauser.Busy):
            channel.recv(session.allocate(64))
        with pytest.raises(io.UnsupportedOperation, match="no end"):
            stream.read()
    channel.recv(session.allocate(64)).wait(60)


def test_what_goes_in_comes_out(session):
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    data = np.random.default_rng(1).bytes(30000)
    with tx.open_stream("w") as out, rx.open_stream("r") as back:
        assert out.write(data) == 30000
        out.drain()
        got = bytearray()
        while len(got) < 30000:
            part = bytearray(7000)
            n = back.readinto(part)
            assert n > 0
            got += part[:n]
        assert got == data and back.available() == 0


def test_packets(session, sim):
    sim.set(packets=1)
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    with rx.open_stream("r", packets=True) as back:
        for n in (1000, 24, 4096):
            tx.send(session.allocate(n)).wait(60)
            assert len(back.read(10000)) == n


def test_streams_for_coroutines(session):
    tx, rx = session.channel(slave="loop-tx"), session.channel(slave="loop-rx")
    data = np.random.default_rng(2).bytes(300000)

    async def main():
        with tx.open_stream("w", block_len=4096) as out, rx.open_stream("r", block_len=4096) as back:
            async def read():
                got = b""
                while len(got) < len(data):
                    got += await back.aread(50000)
                return got

            reading = asyncio.ensure_future(read())
            assert await out.awrite(data) == len(data)
            return await reading

    assert run(main()) == data


def test_errors(session, sim):
    channel = session.channel(slave="counter")
    with pytest.raises(ValueError, match="'rw'"):
        channel.open_stream("rw")
    with pytest.raises(dmauser.NotSupported):
        channel.open_stream("w")
    with pytest.raises(ValueError):
        channel.open_stream("r", nr_blocks=1)
    sim.set(fail_nth=1, fail_how="write")
    with channel.open_stream("r") as stream:
        with pytest.raises(dmauser.TransferFailed, match="stream of"):
            while True:
                stream.read(100000)
        channel.close()
        with pytest.raises(dmauser.DeviceGone):
            while True:
                stream.read(100000)
