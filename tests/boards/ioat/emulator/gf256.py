# SPDX-License-Identifier: MIT
"""Sums of RAID-6: P and Q over GF(2^8), modulo x^8 + x^4 + x^3 + x^2 + 1."""

import functools


def multiply(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11D
        b >>= 1
    return product


@functools.lru_cache(maxsize=256)
def table(factor):
    """The table with which bytes.translate() multiplies every byte."""
    return bytes(multiply(factor, x) for x in range(256))


def xor(blocks):
    size = len(blocks[0])
    total = 0
    for block in blocks:
        total ^= int.from_bytes(block, "little")
    return total.to_bytes(size, "little")


def q_sum(blocks, factors):
    return xor([block.translate(table(factor)) for block, factor in zip(blocks, factors)])
