// SPDX-License-Identifier: MIT
/* Prints messages to stderr, and keeps the errors for JSON. */
#include "out/cli.h"
#include "out/failure.h"
#include "out/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void message(const struct cli *cli, const char *text)
{
	/* Otherwise the text would follow the progress bar on its line. */
	progress_clear();
	/* If stdout and stderr are the same file, keep the output in order. */
	fflush(stdout);
	flockfile(stderr);
	fprintf(stderr, "dmactl%s%s: ", cli->verb ? " " : "", cli->verb ? cli->verb : "");
	fprintf(stderr, "%s\n", text);
	funlockfile(stderr);
}

static void message_of(const struct cli *cli, bool failure, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return;
	message(cli, text);
	if (failure)
		failure_add(text);
	free(text);
}

void cli_error(const struct cli *cli, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message_of(cli, true, format, args);
	va_end(args);
}

void cli_note(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	message_of(cli, false, format, args);
	va_end(args);
}

void cli_detail(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (!cli->verbose)
		return;
	va_start(args, format);
	message_of(cli, false, format, args);
	va_end(args);
}
