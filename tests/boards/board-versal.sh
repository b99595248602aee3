# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# A board. tests/boards/run reads these variables and functions:
#
#	BOARD_TITLE	name of the board
#	BOARD_ARCH	Debian's name of the architecture
#	BOARD_DRIVER	the provider, by the name of its driver
#	BOARD_CHANNELS	minimum number of channels
#	BOARD_MACHINE	QEMU's arguments; BOARD_QEMU=11 takes the newer QEMU of
#			tests/boards/qemu, BOARD_BINARY another program
#	BOARD_CONSOLE	console= of the kernel
#	BOARD_SERIAL	its serial lines in order: console, records, null, or
#			both for console and records on one
#	BOARD_PORT	the guest's device of the line with the records
#	BOARD_SERIES	kernels that it boots
#	BOARD_MODULES	modules of Debian's kernel to load first
#	BOARD_PROVIDERS	upstream drivers that Debian does not build; see
#			tests/boards/providers
#	BOARD_APPEND	more for the kernel's command line
#	BOARD_SLAVE_PHYS, BOARD_SLAVE_BUS
#			memory that the kernel was not given (mem=), which stands
#			for a peripheral, and its address on the controller's bus
#	BOARD_SLAVE_SIZE	bytes that go to and from there; less if that is slow
#	BOARD_EVERY	operations (slave: all with a peripheral) to test on every
#			channel, all by default; the others run on a sample of them
#	BOARD_ALIGN	lengths and offsets of transfers are multiples of this
#	BOARD_PREPARE	commands that the guest runs first
#	BOARD_FRAME	a channel that leads to a display of 64 x 16 pixels; the
#			board's file takes pictures of it (tests/boards/display)
#	BOARD_SOUND	a channel that plays sound; the file checks what was heard
#	BOARD_SIM	parameters of dma-sim if that is the provider
#	BOARD_PARAMETERS	parameters of dmactl
#	BOARD_UAPI	programs of tests/uapi to run on a channel of each device
#	BOARD_SUITE=1	run all of tests/uapi on dma-sim at the end
#	BOARD_DISK	size of a disk with an empty ext4 for these
#	BOARD_MORE	a program of this directory with arguments, the kernel
#			last, that runs after the board and prints TAP
#	BOARD_OWN	a directory here with the board's own tests: the guest
#			sources its `main' before dmactl is unloaded; programs of
#			a C file each are built and in its PATH
#	BOARD_PATIENCE	factor for the time limits of tests; BOARD_TIMEOUT of a transfer,
#			BOARD_ITERATIONS of a test, BOARD_DEADLINE of the board
#	BOARD_EXPECT	VERB|PATTERN|REASON, see tests/boards/judge
#	BOARD_NOTES	notes for docs/results/boards.md
#	board_dtb DTBS OUT INITRD CMDLINE	prints the device tree to use, for
#						the kernel $series
#	board_command	adds initrd and command line to `command' in another way
#	board_start, board_stop		processes beside QEMU; the first may add to
#			`command', the second to the tests in $results/tests

BOARD_TITLE='AMD Versal virtual platform (xlnx-versal-virt)'
BOARD_ARCH=arm64
BOARD_DRIVER=zynqmp_dma
BOARD_CHANNELS=8
BOARD_PROVIDERS=(zynqmp_dma)
BOARD_MACHINE=(-M xlnx-versal-virt -m 2G)
BOARD_CONSOLE=ttyAMA0
BOARD_SERIAL=(console records)
BOARD_PORT=/dev/ttyAMA1
# zynqmp_dma_chan_desc_cleanup() drops its lock for each callback. If another processor calls
# terminate_all meanwhile, it empties the list that the cleanup walks, which then loops forever. So
# the guest has one processor. Programs never see a transfer in flight, because the model copies
# while the driver starts it.
BOARD_APPEND='maxcpus=1'

# QEMU's own tree has no seed. It adds the nodes of the memory again.
board_dtb() {
	local node
	need fdtget fdtput
	own_dtb "$2" || return 1
	for node in $(fdtget -l "$2" / | grep '^memory@'); do
		fdtput -r "$2" "/$node"
	done
	echo "$2"
}
