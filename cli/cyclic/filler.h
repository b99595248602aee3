/* SPDX-License-Identifier: MIT */
/*
 * Puts the bytes of a file into a ring before the channel gets there, and knows
 * which of them have been played.
 */
#ifndef FILLER_H
#define FILLER_H

#include "cyclic/ring.h"

struct filler {
	struct ring *ring;
	uint8_t *next;	  /* the period that is being filled */
	size_t length;	  /* bytes of the file in it */
	size_t put;	  /* of these, in the ring already */
	uint64_t filled;  /* the number of that period */
	uint8_t *silence; /* a period of it */
	uint64_t silent;  /* periods whose slots were silenced, or filled again */
	uint64_t *number; /* by slot: the period whose bytes are there, and how many */
	size_t *bytes;
	uint64_t counted; /* periods whose bytes are in `played' */
	uint64_t played;
	uint64_t underruns; /* periods that were reached before they were filled */
	bool file_ended;
	uint64_t last; /* with file_ended: periods up to the end of the file */
};

/* 0 or -ENOMEM. */
int filler_init(struct filler *filler, struct ring *ring);
void filler_free(struct filler *filler);

/* Where bytes of the file go: at filler_at(), filler_room() of them, then filler_add(). */
static inline uint8_t *filler_at(const struct filler *filler)
{
	return filler->next + filler->length;
}

static inline size_t filler_room(const struct filler *filler)
{
	return filler->ring->period - filler->length;
}

static inline void filler_add(struct filler *filler, size_t bytes)
{
	filler->length += bytes;
}

/* A slot is free for the next period. */
bool filler_has_slot(const struct filler *filler);
/*
 * Puts what has come into the ring; after the end of the file, zeros. Where the
 * channel is there already, the bytes come behind it, and what it reached is an
 * underrun. `done': nothing is left to be put before more of the file comes. 0 or
 * -errno after a message.
 */
int filler_put(struct filler *filler, bool *done);
/*
 * The file has nothing now: what has been played must not come again. 0 or -errno
 * after a message.
 */
int filler_silence(struct filler *filler);
/* Bytes of the file that have been played when the channel has moved so many. */
uint64_t filler_played(struct filler *filler, uint64_t moved);

#endif /* FILLER_H */
