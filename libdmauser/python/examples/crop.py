#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cuts a rectangle out of an image (PPM, P6) with an interleaved transfer.

    crop.py IN.ppm OUT.ppm X Y WIDTH HEIGHT
"""
import re
import sys

import numpy as np

import dmauser


def read_ppm(session, path):
    with open(path, "rb") as file:
        data = file.read()
    head = re.match(rb"P6(?:\s+#[^\n]*\n|\s)\s*(\d+)\s+(\d+)\s+255\s", data)
    if not head:
        sys.exit(f"{path}: no PPM with 8 bits per colour (P6)")
    width, height = int(head[1]), int(head[2])
    image = session.allocate((height, width, 3))
    image.reshape(-1)[:] = np.frombuffer(data, np.uint8, image.size, head.end())
    return image


def main():
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    x, y, width, height = map(int, sys.argv[3:])
    with dmauser.Session() as session, session.channel(caps=dmauser.Cap.INTERLEAVE) as channel:
        image = read_ppm(session, sys.argv[1])
        part = image[y:y + height, x:x + width]
        if part.shape != (height, width, 3) or not part.size:
            sys.exit(f"{width}x{height}+{x}+{y}: the image is {image.shape[1]}x{image.shape[0]}")
        tile = session.allocate(part.shape)
        moved = channel.copy2d(tile, part).wait()
        with open(sys.argv[2], "wb") as file:
            file.write(b"P6\n%d %d\n255\n" % (width, height))
            file.write(memoryview(tile))
        print(f"{sys.argv[2]}: {width}x{height}, {moved} bytes moved")
        del image, part, tile


if __name__ == "__main__":
    main()
