// SPDX-License-Identifier: MIT
/* dmactl bench --receive WAYS CHAN: measures how a program keeps up with a peripheral. */
#include "out/print.h"
#include "out/stop.h"
#include "verb/bench.h"

#include <stdlib.h>
#include <string.h>

/* Only a stream has no completions, and only a ring is written over. */
static void print_one(struct printer *printer, const struct gauge_result *result)
{
	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "way", "WAY", gauge_way_name(result->way));
	print_unsigned(printer, "size", "SIZE", result->size, UNIT_NONE);
	print_unsigned(printer, "depth", "DEPTH", result->depth, UNIT_NONE);
	print_unsigned(printer, "bytes", "BYTES", result->bytes, UNIT_NONE);
	if (result->way == GAUGE_CYCLIC)
		print_unsigned(printer, "overwritten", "LOST", result->lost, UNIT_NONE);
	else
		print_null(printer, "overwritten", "LOST", "-");
	print_real(printer, "seconds", NULL, result->seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", "RATE",
		   result->seconds > 0 ? (double)result->bytes / result->seconds : 0, UNIT_RATE);
	print_unsigned(printer, "wakes", NULL, result->wakes, UNIT_NONE);
	if (result->wakes) {
		print_time(printer, "wake_median_ns", "WAKE-UP", result->wake_median_ns);
		print_time(printer, "wake_p99_ns", "99 %", result->wake_p99_ns);
		print_time(printer, "wake_p999_ns", "99.9 %", result->wake_p999_ns);
	} else {
		print_null(printer, "wake_median_ns", "WAKE-UP", "-");
		print_null(printer, "wake_p99_ns", "99 %", "-");
		print_null(printer, "wake_p999_ns", "99.9 %", "-");
	}
	print_time(printer, "cpu_ns_per_gib", "CPU/GiB", result->cpu_ns_per_gib);
	print_close(printer);
}

static int print_results(const struct gauge *gauge, bool complete)
{
	struct printer *printer = printer_new(gauge->cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_string(printer, "asked", NULL, gauge->slave.name);
	print_string(printer, "channel", NULL, dmauser_chan_name(gauge->slave.chan));
	print_string(printer, NULL, "Channel", slave_title(&gauge->slave));
	print_bool(printer, "complete", NULL, complete);
	print_open(printer, GROUP_TABLE, "received", NULL);
	for (unsigned int i = 0; i < gauge->result_count; i++)
		print_one(printer, &gauge->results[i]);
	print_close(printer);
	print_close(printer);
	return printer_end(printer);
}

static int measure(struct gauge *gauge)
{
	int err = gauge_run(gauge), status = CLI_FAILED;

	if (stop_requested())
		cli_note(gauge->cli, "interrupted; these are the results so far");
	if (gauge->result_count || !err)
		status = print_results(gauge, !err && !stop_requested());
	return err ? CLI_FAILED : status;
}

int bench_receive(struct cli *cli, const struct bench_options *options,
		  const struct slave_options *slave, const bool *ways, const char *name)
{
	struct gauge *gauge = calloc(1, sizeof(*gauge));
	int status = CLI_FAILED;

	if (!gauge) {
		cli_error(cli, "out of memory");
		return CLI_FAILED;
	}
	gauge->cli = cli;
	gauge->options = options;
	memcpy(gauge->ways, ways, sizeof(gauge->ways));
	if (!slave_open(&gauge->slave, cli, slave, name, DMACTL_CAP_SLAVE, DMACTL_DIR_DEV_TO_MEM) &&
	    !slave_check_address(&gauge->slave, DMACTL_CAP_SLAVE, DMACTL_DIR_DEV_TO_MEM))
		status = measure(gauge);
	slave_close(&gauge->slave);
	free(gauge);
	return status;
}
