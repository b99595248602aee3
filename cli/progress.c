// SPDX-License-Identifier: MIT
#include "progress.h"
#include "units.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Threads of `test` print while the main one draws. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool active;
	bool drawn;
	const char *label;
	uint64_t total;
	uint64_t start_ns;
	uint64_t drawn_ns;
} bar;

void progress_begin(const struct cli *cli, const char *label, uint64_t total)
{
	if (cli->quiet || cli->json || !isatty(STDERR_FILENO))
		return;
	memset(&bar, 0, sizeof(bar));
	bar.active = true;
	bar.label = label;
	bar.total = total;
	bar.start_ns = now_ns();
	bar.drawn_ns = bar.start_ns;
}

static unsigned int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
		return 80;
	return size.ws_col;
}

void progress_format(char *line, size_t size, unsigned int width, const char *label, uint64_t done,
		     uint64_t total, uint64_t elapsed_ns)
{
	char amount[UNITS_TEXT], whole[UNITS_TEXT], rate[UNITS_TEXT], tail[4 * UNITS_TEXT];
	double seconds = (double)elapsed_ns / 1e9;
	double speed = seconds > 0 ? (double)done / seconds : 0;
	unsigned int percent, bars, cells;
	size_t used;

	format_size(amount, done);
	format_rate(rate, speed);
	if (!total) {
		snprintf(line, size, "%.*s  %s  %s", (int)width / 2, label, amount, rate);
		return;
	}
	percent = done >= total ? 100 : (unsigned int)((double)done * 100 / (double)total);
	format_size(whole, total);
	used = (size_t)snprintf(tail, sizeof(tail), " %3u%%  %s of %s  %s", percent, amount, whole,
				rate);
	if (speed > 0 && done < total) {
		uint64_t left = (uint64_t)((double)(total - done) / speed);

		used += (size_t)snprintf(tail + used, sizeof(tail) - used, "  %02u:%02u",
					 (unsigned int)(left / 60), (unsigned int)(left % 60));
	}
	/* The bar takes what the figures and the name leave. */
	if (used + strlen(label) + 14 > width) {
		snprintf(line, size, "%.*s", (int)width - 1, tail + 1);
		return;
	}
	cells = width - (unsigned int)used - (unsigned int)strlen(label) - 4;
	if (cells > 40)
		cells = 40;
	bars = cells * percent / 100;
	snprintf(line, size, "%s [%.*s%*s]%s", label, (int)bars,
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
	progress_format(line, sizeof(line), terminal_width(), bar.label, done, bar.total,
			now - bar.start_ns);
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
}

void progress_update(uint64_t done)
{
	pthread_mutex_lock(&lock);
	draw(done);
	pthread_mutex_unlock(&lock);
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
