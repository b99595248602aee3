// SPDX-License-Identifier: MIT
/* Runs the checks of the conformance test on one channel. */
#include "conform/conform.h"
#include "dev/control.h"
#include "dev/device.h"
#include "dev/limits.h"
#include "out/print.h"
#include "out/stop.h"
#include "out/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_AREA  (2u << 20)
#define SMALLEST_AREA (64u << 10)

static const struct conform_check *const tables[] = {
	conform_data_checks,  conform_issue_checks, conform_queue_checks, conform_status_checks,
	conform_pause_checks, conform_stop_checks,  conform_slave_checks,
};

static void add_finding(struct conform *c, const struct conform_finding *numbers,
			const char *format, va_list arguments)
{
	struct conform_result *result = c->result;
	struct conform_finding *finding;

	result->status = CONFORM_FAILED;
	if (result->finding_count++ >= CONFORM_MAX_FINDINGS)
		return;
	finding = &result->findings[result->finding_count - 1];
	*finding = *numbers;
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
}

void conform_fail(struct conform *c, const char *format, ...)
{
	struct conform_finding none = {0};
	va_list arguments;

	va_start(arguments, format);
	add_finding(c, &none, format, arguments);
	va_end(arguments);
}

void conform_fail_at(struct conform *c, struct conform_finding numbers, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_finding(c, &numbers, format, arguments);
	va_end(arguments);
}

void conform_skip(struct conform *c, const char *format, ...)
{
	va_list arguments;

	if (c->result->status == CONFORM_FAILED)
		return;
	c->result->status = CONFORM_NOT_APPLICABLE;
	va_start(arguments, format);
	vsnprintf(c->result->reason, sizeof(c->result->reason), format, arguments);
	va_end(arguments);
}

void conform_seen(struct conform *c, uint64_t count, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(c->result->seen, sizeof(c->result->seen), format, arguments);
	va_end(arguments);
	/* Keep an earlier reason to skip. */
	if (!count && c->result->status == CONFORM_PASSED)
		conform_skip(c, "nothing of it was seen: %s", c->result->seen);
}

bool conform_more(const struct conform *c)
{
	return !stop_requested() && !c->dead && !c->timed_out && now_ns() < c->share_ends;
}

static int alloc_area(struct conform *c, struct conform_area *area, size_t len)
{
	enum dmactl_buf_kind kind = c->coherent ? DMACTL_BUF_COHERENT : DMACTL_BUF_STREAMING;
	void *memory;
	int err;

	err = dmauser_buf_alloc(c->session, kind, c->chan, len, &area->buf);
	if (err) {
		area->buf = NULL;
		return err;
	}
	err = dmauser_buf_map(area->buf, &memory);
	if (err) {
		dmauser_buf_destroy(area->buf);
		area->buf = NULL;
		return err;
	}
	area->memory = memory;
	area->len = len;
	return 0;
}

static void free_areas(struct conform *c)
{
	dmauser_buf_destroy(c->src.buf);
	dmauser_buf_destroy(c->dst.buf);
	c->src.buf = NULL;
	c->dst.buf = NULL;
}

/*
 * Prefers coherent memory: it is in one piece, so that a transfer is one
 * descriptor, and the CPU sees writes of the device at once. A device may have
 * little of it.
 */
static int alloc_areas(struct conform *c)
{
	int err = -ENOMEM;

	for (size_t len = LARGEST_AREA; len >= SMALLEST_AREA && err; len /= 2) {
		for (int i = 0; i < 2 && err; i++) {
			c->coherent = i == 0;
			err = alloc_area(c, &c->src, len);
			if (!err)
				err = alloc_area(c, &c->dst, len);
			if (err)
				free_areas(c);
		}
	}
	if (err) {
		limits_memory_refused(c->cli, c->session, dmauser_chan_name(c->chan),
				      2 * SMALLEST_AREA, err);
		return err;
	}
	c->copy = malloc(c->dst.len);
	if (c->copy)
		return 0;
	cli_error(c->cli, "out of memory");
	return -ENOMEM;
}

static int request(struct conform *c, const char *name, bool optional)
{
	struct slave *slave = &c->slave;
	struct dmactl_info info;
	unsigned int depth;
	int err;

	if (c->options->slave)
		return slave_open(slave, c->cli, c->options->peripheral, name, 0, 0);
	slave->cli = c->cli;
	slave->name = name;
	err = device_open(c->cli, name, &slave->session);
	if (err)
		return err;
	err = dmauser_info(slave->session, &info);
	depth = !err && info.out_max_depth < CONFORM_MAX_LOAD ? info.out_max_depth
							      : CONFORM_MAX_LOAD;
	if (!err && optional)
		err = dmauser_chan_request_name(slave->session, name, depth, &slave->chan);
	else if (!err)
		err = device_channel(c->cli, slave->session, name, 0, depth, &slave->chan);
	if (err) {
		slave_close(slave);
		return err;
	}
	slave->control = control_start(c->cli, slave->chan, NULL);
	return 0;
}

/*
 * slave_close() stops the channel before it frees the buffers: a faulty
 * provider may still write to them.
 */
static void close_channel(struct conform *c)
{
	dmauser_batch_free(c->batch);
	if (c->fdinfo >= 0)
		close(c->fdinfo);
	slave_close(&c->slave);
	free(c->copy);
	c->copy = NULL;
	c->batch = NULL;
	c->fdinfo = -1;
}

/* Returns 0 or -errno, after a message unless `optional'. */
static int open_channel(struct conform *c, struct cli *cli, const struct conform_options *options,
			const char *name, bool optional)
{
	char path[64];
	int err;

	memset(c, 0, sizeof(*c));
	c->cli = cli;
	c->options = options;
	c->fdinfo = -1;
	err = request(c, name, optional);
	if (err)
		return err;
	c->session = c->slave.session;
	c->chan = c->slave.chan;
	c->caps = dmauser_chan_caps(c->chan);
	c->page = (size_t)sysconf(_SC_PAGESIZE);
	c->align = c->caps->copy_align > options->align ? c->caps->copy_align : options->align;
	c->random.state = pattern_mix(options->seed);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", dmauser_fd(c->session));
	c->fdinfo = open(path, O_RDONLY | O_CLOEXEC);
	err = c->fdinfo < 0 ? -errno : dmauser_batch_new(&c->batch);
	if (err)
		cli_error(cli, "%s: cannot start: %s", dmauser_chan_name(c->chan), strerror(-err));
	else
		err = alloc_areas(c);
	if (err)
		close_channel(c);
	return err;
}

static const struct conform_result *result_of(const struct conform *c, const char *name)
{
	for (unsigned int i = 0; i < c->result_count; i++) {
		if (!strcmp(c->results[i].check->name, name))
			return &c->results[i];
	}
	return NULL;
}

static void not_run(struct conform_result *result, const char *why)
{
	result->status = CONFORM_NOT_RUN;
	snprintf(result->reason, sizeof(result->reason), "%s", why);
}

/* Returns whether the check can run. If not, sets its result. */
static bool prepare(struct conform *c, const struct conform_check *check)
{
	struct conform_result *result = c->result;
	const struct conform_result *needed = check->needs ? result_of(c, check->needs) : NULL;
	const char *why = check->applies ? check->applies(c) : NULL;

	if (why) {
		result->status = CONFORM_NOT_APPLICABLE;
		snprintf(result->reason, sizeof(result->reason), "%s", why);
	} else if (stop_requested()) {
		not_run(result, "interrupted");
	} else if (c->dead) {
		not_run(result, c->dead);
	} else if (needed && needed->status == CONFORM_FAILED) {
		result->status = CONFORM_NOT_RUN;
		snprintf(result->reason, sizeof(result->reason), "it would show nothing: %s failed",
			 check->needs);
	} else if (now_ns() >= c->deadline) {
		not_run(result, "the time was up; --seconds gives more");
	} else {
		return true;
	}
	return false;
}

/* Tries a copy after a transfer did not end. Sets `dead' if that does not complete either. */
static void probe(struct conform *c)
{
	struct conform_result scratch = {.check = c->result->check}, *result = c->result;

	c->timed_out = false;
	if (c->dead || !(c->caps->caps & DMACTL_CAP_MEMCPY))
		return;
	c->result = &scratch;
	if (conform_add_copy(c, 0, 0, conform_units(c, 64)) || !conform_submit(c, 0) ||
	    !conform_finish(c))
		c->dead = "the channel completes nothing any more";
	c->timed_out = false;
	c->result = result;
}

static void run_check(struct conform *c, const struct conform_check *check, unsigned int left)
{
	uint64_t now = now_ns();

	c->result = &c->results[c->result_count];
	*c->result = (struct conform_result){.check = check};
	if (prepare(c, check)) {
		/* Allow three times the fair share, because most checks need little of theirs. */
		c->share_ends = now + (c->deadline - now) / left * 3;
		if (c->share_ends > c->deadline)
			c->share_ends = c->deadline;
		check->run(c);
		dmauser_batch_clear(c->batch);
		conform_quiet(c);
		if (c->timed_out)
			probe(c);
		if (stop_requested() && c->result->status == CONFORM_PASSED)
			not_run(c->result, "interrupted");
		cli_detail(c->cli, "%s: %s took %llu ms", dmauser_chan_name(c->chan), check->name,
			   (unsigned long long)((now_ns() - now) / NS_PER_MS));
	}
	c->result_count++;
}

static void run_checks(struct conform *c)
{
	uint64_t start = now_ns();
	unsigned int left = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct conform_check *check = tables[i]; check->name; check++)
			left++;
	}
	if (left > CONFORM_MAX_CHECKS)
		abort();
	c->deadline = start + c->options->seconds_ns;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct conform_check *check = tables[i]; check->name; check++)
			run_check(c, check, left--);
	}
	c->seconds = (double)(now_ns() - start) / 1e9;
}

/* Tests one channel and prints the results. Returns 0, 1 if a check failed, or -errno. */
static int conform_channel(struct cli *cli, const struct conform_options *options,
			   struct printer *printer, const char *name, bool optional)
{
	struct conform *c = calloc(1, sizeof(*c));
	int err;

	if (!c) {
		cli_error(cli, "out of memory");
		return -ENOMEM;
	}
	err = open_channel(c, cli, options, name, optional);
	if (!err) {
		run_checks(c);
		/* A channel on which no check passed has not passed. */
		err = conform_count(c, CONFORM_FAILED) || !conform_count(c, CONFORM_PASSED);
		conform_print(printer, c);
		close_channel(c);
	}
	free(c);
	return err;
}

struct tally {
	unsigned int channels;
	bool failed;
};

static void count_channel(struct tally *tally, int result, bool optional)
{
	if (result >= 0)
		tally->channels++;
	tally->failed |= result > 0 || (result < 0 && !optional);
}

static void conform_all(struct cli *cli, const struct conform_options *options,
			struct printer *printer, struct tally *tally)
{
	struct dmauser_chan_list *list;
	int err = dmauser_discover(&list);

	if (err) {
		cli_error(cli, "/sys/class/dma: %s", strerror(-err));
		tally->failed = true;
		return;
	}
	for (size_t i = 0; i < dmauser_chan_list_count(list) && !stop_requested(); i++) {
		const char *name = dmauser_chan_list_get(list, i)->name;

		err = conform_channel(cli, options, printer, name, true);
		if (err < 0)
			cli_detail(cli, "%s: left out: %s", name, strerror(-err));
		count_channel(tally, err, true);
	}
	dmauser_chan_list_free(list);
	if (!tally->channels) {
		cli_error(cli, "there is no free DMA channel; `dmactl list' shows them all, and "
			       "`modprobe dma-sim' adds simulated ones");
		tally->failed = true;
	}
}

int conform_main(struct cli *cli, const struct conform_options *options, const char *const *names,
		 unsigned int count)
{
	struct printer *printer = cli->quiet && !cli->json ? printer_null_new() : printer_new(cli);
	struct tally tally = {0};

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_unsigned(printer, "seed", "Seed", options->seed, UNIT_NONE);
	print_open(printer, GROUP_LIST, "channels", NULL);
	if (!names)
		conform_all(cli, options, printer, &tally);
	for (unsigned int i = 0; names && i < count && !stop_requested(); i++)
		count_channel(&tally, conform_channel(cli, options, printer, names[i], false),
			      false);
	print_close(printer);
	if (stop_requested())
		cli_note(cli, "interrupted; these are the results so far");
	print_bool(printer, "passed", NULL, !tally.failed);
	print_close(printer);
	return printer_end(printer) || tally.failed ? CLI_FAILED : CLI_OK;
}
