// SPDX-License-Identifier: MIT
#include "explain/tracefs.h"
#include "out/units.h"

#include <errno.h>
#include <event-parse.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#define SYSTEM		"dmactl"
#define INSTANCE_PREFIX "dmactl-"
#define BUFFER_KB	1024

/* Removes the instance of a dmactl that was killed. */
static int remove_stale(const char *name, void *context)
{
	struct tracefs_instance *instance;
	uint64_t pid;

	(void)context;
	if (strncmp(name, INSTANCE_PREFIX, strlen(INSTANCE_PREFIX)) ||
	    !parse_number(name + strlen(INSTANCE_PREFIX), 1, INT32_MAX, &pid) ||
	    kill((pid_t)pid, 0) == 0 || errno != ESRCH)
		return 0;
	instance = tracefs_instance_create(name);
	if (instance) {
		tracefs_instance_destroy(instance);
		tracefs_instance_free(instance);
	}
	return 0;
}

static int refused(struct cli *cli, int err)
{
	if (geteuid() || err == EACCES || err == EPERM)
		cli_error(cli, "--explain reads the kernel's tracepoints, which only root may do");
	else
		cli_error(cli,
			  "--explain: cannot make a trace instance: %s; `mount -t tracefs nodev "
			  "/sys/kernel/tracing' if it is not there",
			  strerror(err));
	return err ? -err : -ENOENT;
}

static int create_instance(struct tracefs *tracefs, struct cli *cli)
{
	char name[64];

	errno = 0;
	/* tracefs_tracing_dir() also mounts tracefs, if the user may do so. */
	if (!tracefs_tracing_dir())
		return refused(cli, errno ? errno : ENOENT);
	tracefs_instances_walk(remove_stale, NULL);
	snprintf(name, sizeof(name), INSTANCE_PREFIX "%d", (int)getpid());
	errno = 0;
	tracefs->instance = tracefs_instance_create(name);
	return tracefs->instance ? 0 : refused(cli, errno ? errno : EACCES);
}

static int load_format(struct tep_handle *formats, const char *event)
{
	int size, err = -EIO;
	char *text = tracefs_event_file_read(NULL, SYSTEM, event, "format", &size);

	if (text &&
	    tep_parse_event(formats, text, (unsigned long)size, SYSTEM) == TEP_ERRNO__SUCCESS)
		err = 0;
	free(text);
	return err;
}

static int load_page_format(struct tep_handle *formats)
{
	int size, err = -EIO;
	char *text = tracefs_instance_file_read(NULL, "events/header_page", &size);

	if (text && tep_parse_header_page(formats, text, (unsigned long)size, sizeof(long)) == 0)
		err = 0;
	free(text);
	return err;
}

/*
 * Loads the formats one by one: tracefs_local_events_system() would also read
 * hundreds of thousands of kernel symbols, which no event of dmactl needs.
 */
static int load_formats(struct tracefs *tracefs)
{
	char **events = tracefs_system_events(NULL, SYSTEM);
	int err = events && *events ? 0 : -ENOENT;

	tracefs->formats = tep_alloc();
	if (!tracefs->formats)
		err = -ENOMEM;
	if (!err) {
		tep_set_local_bigendian(tracefs->formats, tep_is_bigendian());
		tep_set_file_bigendian(tracefs->formats, tep_is_bigendian());
		tep_set_long_size(tracefs->formats, sizeof(long));
		err = load_page_format(tracefs->formats);
	}
	for (size_t i = 0; !err && events[i]; i++)
		err = load_format(tracefs->formats, events[i]);
	tracefs_list_free(events);
	return err;
}

/* Writes the file directly: tracefs_event_enable() would search the events of all systems. */
static int switch_events(const struct tracefs *tracefs, const char *on)
{
	return tracefs_instance_file_write(tracefs->instance, "events/" SYSTEM "/enable", on);
}

static int enable_events(struct tracefs *tracefs, uint32_t session)
{
	char filter[64];

	snprintf(filter, sizeof(filter), "session == %" PRIu32, session);
	tracefs_instance_set_buffer_size(tracefs->instance, BUFFER_KB, -1);
	/* Use the clock of the completions' time stamps. */
	tracefs_instance_file_write(tracefs->instance, "trace_clock", "mono");
	errno = EIO;
	if (tracefs_instance_file_write(tracefs->instance, "events/" SYSTEM "/filter", filter) <
		    0 ||
	    switch_events(tracefs, "1") < 0)
		return -errno;
	return 0;
}

int tracefs_create(struct tracefs *tracefs, struct cli *cli, uint32_t session)
{
	int err;

	*tracefs = (struct tracefs){0};
	err = create_instance(tracefs, cli);
	if (err)
		return err;
	err = load_formats(tracefs);
	if (!err)
		err = enable_events(tracefs, session);
	if (err) {
		cli_error(cli, "--explain: cannot switch on the events of dmactl: %s",
			  strerror(-err));
		tracefs_remove(tracefs);
	}
	return err;
}

static void add_field(struct trace_event *event, const char *key, char **text, size_t *left)
{
	size_t used = strlen(*text) + 1;

	if (event->field_count < TRACE_MAX_FIELDS)
		event->fields[event->field_count++] = (struct trace_field){key, *text};
	*text += used;
	*left -= used;
}

/* Writes the value of a field to text. Returns false if there is no room or no value. */
static bool format_field(struct tep_event *tep, struct tep_record *record,
			 struct tep_format_field *field, char *text, size_t left)
{
	unsigned long long number;

	if (field->flags & TEP_FIELD_IS_STRING) {
		int length;
		const char *string = tep_get_field_raw(NULL, tep, field->name, record, &length, 0);

		return string && (size_t)snprintf(text, left, "%s", string) < left;
	}
	if (tep_read_number_field(field, record->data, &number))
		return false;
	if (field->flags & TEP_FIELD_IS_SIGNED)
		snprintf(text, left, "%" PRId64,
			 field->size == 4 ? (int64_t)(int32_t)number : (int64_t)number);
	else
		snprintf(text, left, "%llu", number);
	return true;
}

struct reading {
	tracefs_fn *found;
	void *context;
};

static int on_event(struct tep_event *tep, struct tep_record *record, int cpu, void *context)
{
	const struct reading *reading = context;
	struct trace_event event = {.name = tep->name, .time_ns = record->ts};
	char *text = event.text;
	size_t left = sizeof(event.text);

	(void)cpu;
	for (struct tep_format_field *field = tep->format.fields; field && left > 32;
	     field = field->next) {
		if (format_field(tep, record, field, text, left))
			add_field(&event, field->name, &text, &left);
	}
	reading->found(&event, reading->context);
	return 0;
}

void tracefs_read(struct tracefs *tracefs, tracefs_fn *found, void *context)
{
	struct reading reading = {found, context};

	tracefs_iterate_raw_events(tracefs->formats, tracefs->instance, NULL, 0, on_event,
				   &reading);
}

void tracefs_stop(struct tracefs *tracefs)
{
	switch_events(tracefs, "0");
}

void tracefs_remove(struct tracefs *tracefs)
{
	if (tracefs->formats)
		tep_free(tracefs->formats);
	if (tracefs->instance) {
		tracefs_instance_destroy(tracefs->instance);
		tracefs_instance_free(tracefs->instance);
	}
	*tracefs = (struct tracefs){0};
}

uint64_t tracefs_lost(const struct tracefs *tracefs)
{
	uint64_t number, lost = 0;
	char path[64];

	for (unsigned int cpu = 0;; cpu++) {
		char *stats, *line;

		snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
		stats = tracefs_instance_file_read(tracefs->instance, path, NULL);
		if (!stats)
			return lost;
		line = strstr(stats, "overrun: ");
		if (line && sscanf(line, "overrun: %" SCNu64, &number) == 1)
			lost += number;
		free(stats);
	}
}
