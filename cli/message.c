// SPDX-License-Identifier: MIT
/* Messages to the person at the terminal. */
#include "cli.h"
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>

static void message(const struct cli *cli, const char *format, va_list args)
{
	/* Or the text would be appended to the progress bar. */
	progress_clear();
	flockfile(stderr);
	fprintf(stderr, "dmactl%s%s: ", cli->verb ? " " : "", cli->verb ? cli->verb : "");
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void cli_error(const struct cli *cli, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message(cli, format, args);
	va_end(args);
}

void cli_note(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	message(cli, format, args);
	va_end(args);
}

void cli_detail(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (!cli->verbose)
		return;
	va_start(args, format);
	message(cli, format, args);
	va_end(args);
}
