// SPDX-License-Identifier: MIT
#include "out/progress.h"
#include "out/terminal.h"
#include "out/units.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_CELLS  40
#define LEAST_CELLS 8
#define FRAME	    3 /* a blank and two brackets */

/* The values of the progress line. */
struct progress {
	uint64_t done, total;
	double speed;
	unsigned int percent;
	bool left_known;
	uint64_t left; /* seconds */
};

/* Threads of `test' print messages while the main thread draws. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool active;
	bool drawn;
	const char *label;
	uint64_t total;
	uint64_t time_ns;
	uint64_t start_ns;
	uint64_t drawn_ns;
} bar;

void progress_begin(const struct cli *cli, const char *label, uint64_t total)
{
	progress_begin_until(cli, label, total, 0);
}

void progress_begin_until(const struct cli *cli, const char *label, uint64_t total,
			  uint64_t time_ns)
{
	if (cli->quiet || cli->json || !isatty(STDERR_FILENO))
		return;
	memset(&bar, 0, sizeof(bar));
	bar.active = true;
	bar.label = label;
	bar.total = total;
	bar.time_ns = time_ns;
	bar.start_ns = now_ns();
	bar.drawn_ns = bar.start_ns;
}

/* Formats the part after the bar. detail is 4 for everything, 0 for only the percentage. */
static void format_tail(char *tail, size_t size, unsigned int detail, const struct progress *now)
{
	char amount[UNITS_TEXT], whole[UNITS_TEXT], rate[UNITS_TEXT];
	size_t used;

	format_size(amount, now->done);
	format_size(whole, now->total);
	format_rate(rate, now->speed);
	used = (size_t)snprintf(tail, size, " %3u%%", now->percent);
	if (detail >= 4 && now->total)
		used += (size_t)snprintf(tail + used, size - used, "  %s of %s", amount, whole);
	else if (detail >= 3)
		used += (size_t)snprintf(tail + used, size - used, "  %s", amount);
	if (detail >= 1)
		used += (size_t)snprintf(tail + used, size - used, "  %s", rate);
	if (detail >= 2 && now->percent < 100 && now->left_known)
		snprintf(tail + used, size - used, "  %02u:%02u", (unsigned int)(now->left / 60),
			 (unsigned int)(now->left % 60));
}

/* Returns the length of the longest tail with this detail, so that the bar keeps its width. */
static size_t tail_room(unsigned int detail, const struct progress *now)
{
	char whole[UNITS_TEXT];
	size_t room = strlen(" 100%");

	if (detail >= 4 && now->total)
		room += strlen("  1023.9 KiB of ") + strlen(format_size(whole, now->total));
	else if (detail >= 3)
		room += strlen("  1023.9 KiB");
	if (detail >= 1)
		room += strlen("  1023.9 KiB/s");
	if (detail >= 2)
		room += strlen("  00:00");
	return room;
}

static void measure(struct progress *now, uint64_t elapsed_ns, uint64_t time_ns)
{
	double seconds = (double)elapsed_ns / 1e9, share = 0, left = 0;

	now->speed = seconds > 0 ? (double)now->done / seconds : 0;
	if (now->total)
		share = (double)now->done / (double)now->total;
	if (now->total && now->speed > 0 && now->done < now->total) {
		left = (double)(now->total - now->done) / now->speed;
		now->left_known = true;
	}
	/* Show the limit that will be reached first. */
	if (time_ns) {
		double by_time = (double)elapsed_ns / (double)time_ns;
		double until = by_time < 1 ? (double)(time_ns - elapsed_ns) / 1e9 : 0;

		if (!now->left_known || until < left)
			left = until;
		now->left_known = true;
		share = by_time > share ? by_time : share;
	}
	now->percent = share >= 1 ? 100 : (unsigned int)(share * 100);
	now->left = (uint64_t)left;
}

void progress_format(char *line, size_t size, unsigned int width, const char *label, uint64_t done,
		     uint64_t total, uint64_t elapsed_ns, uint64_t time_ns)
{
	struct progress now = {.done = done, .total = total};
	char tail[4 * UNITS_TEXT], rate[UNITS_TEXT], amount[UNITS_TEXT];
	unsigned int detail = 5, cells, bars, name;
	size_t room;

	measure(&now, elapsed_ns, time_ns);
	if (!total && !time_ns) {
		snprintf(tail, sizeof(tail), "  %s  %s", format_size(amount, done),
			 format_rate(rate, now.speed));
		if (strlen(tail) + 2 > width)
			snprintf(tail, sizeof(tail), "  %s", amount);
		name = width - 1 - (unsigned int)strlen(tail);
		snprintf(line, size, "%.*s%s", (int)name, label, tail);
		return;
	}
	/* The name gets at most a third of the width. */
	name = (unsigned int)strlen(label) < width / 3 ? (unsigned int)strlen(label) : width / 3;
	do {
		format_tail(tail, sizeof(tail), --detail, &now);
		room = tail_room(detail, &now);
		if (room < strlen(tail))
			room = strlen(tail);
	} while (detail && name + FRAME + LEAST_CELLS + room >= width);
	cells = width - 1 - name - FRAME - (unsigned int)room;
	if (cells > MOST_CELLS)
		cells = MOST_CELLS;
	bars = cells * now.percent / 100;
	snprintf(line, size, "%.*s [%.*s%*s]%s", (int)name, label, (int)bars,
		 "########################################", (int)(cells - bars), "", tail);
}

static void draw(uint64_t done)
{
	uint64_t now = now_ns();
	char line[512];

	if (!bar.active || now - bar.drawn_ns < PROGRESS_INTERVAL_NS)
		return;
	bar.drawn_ns = now;
	bar.drawn = true;
	progress_format(line, sizeof(line), terminal_width(STDERR_FILENO), bar.label, done,
			bar.total, now - bar.start_ns, bar.time_ns);
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
}

void progress_update(uint64_t done)
{
	pthread_mutex_lock(&lock);
	draw(done);
	pthread_mutex_unlock(&lock);
}

bool progress_due(void)
{
	bool due;

	pthread_mutex_lock(&lock);
	due = bar.active && now_ns() - bar.drawn_ns >= PROGRESS_INTERVAL_NS;
	pthread_mutex_unlock(&lock);
	return due;
}

void progress_clear(void)
{
	pthread_mutex_lock(&lock);
	if (bar.drawn)
		fputs("\r\033[K", stderr);
	bar.drawn = false;
	pthread_mutex_unlock(&lock);
}

void progress_end(void)
{
	progress_clear();
	bar.active = false;
}
