// SPDX-License-Identifier: GPL-2.0-only
/* "counter": a source of the little-endian numbers 0, 1, 2 ... of 32 bits */
#include "../compat.h"
#include "port.h"
#include "sim.h"

/**
 * struct sim_counter - what it keeps
 * @clock: what it has made
 * @pos: bytes taken or lost
 * @first: the number that it starts with
 * @started: a descriptor has asked for something
 */
struct sim_counter {
	struct sim_clock clock;
	u64 pos;
	u32 first;
	bool started;
};

static void sim_counter_open(struct sim_chan *sc)
{
	struct sim_counter *counter = sc->port_state;

	counter->first = 0;
}

static void sim_counter_start(struct sim_chan *sc)
{
	struct sim_counter *counter = sc->port_state;

	counter->started = false;
}

static int sim_counter_config(struct sim_chan *sc,
			      const struct dma_slave_config *config)
{
	struct sim_counter *counter = sc->port_state;

	return sim_port_first(config, &counter->first);
}

static bool sim_counter_paced(const struct sim_chan *sc)
{
	return READ_ONCE(sc->ctl->config.control->counter_rate);
}

/* How many of @n bytes there are; if it is none, say when there will be. */
static size_t sim_counter_there(struct sim_chan *sc, size_t n)
{
	const struct sim_control *control = sc->ctl->config.control;
	u64 rate = READ_ONCE(control->counter_rate);
	u32 fifo = READ_ONCE(control->counter_fifo);
	struct sim_counter *counter = sc->port_state;
	u64 made;

	if (!counter->started) {
		sim_clock_start(&counter->clock, rate);
		counter->pos = 0;
		counter->started = true;
	}
	made = sim_clock_read(&counter->clock, rate) & ~3ULL;
	if (!rate) {
		/* Should it get one, it goes on from here. */
		counter->clock.bytes = max(made, counter->pos + n);
		return n;
	}

	/* Whole numbers are lost, so that the others stay whole. */
	if (made > counter->pos + fifo)
		counter->pos += round_up(made - counter->pos - fifo, 4);
	if (made <= counter->pos) {
		u64 chunk = sim_clock_chunk(&counter->clock,
					    min_t(u64, n, fifo));

		sc->wake_at = sim_clock_when(&counter->clock,
					     round_up(counter->pos + chunk, 4));
		return 0;
	}
	return min_t(u64, n, made - counter->pos);
}

static size_t sim_counter_move(struct sim_chan *sc, struct sim_desc *d,
			       void *buf, size_t n)
{
	struct sim_counter *counter = sc->port_state;
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

static const struct sim_port_ops sim_counter_port = {
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
	.ports = { &sim_counter_port },
	.size = sizeof(struct sim_counter),
};
