// SPDX-License-Identifier: MIT
/* dmactl-zmq: what a peripheral produces as messages of ZeroMQ, and back. */
#include "tool.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"capture", run_capture},
	{"play", run_play},
};

static void print_help(FILE *to)
{
	fputs("Usage: dmactl-zmq capture [OPTION...] CHAN ENDPOINT\n"
	      "       dmactl-zmq play [OPTION...] CHAN ENDPOINT\n"
	      "`dmactl-zmq VERB --help' lists the options.\n",
	      to);
}

int main(int argc, char **argv)
{
	/* argp names the program and the verb in its messages. */
	char name[64];
	int err;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("dmactl-zmq %s\n", dmauser_version());
		return TOOL_OK;
	}
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return TOOL_OK;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		snprintf(name, sizeof(name), "dmactl-zmq %s", verbs[i].name);
		argv[1] = name;
		err = stop_init();
		if (err) {
			tool_error("cannot catch signals: %s", strerror(-err));
			return TOOL_FAILED;
		}
		return verbs[i].run(argc - 1, argv + 1);
	}
	if (argc > 1)
		tool_error("'%s' is no verb", argv[1]);
	print_help(stderr);
	return TOOL_USAGE;
}
