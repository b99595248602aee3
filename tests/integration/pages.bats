#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The commands, programs and outputs of the pages for readers, on dma-sim: run-page
# says which blocks of a page are run.

# shellcheck disable=SC2016,SC2154 # fences of Markdown; from the helper, and from bats
load cli-helper

root=${BATS_TEST_DIRNAME%/*/*}

# The reader's system, where dmactl is installed, by means of this tree.
setup_file() {
	export O=${O:-$root/build}
	export LD_LIBRARY_PATH=$O PYTHONPATH=$O/python PYTHONDONTWRITEBYTECODE=1
	export BASH_ENV=$BATS_FILE_TMPDIR/installed
	{
		printf 'sim=%q\n' "$sim"
		declare -f channels find_first sim_spoiled sim_reload
		cat <<-'END'
			sudo() { "$@"; }
			modprobe() {
				case $1 in
				dmactl) [ -e /dev/dmactl ] ;;
				dma-sim) sim_reload "${@:2}" ;;
				*) return 1 ;;
				esac
			}
		END
		cat <<-END
			pkg-config() {
				[ "\$*" = "--cflags --libs libdmauser" ] &&
					echo "-I$root/libdmauser/include -I$root/uapi -L$O -ldmauser"
			}
		END
	} >"$BASH_ENV"
}

# page FILE: each page begins with a controller of its own
page() {
	sim_spoiled
	"$BATS_TEST_DIRNAME/run-page" "$1"
}

@test "docs/tutorial.md" {
	page "$root/docs/tutorial.md"
}

@test "docs/coming-from.md" {
	page "$root/docs/coming-from.md"
}

@test "docs/faq.md" {
	page "$root/docs/faq.md"
}

@test "docs/troubleshooting.md" {
	page "$root/docs/troubleshooting.md"
}

# notices TEXT PATTERN: a page that is wrong, and what is said of it
notices() {
	printf '%b' "$1" >page.md
	fails "$BATS_TEST_DIRNAME/run-page" page.md
	says "$2"
}

@test "a mistake in a page is noticed" {
	printf '```sh\necho 12 ms, 3 bytes\n```\n\n```text\n7.5 us, 3 bytes\n```\n' >good.md
	"$BATS_TEST_DIRNAME/run-page" good.md
	printf '```sh\nseq 9\n```\n```text\n1\n...\n4\n5\n...\n9\n```\n' >good.md
	"$BATS_TEST_DIRNAME/run-page" good.md
	notices '```sh\ndmactl recv --size 4 no-such out\n```\n' 'page.md:1: status 1'
	notices '```sh\nfalse\ntrue\n```\n' 'page.md:1: status 1'
	notices '```sh\necho 12 ms, 4 bytes\n```\n```text\n12 ms, 3 bytes\n```\n' 'page.md:4: that is not what it prints'
	notices '```sh\nseq 9\n```\n```text\n1\n...\n4\n6\n...\n9\n```\n' 'page.md:4: that is not what it prints'
	notices '```sh\ntrue\n```\n```bash\ntrue\n```\n' "page.md:4: nobody runs a block 'bash'"
	notices '```sh\ntrue\n```\n\n    dmactl list\n' 'page.md:5: code without a fence'
	notices '```console\n$ dmactl list\n```\n' 'no block of commands'
	notices '```sh\ntrue\n' 'page.md:1: a block without an end'
}
