// SPDX-License-Identifier: GPL-2.0-only
/* SLAVE: channels that lead to a peripheral */
#include <linux/highmem.h>

#include "../compat.h"
#include "misbehave.h"
#include "port.h"
#include "sim.h"

static bool sim_width_known(u32 widths, enum dma_slave_buswidth width)
{
	return !width || (width < 32 && (widths & BIT(width)));
}

static bool sim_config_valid(const struct sim_chan *sc,
			     const struct dma_slave_config *config)
{
	const struct sim_port_ops *port = sc->port;
	const struct sim_config *own = &sc->ctl->config;

	/* Old clients leave the direction at 0, which is DMA_MEM_TO_MEM. */
	if (config->direction != DMA_MEM_TO_MEM &&
	    (config->direction >= DMA_TRANS_NONE ||
	     !(port->directions & BIT(config->direction))))
		return false;
	if (!sim_width_known(own->addr_widths, config->src_addr_width) ||
	    !sim_width_known(own->addr_widths, config->dst_addr_width) ||
	    config->src_maxburst > own->max_burst ||
	    config->dst_maxburst > own->max_burst)
		return false;
	if (!port->port_window &&
	    (config->src_port_window_size || config->dst_port_window_size))
		return false;
	if (!port->config &&
	    (config->peripheral_config || config->peripheral_size))
		return false;
	/* A driver that declares what it was never tried with. */
	if (sim_misbehaves(sc, SIM_CONFIG_REFUSED) &&
	    (config->src_addr_width == 2 || config->dst_addr_width == 2))
		return false;
	return !config->device_fc || port->device_fc;
}

static int sim_slave_config(struct dma_chan *chan,
			    struct dma_slave_config *config)
{
	struct sim_chan *sc = to_sim_chan(chan);
	int ret = 0;

	guard(sim_chan)(sc);
	if (sc->gone)
		return -ENODEV;
	if (!sim_config_valid(sc, config))
		return -EINVAL;
	if (sc->port->config)
		ret = sc->port->config(sc, config);
	if (ret)
		return ret;
	sc->slave = *config;
	sim_port_start(sc);
	return 0;
}

static void sim_slave_caps(struct dma_chan *chan, struct dma_slave_caps *caps)
{
	caps->directions = to_sim_chan(chan)->port->directions;
}

/* Can the peripheral be given, or give, so much? */
bool sim_slave_accepts(struct sim_chan *sc, enum dma_transfer_direction dir,
		       size_t len)
{
	u32 width;

	lockdep_assert_held(&sc->lock);
	if (dir != DMA_MEM_TO_DEV && dir != DMA_DEV_TO_MEM)
		return false;
	width = dir == DMA_DEV_TO_MEM ? sc->slave.src_addr_width :
					sc->slave.dst_addr_width;
	return (sc->port->directions & BIT(dir)) && sim_len_valid(sc, len) &&
	       !(len % (width ?: 1));
}

struct sim_desc *sim_slave_get(struct sim_chan *sc, const struct sim_op *op,
			       enum dma_transfer_direction dir, size_t len,
			       unsigned long flags)
{
	struct sim_desc *d;

	lockdep_assert_held(&sc->lock);
	d = sim_desc_get(sc, op, len, flags);
	if (!d)
		return NULL;
	d->dir = dir;
	if (sc->port->prepare ? sc->port->prepare(sc, d) :
				!(flags & DMA_PREP_CMD))
		return d;
	sim_desc_recycle(sc, d);
	return NULL;
}

/* Move up to @n bytes between a peripheral and memory that is in one piece. */
enum dmaengine_tx_result sim_slave_move(struct sim_chan *sc, struct sim_desc *d,
					dma_addr_t addr, size_t *n)
{
	size_t wanted = *n, done = 0;

	while (done < wanted && d->pos < d->stop) {
		size_t part = wanted - done, moved;
		void *p;

		p = sim_mem_map(sc, addr + done, &part);
		if (!p)
			break;
		moved = sc->port->move(sc, d, p, part);
		kunmap_local(p);

		d->pos += moved;
		done += moved;
		sc->nudge |= moved && sc->peer;
		if (moved < part) {
			*n = done;
			return DMA_TRANS_NOERROR;
		}
	}
	*n = done;
	if (done == wanted || d->pos == d->stop)
		return DMA_TRANS_NOERROR;
	return d->dir == DMA_DEV_TO_MEM ? DMA_TRANS_WRITE_FAILED :
					  DMA_TRANS_READ_FAILED;
}

enum dmaengine_tx_result sim_step_slave(struct sim_chan *sc,
					struct sim_desc *d, size_t n)
{
	enum dmaengine_tx_result result = DMA_TRANS_NOERROR;

	while (n && result == DMA_TRANS_NOERROR) {
		struct sim_segment *s = &d->segments[d->at];
		size_t off = d->pos - d->segment_pos;
		size_t part = min(n, s->len - off), moved = part;

		result = sim_slave_move(sc, d, s->addr + off, &moved);
		if (off + moved == s->len) {
			d->segment_pos = d->pos;
			d->at++;
		}
		if (moved < part)
			break;
		n -= part;
	}
	return result;
}

static struct dma_async_tx_descriptor *
sim_prep_segments(struct dma_chan *chan, struct sim_segments *s,
		  enum dma_transfer_direction dir, unsigned long flags,
		  bool repeat, const void *remote)
{
	struct sim_chan *sc = to_sim_chan(chan);
	struct sim_desc *d = NULL;
	unsigned int i;
	size_t len;

	if (!sim_segments_sum(s, &len))
		return NULL;

	guard(sim_chan)(sc);
	for (i = 0; i < s->n; i++)
		if (!sim_slave_accepts(sc, dir, s->list[i].len))
			return NULL;
	d = sim_slave_get(sc, &sim_op_slave, dir, len, flags);
	if (!d)
		return NULL;
	if (remote && !(sc->port->remote && sc->port->remote(d, remote))) {
		sim_desc_recycle(sc, d);
		return NULL;
	}
	if (repeat)
		d->period = len;
	sim_segments_give(s, d);
	return &d->tx;
}

static struct dma_async_tx_descriptor *
sim_prep_slave_sg(struct dma_chan *chan, struct scatterlist *sgl,
		  unsigned int nents, enum dma_transfer_direction dir,
		  unsigned long flags, void *context)
{
	struct dma_async_tx_descriptor *tx;
	struct sim_segments s;

	if (!sim_segments_init_sg(&s, sgl, nents))
		return NULL;
	tx = sim_prep_segments(chan, &s, dir, flags, false, context);
	sim_segments_free(&s);
	return tx;
}

#if DMACTL_HAS_DMA_VEC
static struct dma_async_tx_descriptor *
sim_prep_vec(struct dma_chan *chan, const struct dma_vec *vecs, size_t nents,
	     enum dma_transfer_direction dir, unsigned long flags)
{
	struct dma_async_tx_descriptor *tx;
	struct sim_segments s;
	size_t i;

	if (nents > UINT_MAX || !sim_segments_init(&s, nents))
		return NULL;
	for (i = 0; i < nents; i++) {
		s.list[i].addr = vecs[i].addr;
		s.list[i].len = vecs[i].len;
	}
	/* It is this flag that makes a ring of them. */
	tx = sim_prep_segments(chan, &s, dir, flags, flags & DMA_PREP_REPEAT,
			       NULL);
	sim_segments_free(&s);
	return tx;
}
#endif

/* What SLAVE, CYCLIC and INTERLEAVE have in common. */
void sim_slave_declare(struct sim_controller *ctl)
{
	struct dma_device *dma = &ctl->dma;
	unsigned int i;

	dma->device_config = sim_slave_config;
	dma->device_caps = sim_slave_caps;
	dma->directions = 0;
	for (i = 0; i < ctl->config.channels; i++)
		dma->directions |= ctl->chans[i].port->directions;
	dma->src_addr_widths = ctl->config.addr_widths;
	dma->dst_addr_widths = ctl->config.addr_widths;
	dma->min_burst = 1;
	dma->max_burst = ctl->config.max_burst;
	dma->max_sg_burst = ctl->config.max_sg_burst;
}

/*
 * dma_request_chan() looks only at devices with this capability, so it is
 * needed for the slave map, whatever a channel is then used for.
 */
static void sim_declare_slave(struct sim_controller *ctl)
{
	sim_slave_declare(ctl);
	ctl->dma.device_prep_slave_sg = sim_prep_slave_sg;
#if DMACTL_HAS_DMA_VEC
	ctl->dma.device_prep_peripheral_dma_vec = sim_prep_vec;
#endif
}

const struct sim_op sim_op_slave = {
	.name = "slave",
	.cap = DMA_SLAVE,
	.slave = true,
	.declare = sim_declare_slave,
	.step = sim_step_slave,
};
