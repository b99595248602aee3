// SPDX-License-Identifier: MIT
/* Conformance: only issue_pending starts a descriptor. */
#include "conform/conform.h"
#include "out/units.h"

#include <inttypes.h>
#include <string.h>

#define SETTLE_NS (20 * NS_PER_MS)
#define ROUNDS	  3

static const char *copies(const struct conform *c)
{
	return c->caps->caps & DMACTL_CAP_MEMCPY ? NULL : "no MEMCPY capability";
}

static void run_issue(struct conform *c)
{
	unsigned int transfers = 0;

	for (int round = 0; round < 3 && conform_more(c); round++) {
		unsigned int count = 4;
		size_t len = 4096;

		if (!conform_hold_copies(c, &count, &len))
			return;
		conform_pass_time(c, SETTLE_NS);
		conform_reap(c);
		if (c->arrived) {
			conform_fail(c, "%u of %u transfers completed before issue_pending",
				     c->arrived, count);
			return;
		}
		conform_look(c, 0, count * len);
		for (size_t at = 0; at < count * len; at++) {
			uint8_t old = pattern_byte(REGION_DST_INSIDE, c->random.state, at);

			if (c->dst.memory[at] == old)
				continue;
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(at / len),
						.length = number(len),
						.offset = number(at),
						.expected = number(old),
						.actual = number(c->dst.memory[at]),
					},
					"transfer %zu wrote to the destination before "
					"issue_pending: byte at offset %zu: expected 0x%02x, "
					"got 0x%02x",
					at / len, at, old, c->dst.memory[at]);
			return;
		}
		if (conform_issue(c) || !conform_finish(c))
			return;
		transfers += count;
	}
	conform_seen(c, transfers, "%u transfers, none of which began before it was issued",
		     transfers);
}

/* Issues a long transfer, and a second one while the first runs. */
static bool issue_behind(struct conform *c, size_t len, size_t last)
{
	int err;

	conform_fill(c, len + last);
	err = conform_add_copy(c, 0, 0, len);
	if (!err && !conform_submit(c, 0))
		return false;
	if (!err)
		err = dmauser_batch_memcpy(c->batch, c->chan, c->dst.buf, len, c->src.buf, len,
					   last, 1);
	if (!err && conform_submit_some(c, 0) == 1)
		return true;
	dmauser_batch_clear(c->batch);
	conform_quiet(c);
	return false;
}

/* dmactl issues stalled transfers again. If it had to do so, the provider is at fault. */
static bool started_by_itself(struct conform *c)
{
	struct dmactl_chan_status status;
	int err = dmauser_chan_status(c->chan, &status);

	if (err) {
		conform_fail(c, "the channel does not say how often it stalled: %s",
			     strerror(-err));
		return false;
	}
	if (!status.out_stalls)
		return true;
	conform_fail(c, "transfer 1, issued while transfer 0 ran, did not start when that had "
			"ended, but only when dmactl issued it again, half a second later");
	return false;
}

static void run_issue_busy(struct conform *c)
{
	size_t last = conform_units(c, 4096), len = (c->dst.len - last) / c->align * c->align;
	unsigned int busy = 0, tries;

	for (tries = 0; busy < ROUNDS && tries < 2 * ROUNDS && conform_more(c); tries++) {
		bool running;

		if (!issue_behind(c, len, last)) {
			conform_skip(c, "the channel takes one transfer at a time");
			return;
		}
		conform_reap(c);
		running = !c->arrived;
		if (!conform_finish(c) || !started_by_itself(c))
			return;
		busy += running;
	}
	if (!busy && tries)
		conform_skip(c, "in %u attempts the first copy, of %zu bytes, had always ended",
			     tries, len);
	conform_seen(c, busy,
		     "%u times a transfer was issued while one of %zu bytes ran, and completed",
		     busy, len);
}

const struct conform_check conform_issue_checks[] = {
	{
		.name = "issue",
		.says = "dmaengine_submit() does not start anything; device_issue_pending does",
		.source = CONFORM_CLIENT ", \"Submit the transaction\"",
		.look = "tx_submit, device_issue_pending",
		.applies = copies,
		.run = run_issue,
	},
	{
		.name = "issue-busy",
		.says = "what is issued while a transfer runs starts when that has ended",
		.source = CONFORM_PROVIDER ", device_issue_pending",
		.look = "device_issue_pending: what it does when the channel is busy; the "
			"interrupt "
			"handler and tasklet: which list the next descriptor is taken from",
		.applies = copies,
		.run = run_issue_busy,
	},
	{0},
};
