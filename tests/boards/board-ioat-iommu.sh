# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# The same behind an Intel IOMMU in strict mode: the controller can access only memory that is
# mapped at the time, and records all other accesses.
# shellcheck source=board-ioat.sh
. "$BOARDS_DIR/board-ioat.sh"

BOARD_TITLE='PC with an Intel I/OAT controller behind an IOMMU (q35, vfio-user), 64-bit x86'
BOARD_MORE=(ioat/run --iommu --kernel)
ioat_iommu=1
ioat_arguments '' 1G 1
BOARD_APPEND=$ioat_append
