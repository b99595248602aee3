// SPDX-License-Identifier: MIT
/*
 * Command lines and their exit status on a machine without the module. Status 2 is a wrong command
 * line, which must be detected before the tool does anything.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const struct {
	int status;
	const char *arguments;
} lines[] = {
	{2, ""},
	{2, "frobnicate"},
	{2, "--frobnicate"},
	{2, "--frobnicate list"},
	{2, "list --frobnicate"},
	{2, "list dma0chan0"},
	{2, "--json"},
	{2, "help frobnicate"},
	{2, "help list info"},
	{2, "version x"},
	{2, "info"},
	{2, "info a b"},
	{2, "status a b"},
	{2, "status --watch --json"},
	{2, "status --watch --interval=0"},
	{2, "status --interval"},
	{2, "stats a"},
	{2, "stats --json"},
	{2, "stats --format=x"},
	{2, "copy"},
	{2, "copy a"},
	{2, "copy a b c"},
	{2, "copy --block a b"},
	{2, "copy --block=0 a b"},
	{2, "copy --block=1X a b"},
	{2, "copy --block=2G a b"},
	{2, "copy --block=-1 a b"},
	{2, "copy --depth=0 a b"},
	{2, "copy --depth=257 a b"},
	{2, "copy --depth=x a b"},
	{2, "copy --timeout=1x a b"},
	{2, "copy --channel"},
	{2, "copy --json a -"},
	{2, "--explain copy a -"},
	{2, "fill"},
	{2, "fill a b"},
	{2, "fill --size=x a"},
	{2, "fill --size=9223372036854775808 a"},
	{2, "fill --value=256 a"},
	{2, "fill --value=-1 a"},
	{2, "fill --json --size=1 -"},
	{2, "test"},
	{2, "test --all dma0chan0"},
	{2, "test --op=sum dma0chan0"},
	{2, "test --op=xor,all dma0chan0"},
	{2, "test --op= dma0chan0"},
	{2, "test --threads=0 dma0chan0"},
	{2, "test --threads=65 dma0chan0"},
	{2, "test --iterations=0 dma0chan0"},
	{2, "test --seconds=0 dma0chan0"},
	{2, "test --seconds=soon dma0chan0"},
	{2, "test --max-size=0 dma0chan0"},
	{2, "test --max-size=65M dma0chan0"},
	{2, "test --align=0 dma0chan0"},
	{2, "test --slave dma0chan0"},
	{2, "test --width=4 dma0chan0"},
	{2, "test --conformance --threads=2 dma0chan0"},
	{2, "test --conformance --slave --all"},
	{2, "test --align=3 dma0chan0"},
	{2, "test --align=8K dma0chan0"},
	{2, "test --reuse=0 dma0chan0"},
	{2, "test --reuse=2 --op=pq_val dma0chan0"},
	{2, "test --seed=x dma0chan0"},
	{2, "test --timeout=0 dma0chan0"},
	{2, "xor"},
	{2, "xor a b"},
	{2, "xor -o x a"},
	{2, "xor --block=0 -o x a b"},
	{2, "xor --timeout=1x -o x a b"},
	{2, "xor --json -o - a b"},
	{2, "pq a b"},
	{2, "pq -P p"},
	{2, "pq -P p -Q p a b"},
	{2, "pq -Q q --coef 1 a b"},
	{2, "pq -Q q --coef 1,256 a b"},
	{2, "pq -Q q --coef 1, a b"},
	{2, "pq --json -Q - a b"},
	{2, "verify"},
	{2, "verify sum a b"},
	{2, "verify xor a"},
	{2, "verify xor -P p a b"},
	{2, "verify pq a b"},
	{2, "verify pq -P p"},
	{2, "interleave"},
	{2, "interleave a b"},
	{2, "interleave --crop 1x1+0+0 a"},
	{2, "interleave --crop 1x1+0+0 a b c"},
	{2, "interleave --crop 0x1+0+0 a b"},
	{2, "interleave --crop 1x1 a b"},
	{2, "interleave --crop 1x1+0+0+0 a b"},
	{2, "interleave --crop=-1x1+0+0 a b"},
	{2, "interleave --crop 1x1+0+0 --width 3 a b"},
	{2, "interleave --crop 1x1+0+0 --width 0 --height 1 --bytes-per-pixel 1 a b"},
	{2, "interleave --crop 1x1+0+0 --json a -"},
	{2, "send"},
	{2, "send chan"},
	{2, "send chan file x"},
	{2, "send --width 5 chan file"},
	{2, "send --burst 0 chan file"},
	{2, "send --dst-addr here chan file"},
	{2, "send --direction up chan file"},
	{2, "send --port-window 0 chan file"},
	{2, "send --depth 257 chan file"},
	{2, "send --block 65M chan file"},
	{2, "send --stream --metadata m chan file"},
	{2, "send --metadata-size 4097 chan file"},
	{2, "send --metadata-mode both chan file"},
	{2, "send --stream --fence chan file"},
	{2, "send --frame 0 chan file"},
	{2, "send --frame 40/39 chan file"},
	{2, "send --frame 40/ chan file"},
	{2, "send --frame 1K --block 1000 chan file"},
	{2, "send --frame 40 --metadata m chan file"},
	{2, "send --repeat 1s chan file"},
	{2, "send --frame 40 --repeat soon chan file"},
	{2, "recv --frame 40 --repeat 1s chan file"},
	{2, "send --rapidio 1 chan file"},
	{2, "send --rapidio 65536:0 chan file"},
	{2, "send --rapidio 1:here chan file"},
	{1, "send --peripheral-config /no/such/file chan file"},
	{2, "send --peripheral-config /dev/null chan file"},
	{2, "send --peripheral-config /dev/zero chan file"},
	{2, "recv chan file"},
	{2, "recv --size 0 chan file"},
	{2, "recv --size 1 chan"},
	{2, "recv --size 1 --timeout x chan file"},
	{2, "recv --size 1 --json chan -"},
	{2, "capture chan"},
	{2, "capture chan file x"},
	{2, "capture --time 0 chan file"},
	{2, "capture --time soon chan file"},
	{2, "capture --size 0 chan file"},
	{2, "capture --period 0 chan file"},
	{2, "capture --period 65M chan file"},
	{2, "capture --periods 2 chan file"},
	{2, "capture --rate-limit some chan file"},
	{2, "capture --memory virtual chan file"},
	{2, "capture --json chan -"},
	{2, "play chan"},
	{2, "play --no-cyclic --loop chan file"},
	{2, "play --no-cyclic --time 1 chan file"},
	{2, "play --latency=soon chan file"},
	{2, "play --latency"},
	{2, "capture --latency=1s chan file"},
	{2, "stream"},
	{2, "stream chan"},
	{2, "stream chan --"},
	{2, "stream --in -- cat"},
	{2, "stream chan --in --out -- cat"},
	{2, "stream --in a --out a -- cat"},
	{2, "stream --blocks 1 chan -- cat"},
	{2, "stream --block 0 chan -- cat"},
	{2, "bench a b"},
	{2, "bench --sizes=0"},
	{2, "bench --sizes="},
	{2, "bench --sizes=4K,65M"},
	{2, "bench --sizes=4K,,64"},
	{2, "bench --sizes=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"},
	{2, "bench --depths=0"},
	{2, "bench --depths=1,1025"},
	{2, "bench --depths=many"},
	{2, "bench --time=0"},
	{2, "bench --timeout=soon"},
	{2, "bench --memory=virtual"},
	{2, "bench --receive=all"},
	{2, "bench --receive= counter"},
	{2, "bench --receive=cyclic,, counter"},
	{2, "bench --receive=cyclic,ring counter"},
	{2, "bench --receive=all --depths 2 counter"},
	{2, "bench --width=4 dma0chan0"},
	{2, "pause"},
	{2, "pause a b"},
	{2, "synchronize"},
	{2, "synchronize a b"},
	{2, "resume"},
	{2, "terminate"},
	{2, "terminate \"\""},
	{2, "stream -n 2 chan -- cat"},
	{2, "test -t 2 dma0chan0"},
	{2, "pq -q q a b"},
	{0, "--help"},
	{0, "-h"},
	{0, "copy -h"},
	{0, "copy -?"},
	{0, "-V"},
	{0, "help --json"},
	{0, "help --json copy"},
	{0, "list --names"},
	{0, "--usage"},
	{0, "--version"},
	{0, "help"},
	{0, "help list"},
	{0, "help info"},
	{0, "help copy"},
	{0, "help fill"},
	{0, "help test"},
	{0, "help bench"},
	{0, "help status"},
	{0, "help stats"},
	{0, "stats"},
	{0, "stats --openmetrics -o /tmp/dmactl-test-target"},
	{1, "stats -o /no/such/directory/file"},
	{0, "help help"},
	{0, "help version"},
	{0, "help xor"},
	{0, "help pq"},
	{0, "help verify"},
	{0, "help interleave"},
	{0, "help send"},
	{0, "help recv"},
	{0, "help capture"},
	{0, "help play"},
	{0, "help stream"},
	{0, "help pause"},
	{0, "help resume"},
	{0, "help terminate"},
	{0, "list --help"},
	{0, "copy --help nothing else matters"},
	{0, "copy --usage"},
	{0, "version"},
	{0, "--json version"},
	{0, "version --json"},
	{0, "-q version"},
	{1, "info no-such-channel"},
	{1, "status no-such-channel"},
	{1, "status --watch no-such-channel"},
	{1, "status no/such"},
	{1, "copy /no/such/file /tmp/dmactl-test-target"},
	{1, "copy --block=4M --depth=256 --timeout=0 -c x /no/such/file /tmp/dmactl-test-target"},
	{1, "copy / /tmp/dmactl-test-target"},
	{1, "copy /dev/null /"},
	{1, "copy /dev/null /no/such/directory/file"},
	{1, "xor -o /tmp/dmactl-test-target /no/such/file /no/such/file"},
	{1, "xor -o /tmp/dmactl-test-target /dev/null /dev/zero"},
	{1, "xor -o /tmp/dmactl-test-target /etc/passwd /etc/hostname"},
	{1, "pq -P /no/such/directory/p /etc/passwd"},
	{1, "verify xor /no/such/file /no/such/file"},
	{1, "verify pq -P /no/such/file /etc/passwd"},
	{1, "interleave --crop 1x1+0+0 /no/such/file /tmp/dmactl-test-target"},
	{1, "interleave --crop 1x1+0+0 /etc/passwd /tmp/dmactl-test-target"},
	{1, "interleave --crop 1x1+0+0 /dev/zero /tmp/dmactl-test-target"},
	{1, "send no-such-channel /no/such/file"},
	{1, "send no-such-channel /etc/passwd"},
	{1, "recv --size 1 no-such-channel /tmp/dmactl-test-target"},
	{1, "capture no-such-channel /no/such/directory/file"},
	{1, "capture no-such-channel /tmp/dmactl-test-target"},
	{1, "play no-such-channel /no/such/file"},
	{1, "play no-such-channel /etc/passwd"},
	{1, "stream no-such-channel -- true"},
	{1, "stream --in no-such --out channel -- true"},
	{1, "pause no-such-channel"},
	{1, "synchronize no-such-channel"},
	{1, "resume no-such-channel"},
	{1, "terminate no-such-channel"},
	{1, "fill /no/such/file"},
	{1, "fill /"},
	{1, "fill --size=1 /no/such/directory/file"},
};

Test(cmdline, exit_status)
{
	const char *dmactl = getenv("DMACTL");

	cr_assert(dmactl != NULL, "DMACTL names the program to test");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char command[512];
		int status;

		snprintf(command, sizeof(command), "exec %s %s </dev/null >/dev/null 2>&1", dmactl,
			 lines[i].arguments);
		status = system(command);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == lines[i].status,
			  "dmactl %s: status %d instead of %d", lines[i].arguments,
			  WIFEXITED(status) ? WEXITSTATUS(status) : -1, lines[i].status);
	}
}

/* Messages have the error, the wrong value, the allowed values, and what to do. */
static const struct {
	const char *arguments;
	const char *text;
} messages[] = {
	{"", "Verbs:\n  list "},
	{"", "`dmactl VERB --help' tells about one verb"},
	{"lst", "dmactl: there is no verb 'lst'; did you mean 'list'? `dmactl help' lists them\n"},
	{"frobnicate", "dmactl: there is no verb 'frobnicate'; `dmactl help' lists them\n"},
	{"help capure", "did you mean 'capture'?"},
	{"copy --chanel x a b", "dmactl copy: there is no option '--chanel'; did you mean "
				"'--channel'? `dmactl copy --help' "
				"lists the options\n"},
	{"copy a b --frobnicate", "there is no option '--frobnicate'; `dmactl copy --help'"},
	{"--jsn list", "dmactl: there is no option '--jsn'; did you mean '--json'?"},
	{"copy -vz a b", "dmactl copy: there is no option '-z';"},
	{"copy a b --block", "'--block' needs a value, SIZE;"},
	{"copy a b -d", "'-d' needs a value, N;"},
	{"copy --verify=1 a b", "'--verify' takes no value;"},
	{"test --s 1 a", "'--s' is the beginning of several options;"},
	{"copy --block 1X a b",
	 "--block: '1X' is not a size, such as 4096, 64K, 1.5M, 1MB, 1e6 or 0x1000\n"},
	{"copy --block 2G a b", "--block: 2G is not from 1 to 1G\n"},
	{"fill --size 9223372036854775808 a", "--size: 9223372036854775808 is too large; "
					      "9223372036854775807 is the most\n"},
	{"send --size 0 chan file", "--size: 0 is not 1 or more\n"},
	{"send --burst 5000000000 chan file",
	 "--burst: 5000000000 is too large; 4294967295 is the most\n"},
	{"send --burst 0 chan file", "--burst: '0' is not a number above 0\n"},
	{"bench --receive ring c",
	 "--receive: 'ring' is not a list of cyclic, queue and stream, or all\n"},
	{"bench --receive all", "--receive: which channel? `dmactl list' shows them all\n"},
	{"bench --receive all --depths 8,2 c", "--depths: with --receive, at least 3, not 2\n"},
	{"bench --width 4 c", "options of a peripheral are for --receive\n"},
	{"bench --memory x", "--memory: 'x' is neither streaming nor coherent\n"},
	{"bench a b", "'b' is one argument too many, after the channel a\n"},
	{"bench --sizes 65M", "--sizes: '65M' is not a list of up to 16 sizes from 1 to 64M\n"},
	{"info a b", "'b' is one argument too many, after the channel a\n"},
	{"help list info", "'info' is one argument too many; help is about one verb\n"},
	{"status --watch --interval 1ms",
	 "--interval: 1ms is too short; it must be 10 ms or more\n"},
	{"status --watch --json", "--watch does not go with --json, which is one document"},
	{"copy --json a -", "standard output is the target, and --json and --explain print there, "
			    "too; name a file as the target\n"},
	{"xor a b", "xor needs --output (-o), the file to write\n"},
	{"xor -o x a", "xor needs two sources or more, not 1\n"},
	{"pq a b", "it needs the file of --parity (-P), that of --syndrome (-Q), or both\n"},
	{"pq -P p", "it needs one source or more\n"},
	{"pq -P p -Q p a b", "--parity and --syndrome name the same file, p\n"},
	{"pq -Q q --coef 1 a b", "--coef: 1 coefficients for 2 sources; give one for each\n"},
	{"verify xor -P p a b", "--parity, --syndrome and --coef are for pq; with xor, the parity "
				"is one of the files\n"},
	{"verify xor a", "xor needs two files or more, not 1\n"},
	{"interleave a b", "interleave needs --crop, the part to cut out, such as 640x480+10+20\n"},
	{"interleave --crop 1x1 a b",
	 "--crop: '1x1' is not WIDTHxHEIGHT+LEFT+TOP, such as 640x480+10+20\n"},
	{"interleave --crop 1x1+0+0 --width 3 a b",
	 "--width, --height and --bytes-per-pixel: give all three, for an image without a header, "
	 "or none\n"},
	{"send --rapidio 1:x chan file",
	 "--rapidio: '1:x' is not DESTID:ADDR, such as 1:0x40000000\n"},
	{"send --stream --metadata m chan file",
	 "--stream goes with none of --metadata, --command and --fence\n"},
	{"send --frame 40/64 --block 8 chan file",
	 "--block: 8 bytes are less than a line of --frame, which has 40\n"},
	{"send --repeat 1s chan file", "--repeat goes only with --frame\n"},
	{"stream --in", "which channel? `dmactl list' shows them all\n"},
	{"test --all chan", "--all does not go with the name of a channel, chan\n"},
	{"test --conformance --fence chan",
	 "--conformance goes with none of --op, --threads, --iterations, --max-size, --coherent, "
	 "--fence and --reuse\n"},
	{"test --slave chan", "--slave goes only with --conformance\n"},
	{"test --width 4 chan",
	 "the options of the peripheral go only with --conformance --slave\n"},
	{"copy --timeout soon a b", "--timeout: 'soon' is not a time, such as 500ms, 10s, 1.5m, 2h "
				    "or 1h30m; a number alone is "
				    "seconds\n"},
	{"capture --time 0 chan file", "--time: 0 is too short; it must be longer than 0\n"},
	{"recv --help", "Usage: dmactl recv [OPTION...] --size=SIZE CHAN FILE\n"},
	{"recv chan file", "recv needs --size, the number of bytes"},
	{"copy --help", "-h, -?, --help"},
};

Test(cmdline, messages)
{
	const char *dmactl = getenv("DMACTL");

	cr_assert(dmactl != NULL, "DMACTL names the program to test");
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		char command[512], text[16384];
		size_t length;
		FILE *pipe;

		snprintf(command, sizeof(command), "exec %s %s </dev/null 2>&1", dmactl,
			 messages[i].arguments);
		pipe = popen(command, "r");
		cr_assert(pipe);
		length = fread(text, 1, sizeof(text) - 1, pipe);
		text[length] = '\0';
		pclose(pipe);
		cr_expect(strstr(text, messages[i].text), "dmactl %s: says\n%s",
			  messages[i].arguments, text);
	}
}

/* Each verb's help has only its own options. */
Test(cmdline, help_is_of_the_verb)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "exec 2>&1; %s recv --help | grep -E 'send:|--repeat|--command'",
		 getenv("DMACTL"));
	cr_expect(system(command) != 0, "recv --help has what is send's");
	snprintf(command, sizeof(command), "exec 2>&1; %s send --help | grep -E 'recv:|--packets'",
		 getenv("DMACTL"));
	cr_expect(system(command) != 0, "send --help has what is recv's");
}

/* If the reader closes the pipe early, dmactl must not print an error. */
Test(cmdline, dies_of_sigpipe_without_a_word)
{
	char command[512];

	/* A pipe without a reader. */
	snprintf(command, sizeof(command),
		 "bash -c 'exec 3> >(exec 0<&-); wait $!; said=$(\"$0\" help --json 2>&1 >&3); "
		 "[ $? = 141 ] && [ -z \"$said\" ]' %s",
		 getenv("DMACTL"));
	cr_expect(system(command) == 0, "not as others do");
}
