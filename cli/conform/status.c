// SPDX-License-Identifier: MIT
/* Conformance: the result of device_tx_status during and after a transfer. */
#include "conform/conform.h"
#include "out/units.h"

#include <inttypes.h>
#include <string.h>

static const char *copies(const struct conform *c)
{
	return c->caps->caps & DMACTL_CAP_MEMCPY ? NULL : "no MEMCPY capability";
}

static const char *tracks(const struct conform *c)
{
	if (c->caps->caps & DMACTL_CAP_NO_ORDER)
		return "with DMA_COMPLETION_NO_ORDER the state of a cookie means nothing";
	return copies(c);
}

#define MIN_SAMPLES 12 /* run more rounds if there are fewer samples of transfers in flight */
#define MAX_ROUNDS  12

/* Samples of the status of transfers in flight. */
struct watch {
	uint64_t samples; /* samples of transfers in flight */
	uint64_t telling; /* samples that would have shown a fault */
	uint64_t rounds;
	size_t len;  /* of the current copy */
	size_t next; /* of the next copy */
	uint64_t lowest, highest;
	uint64_t length;
	int64_t cookie;
	uint64_t last; /* previous residue */
	bool any;      /* `last' is valid for this cookie */
};

/*
 * Returns false to stop. @written: the middle of the copy was written before
 * the status was read.
 */
typedef bool (*sample_fn)(struct conform *c, struct watch *watch,
			  const struct conform_provider *provider, bool written);

static bool middle_is_written(struct conform *c, size_t at)
{
	conform_look(c, at, 64);
	return pattern_check(c->dst.memory + at, 64, REGION_DST_INSIDE, c->random.state, at) != 64;
}

/* Runs one long copy and calls @look for each status of the provider. */
static bool watch_copy(struct conform *c, struct watch *watch, sample_fn look)
{
	struct conform_provider provider;
	unsigned int count = 1;
	size_t len = watch->next;
	uint64_t end;
	bool go_on = true;

	if (!conform_hold_copies(c, &count, &len) || conform_issue(c))
		return false;
	watch->rounds++;
	watch->len = len;
	watch->any = false;
	end = now_ns() + c->options->timeout_ns;
	do {
		bool written = middle_is_written(c, len / 2 / 64 * 64);

		/* The order matters: memory was read before the status. */
		if (conform_ask(c, &provider) && provider.length)
			go_on = look(c, watch, &provider, written);
		conform_reap(c);
	} while (c->arrived < c->submitted && go_on && conform_more(c) && now_ns() < end);
	return go_on && conform_finish(c);
}

static void watch_copies(struct conform *c, struct watch *watch, sample_fn look)
{
	*watch = (struct watch){.next = c->dst.len, .lowest = UINT64_MAX};
	while ((watch->samples < MIN_SAMPLES || !watch->telling) && watch->rounds < MAX_ROUNDS &&
	       conform_more(c)) {
		if (!watch_copy(c, watch, look))
			return;
	}
	if (!watch->samples)
		conform_skip(c,
			     "each of %" PRIu64 " copies of %zu bytes was over before its "
			     "status could be asked for",
			     watch->rounds, watch->len);
	else if (!watch->telling && conform_more(c))
		conform_skip(c,
			     "in none of %" PRIu64 " copies of %zu bytes the status was seen "
			     "between the half and the end",
			     watch->rounds, watch->len);
}

static bool in_progress(struct watch *watch, const struct conform_provider *provider)
{
	if (strcmp(provider->status, "in-progress") && strcmp(provider->status, "paused"))
		return false;
	if (watch->cookie != provider->cookie)
		watch->any = false;
	watch->cookie = provider->cookie;
	watch->length = provider->length;
	watch->samples++;
	if (provider->residue < watch->lowest)
		watch->lowest = provider->residue;
	if (provider->residue > watch->highest)
		watch->highest = provider->residue;
	return true;
}

static bool look_at_residue(struct conform *c, struct watch *watch,
			    const struct conform_provider *provider, bool written)
{
	struct conform_finding numbers = {
		.transfer = number(watch->rounds - 1),
		.length = number(provider->length),
		.actual = number(provider->residue),
	};

	(void)written;
	if (!in_progress(watch, provider))
		return true;
	watch->telling++;
	if (provider->residue > provider->length) {
		numbers.expected = number(provider->length);
		conform_fail_at(c, numbers,
				"cookie %" PRId64 ": residue %" PRIu64
				" of a descriptor of %" PRIu64 " bytes",
				provider->cookie, provider->residue, provider->length);
		return false;
	}
	if (watch->any && provider->residue > watch->last) {
		numbers.expected = number(watch->last);
		conform_fail_at(c, numbers,
				"cookie %" PRId64 ": residue %" PRIu64 " after residue %" PRIu64
				", of %" PRIu64 " bytes",
				provider->cookie, provider->residue, watch->last, provider->length);
		return false;
	}
	watch->last = provider->residue;
	watch->any = true;
	return true;
}

static void run_residue(struct conform *c)
{
	struct watch watch;

	watch_copies(c, &watch, look_at_residue);
	if (watch.samples)
		conform_seen(c, watch.samples,
			     "%" PRIu64 " answers while %" PRIu64 " copies were under way: %" PRIu64
			     " to %" PRIu64 " of %" PRIu64 " bytes left",
			     watch.samples, watch.rounds, watch.highest, watch.lowest,
			     watch.length);
}

/*
 * If a copy has several descriptors, it is unknown which one the status is
 * about. Then limits the next copy to the length of one descriptor.
 */
static bool has_one_descriptor(struct watch *watch, const struct conform_provider *provider)
{
	if (provider->length >= watch->len)
		return true;
	watch->next = provider->length;
	return false;
}

static bool look_at_granularity(struct conform *c, struct watch *watch,
				const struct conform_provider *provider, bool written)
{
	uint64_t residue = provider->residue, length = provider->length;
	struct conform_finding numbers = {
		.transfer = number(watch->rounds - 1),
		.length = number(length),
		.actual = number(residue),
	};

	if (!has_one_descriptor(watch, provider) || !in_progress(watch, provider))
		return true;
	switch (c->caps->residue_granularity) {
	case DMACTL_RESIDUE_DESCRIPTOR:
		/* Providers report 0 or the whole length; neither shows progress. */
		watch->telling += written;
		if (!residue || residue >= length)
			return true;
		conform_fail_at(c, numbers,
				"residue_granularity is DESCRIPTOR, and the residue %" PRIu64
				" of %" PRIu64 " bytes",
				residue, length);
		return false;
	case DMACTL_RESIDUE_BURST:
		watch->telling += written;
		if (!written || residue < length)
			return true;
		numbers.expected = number(length / 2);
		conform_fail_at(c, numbers,
				"residue_granularity is BURST, and when half of %" PRIu64
				" bytes had been written, the residue was still all of them",
				length);
		return false;
	default:
		watch->telling++;
		return true;
	}
}

static void run_granularity(struct conform *c)
{
	static const char *const names[] = {"DESCRIPTOR", "SEGMENT", "BURST"};
	uint32_t declared = c->caps->residue_granularity;
	struct watch watch;

	watch_copies(c, &watch, look_at_granularity);
	if (watch.samples)
		conform_seen(c, watch.samples,
			     "%s; %" PRIu64 " answers, %" PRIu64 " to %" PRIu64 " of %" PRIu64
			     " bytes left",
			     declared < 3 ? names[declared] : "?", watch.samples, watch.highest,
			     watch.lowest, watch.length);
}

/* DMA_COMPLETE means that all bytes are in memory, even before the callback. */
static bool look_at_status(struct conform *c, struct watch *watch,
			   const struct conform_provider *provider, bool written)
{
	size_t stale;

	(void)written;
	if (!has_one_descriptor(watch, provider))
		return true;
	watch->telling++;
	if (in_progress(watch, provider))
		return true;
	if (strcmp(provider->status, "complete")) {
		conform_fail(c, "cookie %" PRId64 " of a transfer under way: status %s",
			     provider->cookie, provider->status);
		return false;
	}
	watch->samples++;
	stale = conform_first_stale(c, 0, provider->length < 64 ? 0 : provider->length);
	if (stale >= provider->length)
		return true;
	conform_fail_at(c,
			(struct conform_finding){
				.transfer = number(watch->rounds - 1),
				.length = number(provider->length),
				.offset = number(stale),
			},
			"cookie %" PRId64 " was complete when the bytes from offset %zu on, of "
			"%" PRIu64 ", were not there",
			provider->cookie, stale, provider->length);
	return false;
}

static void run_status(struct conform *c)
{
	struct watch watch;

	watch_copies(c, &watch, look_at_status);
	if (watch.samples)
		conform_seen(c, watch.samples,
			     "%" PRIu64 " answers, never complete before all was written",
			     watch.samples);
}

static void run_final(struct conform *c)
{
	struct conform_provider provider;
	unsigned int rounds = 0;

	for (; rounds < 16 && conform_more(c); rounds++) {
		size_t len = conform_units(c, rounds % 2 ? 16384 : 100);

		if (conform_add_copy(c, 0, 0, len) || !conform_submit(c, 0) || !conform_finish(c))
			return;
		if (!conform_ask(c, &provider) || provider.length)
			continue;
		if (!strcmp(provider.status, "complete") && !provider.residue)
			continue;
		conform_fail_at(c,
				(struct conform_finding){
					.transfer = number(rounds),
					.length = number(len),
					.expected = number(0),
					.actual = number(provider.residue),
				},
				"transfer %u, cookie %" PRId64 ", has called back: status %s, "
				"residue %" PRIu64,
				rounds, provider.cookie, provider.status, provider.residue);
		return;
	}
	conform_seen(c, rounds, "%u transfers, complete and residue 0 after the callback", rounds);
}

const struct conform_check conform_status_checks[] = {
	{
		.name = "status",
		.says = "the status of a cookie is DMA_COMPLETE when its transfer is over, and "
			"not before",
		.source = CONFORM_PROVIDER ", device_tx_status",
		.look = "device_tx_status; dma_cookie_complete() before the last byte is written",
		.applies = tracks,
		.run = run_status,
	},
	{
		.name = "final",
		.says = "when a transfer has called back, its status is DMA_COMPLETE and its "
			"residue 0",
		.source = CONFORM_HEADER ", struct dma_tx_state",
		.look = "device_tx_status; the order of dma_cookie_complete() and the callback",
		.applies = tracks,
		.run = run_final,
	},
	{
		.name = "residue",
		.says = "the residue is what is left of the transfer: from its length down to 0, "
			"never up",
		.source = CONFORM_PROVIDER ", device_tx_status",
		.look = "device_tx_status: a counter read in two parts, of another descriptor, "
			"or while it is reloaded",
		.applies = tracks,
		.run = run_residue,
	},
	{
		.name = "granularity",
		.says = "the residue is as fine as residue_granularity declares",
		.source = CONFORM_HEADER ", enum dma_residue_granularity",
		.look = "probe: residue_granularity; device_tx_status",
		.applies = tracks,
		.run = run_granularity,
	},
	{0},
};
