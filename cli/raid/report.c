// SPDX-License-Identifier: MIT
#include "raid/raid-internal.h"
#include "out/print.h"
#include "out/units.h"

#include <inttypes.h>
#include <stdio.h>

static const char *what_is_bad(const struct raid *r)
{
	if (r->options->op == RAID_XOR_VAL)
		return "the sum of the files is not zero";
	switch (r->bad_flags) {
	case DMACTL_COMP_P_BAD:
		return "P does not match";
	case DMACTL_COMP_Q_BAD:
		return "Q does not match";
	default:
		return "neither P nor Q matches";
	}
}

static void print_files(struct printer *printer, const struct raid *r)
{
	const char *names[RAID_MAX_SOURCES + 1] = {NULL};
	bool is_xor = r->options->op == RAID_XOR;

	for (unsigned int i = 0; i < r->options->count; i++)
		names[i] = r->options->names[i];
	print_names(printer, "sources", NULL, names);
	if (r->options->p)
		print_string(printer, is_xor ? "target" : "p", NULL, r->options->p);
	if (r->options->q)
		print_string(printer, "q", NULL, r->options->q);
}

static int print_json(const struct raid *r, const char *chan, double seconds)
{
	struct printer *printer = printer_new(r->cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_files(printer, r);
	print_unsigned(printer, "bytes", NULL, r->done, UNIT_NONE);
	print_real(printer, "seconds", NULL, seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, seconds > 0 ? (double)r->done / seconds : 0,
		   UNIT_NONE);
	print_string(printer, "channel", NULL, chan);
	print_unsigned(printer, "dma_ops", NULL, r->ops, UNIT_NONE);
	print_unsigned(printer, "block", NULL, r->blocks.block, UNIT_NONE);
	if (r->check) {
		print_bool(printer, "matches", NULL, !r->bad);
		if (r->bad) {
			print_unsigned(printer, "bad_offset", NULL, r->bad_offset, UNIT_NONE);
			print_unsigned(printer, "bad_length", NULL, r->bad_length, UNIT_NONE);
			print_bool(printer, "p_bad", NULL, r->bad_flags & DMACTL_COMP_P_BAD);
			print_bool(printer, "q_bad", NULL, r->bad_flags & DMACTL_COMP_Q_BAD);
		}
	}
	print_close(printer);
	return printer_end(printer);
}

int raid_report(const struct raid *r, const char *chan, double seconds)
{
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	int status = CLI_OK;

	if (r->cli->json)
		status = print_json(r, chan, seconds);
	else if (!r->cli->quiet && !r->bad)
		fprintf(r->p && r->p->stream ? stderr : stdout,
			"%u sources of %s%s in %s, %s, through %s\n", r->options->count,
			format_size(bytes, r->size), r->check ? " match" : "",
			format_time(time, (uint64_t)(seconds * 1e9)),
			format_rate(rate, seconds > 0 ? (double)r->done / seconds : 0), chan);
	if (!r->bad)
		return status;
	cli_error(r->cli, "%s in the block of bytes %" PRIu64 " to %" PRIu64, what_is_bad(r),
		  r->bad_offset, r->bad_offset + r->bad_length - 1);
	return CLI_FAILED;
}
