// SPDX-License-Identifier: MIT
/* Conformance: termination under load. */
#include "conform/conform.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define WATCH_NS (60 * NS_PER_MS)
#define ROUNDS	 3
#define TRIES	 4

static const char *terminates(const struct conform *c)
{
	if (!(c->caps->caps & DMACTL_CAP_TERMINATE))
		return "no device_terminate_all";
	return c->caps->caps & DMACTL_CAP_MEMCPY ? NULL : "no MEMCPY capability";
}

struct load {
	unsigned int count;
	size_t len;
	unsigned int canceled;
};

/* Terminates under load: immediately in round 0, later when some copies have ended. */
static bool terminate_once(struct conform *c, struct load *load, unsigned int round)
{
	int err;

	load->count = 32;
	load->len = c->dst.len / load->count;
	load->canceled = 0;
	if (!conform_hold_copies(c, &load->count, &load->len) || conform_issue(c))
		return false;
	if (round)
		conform_pass_time(c, round * 200000);
	err = dmauser_chan_terminate(c->chan);
	if (err) {
		conform_fail(c, "device_terminate_all: %s", strerror(-err));
		return false;
	}
	conform_reap(c);
	for (unsigned int i = 0; i < c->arrived; i++)
		load->canceled += c->records[i].status == -ECANCELED;
	return true;
}

/*
 * Repeats terminate_once() until a copy is canceled. Returns false after a
 * finding, or if the copies always ended before.
 */
static bool terminate_loaded(struct conform *c, struct load *load, unsigned int round)
{
	for (int i = 0; i < TRIES && conform_more(c); i++) {
		if (!terminate_once(c, load, i ? 0 : round))
			return false;
		if (load->canceled)
			return true;
		conform_quiet(c);
	}
	if (conform_more(c))
		conform_skip(c,
			     "what was to be terminated had always ended before: %u copies of "
			     "%zu bytes",
			     load->count, load->len);
	return false;
}

static void run_memory(struct conform *c)
{
	struct load load = {0};
	unsigned int round;

	for (round = 0; round < ROUNDS && conform_more(c); round++) {
		if (!terminate_loaded(c, &load, round))
			return;
		conform_look(c, 0, load.count * load.len);
		memcpy(c->copy, c->dst.memory, load.count * load.len);
		conform_pass_time(c, WATCH_NS);
		conform_look(c, 0, load.count * load.len);
		for (size_t at = 0; at < load.count * load.len; at++) {
			if (c->copy[at] == c->dst.memory[at])
				continue;
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(at / load.len),
						.length = number(load.len),
						.offset = number(at),
						.expected = number(c->copy[at]),
						.actual = number(c->dst.memory[at]),
					},
					"transfer %zu was terminated; later its byte at offset %zu "
					"became 0x%02x, from 0x%02x",
					at / load.len, at % load.len, c->dst.memory[at],
					c->copy[at]);
			return;
		}
	}
	conform_seen(c, round,
		     "%u times, with %u of %u copies of %zu bytes in flight: nothing written in "
		     "the %d ms after",
		     round, load.canceled, load.count, load.len, (int)(WATCH_NS / NS_PER_MS));
}

static void run_callbacks(struct conform *c)
{
	struct conform_provider before = {0}, after = {0};
	struct load load = {0};
	unsigned int round;

	for (round = 0; round < ROUNDS && conform_more(c); round++) {
		conform_ask(c, &before);
		if (!terminate_loaded(c, &load, round))
			return;
		/*
		 * A provider that calls back twice also does so for transfers
		 * that completed before: ignore those.
		 */
		if (c->strays)
			conform_ask(c, &before);
		conform_pass_time(c, WATCH_NS);
		conform_ask(c, &after);
		if (after.stray <= before.stray)
			continue;
		conform_fail_at(c,
				(struct conform_finding){
					.length = number(load.len),
					.expected = number(0),
					.actual = number(after.stray - before.stray),
				},
				"%" PRIu64 " callbacks came after dmaengine_terminate_sync() had "
				"returned; %u transfers were in flight",
				after.stray - before.stray, load.canceled);
		return;
	}
	conform_seen(c, round,
		     "%u times, with %u of %u copies of %zu bytes in flight: no callback after",
		     round, load.canceled, load.count, load.len);
}

static void run_result(struct conform *c)
{
	struct load load = {0};
	uint64_t whole = 0, looked = 0;

	for (unsigned int round = 0; round < ROUNDS && conform_more(c); round++) {
		/* It does not matter here whether a transfer was still in flight. */
		if (!terminate_once(c, &load, round))
			return;
		if (c->arrived != load.count) {
			conform_fail(c, "of %u transfers %u ended", load.count, c->arrived);
			return;
		}
		/* A transfer that is reported as canceled keeps the promise. */
		looked += c->arrived;
		for (unsigned int i = 0; i < c->arrived; i++) {
			size_t at = c->records[i].user_data * load.len, stale;

			/* The module reports -EIO if a descriptor succeeded but moved nothing. */
			if (c->records[i].status == -EIO) {
				conform_fail(c,
					     "transfer %" PRIu64 " of %zu bytes was terminated and "
					     "called back as done, but nothing of it was moved",
					     (uint64_t)c->records[i].user_data, load.len);
				return;
			}
			if (c->records[i].status)
				continue;
			whole++;
			stale = conform_first_stale(c, at, load.len);
			if (stale == at + load.len)
				continue;
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(c->records[i].user_data),
						.length = number(load.len),
						.offset = number(stale - at),
					},
					"transfer %" PRIu64 " of %zu bytes was terminated and "
					"called back as done, but nothing was written at its "
					"offset %zu",
					(uint64_t)c->records[i].user_data, load.len, stale - at);
			return;
		}
	}
	conform_seen(c, looked,
		     "%u times: %" PRIu64 " transfers were reported as done, and were; the "
		     "last time %u were taken back",
		     ROUNDS, whole, load.canceled);
}

static void run_again(struct conform *c)
{
	struct load load = {0};
	unsigned int round;

	for (round = 0; round < ROUNDS && conform_more(c); round++) {
		unsigned int count = 4;
		size_t len = 4096, stale;

		if (!terminate_once(c, &load, round))
			return;
		if (!conform_hold_copies(c, &count, &len) || conform_issue(c) || !conform_finish(c))
			return;
		stale = conform_first_stale(c, 0, count * len);
		if (stale == count * len)
			continue;
		conform_fail_at(c,
				(struct conform_finding){
					.transfer = number(stale / len),
					.length = number(len),
					.offset = number(stale % len),
				},
				"transfer %zu after a termination completed, but nothing was "
				"written at its offset %zu",
				stale / len, stale % len);
		return;
	}
	conform_seen(c, round, "%u times 4 copies, right after a termination", round);
}

const struct conform_check conform_stop_checks[] = {
	{
		.name = "terminate-memory",
		.says = "once dmaengine_terminate_sync() has returned, the memory of the "
			"descriptors is not accessed any more",
		.source = CONFORM_PROVIDER ", device_terminate_all, device_synchronize",
		.look = "device_terminate_all: is the hardware stopped, or only the list "
			"emptied? device_synchronize: wait for it",
		.applies = terminates,
		.run = run_memory,
	},
	{
		.name = "terminate-callbacks",
		.says = "once dmaengine_terminate_sync() has returned, no callback runs and none "
			"is scheduled",
		.source = CONFORM_PROVIDER ", device_terminate_all, device_synchronize",
		.look = "device_synchronize: is there one, and does it tasklet_kill()? "
			"device_terminate_all: vchan_get_all_descriptors()",
		.applies = terminates,
		.run = run_callbacks,
	},
	{
		.name = "terminate-result",
		.says = "a transfer that was aborted is not reported as done",
		.source = CONFORM_PROVIDER ", device_terminate_all; struct dmaengine_result",
		.look = "device_terminate_all: callbacks of what it takes back; the result in "
			"callback_result",
		.applies = terminates,
		.run = run_result,
	},
	{
		.name = "terminate-again",
		.says = "a channel that was terminated takes new descriptors, and works",
		.source = CONFORM_CLIENT ", \"Terminate APIs\"",
		.look = "device_terminate_all: the state that the next device_issue_pending "
			"finds; descriptors that are not given back",
		.applies = terminates,
		.run = run_again,
	},
	{0},
};
