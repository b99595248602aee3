// SPDX-License-Identifier: GPL-2.0-only
/* "sink": checks that it receives the numbers of "counter". */
#include "../../compat.h"
#include "core/controller.h"
#include "periph/clock.h"
#include "periph/table.h"

#define SIM_SINK_FIFO	4096

/**
 * struct sim_sink - the state of "sink"
 * @clock: bytes that it could have taken
 * @taken: bytes that it took of these
 * @expected: next number
 * @first: first number
 * @word: an incomplete number
 * @have: bytes in @word
 * @started: a descriptor has written bytes
 */
struct sim_sink {
	struct sim_clock clock;
	u64 taken;
	u32 expected;
	u32 first;
	u8 word[4];
	unsigned int have;
	bool started;
};

/* The counters restart with each client and stay after its release. */
static void sim_sink_open(struct sim_chan *sc)
{
	struct sim_control *control = sc->ctl->config.control;
	struct sim_sink *sink = sc->periph.state;

	sink->first = 0;
	atomic64_set(&control->sink_bytes, 0);
	atomic64_set(&control->sink_errors, 0);
}

static void sim_sink_start(struct sim_chan *sc)
{
	struct sim_sink *sink = sc->periph.state;

	sink->started = false;
}

static int sim_sink_config(struct sim_chan *sc,
			   const struct dma_slave_config *config)
{
	struct sim_sink *sink = sc->periph.state;

	return sim_periph_first(config, &sink->first);
}

static bool sim_sink_paced(const struct sim_chan *sc)
{
	return READ_ONCE(sc->ctl->config.control->sink_rate);
}

/* Returns how many of @n bytes it takes now. If none, sets wake_at. */
static size_t sim_sink_space(struct sim_chan *sc, size_t n)
{
	u64 rate = READ_ONCE(sc->ctl->config.control->sink_rate);
	struct sim_sink *sink = sc->periph.state;
	u64 could;

	if (!sink->started) {
		sim_clock_start(&sink->clock, rate);
		sink->taken = 0;
		sink->expected = sink->first;
		sink->have = 0;
		sink->started = true;
	}
	could = sim_clock_read(&sink->clock, rate);
	if (!rate) {
		sink->taken = could;
		return n;
	}

	/* Capacity that was not used in time is lost. */
	if (could > sink->taken + SIM_SINK_FIFO)
		sink->taken = could - SIM_SINK_FIFO;
	if (could <= sink->taken) {
		u64 chunk = sim_clock_chunk(&sink->clock,
					    min_t(u64, n, SIM_SINK_FIFO));

		sc->engine.wake_at = sim_clock_when(&sink->clock,
						    sink->taken + chunk);
		return 0;
	}
	n = min_t(u64, n, could - sink->taken);
	sink->taken += n;
	return n;
}

static void sim_sink_check(struct sim_chan *sc, u32 number)
{
	struct sim_sink *sink = sc->periph.state;

	if (number != sink->expected)
		atomic64_inc(&sc->ctl->config.control->sink_errors);
	sink->expected = number + 1;
}

static size_t sim_sink_move(struct sim_chan *sc, struct sim_desc *d, void *buf,
			    size_t n)
{
	struct sim_sink *sink = sc->periph.state;
	const u8 *p = buf, *end;

	n = sim_sink_space(sc, n);
	end = p + n;
	while (p < end) {
		if (!sink->have && end - p >= 4) {
			sim_sink_check(sc, get_unaligned_le32(p));
			p += 4;
			continue;
		}
		sink->word[sink->have++] = *p++;
		if (sink->have == 4) {
			sim_sink_check(sc, get_unaligned_le32(sink->word));
			sink->have = 0;
		}
	}
	atomic64_add(n, &sc->ctl->config.control->sink_bytes);
	return n;
}

static const struct sim_periph_ops sim_sink_periph = {
	.name = "sink",
	.directions = BIT(DMA_MEM_TO_DEV),
	.config = sim_sink_config,
	.move = sim_sink_move,
	.paced = sim_sink_paced,
	.open = sim_sink_open,
	.start = sim_sink_start,
};

const struct sim_peripheral sim_sink = {
	.name = "sink",
	.ends = { &sim_sink_periph },
	.size = sizeof(struct sim_sink),
};
