# SPDX-License-Identifier: MIT
# shellcheck shell=dash disable=SC2154 # the job has the settings
# Shared by the scripts of this directory. A record is one line:
#
#	@NONCE NUMBER LENGTH TEXT
#
# The nonce is different in each run, the numbers have no gaps, and LENGTH is the length of TEXT: so
# kernel messages in between cannot be mistaken for records, and a record that they tear is noticed.
# TEXT is
#
#	begin SECONDS OPERATION WHAT	a test starts, with this time limit
#	pass|fail|skip SECONDS REASON	its result
#	out TEXT			output of a failed test
#	kernel TEXT			a line of the kernel's log
#	note TEXT			another fact
#	end				the last test has ended

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
	# A signal, such as SIGHUP at the end of an orphan, may cut off a write to a busy line, so
	# the record is written again. The reader counts a record only once.
	printf '\n@%s %d %d %s\n' "$job_nonce" "$record_number" "${#1}" "$1" >&3 ||
		printf '\n@%s %d %d %s\n' "$job_nonce" "$record_number" "${#1}" "$1" >&3
}

note() {
	put "note $*"
}

# Sends the kernel's log since the last call, so that it appears beside its test.
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

# Ends programs that a test left behind, because they hold channels.
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
		# shellcheck disable=SC2254 # a pattern
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

# try SECONDS OPERATION WHAT COMMAND...: the test passes if COMMAND exits with 0 in time, and is
# skipped if it exits with 77; the last line of its output is the reason.
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
