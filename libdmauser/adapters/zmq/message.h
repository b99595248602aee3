/* SPDX-License-Identifier: MIT */
/*
 * The first frame of each message; docs/zmq.md describes it for other programs. All
 * numbers are little-endian:
 *
 *	 0  4  "DMAZ"
 *	 4  1  version of the layout, 1
 *	 5  1  type, enum message_type
 *	 6  2  bytes of this frame, 64 or more: later versions may add fields
 *	 8  4  flags, MESSAGE_*
 *	12  4  bytes of the second frame
 *	16  8  stream: a random number for each capture
 *	24  8  seq: number of the period or buffer, from 0
 *	32  8  count: periods or buffers that had ended when the message was made
 *	40  8  time at which the last of these ended, CLOCK_REALTIME, in ns
 *	48  8  lost: periods or buffers before this one that no message has
 *	56  8  spoilt: MESSAGE_VOID so far
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGE_SIZE 64

enum message_type {
	MESSAGE_DATA = 0, /* the second frame has the bytes */
	MESSAGE_END = 1,  /* the capture has ended; seq is the number after the last one */
	MESSAGE_VOID = 2  /* the bytes sent as seq may be wrong: they were overwritten too early */
};

#define MESSAGE_OVERRUN (1u << 0) /* periods or buffers directly before seq are lost */
#define MESSAGE_STARVED (1u << 1) /* before seq the hardware had no buffer for some time */

struct message {
	enum message_type type;
	uint32_t flags;
	uint32_t length;
	uint64_t stream;
	uint64_t seq;
	uint64_t count;
	uint64_t time_ns;
	uint64_t lost;
	uint64_t spoilt;
};

/* Writes MESSAGE_SIZE bytes. */
void message_pack(uint8_t *to, const struct message *message);
/* Returns NULL, or what is wrong with the frame. */
const char *message_unpack(struct message *message, const uint8_t *from, size_t length);

#endif /* MESSAGE_H */
