# SPDX-License-Identifier: MIT
"""The examples, called as a user would."""
import os
import re
import subprocess
import sys

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEEP = os.environ.get("EXAMPLES_OUT")


def example(name, *arguments, status=0):
    done = subprocess.run([sys.executable, f"{ROOT}/libdmauser/python/examples/{name}", *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=200)
    assert done.returncode == status, done.stdout
    return done.stdout


def test_scope_draws_what_came(sim, tmp_path):
    # The counter's numbers as four inputs of a byte: the first is a saw, the second increases by
    # one each time.
    sim.set(counter_rate=1 << 18, counter_fifo=1 << 22)
    png = f"{KEEP or tmp_path}/scope.png"
    said = example("scope.py", "counter", "--inputs", 4, "--seconds", 3, "--png", png)
    count, lost = map(int, re.search(r"(\d+) periods of 4096 bytes, (\d+) lost", said).groups())
    assert count > 20 and lost < count
    import matplotlib.image
    picture = matplotlib.image.imread(png)
    assert picture.shape[0] > 300 and picture.shape[1] > 700
    # In matplotlib's first two colours: the saw covers the whole height, the other stays within a
    # few steps, and may be hidden by the two that are drawn later, which are near 0.
    for colour, columns, rows in ((0x1f, 0x77, 0xb4), 400, range(200, 400)), ((0xff, 0x7f, 0x0e), 20, range(1, 200)):
        near = np.abs(picture[:, :, :3] - np.array(colour) / 255).max(axis=2) < 0.1
        y, x = np.nonzero(near)
        assert len(set(x)) > columns and y.max() - y.min() in rows, (colour, len(set(x)), y.min(), y.max())
    assert "must be a multiple" in example("scope.py", "counter", "--inputs", 3, status=2)


def test_raid6_of_files(tmp_path):
    rng = np.random.default_rng(3)
    files = []
    for i, size in enumerate((700000, 600001, 5)):
        path = tmp_path / f"data{i}"
        path.write_bytes(rng.bytes(size))
        files.append(path)
    p, q = tmp_path / "p", tmp_path / "q"
    assert "700000 bytes each" in example("raid6.py", "make", p, q, *files)
    padded = [np.frombuffer(f.read_bytes().ljust(700000, b"\0"), np.uint8) for f in files]
    assert p.read_bytes() == (padded[0] ^ padded[1] ^ padded[2]).tobytes()
    assert "match 3 files" in example("raid6.py", "check", p, q, *files)
    data = bytearray(q.read_bytes())
    data[300000] ^= 4
    q.write_bytes(data)
    assert f"{q}: no match in bytes 262144 to 524287" in example("raid6.py", "check", p, q, *files, status=1)


def test_crop(tmp_path):
    image = np.random.default_rng(4).integers(0, 256, (40, 60, 3), np.uint8)
    source, out = tmp_path / "in.ppm", tmp_path / "out.ppm"
    source.write_bytes(b"P6\n60 40\n255\n" + image.tobytes())
    assert "20x10, 600 bytes moved" in example("crop.py", source, out, 30, 5, 20, 10)
    assert out.read_bytes() == b"P6\n20 10\n255\n" + image[5:15, 30:50].tobytes()
    assert "the image is 60x40" in example("crop.py", source, out, 50, 5, 20, 10, status=1)


def test_echo():
    assert "20 rounds of 65536 bytes, 0 wrong" in example("echo.py", "loop-tx", "loop-rx")
    # Two channels that are not connected: the received data is not the sent data.
    assert "2 wrong" in example("echo.py", "sink", "counter", "--rounds", 2, "--bytes", 4096, status=1)
