// SPDX-License-Identifier: MIT
/* Conformance: the queue of a channel, its order and its callbacks. */
#include "conform/conform.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BURST	  32 /* transfers at once, so that one interrupt stands for several */
#define SETTLE_NS (20 * NS_PER_MS)
#define NEAR_WRAP (INT32_MAX - 4096) /* cookies above this will wrap soon */

static const char *copies(const struct conform *c)
{
	return c->caps->caps & DMACTL_CAP_MEMCPY ? NULL : "no MEMCPY capability";
}

static const char *copies_in_order(const struct conform *c)
{
	if (c->caps->caps & DMACTL_CAP_NO_ORDER)
		return "the channel declares DMA_COMPLETION_NO_ORDER";
	return copies(c);
}

static void run_once(struct conform *c)
{
	struct conform_provider before = {0}, after = {0};
	uint64_t transfers = 0;

	for (int round = 0; round < 4 && conform_more(c); round++) {
		unsigned int count = BURST;
		size_t len = 1024;

		conform_ask(c, &before);
		if (!conform_hold_copies(c, &count, &len) || conform_issue(c) || !conform_finish(c))
			return;
		transfers += count;
		conform_pass_time(c, SETTLE_NS);
		conform_reap(c);
		if (conform_ask(c, &after) && after.stray > before.stray) {
			c->strays = true;
			conform_fail_at(
				c,
				(struct conform_finding){
					.expected = number(count),
					.actual = number(count + after.stray - before.stray),
				},
				"%u descriptors called back %" PRIu64 " times", count,
				count + after.stray - before.stray);
			return;
		}
	}
	conform_seen(c, transfers, "%" PRIu64 " transfers, %u at a time, each called back once",
		     transfers, c->submitted);
}

static void run_order(struct conform *c)
{
	uint64_t transfers = 0;

	for (int round = 0; round < 4 && conform_more(c); round++) {
		/* Alternate long and short copies: without order, a short one would overtake. */
		size_t lengths[] = {conform_units(c, 16384), conform_units(c, 64)}, at = 0;
		int err = 0;

		for (unsigned int i = 0; i < BURST && !err; i++) {
			size_t len = lengths[i % 2];

			if (at + len <= c->dst.len)
				err = conform_add_copy(c, at, at, len);
			at += len;
		}
		if (err || !conform_submit(c, DMACTL_SUBMIT_HOLD) || conform_issue(c) ||
		    !conform_finish(c))
			return;
		for (unsigned int i = 0; i < c->arrived; i++) {
			if (c->records[i].user_data == i)
				continue;
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(transfers + i),
						.expected = number(i),
						.actual = number(c->records[i].user_data),
					},
					"of %u transfers in flight, number %u to complete was that "
					"submitted as number %" PRIu64,
					c->submitted, i, (uint64_t)c->records[i].user_data);
			return;
		}
		transfers += c->submitted;
	}
	if (c->submitted < 2)
		conform_skip(c, "the channel takes one transfer at a time");
	conform_seen(c, transfers, "%" PRIu64 " transfers, %u at a time, completed in order",
		     transfers, c->submitted);
}

/*
 * Submits the rest of the batch as room becomes free. The time of the check may
 * end before all are submitted.
 */
static bool take_rest(struct conform *c, unsigned int wanted)
{
	uint64_t until = now_ns() + c->options->timeout_ns;

	while (dmauser_batch_count(c->batch) && conform_more(c)) {
		int taken = conform_submit_some(c, 0);

		if (taken > 0) {
			until = now_ns() + c->options->timeout_ns;
		} else if (taken != -EAGAIN) {
			conform_fail(c, "after %u transfers: %s", c->submitted, strerror(-taken));
			return false;
		} else if (now_ns() >= until) {
			conform_fail_at(c,
					(struct conform_finding){
						.expected = number(wanted),
						.actual = number(c->submitted),
					},
					"of %u transfers the channel took %u and completed them, "
					"and then took no more",
					wanted, c->submitted);
			return false;
		} else {
			conform_pass_time(c, NS_PER_MS);
		}
		if (!conform_finish(c))
			return false;
	}
	return true;
}

/* Checks that the bytes of completed copies are in memory already; the hardware may be late. */
static bool arrived_whole(struct conform *c, size_t len)
{
	size_t stale = conform_first_stale(c, 0, c->arrived * len);

	if (stale == c->arrived * len)
		return true;
	conform_fail_at(c,
			(struct conform_finding){
				.transfer = number(stale / len),
				.length = number(len),
				.offset = number(stale % len),
			},
			"of %u transfers at once, number %zu had called back, and its byte at "
			"offset %zu was not there",
			c->submitted, stale / len, stale % len);
	return false;
}

/* Submits as many copies as the channel accepts, so that prep runs out of descriptors. */
static void run_exhaust(struct conform *c)
{
	unsigned int depth = dmauser_chan_depth(c->chan);
	struct conform_provider before = {0}, after = {0};
	size_t len = conform_units(c, 64);
	unsigned int wanted, first;
	int taken, err = 0;

	if (depth > CONFORM_MAX_LOAD)
		depth = CONFORM_MAX_LOAD;
	wanted = depth;
	if ((size_t)wanted * len > c->dst.len)
		wanted = (unsigned int)(c->dst.len / len);
	conform_fill(c, wanted * len);
	for (unsigned int i = 0; i < wanted && !err; i++)
		err = conform_add_copy(c, i * len, i * len, len);
	if (err)
		return;
	conform_ask(c, &before);
	c->submitted = 0;
	c->arrived = 0;
	taken = conform_submit_some(c, DMACTL_SUBMIT_HOLD);
	if (taken <= 0) {
		conform_fail(c, "a channel with nothing in flight took none of %u transfers: %s",
			     wanted, strerror(-taken));
		return;
	}
	first = c->submitted;
	if (conform_issue(c) || !conform_finish(c))
		return;
	if (!arrived_whole(c, len) || !take_rest(c, wanted) || !arrived_whole(c, len))
		return;
	conform_ask(c, &after);
	if (after.refused > before.refused)
		conform_seen(c, first,
			     "%u transfers at once, then NULL from prep (%" PRIu64
			     " times); %u in all, each completed",
			     first, after.refused - before.refused, c->arrived);
	else
		conform_seen(c, first, "%u transfers at once, never NULL from prep; each completed",
			     first);
}

/* Checks the newest cookie. Returns false after a finding. */
static bool next_cookie(struct conform *c, int64_t *last, bool *wrapped, uint64_t transfer)
{
	struct conform_provider provider;

	if (!conform_ask(c, &provider))
		return true;
	if (provider.newest > *last) {
		*last = provider.newest;
		return true;
	}
	if (*last > NEAR_WRAP && provider.newest > 0 && provider.newest < 4096) {
		*wrapped = true;
		*last = provider.newest;
		return true;
	}
	conform_fail_at(c,
			(struct conform_finding){
				.transfer = number(transfer),
				.expected = number(*last + 1),
				.actual = number(provider.newest),
			},
			"transfer %" PRIu64 ": cookie %" PRId64 " after cookie %" PRId64, transfer,
			provider.newest, *last);
	return false;
}

static void run_cookie(struct conform *c)
{
	struct conform_provider provider;
	int64_t first = 0, last;
	bool wrapped = false;
	uint64_t transfers = 0;
	size_t len = conform_units(c, 64);

	if (conform_ask(c, &provider))
		first = provider.newest;
	last = first;
	/* If the cookies are close to the wrap, continue beyond it. */
	while ((transfers < 128 || (last > NEAR_WRAP && !wrapped)) && conform_more(c)) {
		int err = 0;

		/*
		 * Submit several at once, so that the status of the oldest is
		 * read while newer ones wait.
		 */
		for (size_t i = 0; i < 4 && !err; i++)
			err = conform_add_copy(c, i * len, i * len, len);
		if (err || !conform_submit(c, DMACTL_SUBMIT_HOLD))
			return;
		if (!next_cookie(c, &last, &wrapped, transfers))
			return;
		if (conform_ask(c, &provider) && provider.length &&
		    !strcmp(provider.status, "complete")) {
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(transfers),
						.length = number(len),
						.actual = number(provider.cookie),
					},
					"transfer %" PRIu64 ", cookie %" PRId64
					", is complete before it was issued",
					transfers, provider.cookie);
			return;
		}
		if (conform_issue(c) || !conform_finish(c))
			return;
		if (conform_ask(c, &provider) && !provider.length &&
		    strcmp(provider.status, "complete")) {
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(transfers + c->submitted - 1),
						.length = number(len),
						.actual = number(provider.cookie),
					},
					"transfer %" PRIu64 ", cookie %" PRId64
					", has called back, and its status is %s",
					transfers + c->submitted - 1, provider.cookie,
					provider.status);
			return;
		}
		transfers += c->submitted;
	}
	conform_seen(c, transfers,
		     "%" PRIu64 " transfers, cookies %" PRId64 " to %" PRId64 "; the wrap at "
		     "2^31 was %s",
		     transfers, first, last, wrapped ? "crossed" : "not reached");
}

/* Copies src to X with a fence, then X to Y. Y must not contain a block of the old X. */
static void run_fence(struct conform *c)
{
	size_t len = conform_units(c, 16384), quarter = c->dst.len / 4;
	uint64_t transfers = 0;

	if (len > quarter)
		len = quarter / c->align * c->align;
	for (int round = 0; round < 8 && conform_more(c); round++) {
		size_t x = 0, y = (len + c->align - 1) / c->align * c->align;
		uint8_t *memory = c->dst.memory;

		conform_fill(c, y + len);
		if (conform_add_copy(c, x, 0, len) ||
		    dmauser_batch_set_flags(c->batch, DMACTL_OPF_FENCE) ||
		    dmauser_batch_memcpy(c->batch, c->chan, c->dst.buf, y, c->dst.buf, x, len, 1) ||
		    dmauser_batch_set_flags(c->batch, DMACTL_OPF_NO_SYNC_SRC) ||
		    !conform_submit(c, DMACTL_SUBMIT_HOLD))
			return;
		if (c->submitted < 2) {
			conform_skip(c, "the channel takes one transfer at a time");
			return;
		}
		if (conform_issue(c) || !conform_finish(c))
			return;
		transfers += 2;
		conform_look(c, 0, y + len);
		for (size_t at = 0; at + 64 <= len; at += 64) {
			/* Does this block hold the old content of X? */
			if (pattern_check(memory + y + at, 64, REGION_DST_INSIDE, c->random.state,
					  x + at) != 64)
				continue;
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(transfers - 1),
						.length = number(len),
						.offset = number(y + at),
					},
					"a copy of %zu bytes behind a fence read, at offset %zu, "
					"what was there before the fenced one",
					len, at);
			return;
		}
	}
	conform_seen(c, transfers,
		     "%" PRIu64 " transfers of %zu bytes, each second one reads what the "
		     "fenced one before writes",
		     transfers, len);
}

static const char *interrupts(const struct conform *c)
{
	if (!(c->caps->caps & DMACTL_CAP_INTERRUPT))
		return "no INTERRUPT capability";
	return copies_in_order(c);
}

static void run_interrupt(struct conform *c)
{
	size_t len = conform_units(c, 8192);
	uint64_t transfers = 0;

	for (int round = 0; round < 4 && conform_more(c); round++) {
		int err = 0;

		for (unsigned int i = 0; i < 12 && !err; i++) {
			if (i % 2)
				err = dmauser_batch_interrupt(c->batch, c->chan, i);
			else if ((i + 1) * len <= c->dst.len)
				err = conform_add_copy(c, i * len, i * len, len);
		}
		if (err || !conform_submit(c, DMACTL_SUBMIT_HOLD) || conform_issue(c) ||
		    !conform_finish(c))
			return;
		for (unsigned int i = 0; i < c->arrived; i++) {
			uint64_t which = c->records[i].user_data;

			/* Check the interrupts, which have odd numbers. */
			if (which % 2 == 0 || i >= which)
				continue;
			conform_fail_at(c,
					(struct conform_finding){
						.transfer = number(which),
						.expected = number(which),
						.actual = number(i),
					},
					"the interrupt behind %" PRIu64
					" transfers came when %u had completed",
					which, i);
			return;
		}
		transfers += c->submitted;
	}
	if (c->submitted < 2)
		conform_skip(c, "the channel takes one transfer at a time");
	conform_seen(c, transfers, "%" PRIu64 " transfers, each second an interrupt", transfers);
}

const struct conform_check conform_queue_checks[] = {
	{
		.name = "once",
		.says = "each descriptor that was issued calls back, once",
		.source = CONFORM_CLIENT ", \"Issue pending DMA requests and wait for callback "
					 "notification\"",
		.look = "interrupt handler and tasklet: one interrupt may stand for several "
			"descriptors; what is taken off the list before the callback",
		.applies = copies,
		.run = run_once,
	},
	{
		.name = "order",
		.says = "descriptors complete in the order of submission, unless the device "
			"declares DMA_COMPLETION_NO_ORDER",
		.source = CONFORM_PROVIDER ", DMA_COMPLETION_NO_ORDER; device_issue_pending",
		.look = "the lists in the interrupt handler and tasklet: list_add() for "
			"list_add_tail(), callbacks of two contexts",
		.applies = copies_in_order,
		.run = run_order,
	},
	{
		.name = "cookie",
		.says = "cookies count up, from 1 to 2^31 - 1 and then from DMA_MIN_COOKIE on; "
			"one that is not complete is never reported as such",
		.source = CONFORM_HEADER ", dma_cookie_t, dma_async_is_complete(); "
					 "drivers/dma/dmaengine.h",
		.look = "tx_submit: dma_cookie_assign(); device_tx_status: dma_cookie_status()",
		.applies = copies_in_order,
		.run = run_cookie,
	},
	{
		.name = "exhaust",
		.says = "device_prep_* returns NULL when there is no descriptor left, and every "
			"descriptor that it returned completes",
		.source = CONFORM_PROVIDER ", device_prep_dma_*",
		.look = "device_prep_*: the pool of descriptors, a ring that is full; tx_submit",
		.needs = "once",
		.applies = copies,
		.run = run_exhaust,
	},
	{
		.name = "fence",
		.says = "a descriptor behind one with DMA_PREP_FENCE sees what that one wrote",
		.source = CONFORM_HEADER ", enum dma_ctrl_flags, DMA_PREP_FENCE",
		.look = "device_prep_dma_*: the fence bit of the hardware descriptor; channels "
			"that work on several descriptors at once",
		.applies = copies,
		.run = run_fence,
	},
	{
		.name = "interrupt",
		.says = "a descriptor of device_prep_dma_interrupt calls back when those before "
			"it have completed",
		.source = CONFORM_PROVIDER ", DMA_INTERRUPT",
		.look = "device_prep_dma_interrupt",
		.applies = interrupts,
		.run = run_interrupt,
	},
	{0},
};
