// SPDX-License-Identifier: MIT
/* dmactl: finds the verb and runs it. */
#include "explain/explain.h"
#include "out/failure.h"
#include "out/print.h"
#include "out/stop.h"
#include "verb/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* argp may call exit(). With --json, on_early_exit() still prints a document then. */
static struct {
	struct cli *cli;
	bool json;
} early;

static void on_early_exit(int status, void *context)
{
	(void)context;
	failure_flush();
	if (status != CLI_OK && early.json) {
		print_document(early.cli, status);
		fflush(stdout);
	}
}

static void leave_early(struct cli *cli, int argc, char **argv)
{
	early.cli = cli;
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		early.json |= strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "-j") == 0;
	on_exit(on_early_exit, NULL);
}

static int run(struct cli *cli, const struct command *command, int argc, char **argv)
{
	char name[64];
	int status;

	snprintf(name, sizeof(name), "dmactl %s", command->name);
	argv[0] = name;
	cli->verb = command->name;
	status = command->run(cli, argc, argv);
	early.json = false;
	if (cli->want_explain) {
		int explained = explain_end(cli);

		if (status == CLI_OK)
			status = explained;
	}
	if (cli->json)
		print_document(cli, status);
	if (fflush(stdout) || ferror(stdout)) {
		cli_error(cli, "cannot write to standard output: %s", strerror(errno));
		if (status == CLI_OK)
			status = CLI_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	static struct cli
		cli; /* static, because on_early_exit() uses it after main() has returned */
	const struct command *command;
	int verb, status;

	leave_early(&cli, argc, argv);
	argp_err_exit_status = CLI_USAGE;
	stop_init();
	verb = command_line_parse(&cli, argc, argv);
	command = command_find(argv[verb]);
	if (!command) {
		command_unknown(&cli, argv[verb]);
		return CLI_USAGE;
	}
	status = run(&cli, command, argc - verb, argv + verb);
	if (stop_requested())
		stop_die();
	return status;
}
