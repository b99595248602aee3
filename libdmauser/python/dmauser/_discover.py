# SPDX-License-Identifier: MIT
"""Lists the channels and ports of the system."""
from __future__ import annotations

from typing import Any

from ._core import Record, check, ffi, lib


def channels() -> list[Record]:
    """List all DMA channels of the system, in use or not: name, device, driver, in_use
    (clients), memcpy_count, bytes_transferred. Needs neither privilege nor the module."""
    return _list("struct dmauser_chan_list **", lib.dmauser_discover, lib.dmauser_chan_list_count,
                 lib.dmauser_chan_list_get, lib.dmauser_chan_list_free)


def ports() -> list[Record]:
    """List all channels of ports: name ("PORT:CHANNEL"), port, channel, device, directions
    (Direction), in_use, src_addr_width, dst_addr_width (bytes, 0: not fixed), src_maxburst,
    dst_maxburst. Needs no privilege."""
    return _list("struct dmauser_port_list **", lib.dmauser_discover_ports, lib.dmauser_port_list_count,
                 lib.dmauser_port_list_get, lib.dmauser_port_list_free)


def _list(kind: str, discover: Any, count: Any, get: Any, free: Any) -> list[Record]:
    found = ffi.new(kind)
    check(discover(found))
    try:
        return [Record(get(found[0], i)[0], ()) for i in range(count(found[0]))]
    finally:
        free(found[0])
