// SPDX-License-Identifier: MIT
#include "out/print.h"
#include "out/units.h"
#include "verb/capture.h"

#include <errno.h>
#include <inttypes.h>

/* Lost bytes and an empty capture are both failures. */
static int check_loss(const struct capture *c, int err)
{
	char time[UNITS_TEXT];

	if (c->lost && c->gaps)
		cli_error(c->cli,
			  "%s: %" PRIu64 " periods of %zu bytes were lost, in %" PRIu64
			  " place(s) of %s; try larger or more periods, or a faster file",
			  c->options->channel, c->lost, c->ring.period, c->gaps, c->target.name);
	else if (c->lost)
		cli_error(c->cli,
			  "%s: %" PRIu64 " periods of %zu bytes were lost, %s %s; try larger or "
			  "more periods, or a faster file",
			  c->options->channel, c->lost, c->ring.period,
			  c->torn ? "behind the end of" : "before the beginning of",
			  c->target.name);
	if (c->ring.dry)
		cli_error(c->cli,
			  "%s: %" PRIu64
			  " time(s) the channel had nothing to write to, as the kernel "
			  "did not refill the ring in time, and bytes may be missing there; try "
			  "larger or more periods, or a ring in one piece (--memory contiguous)",
			  c->options->channel, c->ring.dry);
	if (!c->lost && !c->bytes && !err)
		cli_error(c->cli, "%s: no byte arrived in %s: does the peripheral run?",
			  c->options->channel, format_time(time, (uint64_t)(c->seconds * 1e9)));
	return c->lost || c->ring.dry || !c->bytes ? CLI_FAILED : CLI_OK;
}

static int print_summary(const struct capture *c, const char *chan)
{
	const struct ring_report moved = {
		.ring = &c->ring,
		.asked = c->options->channel,
		.channel = chan,
		.file = c->target.name,
		.bytes = c->bytes,
		.seconds = c->seconds,
		.periods = c->saved,
	};
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	struct printer *printer;

	if (!c->cli->json) {
		if (!c->cli->quiet)
			fprintf(c->target.stream ? stderr : stdout,
				"%s -> %s: %s in %s, %s, %" PRIu64 " %s, %" PRIu64 " lost\n",
				c->options->channel, c->target.name, format_size(bytes, c->bytes),
				format_time(time, (uint64_t)(c->seconds * 1e9)),
				format_rate(rate, ring_speed(&moved)), c->saved,
				c->saved == 1 ? "period" : "periods", c->lost);
		return CLI_OK;
	}
	printer = printer_new(c->cli);
	ring_print(printer, &moved);
	print_unsigned(printer, "lost_periods", NULL, c->lost, UNIT_NONE);
	print_unsigned(printer, "gaps", NULL, c->gaps, UNIT_NONE);
	print_close(printer);
	return printer_end(printer);
}

int capture_finish(struct capture *c, const char *chan, int err)
{
	int status = CLI_OK;

	if (target_commit_anyway(&c->target, c->cli))
		err = err ? err : -EIO;
	if (err && !c->bytes && !c->lost && !c->target.begun)
		return CLI_FAILED;
	if (err && !c->bytes)
		cli_error(c->cli, "%s: has no byte of the capture", c->target.name);
	else if (err)
		cli_error(c->cli, "%s: has the first %" PRIu64 " bytes%s", c->target.name, c->bytes,
			  c->gaps || c->ring.dry ? ", with gaps" : ", without a gap");
	if (!err || c->cli->json)
		status = print_summary(c, chan);
	if (check_loss(c, err) || err)
		return CLI_FAILED;
	return status;
}
