/* SPDX-License-Identifier: MIT */
/*
 * Puts the bytes of a file into a ring before the channel gets there, and
 * counts how many of them have been played. Silence is a period of zeros.
 */
#ifndef FILLER_H
#define FILLER_H

#include "cyclic/ring.h"

struct filler {
	struct ring *ring;
	uint8_t *next;	  /* the period that is being filled */
	size_t length;	  /* bytes of the file in `next' */
	size_t put;	  /* bytes of `next' that are already in the ring */
	uint64_t filled;  /* number of the period in `next' */
	uint8_t *silence; /* one period of zeros */
	uint64_t silent;  /* periods before this one were overwritten with silence or new bytes */
	uint64_t *number; /* for each slot: the number of the period in it, and its bytes of the
			     file */
	size_t *bytes;
	uint64_t counted; /* number of periods counted in `played' */
	uint64_t played;
	uint64_t underruns; /* periods that the channel reached before they were filled */
	bool file_ended;
	uint64_t last; /* number of periods up to the last byte of the file */
};

/* Returns 0 or -ENOMEM. */
int filler_init(struct filler *filler, struct ring *ring);
void filler_free(struct filler *filler);

/* Read up to filler_room() bytes of the file to filler_at(), then call filler_add(). */
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

/*
 * To read a whole period of the file into the ring itself, without a copy by this program:
 * filler_begin_slot() sets `slot' to its place, or to NULL if none is free or a part of a period
 * was added. After the read, filler_end_slot() sets `late' if the channel was there in the
 * meantime; then the period counts as an underrun and has to be read again. Return 0 or -errno
 * after a message.
 */
int filler_begin_slot(struct filler *filler, uint8_t **slot);
int filler_end_slot(struct filler *filler, bool *late);
/* Returns whether a slot of the ring is free for the next period. */
bool filler_has_slot(const struct filler *filler);
/*
 * Puts the bytes that were added into the ring, and zeros after the end of the
 * file. If the channel is already there, the bytes go behind it and the periods
 * it reached are underruns. Sets `done' if nothing more can be put until the
 * file has more bytes. Returns 0 or -errno after a message.
 */
int filler_put(struct filler *filler, bool *done);
/*
 * Call this while the file has no data: it overwrites played periods with
 * silence, so that the channel does not play them again. Returns 0 or -errno
 * after a message.
 */
int filler_silence(struct filler *filler);
/*
 * After the channel has stopped: counts the periods that it reached while the file, which has not
 * ended, had nothing for them.
 */
void filler_end(struct filler *filler, uint64_t moved);
/* Returns the bytes of the file among the first `moved' bytes of the channel. */
uint64_t filler_played(struct filler *filler, uint64_t moved);

#endif /* FILLER_H */
