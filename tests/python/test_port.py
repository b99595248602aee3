# SPDX-License-Identifier: MIT
"""Sessions of the node of a port, which dma-sim makes in configfs."""
import os
import subprocess

import numpy as np
import pytest

import dmauser

CONFIGFS = "/sys/kernel/config/dma-sim"


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


@pytest.fixture
def port():
    """The port "pywin" to 256 bytes of a peripheral, both ways."""
    if not os.path.isdir(CONFIGFS):
        subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)
    controller = f"{CONFIGFS}/python"
    made = [controller, f"{controller}/pywin", f"{controller}/pywin/out"]
    for path in made:
        os.mkdir(path)
    write(f"{controller}/peripherals", "mem")
    write(f"{made[2]}/channel", "mem")
    write(f"{made[2]}/properties", "dmactl,dst-addr=u64:0x1000 dmactl,dst-addr-width=u32:4"
          " dmactl,directions=string:mem-to-dev")
    write(f"{controller}/live", "1")
    write(f"{made[1]}/live", "1")
    yield "pywin"
    for path in reversed(made):
        os.rmdir(path)


def test_a_session_of_a_port_has_this_port_only(port):
    with dmauser.Session(port=port) as session:
        with pytest.raises(dmauser.NotAllowed):
            session.channel(caps=dmauser.Cap.MEMCPY)
        channel = session.channel(port=port)
        data = session.allocate(64, np.uint8)
        data[:] = 5
        assert channel.send(data).wait() == 64
        del data


def test_no_such_port():
    with pytest.raises(dmauser.NotFound, match="is it a port"):
        dmauser.Session(port="no-such-port")
    with pytest.raises(ValueError):
        dmauser.Session(port="../dmactl")
    with pytest.raises(ValueError, match="not both"):
        dmauser.Session("/dev/dmactl", port="no-such-port")
