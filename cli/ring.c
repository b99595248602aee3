// SPDX-License-Identifier: MIT
#include "ring.h"
#include "device.h"

#include <errno.h>
#include <string.h>

static int alloc_as(struct ring *ring, enum dmactl_buf_kind kind)
{
	void *address;
	int err;

	err = dmauser_buf_alloc(ring->slave->session, kind, ring->slave->chan,
				ring->period * ring->count, &ring->buf);
	if (err)
		return err;
	err = dmauser_buf_map(ring->buf, &address);
	if (err) {
		dmauser_buf_destroy(ring->buf);
		ring->buf = NULL;
		return err;
	}
	ring->memory = address;
	ring->coherent = kind == DMACTL_BUF_COHERENT;
	return 0;
}

int ring_alloc(struct ring *ring, const struct slave *slave, uint32_t direction, size_t period,
	       unsigned int count, enum ring_memory memory)
{
	int err = -EINVAL;

	*ring = (struct ring){
		.slave = slave, .direction = direction, .period = period, .count = count};
	/* It only counts descriptors that ended: one may have ended just now. */
	if (dmauser_chan_caps(slave->chan)->residue_granularity == DMACTL_RESIDUE_DESCRIPTOR)
		ring->slack = 1;
	/* What is coherent is also in one piece. */
	if (memory != RING_STREAMING)
		err = alloc_as(ring, DMACTL_BUF_COHERENT);
	if (memory == RING_STREAMING || (memory == RING_ANY && err))
		err = alloc_as(ring, DMACTL_BUF_STREAMING);
	if (err)
		cli_error(slave->cli,
			  "cannot get %zu bytes for the ring: %s; try fewer or smaller periods",
			  period * count, strerror(-err));
	return err;
}

int ring_start(struct ring *ring)
{
	struct dmauser_batch *batch;
	int err = dmauser_batch_new(&batch);

	if (!err) {
		err = dmauser_batch_cyclic(batch, ring->slave->chan, ring->direction, ring->buf, 0,
					   ring->period * ring->count, ring->period, 0);
		if (!err)
			err = dmauser_submit(ring->slave->session, batch, 0);
		dmauser_batch_free(batch);
	}
	if (err < 0) {
		slave_refused(ring->slave, err);
		return err;
	}
	ring->running = true;
	return 0;
}

int ring_reap(struct ring *ring)
{
	struct dmactl_completion records[4];
	int count;

	do {
		count = dmauser_reap(ring->slave->session, records, 4);
		if (count < 0 && count != -EAGAIN) {
			cli_error(ring->slave->cli, "%s: %s", ring->slave->name, strerror(-count));
			return count;
		}
		for (int i = 0; i < count; i++) {
			if (records[i].count > ring->ended)
				ring->ended = records[i].count;
			if (records[i].flags & DMACTL_COMP_MORE)
				continue;
			ring->over = true;
			ring->running = false;
			ring->status = records[i].status;
		}
	} while (count > 0);
	return 0;
}

int ring_position(struct ring *ring, uint64_t *position)
{
	uint64_t length = (uint64_t)ring->period * ring->count;
	struct dmactl_chan_status status;
	int err;

	*position = ring->ended;
	if (!ring->running)
		return 0;
	err = dmauser_chan_status_of(ring->slave->chan, 0, &status);
	/* Its last record is waiting. */
	if (err == -ENOENT)
		return ring_reap(ring);
	if (err) {
		cli_error(ring->slave->cli, "%s: cannot tell how far it is: %s", ring->slave->name,
			  strerror(-err));
		return err;
	}
	if (status.out_count > ring->ended)
		ring->ended = status.out_count;
	*position = ring->ended;
	if (!ring->slack && status.out_residue <= length)
		*position = ring_locate(ring->ended, length - status.out_residue, ring->period,
					ring->count);
	return 0;
}

void ring_stop(struct ring *ring)
{
	if (!ring->running)
		return;
	dmauser_chan_terminate(ring->slave->chan);
	dmauser_chan_synchronize(ring->slave->chan);
	ring->running = false;
}

void ring_free(struct ring *ring)
{
	ring_stop(ring);
	if (ring->buf)
		dmauser_buf_destroy(ring->buf);
	ring->buf = NULL;
}
