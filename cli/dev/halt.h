/* SPDX-License-Identifier: MIT */
/*
 * How far a channel is, just before it is stopped: dmaengine tells how much of
 * a transfer is left only while the transfer is there.
 */
#ifndef HALT_H
#define HALT_H

#include <dmauser.h>
#include <stdbool.h>

struct halt {
	bool known;
	uint64_t user_data; /* of the oldest op */
	uint64_t residue;   /* bytes of it that have not been moved */
};

/*
 * Pauses the channel, if it can be paused, and asks how far it is. Terminate
 * comes next. Nothing is known of a channel that is idle, or that counts whole
 * descriptors only.
 */
void halt_look(struct dmauser_chan *chan, struct halt *halt);

/* What tells movement: a residue that shrinks as well as an op that ends. */
struct halt_mark {
	uint64_t completed;
	uint64_t residue;
	uint32_t in_flight;
};

/* Has anything moved since the last call with this mark? */
bool halt_moved(struct dmauser_chan *chan, struct halt_mark *mark);

#endif /* HALT_H */
