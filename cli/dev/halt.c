// SPDX-License-Identifier: MIT
#include "dev/halt.h"
#include "out/units.h"

#include <time.h>

#define SETTLE_NS (20 * NS_PER_MS)
#define LOOKS	  5

static bool look(struct dmauser_chan *chan, struct dmactl_chan_status *status)
{
	return dmauser_chan_status(chan, status) == 0 && status->out_in_flight &&
	       status->out_state != DMACTL_STATE_GONE;
}

void halt_look(struct dmauser_chan *chan, struct halt *halt)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(chan);
	const struct timespec settle = {.tv_nsec = SETTLE_NS};
	struct dmactl_chan_status first, then;

	*halt = (struct halt){0};
	if (caps->residue_granularity == DMACTL_RESIDUE_DESCRIPTOR)
		return;
	/* A pause also makes some controllers write the bytes in their FIFO to memory. */
	if ((caps->caps & DMACTL_CAP_PAUSE) && dmauser_chan_pause(chan) == 0) {
		if (!look(chan, &then))
			return;
		*halt = (struct halt){true, then.user_data, then.out_residue};
		return;
	}
	/*
	 * Without pause: some controllers count bytes that have not reached
	 * memory yet, so wait and check that no op completed meanwhile.
	 */
	for (int i = 0; i < LOOKS && !halt->known && look(chan, &first); i++) {
		nanosleep(&settle, NULL);
		if (!look(chan, &then))
			return;
		if (then.out_completed == first.out_completed)
			*halt = (struct halt){true, first.user_data, first.out_residue};
	}
}

bool halt_moved(struct dmauser_chan *chan, struct halt_mark *mark)
{
	struct dmactl_chan_status status = {0};
	struct halt_mark now;
	bool moved;

	if (dmauser_chan_status(chan, &status))
		return false;
	now = (struct halt_mark){status.out_completed, status.out_residue, status.out_in_flight};
	moved = now.completed != mark->completed || now.residue != mark->residue;
	*mark = now;
	return moved;
}
