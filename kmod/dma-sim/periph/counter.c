// SPDX-License-Identifier: GPL-2.0-only
/* "counter": a source of the numbers 0, 1, 2 ... of 32 bits, little-endian. */
#include "../../compat.h"
#include "core/controller.h"
#include "periph/clock.h"
#include "periph/table.h"

/**
 * struct sim_counter - the state of "counter"
 * @clock: bytes made
 * @pos: bytes taken or lost
 * @first: first number
 * @started: a descriptor has asked for bytes
 */
struct sim_counter {
	struct sim_clock clock;
	u64 pos;
	u32 first;
	bool started;
};

static void sim_counter_open(struct sim_chan *sc)
{
	struct sim_counter *counter = sc->periph.state;

	counter->first = 0;
}

static void sim_counter_start(struct sim_chan *sc)
{
	struct sim_counter *counter = sc->periph.state;

	counter->started = false;
}

static int sim_counter_config(struct sim_chan *sc,
			      const struct dma_slave_config *config)
{
	struct sim_counter *counter = sc->periph.state;

	return sim_periph_first(config, &counter->first);
}

static bool sim_counter_paced(const struct sim_chan *sc)
{
	return READ_ONCE(sc->ctl->config.control->counter_rate);
}

/* Returns how many of @n bytes are available. If none are, sets wake_at. */
static size_t sim_counter_there(struct sim_chan *sc, size_t n)
{
	const struct sim_control *control = sc->ctl->config.control;
	u64 rate = READ_ONCE(control->counter_rate);
	u32 fifo = READ_ONCE(control->counter_fifo);
	struct sim_counter *counter = sc->periph.state;
	u64 made;

	if (!counter->started) {
		sim_clock_start(&counter->clock, rate);
		counter->pos = 0;
		counter->started = true;
	}
	made = sim_clock_read(&counter->clock, rate) & ~3ULL;
	if (!rate) {
		/* If a rate is set later, the bytes continue from here. */
		counter->clock.bytes = max(made, counter->pos + n);
		return n;
	}

	/* Lose whole numbers, so that the others stay whole. */
	if (made > counter->pos + fifo)
		counter->pos += round_up(made - counter->pos - fifo, 4);
	if (made <= counter->pos) {
		u64 chunk = sim_clock_chunk(&counter->clock,
					    min_t(u64, n, fifo));

		chunk = round_up(counter->pos + chunk, 4);
		sc->engine.wake_at = sim_clock_when(&counter->clock, chunk);
		return 0;
	}
	return min_t(u64, n, made - counter->pos);
}

static size_t sim_counter_move(struct sim_chan *sc, struct sim_desc *d,
			       void *buf, size_t n)
{
	struct sim_counter *counter = sc->periph.state;
	u8 *p = buf, *end;

	n = sim_counter_there(sc, n);
	end = p + n;
	while (p < end) {
		u32 number = counter->first + (u32)(counter->pos / 4);
		unsigned int byte = counter->pos % 4;

		if (!byte && end - p >= 4) {
			put_unaligned_le32(number, p);
			p += 4;
			counter->pos += 4;
		} else {
			*p++ = number >> (8 * byte);
			counter->pos++;
		}
	}
	return n;
}

static const struct sim_periph_ops sim_counter_periph = {
	.name = "counter",
	.directions = BIT(DMA_DEV_TO_MEM),
	.config = sim_counter_config,
	.move = sim_counter_move,
	.paced = sim_counter_paced,
	.open = sim_counter_open,
	.start = sim_counter_start,
};

const struct sim_peripheral sim_counter = {
	.name = "counter",
	.ends = { &sim_counter_periph },
	.size = sizeof(struct sim_counter),
};
