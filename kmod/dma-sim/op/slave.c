// SPDX-License-Identifier: GPL-2.0-only
/* SLAVE: channels that lead to a peripheral. */
#include <linux/highmem.h>

#include "../../compat.h"
#include "core/lock.h"
#include "core/memory.h"
#include "op/slave.h"
#include "op/table.h"

static bool sim_width_known(u32 widths, enum dma_slave_buswidth width)
{
	return !width || (width < 32 && (widths & BIT(width)));
}

/* Returns the declared directions; the peripheral itself may have fewer. */
static u32 sim_slave_directions(const struct sim_controller *ctl,
				const struct sim_chan *sc)
{
	if (ctl->config.any_direction)
		return BIT(DMA_MEM_TO_DEV) | BIT(DMA_DEV_TO_MEM);
	return sc->periph.ops->directions;
}

static bool sim_config_valid(const struct sim_chan *sc,
			     const struct dma_slave_config *config)
{
	const struct sim_periph_ops *periph = sc->periph.ops;
	u32 directions = sim_slave_directions(sc->ctl, sc);
	const struct sim_config *own = &sc->ctl->config;

	/* Old clients leave the direction at 0, which is DMA_MEM_TO_MEM. */
	if (config->direction != DMA_MEM_TO_MEM &&
	    (config->direction >= DMA_TRANS_NONE ||
	     !(directions & BIT(config->direction))))
		return false;
	if (!sim_width_known(own->addr_widths, config->src_addr_width) ||
	    !sim_width_known(own->addr_widths, config->dst_addr_width) ||
	    config->src_maxburst > own->max_burst ||
	    config->dst_maxburst > own->max_burst)
		return false;
	if (!periph->port_window &&
	    (config->src_port_window_size || config->dst_port_window_size))
		return false;
	if (!periph->config &&
	    (config->peripheral_config || config->peripheral_size))
		return false;
	/* Simulates a driver that declares a width it does not support. */
	if (sim_misbehaves(sc, SIM_CONFIG_REFUSED) &&
	    (config->src_addr_width == 2 || config->dst_addr_width == 2))
		return false;
	return !config->device_fc || periph->device_fc;
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
	if (sc->periph.ops->config)
		ret = sc->periph.ops->config(sc, config);
	if (ret)
		return ret;
	sc->slave = *config;
	sim_periph_start(sc);
	return 0;
}

static void sim_slave_caps(struct dma_chan *chan, struct dma_slave_caps *caps)
{
	const struct sim_chan *sc = to_sim_chan(chan);

	caps->directions = sim_slave_directions(sc->ctl, sc);
}

/* Does the peripheral accept this direction and length? */
bool sim_slave_accepts(struct sim_chan *sc, enum dma_transfer_direction dir,
		       size_t len)
{
	u32 width;

	lockdep_assert_held(&sc->lock);
	if (dir != DMA_MEM_TO_DEV && dir != DMA_DEV_TO_MEM)
		return false;
	width = dir == DMA_DEV_TO_MEM ? sc->slave.src_addr_width :
					sc->slave.dst_addr_width;
	return (sim_slave_directions(sc->ctl, sc) & BIT(dir)) &&
	       sim_len_valid(sc, len) &&
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
	/*
	 * A channel that can only receive does so, whatever the client asks
	 * for.
	 */
	if (!(sc->periph.ops->directions & BIT(dir)))
		d->dir = dir == DMA_MEM_TO_DEV ? DMA_DEV_TO_MEM :
						 DMA_MEM_TO_DEV;
	if (sc->periph.ops->prepare ? sc->periph.ops->prepare(sc, d) :
				!(flags & DMA_PREP_CMD))
		return d;
	sim_desc_recycle(sc, d);
	return NULL;
}

/* Moves up to *@n bytes between a peripheral and contiguous memory. */
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
		moved = sc->periph.ops->move(sc, d, p, part);
		kunmap_local(p);

		d->pos += moved;
		done += moved;
		sc->engine.nudge |= moved && sc->periph.peer;
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
	const struct sim_periph_ops *periph = sc->periph.ops;
	struct sim_desc *d = NULL;
	unsigned int i;
	size_t len;

	sim_count_entries(sc, s->n);
	if (!sim_segments_sum(s, &len))
		return NULL;

	guard(sim_chan)(sc);
	for (i = 0; i < s->n; i++)
		if (!sim_slave_accepts(sc, dir, s->list[i].len))
			return NULL;
	d = sim_slave_get(sc, &sim_op_slave, dir, len, flags);
	if (!d)
		return NULL;
	if (remote && !(periph->remote && periph->remote(d, remote))) {
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
	/* This flag makes the transfer cyclic. */
	tx = sim_prep_segments(chan, &s, dir, flags, flags & DMA_PREP_REPEAT,
			       NULL);
	sim_segments_free(&s);
	return tx;
}
#endif

/* Declares what SLAVE, CYCLIC and INTERLEAVE share. */
void sim_slave_declare(struct sim_controller *ctl)
{
	struct dma_device *dma = &ctl->dma;
	unsigned int i;

	dma->device_config = sim_slave_config;
	dma->device_caps = sim_slave_caps;
	dma->directions = 0;
	for (i = 0; i < ctl->config.channels; i++)
		dma->directions |= sim_slave_directions(ctl,
							&ctl->chans[i]);
	dma->src_addr_widths = ctl->config.addr_widths;
	dma->dst_addr_widths = ctl->config.addr_widths;
	dma->min_burst = 1;
	dma->max_burst = ctl->config.max_burst;
	dma->max_sg_burst = ctl->config.max_sg_burst;
}

/*
 * dma_request_chan() searches only devices with this capability, so the slave
 * map needs it, whatever a channel is used for.
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
