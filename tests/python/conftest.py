# SPDX-License-Identifier: MIT
"""Fixtures for the tests of python3-dmauser, which run in a guest with both modules and dma-sim's
peripherals. Prints TAP to the file $TAP_FILE."""
import asyncio
import gc
import os
import sys

import pytest

import dmauser

SIM = "/sys/module/dma_sim/parameters"
USUAL = {"hold": "0", "latency": "0", "bandwidth": "0", "fail_nth": "0", "fail_how": "read", "short_nth": "0",
         "packets": "0", "counter_rate": "0", "counter_fifo": "65536", "sink_rate": "0"}


class Sim:
    """dma-sim's parameters; they are reset after the test."""

    def set(self, **values):
        for name, value in values.items():
            with open(f"{SIM}/{name}", "w", encoding="ascii") as file:
                file.write(str(value))

    def get(self, name):
        with open(f"{SIM}/{name}", encoding="ascii") as file:
            return int(file.read())


@pytest.fixture
def sim():
    it = Sim()
    yield it
    it.set(**USUAL)


@pytest.fixture
def session():
    """A session that is closed after the test, which fails if objects still refer to its buffers."""
    it = dmauser.Session()
    yield it
    gc.collect()
    it.close()


@pytest.fixture
def copier(session):
    return session.channel(caps=dmauser.Cap.MEMCPY)


def run(coroutine):
    """asyncio.run() that fails instead of hanging."""
    async def limited():
        async with asyncio.timeout(120):
            return await coroutine
    return asyncio.run(limited())


class Tap:
    def __init__(self, path):
        self.path, self.lines = path, []

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        name = report.nodeid.replace("#", "")
        if report.skipped:
            self.lines.append(f"ok {len(self.lines) + 1} - {name} # SKIP {report.longrepr[2]}")
        elif report.when == "call" or report.failed:
            state = "not ok" if report.failed else "ok"
            text = f"{state} {len(self.lines) + 1} - {name}"
            if report.failed:
                text += "".join(f"\n# {line}" for line in str(report.longrepr).splitlines())
            self.lines.append(text)

    def pytest_sessionfinish(self, exitstatus):
        if exitstatus not in (0, 1) or not self.lines:
            self.lines.append(f"not ok {len(self.lines) + 1} - pytest ended with status {int(exitstatus)}")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("\n".join([*self.lines, f"1..{len(self.lines)}"]) + "\n")


def pytest_configure(config):
    path = os.environ.get("TAP_FILE")
    if path:
        config.pluginmanager.register(Tap(path))
    sys.path.insert(0, os.path.dirname(__file__))
