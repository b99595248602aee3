// SPDX-License-Identifier: GPL-2.0-only
/* "loopback": bytes written to loop-tx are read from loop-rx. */
#include <linux/string.h>

#include "core/lock.h"
#include "periph/table.h"

#define SIM_FIFO	65536
#define SIM_MARKS	64

/* The end of a packet, and its metadata. */
struct sim_mark {
	u64 at;
	size_t meta_len;
	u8 meta[SIM_METADATA];
};

/**
 * struct sim_loop - the state of "loopback"
 * @lock: protects everything; nests inside the lock of either channel
 * @in: bytes written
 * @out: bytes read or dropped
 * @mark_in: packets written
 * @mark_out: packets read or dropped
 * @marks: ends of packets, in a FIFO
 * @data: bytes, in a FIFO
 */
struct sim_loop {
	spinlock_t lock;	/* see above */
	u64 in;
	u64 out;
	unsigned int mark_in;
	unsigned int mark_out;
	struct sim_mark marks[SIM_MARKS];
	u8 data[SIM_FIFO];
};

/* Like guard(sim_chan), inside which it nests, so interrupts are off. */
static void sim_loop_lock(struct sim_loop *loop)
{
	spin_lock(&loop->lock);
	__release(&loop->lock);
}

static void sim_loop_unlock(struct sim_loop *loop)
{
	__acquire(&loop->lock);
	spin_unlock(&loop->lock);
}

DEFINE_LOCK_GUARD_1(sim_loop, struct sim_loop, sim_loop_lock(_T->lock),
		    sim_loop_unlock(_T->lock))

static void sim_loop_init(void *state)
{
	struct sim_loop *loop = state;

	spin_lock_init(&loop->lock);
}

static void sim_loop_put(struct sim_loop *loop, const void *buf, size_t n)
{
	size_t at = loop->in % SIM_FIFO, part = min_t(size_t, n, SIM_FIFO - at);

	memcpy(&loop->data[at], buf, part);
	memcpy(loop->data, buf + part, n - part);
	loop->in += n;
}

static void sim_loop_get(struct sim_loop *loop, void *buf, size_t n)
{
	size_t at = loop->out % SIM_FIFO, part = min_t(size_t, n, SIM_FIFO - at);

	memcpy(buf, &loop->data[at], part);
	memcpy(buf + part, loop->data, n - part);
	loop->out += n;
}

static struct sim_mark *sim_loop_mark(struct sim_loop *loop)
{
	if (loop->mark_in == loop->mark_out)
		return NULL;
	return &loop->marks[loop->mark_out % SIM_MARKS];
}

static size_t sim_loop_tx_move(struct sim_chan *sc, struct sim_desc *d,
			       void *buf, size_t n)
{
	bool packets = READ_ONCE(sc->ctl->config.control->packets);
	struct sim_loop *loop = sc->periph.state;

	guard(sim_loop)(loop);
	if (packets && loop->mark_in - loop->mark_out == SIM_MARKS)
		return 0;

	n = min_t(u64, n, SIM_FIFO - (loop->in - loop->out));
	sim_loop_put(loop, buf, n);
	if (packets && n && d->pos + n == d->stop) {
		struct sim_mark *mark =
			&loop->marks[loop->mark_in++ % SIM_MARKS];

		mark->at = loop->in;
		mark->meta_len = d->meta.len;
		memcpy(mark->meta, d->meta.data, d->meta.len);
	}
	return n;
}

/* A cyclic descriptor cannot end early, so its packets follow each other. */
static size_t sim_loop_rx_move(struct sim_chan *sc, struct sim_desc *d,
			       void *buf, size_t n)
{
	struct sim_loop *loop = sc->periph.state;
	struct sim_mark *mark;

	guard(sim_loop)(loop);
	n = min_t(u64, n, loop->in - loop->out);
	mark = sim_loop_mark(loop);
	if (mark && !d->period)
		n = min_t(u64, n, mark->at - loop->out);
	sim_loop_get(loop, buf, n);

	for (; mark && mark->at <= loop->out; mark = sim_loop_mark(loop)) {
		loop->mark_out++;
		if (d->period)
			continue;
		d->stop = d->pos + n;
		d->meta.len = mark->meta_len;
		memcpy(d->meta.data, mark->meta, mark->meta_len);
	}
	return n;
}

static void sim_loop_flush(struct sim_loop *loop)
{
	guard(sim_loop)(loop);
	loop->out = loop->in;
	loop->mark_out = loop->mark_in;
}

static void sim_loop_rx_stop(struct sim_chan *sc)
{
	sim_loop_flush(sc->periph.state);
}

/* A reader may come later, but must not find bytes of an earlier client. */
static void sim_loop_tx_stop(struct sim_chan *sc)
{
	if (!READ_ONCE(sc->periph.peer->desc.pool))
		sim_loop_flush(sc->periph.state);
}

static const struct sim_periph_ops sim_loop_tx = {
	.name = "loop-tx",
	.directions = BIT(DMA_MEM_TO_DEV),
	.move = sim_loop_tx_move,
	.stop = sim_loop_tx_stop,
};

static const struct sim_periph_ops sim_loop_rx = {
	.name = "loop-rx",
	.directions = BIT(DMA_DEV_TO_MEM),
	.device_fc = true,
	.move = sim_loop_rx_move,
	.stop = sim_loop_rx_stop,
};

const struct sim_peripheral sim_loopback = {
	.name = "loopback",
	.ends = { &sim_loop_tx, &sim_loop_rx },
	.size = sizeof(struct sim_loop),
	.init = sim_loop_init,
};
