// SPDX-License-Identifier: MIT
#include "explain/explain.h"
#include "explain/trace-event.h"
#include "explain/tracefs.h"
#include "out/print.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_OF_A_KIND 3
#define MAX_KINDS	16
#define READ_SLICE_MS	20

/* A step to print, or the number of similar steps that are left out. */
struct step {
	uint64_t time_ns;
	uint64_t repeats; /* 0: a step; otherwise the number of steps that are left out */
	char event[64];
	struct explanation explanation;
};

struct kind {
	char event[64];
	char function[64];
	uint64_t count;
	uint64_t hidden;  /* since the last step shown */
	uint64_t time_ns; /* of the first hidden event */
};

struct explain {
	struct tracefs tracefs;
	pthread_t reader;
	atomic_bool stop;
	struct step *steps;
	size_t step_count;
	struct kind kinds[MAX_KINDS];
	unsigned int kind_count;
	uint64_t start_ns;
	bool out_of_memory;
};

static struct step *add_step(struct explain *explain)
{
	size_t size = (explain->step_count + 1) * sizeof(*explain->steps);
	struct step *grown = realloc(explain->steps, size);

	if (!grown) {
		explain->out_of_memory = true;
		return NULL;
	}
	explain->steps = grown;
	memset(&grown[explain->step_count], 0, sizeof(*grown));
	return &grown[explain->step_count++];
}

/* Adds "... 61 more like this" for each kind with hidden events. */
static void flush_hidden(struct explain *explain)
{
	for (unsigned int i = 0; i < explain->kind_count; i++) {
		struct kind *kind = &explain->kinds[i];
		struct step *step = kind->hidden ? add_step(explain) : NULL;

		if (!step)
			continue;
		step->repeats = kind->hidden;
		step->time_ns = kind->time_ns;
		strcpy(step->event, kind->event);
		strcpy(step->explanation.function, kind->function);
		kind->hidden = 0;
	}
}

static struct kind *find_kind(struct explain *explain, const char *event, const char *function)
{
	struct kind *kind;

	for (unsigned int i = 0; i < explain->kind_count; i++) {
		kind = &explain->kinds[i];
		if (strcmp(kind->event, event) == 0 && strcmp(kind->function, function) == 0)
			return kind;
	}
	if (explain->kind_count == MAX_KINDS)
		return &explain->kinds[MAX_KINDS - 1];
	kind = &explain->kinds[explain->kind_count++];
	snprintf(kind->event, sizeof(kind->event), "%s", event);
	snprintf(kind->function, sizeof(kind->function), "%s", function);
	return kind;
}

static void add_event(const struct trace_event *event, void *context)
{
	struct explain *explain = context;
	struct explanation explanation;
	struct step *step;
	struct kind *kind;

	trace_event_explain(event, &explanation);
	if (!explain->start_ns)
		explain->start_ns = event->time_ns;
	kind = find_kind(explain, event->name, explanation.function);
	/* A copy of a big file has thousands of similar events; show only the first ones. */
	if (kind->count++ >= SHOWN_OF_A_KIND) {
		if (!kind->hidden++)
			kind->time_ns = event->time_ns;
		return;
	}
	flush_hidden(explain);
	step = add_step(explain);
	if (!step)
		return;
	step->time_ns = event->time_ns;
	snprintf(step->event, sizeof(step->event), "%s", event->name);
	step->explanation = explanation;
}

static void *reader_main(void *context)
{
	struct explain *explain = context;

	while (!atomic_load(&explain->stop)) {
		poll(NULL, 0, READ_SLICE_MS);
		tracefs_read(&explain->tracefs, add_event, explain);
	}
	return NULL;
}

int explain_begin(struct cli *cli, uint32_t session)
{
	struct explain *explain = calloc(1, sizeof(*explain));
	int err;

	if (!explain) {
		cli_error(cli, "out of memory");
		return -ENOMEM;
	}
	err = tracefs_create(&explain->tracefs, cli, session);
	if (err) {
		free(explain);
		return err;
	}
	err = -pthread_create(&explain->reader, NULL, reader_main, explain);
	if (err) {
		cli_error(cli, "cannot start a thread: %s", strerror(-err));
		tracefs_remove(&explain->tracefs);
		free(explain);
		return err;
	}
	cli->explain = explain;
	return 0;
}

static double offset_us(const struct explain *explain, const struct step *step)
{
	return step->time_ns > explain->start_ns ? (double)(step->time_ns - explain->start_ns) / 1e3
						 : 0;
}

static void print_text(const struct explain *explain)
{
	unsigned int number = 0;

	puts("\nWhat the DMA engine API of the kernel did:");
	for (size_t i = 0; i < explain->step_count; i++) {
		const struct step *step = &explain->steps[i];

		if (step->repeats) {
			printf("         ... %" PRIu64 " more like this: %s\n", step->repeats,
			       step->explanation.function);
			continue;
		}
		printf("%3u. %+12.1f us  %-20s  %-28s  %s\n", ++number, offset_us(explain, step),
		       step->explanation.phase_name, step->explanation.function,
		       step->explanation.text);
	}
}

static void print_json(const struct cli *cli, const struct explain *explain)
{
	struct printer *printer = printer_new(cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_open(printer, GROUP_LIST, "steps", NULL);
	for (size_t i = 0; i < explain->step_count; i++) {
		const struct step *step = &explain->steps[i];

		print_open(printer, GROUP_OBJECT, NULL, NULL);
		print_real(printer, "time_us", NULL, offset_us(explain, step), UNIT_NONE);
		print_string(printer, "event", NULL, step->event);
		print_string(printer, "function", NULL, step->explanation.function);
		if (step->repeats) {
			print_unsigned(printer, "more_like_this", NULL, step->repeats, UNIT_NONE);
		} else {
			print_unsigned(printer, "phase", NULL, step->explanation.phase, UNIT_NONE);
			print_string(printer, "phase_name", NULL, step->explanation.phase_name);
			print_string(printer, "text", NULL, step->explanation.text);
		}
		print_close(printer);
	}
	print_close(printer);
	print_close(printer);
	printer_end(printer);
}

int explain_end(struct cli *cli)
{
	struct explain *explain = cli->explain;
	uint64_t lost;
	int status = CLI_OK;

	if (!explain) {
		/* No error: if opening the device failed, that was reported already. */
		cli_detail(cli, "nothing was opened, so there is nothing to explain");
		return CLI_OK;
	}
	cli->explain = NULL;
	tracefs_stop(&explain->tracefs);
	atomic_store(&explain->stop, true);
	pthread_join(explain->reader, NULL);
	tracefs_read(&explain->tracefs, add_event, explain);
	flush_hidden(explain);
	lost = tracefs_lost(&explain->tracefs);
	tracefs_remove(&explain->tracefs);
	if (cli->json)
		print_json(cli, explain);
	else
		print_text(explain);
	if (lost)
		cli_note(cli, "%" PRIu64 " events came too fast and are missing above", lost);
	if (explain->out_of_memory) {
		cli_error(cli, "out of memory: not all steps are shown");
		status = CLI_FAILED;
	}
	free(explain->steps);
	free(explain);
	return status;
}
