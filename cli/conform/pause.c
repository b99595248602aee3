// SPDX-License-Identifier: MIT
/* Conformance: pause and resume. */
#include "conform/conform.h"
#include "out/units.h"

#include <inttypes.h>
#include <string.h>

#define SETTLE_NS (10 * NS_PER_MS) /* for callbacks of transfers that ended before the pause */
#define WATCH_NS  (40 * NS_PER_MS)
#define TRIES	  4

static const char *pauses(const struct conform *c)
{
	if (!(c->caps->caps & DMACTL_CAP_PAUSE))
		return "no device_pause";
	return c->caps->caps & DMACTL_CAP_MEMCPY ? NULL : "no MEMCPY capability";
}

static const char *resumes(const struct conform *c)
{
	if (!(c->caps->caps & DMACTL_CAP_RESUME))
		return "no device_resume";
	return pauses(c);
}

/*
 * Pauses the channel under load. Returns the number of copies still in flight;
 * 0 if there are none, or after a finding.
 */
static unsigned int pause_loaded(struct conform *c, unsigned int *count, size_t *len)
{
	for (int i = 0; i < TRIES && conform_more(c); i++) {
		int err;

		*count = 16;
		*len = c->dst.len / *count;
		if (!conform_hold_copies(c, count, len) || conform_issue(c))
			return 0;
		err = dmauser_chan_pause(c->chan);
		if (err) {
			conform_fail(c, "device_pause of a channel at work: %s", strerror(-err));
			conform_quiet(c);
			return 0;
		}
		conform_pass_time(c, SETTLE_NS);
		conform_reap(c);
		if (c->arrived < *count)
			return *count - c->arrived;
		dmauser_chan_resume(c->chan);
	}
	conform_skip(c, "what was to be paused had always ended before: %u copies of %zu bytes",
		     *count, *len);
	return 0;
}

static void run_pause(struct conform *c)
{
	unsigned int count = 0, left, before;
	struct conform_provider one = {0}, two = {0};
	size_t len = 0;

	left = pause_loaded(c, &count, &len);
	if (!left)
		return;
	before = c->arrived;
	conform_look(c, 0, count * len);
	memcpy(c->copy, c->dst.memory, count * len);
	conform_ask(c, &one);
	conform_pass_time(c, WATCH_NS);
	conform_reap(c);
	conform_ask(c, &two);
	conform_look(c, 0, count * len);
	if (c->arrived != before)
		conform_fail_at(c,
				(struct conform_finding){
					.length = number(len),
					.expected = number(before),
					.actual = number(c->arrived),
				},
				"%u of %u transfers completed while the channel was paused",
				c->arrived - before, count);
	for (size_t at = 0; at < count * len; at++) {
		if (c->copy[at] == c->dst.memory[at])
			continue;
		conform_fail_at(c,
				(struct conform_finding){
					.transfer = number(at / len),
					.length = number(len),
					.offset = number(at),
					.expected = number(c->copy[at]),
					.actual = number(c->dst.memory[at]),
				},
				"transfer %zu went on while the channel was paused: byte at offset "
				"%zu became 0x%02x",
				at / len, at, c->dst.memory[at]);
		break;
	}
	if (one.length && one.cookie == two.cookie && one.residue != two.residue)
		conform_fail_at(c,
				(struct conform_finding){
					.length = number(one.length),
					.expected = number(one.residue),
					.actual = number(two.residue),
				},
				"the residue went from %" PRIu64 " to %" PRIu64
				" while the channel was paused",
				one.residue, two.residue);
	conform_seen(c, left,
		     "%u of %u copies of %zu bytes in flight: nothing moved in %d ms; status %s",
		     left, count, len, (int)(WATCH_NS / NS_PER_MS), two.status);
	if (c->caps->caps & DMACTL_CAP_RESUME)
		dmauser_chan_resume(c->chan);
}

static void run_resume(struct conform *c)
{
	unsigned int count = 0, left;
	size_t len = 0, stale;
	int err;

	left = pause_loaded(c, &count, &len);
	if (!left)
		return;
	err = dmauser_chan_resume(c->chan);
	if (err) {
		conform_fail(c, "device_resume of a channel that is paused: %s", strerror(-err));
		return;
	}
	if (!conform_finish(c))
		return;
	stale = conform_first_stale(c, 0, count * len);
	if (stale < count * len)
		conform_fail_at(c,
				(struct conform_finding){
					.transfer = number(stale / len),
					.length = number(len),
					.offset = number(stale % len),
				},
				"transfer %zu of %zu bytes completed after a pause, but nothing "
				"was written at its offset %zu",
				stale / len, len, stale % len);
	conform_seen(c, left, "%u of %u copies of %zu bytes went on after a pause, without a gap",
		     left, count, len);
}

const struct conform_check conform_pause_checks[] = {
	{
		.name = "pause",
		.says = "device_pause halts the channel right away",
		.source = CONFORM_PROVIDER ", device_pause",
		.look = "device_pause; the interrupt handler, which must not start the next "
			"descriptor",
		.applies = pauses,
		.run = run_pause,
	},
	{
		.name = "resume",
		.says = "pausing and resuming loses no data",
		.source = CONFORM_CLIENT ", \"Pause API\"",
		.look = "device_pause: what is in the FIFO; device_resume: the place where it "
			"goes on",
		.applies = resumes,
		.run = run_resume,
	},
	{0},
};
