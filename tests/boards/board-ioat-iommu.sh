# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# The same behind an Intel IOMMU in strict mode: the controller reaches only what
# is mapped right now, and notes what it reaches for beyond that.
# shellcheck source=board-ioat.sh
. "$BOARDS_DIR/board-ioat.sh"

BOARD_TITLE='PC with an Intel I/OAT controller behind an IOMMU (q35, vfio-user), 64-bit x86'
BOARD_MORE=(ioat/run --iommu --kernel)
ioat_iommu=1
ioat_arguments '' 1G 1
BOARD_APPEND=$ioat_append
