# SPDX-License-Identifier: MIT
# shellcheck shell=dash disable=SC2154 # the settings come from the job
# What the scripts of this directory share. A record is one line:
#
#	@NONCE NUMBER LENGTH TEXT
#
# The nonce is the run's own, the numbers leave none out, and the length is
# TEXT's: what the kernel writes in between is no record and does not look like
# one, and a record it tore is missed. TEXT is
#
#	begin SECONDS OPERATION WHAT	a test starts, and has so long
#	pass|fail|skip SECONDS REASON	how it ended
#	out TEXT			what it printed, after a failure
#	kernel TEXT			a line of the kernel's log
#	note TEXT			anything else worth keeping
#	end				all tests were run

record_number=0

open_port() {
	local tries=0
	while [ ! -c "$job_port" ] && [ $tries -lt 50 ]; do
		sleep 0.2
		tries=$((tries + 1))
	done
	stty -F "$job_port" raw -echo 2>/dev/null
	exec 3>"$job_port"
}

put() {
	record_number=$((record_number + 1))
	# A signal, such as the end of an orphan, may cut off a write to a line that
	# is busy. A record that comes twice counts once.
	printf '\n@%s %d %d %s\n' "$job_nonce" "$record_number" "${#1}" "$1" >&3 ||
		printf '\n@%s %d %d %s\n' "$job_nonce" "$record_number" "${#1}" "$1" >&3
}

note() {
	put "note $*"
}

# The kernel's log since the last time, so that it stands beside the test.
put_kernel_log() {
	local line
	dmesg -c >/tmp/kernel 2>/dev/null
	while IFS= read -r line; do
		put "kernel $line"
	done </tmp/kernel
}

put_output() {
	local line
	tail -n "${2:-25}" "$1" | tr -cd '\11\12\40-\176' >/tmp/shown
	while IFS= read -r line; do
		put "out $line"
	done </tmp/shown
}

now() {
	local up rest
	read -r up rest </proc/uptime
	echo "${up%.*}"
}

# Ends what a test left: it holds channels.
sweep() {
	killall -q -9 dmactl sleep 2>/dev/null
	rm -rf /tmp/work
	mkdir -p /tmp/work
}

# Prints the reason if this board must not run the test.
refused() {
	local pattern reason
	[ -e /board/never ] || return 1
	while IFS='|' read -r pattern reason; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in
		$pattern)
			echo "$reason"
			return 0
			;;
		esac
	done </board/never
	return 1
}

skip() {
	put "begin 5 $1 $2"
	put "skip 0 $3"
}

# try SECONDS OPERATION WHAT COMMAND...: the test passes if COMMAND ends with 0
# in time, and is skipped if it ends with 77; its last line is the reason.
try() {
	local limit=$(($1 * job_patience)) op=$2 what=$3 rc start took reason
	shift 3
	if reason=$(refused "$op $what"); then
		skip "$op" "$what" "$reason"
		return 0
	fi
	put "begin $limit $op $what"
	start=$(now)
	mkdir -p /tmp/work
	(cd /tmp/work && exec timeout -s KILL "$limit" "$@") >/tmp/out 2>&1 </dev/null
	rc=$?
	took=$(($(now) - start))
	put_kernel_log
	case $rc in
	0) put "pass $took" ;;
	77) put "skip $took $(tail -n 1 /tmp/out)" ;;
	*)
		put_output /tmp/out
		if [ $rc = 137 ]; then
			put "fail $took no end within $limit s"
		else
			put "fail $took status $rc"
		fi
		;;
	esac
	sweep
	[ $rc = 0 ]
}

finish() {
	put_kernel_log
	put end
	sync
	sleep 1
	poweroff -f
	sleep 60
}
