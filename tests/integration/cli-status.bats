#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dmactl status: the state of a channel, its counters, and --watch.

# shellcheck disable=SC2016,SC2154 # expressions of jq and eval; set by the helper and by bats
load cli-helper

peripherals() {
	sim_reload channels=2 peripherals=loopback,counter,sink,mem
	echo 100000 >"$sim/counter_rate"
}

# of NAME FILTER: the channel's object of status, through jq
of() {
	dmactl status --json "$1" | jq -e "${@:3}" ".channels[0] | $2"
}

# bats test_tags=kernel
@test "status says direction, bytes to go, name and holder of what runs" {
	peripherals
	spawn out dmactl capture counter numbers
	wait_until of counter '.state == "running"'
	of counter '.slave == "counter" and .op_direction == "dev-to-mem" and .in_flight == 1 and (.paused | not)'
	of counter '.to_go > 0 and .to_go <= 1048576 and .held_by.pid == $p' --argjson p "$pid"
	run dmactl status
	says "^dma1chan2 +counter +running +dev-to-mem +[0-9.]+ [KM]?i?B +0 .* dmactl \\($pid\\)$"
	says '^dma0chan0 +- +free +- +- +0 +0 B +-$'
	dmactl terminate counter
	ends_with 0
	of dma1chan2 '.state == "free" and .op_direction == null and .to_go == null and .slave == null'
}

@test "status in 80 columns has all columns" {
	peripherals
	spawn out dmactl capture counter numbers
	wait_until of counter '.bytes >= 65536'
	in_terminal 80 dmactl status counter | tr -d '\r' >seen
	cat seen
	[ "$(wc -L <seen)" -le 80 ]
	grep -E '^  name +in-flight +depth +submitted +completed +failed +bytes *$' seen
	grep -E '^  name +refused +stray +stalls +newest +cookie +length +status +last +used *$' seen
	grep -E '^NAME +AS +STATE +DIRECTION +TO GO +OPS +BYTES +HELD BY *$' seen
	grep -E "^dma1chan2 +counter +running +dev-to-mem +[0-9.]+ [KM]iB +0 +[0-9.]+ [KM]iB +dmactl \\($pid\\)$" seen
	dmactl terminate counter
	ends_with 0
}

@test "status says that a channel is paused, and the bytes to go stand" {
	peripherals
	spawn out dmactl capture counter numbers
	wait_until of counter '.state == "running" and .bytes > 0'
	dmactl pause counter
	of counter '.state == "paused"'
	dmactl status --json counter | jq -e '.sessions[0].channels_held[0] | .paused and .slave == "counter"'
	run dmactl status counter
	says '^dma1chan2 +counter +paused +dev-to-mem '
	before=$(of counter .to_go)
	sleep 0.5
	[ "$(of counter .to_go)" = "$before" ]
	dmactl resume counter
	wait_until of counter '.state == "running"'
	wait_until eval '[ "$(of counter .to_go)" != "$before" ]'
	dmactl terminate counter
	ends_with 0
}

@test "OPS and BYTES have what went through dmactl, while it runs and afterwards" {
	peripherals
	of "$first" '.transfers == 0 and .bytes == 0'
	make 100000 src
	dmactl copy -c "$first" src dst
	of "$first" '.transfers == 1 and .bytes == 100000 and .bytes_transferred == 100000'
	run dmactl status "$first"
	says "^$first +- +free +- +- +1 +97\.7 KiB +-$"
	dmactl copy -c "$first" src dst
	of "$first" '.transfers == 2 and .bytes == 200000'
	[ "$(cat "/sys/class/dma/$first/bytes_transferred")" = 200000 ]
	# A transfer that has not ended counts with the bytes so far.
	spawn out dmactl capture counter numbers
	wait_until of counter '.bytes >= 65536 and .bytes_transferred == 0'
	dmactl terminate counter
	ends_with 0
	of dma1chan2 '.bytes == .bytes_transferred and .bytes >= 65536'
}

# bats test_tags=long
@test "status: what another user does is not told, but who it is" {
	peripherals
	spawn out dmactl capture counter numbers
	wait_until of counter '.state == "running"'
	setpriv --reuid=65534 --regid=65534 --clear-groups dmactl status --json >other.json
	jq -e '.channels[] | select(.slave == "counter") | .state == "in use" and .held_by == {uid: 0, user: "root"}
		and .op_direction == null' other.json
	run setpriv --reuid=65534 --regid=65534 --clear-groups dmactl status
	says '^dma1chan2 +counter +in use +- .* user root$'
	# In the other direction, root sees everything.
	dmactl terminate counter
	ends_with 0
	chmod 666 /dev/dmactl
	chmod 777 .
	make 4096 src
	echo 1 >"$sim/hold"
	spawn out setpriv --reuid=65534 --regid=65534 --clear-groups dmactl copy -c "$first" src dst
	wait_until held "$first"
	of "$first" '.held_by.uid == 65534 and .held_by.user == "nobody" and .held_by.pid == $p' --argjson p "$pid"
	chmod 600 /dev/dmactl
	echo 0 >"$sim/hold"
	ends_with 0
}

# watch COLUMNS SECONDS [OPTION...]: runs it in a terminal of this width, until Ctrl-C
watch() {
	local columns=$1 seconds=$2
	shift 2
	cat >watch.py <<-'PY'
		import fcntl, os, pty, signal, struct, sys, termios, time
		columns, seconds, argv = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
		    os.execvp(argv[0], argv)
		end, out, asked = time.time() + seconds, b"", False
		os.set_blocking(fd, False)
		while True:
		    try:
		        out += os.read(fd, 65536) or b""
		    except BlockingIOError:
		        time.sleep(0.05)
		    except OSError:
		        break
		    if time.time() > end and not asked:
		        os.write(fd, b"\x03")
		        asked = True
		status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
		sys.stdout.buffer.write(out)
		sys.exit(status if status >= 0 else 128 - status)
	PY
	python3 watch.py "$columns" "$seconds" dmactl status --watch "$@"
}

@test "status --watch: live, in 80 columns, and Ctrl-C ends it clean" {
	peripherals
	spawn out dmactl capture counter numbers
	wait_until of counter '.state == "running"'
	watch 80 3 --interval 200ms >seen
	# Each interval draws a frame from the top; at the end the cursor is visible again, on a line
	# without the terminal's ^C.
	grep -q $'\r\e\\[K\e\\[?25h' seen
	[ "$(grep -c $'\e\[H' seen)" -ge 5 ]
	grep -q $'\e\[?25h' seen
	sed 's/\x1b\[[0-9?]*[a-zA-Z]//g; s/\r//g' seen >plain
	cat plain
	[ "$(wc -L <plain)" -le 79 ]
	grep -E '^1 of 7 channels in use, [0-9.]+ [KM]iB/s$' plain
	grep -E '^CHANNEL +AS +STATE +RATE +DEPTH +ERRORS$' plain
	grep -E '^dma1chan2 +counter +running +[0-9.]+ KiB/s +1/256 +0 \[#+ *\]$' plain
	grep -E '^dma0chan0 +- +free +0 B/s +0/0 +0 \[ +\]$' plain
	# The watched transfer ends as usual.
	dmactl terminate counter
	ends_with 0
}

@test "status --watch: the rate of a ring is steady, whatever its period" {
	peripherals
	spawn out dmactl capture counter numbers
	wait_until of counter '.state == "running"'
	watch 80 4 --interval 500ms counter | sed 's/\x1b\[[0-9?]*[a-zA-Z]//g; s/\r//g' >plain
	cat plain
	# Of a period of 64 KiB, 100 kB/s make 0 or 128 KiB/s in half a second.
	awk '/^dma1chan2/ { n++; if ($4 == "-") first++; else if ($5 != "KiB/s" || $4 < 40 || $4 > 190) bad++ }
		END { exit !(n >= 5 && first == 1 && !bad) }' plain
	[ "$(head -1 plain)" = '1 of 1 channels in use' ]
	dmactl terminate counter
	ends_with 0
}

# bats test_tags=long
@test "status --watch in 40 columns, of one channel, and into a file" {
	peripherals
	watch 40 1 --interval 200ms counter | sed 's/\x1b\[[0-9?]*[a-zA-Z]//g; s/\r//g' >plain
	[ "$(wc -L <plain)" -le 39 ]
	grep -E '^counter +free +- +-$' plain
	lacks '^dma0chan0' plain
	spawn file dmactl status --watch --interval 100ms
	wait_until eval '[ "$(grep -c "^CHANNEL" file)" -ge 3 ]'
	kill -INT "$pid"
	ends_with 0
	lacks $'\e' file
	run dmactl status --watch --json
	[ "$status" -eq 2 ]
	run dmactl status --interval 1s
	[ "$status" -eq 2 ]
	says 'interval needs --watch'
}
