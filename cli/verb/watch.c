// SPDX-License-Identifier: MIT
#include "verb/watch.h"
#include "dev/name.h"
#include "dev/use.h"
#include "out/stop.h"
#include "out/terminal.h"
#include "out/units.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The counter of a channel in the previous frame. */
struct seen {
	char chan[DMACTL_NAME_LEN];
	uint64_t bytes;
	uint64_t time_ns;
	uint64_t completed, ended; /* transfers, and their bytes; of a cyclic one its periods' */
	bool cyclic;
};

struct watch {
	struct cli *cli;
	const char *asked; /* NULL: all */
	char chan[DMACTL_NAME_LEN];
	bool terminal;
	struct seen *seen;
	size_t seen_count;
	double top; /* the highest rate so far */
};

/* The rows of one output. */
struct frame {
	struct watch_row *rows;
	size_t count;
	size_t in_use;
	double rate;
	bool first; /* there is no rate yet */
};

static struct seen *remember(struct watch *watch, const char *chan)
{
	struct seen *grown;

	for (size_t i = 0; i < watch->seen_count; i++) {
		if (strcmp(watch->seen[i].chan, chan) == 0)
			return &watch->seen[i];
	}
	grown = realloc(watch->seen, (watch->seen_count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	watch->seen = grown;
	grown = &grown[watch->seen_count++];
	*grown = (struct seen){0};
	snprintf(grown->chan, sizeof(grown->chan), "%s", chan);
	return grown;
}

/*
 * Returns the bytes of the oldest transfer, or of a cyclic one's period, that are moved and not
 * yet counted. Without them the rate of a slow peripheral would be 0 most of the time.
 */
static uint64_t under_way(struct seen *seen, const struct use *use)
{
	uint64_t at, part;

	if (seen->time_ns && use->completed == seen->completed && use->bytes > seen->ended)
		seen->cyclic = true;
	else if (use->completed != seen->completed)
		seen->cyclic = false;
	seen->completed = use->completed;
	seen->ended = use->bytes;
	if (!use->in_flight || !use->length || use->to_go > use->length)
		return 0;
	at = use->length - use->to_go;
	/* It is not known where in the ring the bytes before it ended. */
	if (use->completed)
		return seen->cyclic ? 0 : at;
	part = (at + use->length - use->bytes % use->length) % use->length;
	/* A period has ended between the two looks of the module. */
	return use->bytes && part > use->length / 2 ? 0 : part;
}

/* Returns bytes per second since the previous frame, NAN in the first. */
static double rate_of(struct watch *watch, const char *chan, uint64_t bytes, const struct use *use)
{
	struct seen *seen = remember(watch, chan);
	uint64_t now = now_ns();
	double rate = 0;

	if (!seen)
		return NAN;
	if (use)
		bytes += under_way(seen, use);
	if (!seen->time_ns)
		rate = NAN;
	/*
	 * The sum may drop for a moment: when a session ends, its bytes reach
	 * the counter of sysfs a little later.
	 */
	if (seen->time_ns && bytes > seen->bytes)
		rate = (double)(bytes - seen->bytes) * 1e9 / (double)(now - seen->time_ns);
	if (!seen->time_ns || bytes >= seen->bytes)
		seen->bytes = bytes;
	seen->time_ns = now;
	return rate;
}

static void fill_row(struct watch *watch, struct watch_row *row,
		     const struct dmauser_chan_desc *desc, const struct use *use)
{
	uint64_t bytes = desc->bytes_transferred + (use ? use->bytes : 0);

	*row = (struct watch_row){
		.chan = desc->name,
		.asked = use ? use->slave : "",
		.state = use_state(use, desc->in_use),
		.known = use ? use->pid != 0 : !desc->in_use,
	};
	if (use) {
		row->in_flight = use->in_flight;
		row->depth = use->depth;
		row->failed = use->failed;
	}
	row->rate = rate_of(watch, desc->name, bytes, use);
	if (row->rate > watch->top)
		watch->top = row->rate;
}

/* If not all channels fit, the ones in use come first. */
static int busy_first(const void *a, const void *b)
{
	const struct watch_row *x = a, *y = b;
	bool x_free = strcmp(x->state, "free") == 0, y_free = strcmp(y->state, "free") == 0;

	if (x_free != y_free)
		return x_free ? 1 : -1;
	return strverscmp(x->chan, y->chan);
}

/* Fills the row of a slave name or port whose channel is not decided yet. */
static void fill_idle(const struct watch *watch, struct watch_row *row)
{
	*row = (struct watch_row){.chan = watch->asked, .asked = "", .state = use_state(NULL, 0)};
}

static int make_frame(struct watch *watch, struct frame *frame,
		      const struct dmauser_chan_list *list, const struct use_list *uses)
{
	size_t count = dmauser_chan_list_count(list);

	*frame = (struct frame){.rows = calloc(count + 1, sizeof(*frame->rows))};
	if (!frame->rows)
		return -ENOMEM;
	*watch->chan = '\0';
	if (watch->asked && name_look(watch->asked, watch->chan) == NAME_IS_IDLE)
		fill_idle(watch, &frame->rows[frame->count++]);
	for (size_t i = 0; i < count; i++) {
		const struct dmauser_chan_desc *desc = dmauser_chan_list_get(list, i);
		struct watch_row *row = &frame->rows[frame->count];

		if (watch->asked && strcmp(desc->name, watch->chan))
			continue;
		fill_row(watch, row, desc, use_find(uses, desc->name));
		frame->in_use += strcmp(row->state, "free") != 0;
		if (!isnan(row->rate))
			frame->rate += row->rate;
		else
			frame->first = true;
		frame->count++;
	}
	return 0;
}

static void put_line(const struct watch *watch, const char *line)
{
	printf("%s%s\n", line, watch->terminal ? "\033[K" : "");
}

static void show(const struct watch *watch, struct frame *frame)
{
	unsigned int width = terminal_width(STDOUT_FILENO), height = terminal_height(STDOUT_FILENO);
	char line[512], text[128], rate[UNITS_TEXT];
	size_t room = frame->count;

	if (!width)
		width = 80;
	/* Four lines are in use: the summary, a blank line, the heading and the cursor's. */
	if (watch->terminal && height > 6 && room > height - 4u) {
		qsort(frame->rows, frame->count, sizeof(*frame->rows), busy_first);
		room = height - 5u;
	}
	if (watch->terminal)
		fputs("\033[H", stdout);
	snprintf(text, sizeof(text), "%zu of %zu channels in use%s%s", frame->in_use, frame->count,
		 frame->first ? "" : ", ", frame->first ? "" : format_rate(rate, frame->rate));
	snprintf(line, sizeof(line), "%.*s", (int)width - 1, text);
	put_line(watch, line);
	put_line(watch, "");
	watch_format(line, sizeof(line), width, NULL, 0);
	put_line(watch, line);
	for (size_t i = 0; i < room; i++) {
		watch_format(line, sizeof(line), width, &frame->rows[i], watch->top);
		put_line(watch, line);
	}
	if (room < frame->count) {
		snprintf(line, sizeof(line), "and %zu more", frame->count - room);
		put_line(watch, line);
	}
	if (watch->terminal)
		fputs("\033[J", stdout);
	else
		putchar('\n');
	fflush(stdout);
}

static int look(struct watch *watch)
{
	struct dmauser_chan_list *list;
	struct use_list uses;
	struct frame frame;
	int err = dmauser_discover(&list);

	if (err) {
		cli_error(watch->cli, "/sys/class/dma: %s", strerror(-err));
		return err;
	}
	err = use_read(&uses);
	if (!err) {
		err = make_frame(watch, &frame, list, &uses);
		if (!err)
			show(watch, &frame);
		if (!err && watch->asked && !frame.count) {
			cli_error(watch->cli, "%s: the channel is gone", watch->asked);
			err = -ENODEV;
		}
		free(frame.rows);
		use_free(&uses);
	}
	if (err == -ENOMEM)
		cli_error(watch->cli, "out of memory");
	dmauser_chan_list_free(list);
	return err;
}

int watch_run(struct cli *cli, const char *asked, uint64_t interval_ns)
{
	struct watch watch = {.cli = cli, .asked = asked, .terminal = isatty(STDOUT_FILENO)};
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
	uint64_t next = now_ns();
	int err = 0;

	if (watch.terminal)
		fputs("\033[?25l\033[H\033[2J", stdout);
	while (!stop_requested() && !(err = look(&watch)) && !ferror(stdout)) {
		uint64_t now = now_ns();

		for (next += interval_ns; next <= now; next += interval_ns)
			;
		poll(&stop, 1, (int)((next - now) / NS_PER_MS) + 1);
	}
	if (watch.terminal)
		/* The terminal has shown ^C where the cursor is. */
		fputs("\r\033[K\033[?25h", stdout);
	free(watch.seen);
	/* An interrupt is the normal end of --watch. */
	if (!err)
		stop_forget_interrupt();
	return err || ferror(stdout) ? CLI_FAILED : CLI_OK;
}
