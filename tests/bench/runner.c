// SPDX-License-Identifier: MIT
/* Runs one case: plans rounds and samples, measures, checks, writes the results. */
#include "bench.h"
#include "mark.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLE_NS     40000 /* long enough that reading the clock does not count */
#define MAX_SAMPLES   400
#define LEAST_SAMPLES 3
#define MAX_ROUNDS    64
#define SHARE_ROUNDS  64

uint64_t bench_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int bench_why(struct bench_case *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->why, sizeof(c->why), format, args);
	va_end(args);
	return -1;
}

unsigned int bench_slots(const struct bench_case *c)
{
	uint64_t most = BENCH_MEMORY / c->size;

	return (unsigned int)(c->depth < most ? c->depth : most);
}

struct figures {
	unsigned int rounds; /* of a sample */
	unsigned int samples;
	uint64_t *ns; /* of each sample */
	double median, mode, mean, least;
	double mode_percent;
	double share; /* of an op; negative: unknown */
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sum_up(struct figures *f, double ops)
{
	unsigned int run = 0, best = 0, at = 0;
	double sum = 0;

	qsort(f->ns, f->samples, sizeof(*f->ns), compare);
	for (unsigned int i = 0; i < f->samples; i++) {
		sum += (double)f->ns[i];
		run = i && f->ns[i] == f->ns[i - 1] ? run + 1 : 1;
		if (run > best) {
			best = run;
			at = i;
		}
	}
	f->median = (double)f->ns[f->samples / 2] / ops;
	f->mode = (double)f->ns[at] / ops;
	f->mode_percent = 100.0 * best / f->samples;
	f->least = (double)f->ns[0] / ops;
	f->mean = sum / f->samples / ops;
}

/*
 * Marks begin and end of the measured stretch: a line for a reader of traces, and an instruction
 * for tests/bench/profile.
 */
static void bench_mark(const struct bench_case *c, bool first)
{
	if (c->bench->trace)
		fprintf(c->bench->trace, "%s %s\n", first ? "begin" : "end", c->name);
	if (!c->bench->mark)
		return;
	if (first)
		MARK_BEGIN();
	else
		MARK_END();
}

static int take_samples(struct bench_case *c, struct figures *f)
{
	if (c->sample)
		return c->sample(c, f->ns, f->samples, f->rounds);
	for (unsigned int i = 0; i < f->samples; i++) {
		uint64_t since = bench_clock(), ns;

		if (c->rounds(c, f->rounds))
			return -1;
		ns = bench_clock() - since;
		f->ns[i] = ns > c->bench->clock_ns ? ns - c->bench->clock_ns : 0;
	}
	return 0;
}

/* Plans rounds and samples by the time that some rounds take, which also warms up. */
static int plan(struct bench_case *c, struct figures *f)
{
	unsigned int round = c->depth * c->channels * c->processes * c->repeat;
	uint64_t since, ns, samples;

	if (c->rounds(c, 1))
		return -1;
	since = bench_clock();
	if (c->rounds(c, 2))
		return -1;
	ns = (bench_clock() - since) / 2 + 1;
	f->rounds = SAMPLE_NS / ns < MAX_ROUNDS ? (unsigned int)(SAMPLE_NS / ns) + 1 : MAX_ROUNDS;
	samples = c->bench->budget_ns / (ns * f->rounds);
	if (samples > MAX_SAMPLES)
		samples = MAX_SAMPLES;
	f->samples = samples < LEAST_SAMPLES ? LEAST_SAMPLES : (unsigned int)samples;
	if (c->bench->transfers) {
		f->rounds = 1;
		f->samples = (unsigned int)((c->bench->transfers + round - 1) / round);
	}
	f->ns = malloc(f->samples * sizeof(*f->ns));
	if (!f->ns)
		return bench_why(c, "out of memory");
	/* Touch the pages, so that the measurement has no page faults. */
	memset(f->ns, 0xff, f->samples * sizeof(*f->ns));
	return 0;
}

/* Lets dma-sim count its own time while the rounds run. */
static int measure_share(struct bench_case *c, struct figures *f, double ops)
{
	unsigned int rounds =
		f->rounds < SHARE_ROUNDS && f->samples > LEAST_SAMPLES ? SHARE_ROUNDS : f->rounds;
	int err;

	err = c->rounds(c, rounds);
	f->share = (double)share_stop() / (ops / f->rounds * rounds);
	return err;
}

static void wipe(struct bench_case *c)
{
	if (c->wipe)
		c->wipe(c);
}

static int check(struct bench_case *c)
{
	return c->check ? c->check(c) : 0;
}

static int measure(struct bench_case *c, struct figures *f)
{
	double ops;
	int err;

	f->share = -1;
	if (plan(c, f))
		return -1;
	wipe(c);
	bench_mark(c, true);
	err = take_samples(c, f);
	bench_mark(c, false);
	if (err || check(c))
		return -1;
	ops = (double)c->depth * c->channels * c->processes * c->repeat * f->rounds;
	sum_up(f, ops);
	/* dma-sim's counting costs time, so it runs in a second stretch. */
	wipe(c);
	if (!share_start())
		return 0;
	return measure_share(c, f, ops) || check(c) ? -1 : 0;
}

static void add_number(struct json_object *line, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.2f", value);
	json_object_object_add(line, key, json_object_new_double_s(value, text));
}

static void write_line(struct bench_case *c, const struct figures *f, bool ok)
{
	struct json_object *line = json_object_new_object();

	json_object_object_add(line, "peer", json_object_new_string(c->peer));
	json_object_object_add(line, "work", json_object_new_string(c->work));
	json_object_object_add(line, "buffer", json_object_new_string(c->buffer));
	json_object_object_add(line, "size", json_object_new_int64((int64_t)c->size));
	json_object_object_add(line, "depth", json_object_new_int((int)c->depth));
	json_object_object_add(line, "channels", json_object_new_int((int)c->channels));
	json_object_object_add(line, "processes", json_object_new_int((int)c->processes));
	json_object_object_add(line, "ok", json_object_new_boolean(ok));
	if (ok) {
		add_number(line, "median", f->median);
		add_number(line, "mode", f->mode);
		add_number(line, "mode_percent", f->mode_percent);
		add_number(line, "least", f->least);
		add_number(line, "mean", f->mean);
		json_object_object_add(line, "samples", json_object_new_int((int)f->samples));
		json_object_object_add(line, "rounds", json_object_new_int((int)f->rounds));
		if (f->share >= 0)
			add_number(line, "share", f->share);
	} else {
		json_object_object_add(line, "why", json_object_new_string(c->why));
	}
	fprintf(c->bench->out, "%s\n",
		json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
	fflush(c->bench->out);
	json_object_put(line);
}

static bool wanted(const struct bench *bench, const char *name)
{
	if (!bench->patterns)
		return true;
	for (const char *const *pattern = bench->patterns; *pattern; pattern++) {
		if (!fnmatch(*pattern, name, 0))
			return true;
	}
	return false;
}

void bench_run(struct bench *bench, struct bench_case *c)
{
	struct figures f = {0};
	bool ok;

	if (!c->channels)
		c->channels = 1;
	if (!c->processes)
		c->processes = 1;
	if (!c->repeat)
		c->repeat = 1;
	if (!c->buffer)
		c->buffer = "";
	c->bench = bench;
	c->why[0] = '\0';
	snprintf(c->name, sizeof(c->name), "%s/%s/%" PRIu64 "/%u/%s/%u/%u", c->peer, c->work,
		 c->size, c->depth, c->buffer, c->channels, c->processes);
	if (c->channels * c->processes > bench->channel_count || !wanted(bench, c->name))
		return;
	bench->run++;
	if (bench->list) {
		printf("%s\n", c->name);
		return;
	}
	ok = (!c->begin || !c->begin(c)) && !measure(c, &f);
	if (c->end)
		c->end(c);
	c->context = NULL;
	if (ok) {
		fprintf(stderr, "%-48s %10.1f  dma-sim %10.1f\n", c->name, f.median, f.share);
	} else {
		bench->failed++;
		fprintf(stderr, "%-48s FAILED: %s\n", c->name, c->why);
	}
	write_line(c, &f, ok);
	free(f.ns);
}
