// SPDX-License-Identifier: MIT
/* Conformance: transfers with a peripheral, only with --slave. */
#include "conform/conform.h"
#include "out/stop.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PERIODS	  8
#define UNIT	  4096
#define LARGEST	  32768 /* of a period, in bytes */
#define WANTED	  24	/* periods to observe */
#define SETTLE_NS (20 * NS_PER_MS)

static const char *slaves(const struct conform *c)
{
	if (!(c->caps->caps & DMACTL_CAP_SLAVE))
		return "no SLAVE capability";
	return c->options->slave ? NULL : "a peripheral would be touched: --slave allows it";
}

static const char *terminates(const struct conform *c)
{
	const char *why = slaves(c);

	return why || c->caps->caps & DMACTL_CAP_TERMINATE ? why : "no device_terminate_all";
}

static const char *cycles(const struct conform *c)
{
	if (!(c->caps->caps & DMACTL_CAP_CYCLIC))
		return "no CYCLIC capability";
	if (!c->options->slave)
		return "a peripheral would be touched: --slave allows it";
	return c->caps->caps & DMACTL_CAP_TERMINATE ? NULL : "no device_terminate_all";
}

/* Prefers the direction from the peripheral. */
static uint32_t direction(const struct conform *c)
{
	if (!c->caps->directions || c->caps->directions & DMACTL_DIR_DEV_TO_MEM)
		return DMACTL_DIR_DEV_TO_MEM;
	return DMACTL_DIR_MEM_TO_DEV;
}

/* Returns false after a finding, or if the address of the peripheral is unknown. */
static bool submit_slave(struct conform *c, uint32_t flags)
{
	int count;

	c->submitted = 0;
	c->arrived = 0;
	count = conform_submit_some(c, flags);
	if (count > 0)
		return true;
	dmauser_batch_clear(c->batch);
	if (count == -EPERM)
		conform_skip(c, "nobody said where the peripheral is: name the channel as firmware "
				"does, or give --src-addr or --dst-addr");
	else if (count == -EXDEV)
		conform_skip(c, "no memory in one piece");
	else
		conform_fail(c, "the channel does not take the transfer: %s", strerror(-count));
	return false;
}

static void run_terminate(struct conform *c)
{
	struct conform_provider before = {0}, after = {0};
	size_t len = 4096;
	int err;

	conform_fill(c, len);
	conform_ask(c, &before);
	if (dmauser_batch_slave_single(c->batch, c->chan, direction(c), c->dst.buf, 0, len, 0) ||
	    !submit_slave(c, DMACTL_SUBMIT_HOLD))
		return;
	err = dmauser_chan_terminate(c->chan);
	if (err) {
		conform_fail(c, "device_terminate_all: %s", strerror(-err));
		return;
	}
	conform_reap(c);
	if (c->arrived != 1 || c->records[0].status != -ECANCELED)
		conform_fail(c, "a transfer that was terminated before it was issued ended as: %s",
			     c->arrived ? strerror(-c->records[0].status) : "not at all");
	/*
	 * If the descriptor is still on a list of the provider, the next
	 * transfer starts it, too.
	 */
	if (dmauser_batch_slave_single(c->batch, c->chan, direction(c), c->dst.buf, len, len, 0) ||
	    !submit_slave(c, 0))
		return;
	conform_pass_time(c, SETTLE_NS);
	conform_ask(c, &after);
	if (after.stray > before.stray)
		conform_fail_at(c,
				(struct conform_finding){
					.length = number(len),
					.expected = number(0),
					.actual = number(after.stray - before.stray),
				},
				"a transfer that was terminated before it was issued called back");
	conform_seen(c, 1,
		     "a transfer of %zu bytes, terminated before it was issued, was forgotten",
		     len);
}

struct ring {
	uint64_t period, len;
	uint64_t told;	/* periods that were reported */
	uint64_t moved; /* bytes moved according to the residue; a lower bound */
	uint64_t place;
	bool placed;
	uint64_t records;
};

static void take_records(struct conform *c, struct ring *ring)
{
	struct dmactl_completion records[8];
	int count = dmauser_wait(c->session, records, 8, 1, 2 * NS_PER_MS);

	for (int i = 0; i < count; i++) {
		if (records[i].status || !(records[i].flags & DMACTL_COMP_MORE)) {
			conform_fail(c, "the ring ended by itself after %" PRIu64 " periods: %s",
				     (uint64_t)records[i].count, strerror(-records[i].status));
			return;
		}
		if (ring->records && records[i].count <= ring->told)
			conform_fail_at(c,
					(struct conform_finding){
						.expected = number(ring->told + 1),
						.actual = number(records[i].count),
					},
					"period %" PRIu64 " after period %" PRIu64,
					(uint64_t)records[i].count, ring->told);
		ring->told = records[i].count;
		ring->records++;
	}
}

static void follow(struct conform *c, struct ring *ring)
{
	struct dmactl_chan_status status;
	uint64_t place;

	if (c->caps->residue_granularity == DMACTL_RESIDUE_DESCRIPTOR ||
	    dmauser_chan_status(c->chan, &status) || status.out_residue > ring->len)
		return;
	place = (ring->len - status.out_residue) % ring->len;
	if (ring->placed)
		ring->moved += (place + ring->len - ring->place) % ring->len;
	ring->place = place;
	ring->placed = true;
}

static void judge_ring(struct conform *c, const struct ring *ring)
{
	uint64_t passed = ring->moved / ring->period;

	if (!ring->told && !ring->moved) {
		conform_skip(c, "the peripheral moved nothing");
		return;
	}
	/* The residue may count bytes that are still in a FIFO. */
	if (!ring->told && passed <= PERIODS) {
		conform_skip(
			c, "no period called back, and %" PRIu64 " bytes had moved by the residue",
			ring->moved);
		return;
	}
	/* A callback may be a little late, but not by a whole ring. */
	if (passed > ring->told + PERIODS)
		conform_fail_at(c,
				(struct conform_finding){
					.length = number(ring->period),
					.expected = number(passed),
					.actual = number(ring->told),
				},
				"by the residue %" PRIu64 " periods of %" PRIu64
				" bytes went by, and the callbacks told of %" PRIu64,
				passed, ring->period, ring->told);
	conform_seen(c, ring->told,
		     "%" PRIu64 " periods of %" PRIu64 " bytes, in %" PRIu64 " records", ring->told,
		     ring->period, ring->records);
}

/*
 * Chooses a period so long that the residue is read at least once in each
 * round; otherwise follow() would miss whole rounds.
 */
static uint64_t period(const struct conform *c)
{
	uint64_t len = c->dst.len / PERIODS;

	if (len > LARGEST)
		len = LARGEST;
	if (c->caps->max_segment && len > c->caps->max_segment)
		len = c->caps->max_segment;
	return len < UNIT ? UNIT : len / UNIT * UNIT;
}

static void run_cyclic(struct conform *c)
{
	uint64_t len = period(c);
	struct ring ring = {.period = len, .len = PERIODS * len};
	struct conform_provider before = {0}, after = {0};
	uint64_t until;
	int err;

	conform_fill(c, ring.len);
	if (dmauser_batch_cyclic(c->batch, c->chan, direction(c), c->dst.buf, 0, ring.len,
				 ring.period, 0) ||
	    !submit_slave(c, 0))
		return;
	until = now_ns() + c->options->timeout_ns;
	while (ring.told < WANTED && ring.moved / ring.period < 4 * WANTED && now_ns() < until &&
	       conform_more(c) && c->result->status != CONFORM_FAILED) {
		take_records(c, &ring);
		follow(c, &ring);
	}
	if (stop_requested())
		return;
	if (c->result->status != CONFORM_FAILED)
		judge_ring(c, &ring);
	conform_ask(c, &before);
	err = dmauser_chan_terminate(c->chan);
	if (err)
		conform_fail(c, "device_terminate_all of a ring: %s", strerror(-err));
	conform_pass_time(c, SETTLE_NS);
	conform_ask(c, &after);
	if (after.stray > before.stray)
		conform_fail(c, "%" PRIu64 " periods called back after termination",
			     after.stray - before.stray);
}

/* Returns false if the check cannot continue. */
static bool configure(struct conform *c, uint32_t way, uint32_t width, unsigned int *count)
{
	struct dmactl_chan_config config = c->options->peripheral->config;
	bool reads = way == DMACTL_DIR_DEV_TO_MEM;
	int err;

	config.direction = way;
	config.src_addr_width = width;
	config.dst_addr_width = width;
	/* The memory side need not support this width. */
	if (width < 64 && !(c->caps->dst_addr_widths >> width & 1) && reads)
		config.dst_addr_width = 0;
	if (width < 64 && !(c->caps->src_addr_widths >> width & 1) && !reads)
		config.src_addr_width = 0;
	if (!config.src_maxburst)
		config.src_maxburst = config.dst_maxburst = 1;
	err = dmauser_chan_config(c->chan, &config);
	if (err == -EPERM) {
		conform_skip(c, "only root (CAP_SYS_RAWIO) may configure a channel");
		return false;
	}
	(*count)++;
	if (err)
		conform_fail_at(c,
				(struct conform_finding){
					.expected = number(0),
					.actual = number(err),
				},
				"%s, %u bytes wide: %s",
				reads ? "from the peripheral" : "to the peripheral", width,
				strerror(-err));
	return true;
}

static void run_config(struct conform *c)
{
	static const uint32_t widths[] = {1, 2, 3, 4, 8, 16, 32};
	unsigned int count = 0;

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		uint32_t ways = c->caps->directions;

		if (c->caps->src_addr_widths >> widths[i] & 1 && ways & DMACTL_DIR_DEV_TO_MEM &&
		    !configure(c, DMACTL_DIR_DEV_TO_MEM, widths[i], &count))
			return;
		if (c->caps->dst_addr_widths >> widths[i] & 1 && ways & DMACTL_DIR_MEM_TO_DEV &&
		    !configure(c, DMACTL_DIR_MEM_TO_DEV, widths[i], &count))
			return;
	}
	if (!count)
		conform_skip(c, "the channel declares no width and direction");
	conform_seen(c, count, "%u combinations of width and direction", count);
	/* Restore the configuration of the command line, if there was one. */
	if (c->options->peripheral->configured)
		dmauser_chan_config(c->chan, &c->options->peripheral->config);
}

const struct conform_check conform_slave_checks[] = {
	{
		.name = "slave-terminate",
		.says = "device_terminate_all also takes back what was submitted and not issued",
		.source = CONFORM_PROVIDER ", device_terminate_all",
		.look = "device_terminate_all: the list of what was submitted",
		.applies = terminates,
		.run = run_terminate,
	},
	{
		.name = "cyclic",
		.says = "a cyclic transfer calls back for each period until it is terminated",
		.source = CONFORM_PROVIDER ", DMA_CYCLIC; " CONFORM_CLIENT,
		.look = "device_prep_dma_cyclic: the interrupt of each period; the tasklet: "
			"vchan_cyclic_callback()",
		.applies = cycles,
		.run = run_cyclic,
	},
	{
		.name = "slave-config",
		.says = "device_config takes each width that src_addr_widths and dst_addr_widths "
			"declare, in each direction of `directions'",
		.source = CONFORM_PROVIDER ", \"struct dma_device Initialization\", device_config",
		.look = "device_config; probe: src_addr_widths, dst_addr_widths, directions",
		.applies = slaves,
		.run = run_config,
	},
	{0},
};
