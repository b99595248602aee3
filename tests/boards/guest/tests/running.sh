# SPDX-License-Identifier: MIT
# shellcheck shell=dash disable=SC2154
# Shared by tests that stop a dmactl in the background during its transfers.
# shellcheck source=/dev/null
. /board/job

# counter PID NAME: the sum over the channels of the process's sessions, from its fdinfo
counter() {
	cat /proc/"$1"/fdinfo/* 2>/dev/null | sed -n "s/^channel:.* $2 \([0-9]*\).*/\1/p" | awk '{n += $1} END {print n + 0}'
}

# reached PID NUMBER: waits until that many transfers have completed
reached() {
	local tries=0
	while [ "$(counter "$1" completed)" -lt "$2" ]; do
		kill -0 "$1" 2>/dev/null || { echo "it ended by itself" && return 1; }
		tries=$((tries + 1))
		[ $tries -lt 200 ] || { echo "no progress" && return 1; }
		usleep 20000
	done
}

# ended PID SECONDS: waits until the process has ended
ended() {
	local tries=0
	while kill -0 "$1" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt $(($2 * 10)) ] || { echo "it does not end" && return 1; }
		usleep 100000
	done
}

# freed CHAN: waits until no client has the channel
freed() {
	local tries=0
	while [ "$(cat "/sys/class/dma/$1/in_use")" != 0 ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { echo "$1 is still held" && return 1; }
		usleep 100000
	done
}

# works CHAN: checks that the channel works right after that
works() {
	dmactl test --iterations 5 --max-size 16K --align "$job_align" --timeout "$job_timeout" "$1"
}
