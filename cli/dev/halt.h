/* SPDX-License-Identifier: MIT */
/*
 * Finds out how far a channel is before it is terminated, because dmaengine
 * reports the residue of a transfer only until then.
 */
#ifndef HALT_H
#define HALT_H

#include <dmauser.h>
#include <stdbool.h>

struct halt {
	bool known;
	uint64_t user_data; /* of the oldest op */
	uint64_t residue;   /* bytes of that op that were not moved */
};

/*
 * Pauses the channel, if it can pause, and reads the residue. The caller
 * terminates the channel next. `known' stays false if the channel is idle or
 * counts only whole descriptors.
 */
void halt_look(struct dmauser_chan *chan, struct halt *halt);

/* A snapshot for halt_moved(): the channel moved if an op completed or the residue changed. */
struct halt_mark {
	uint64_t completed;
	uint64_t residue;
	uint32_t in_flight;
};

/* Returns whether the channel moved since the last call with this mark. */
bool halt_moved(struct dmauser_chan *chan, struct halt_mark *mark);

#endif /* HALT_H */
