/* SPDX-License-Identifier: MIT */
/* What `send' and `recv' have in common: options, the run, the summary. */
#ifndef SLAVE_TRANSFER_H
#define SLAVE_TRANSFER_H

#include "dev/blocks.h"
#include "file/source.h"
#include "file/target.h"
#include "slave/slave.h"

enum slave_mode {
	SLAVE_SINGLE,
	SLAVE_SG,
	SLAVE_VEC,
	SLAVE_STREAM,
	SLAVE_FRAME, /* interleaved */
	SLAVE_RIO,
};

struct slave_transfer_options {
	struct cli *cli; /* first, see cli_parse() */
	struct slave_options slave;
	enum slave_mode mode;
	uint64_t block;
	uint64_t depth;	     /* 0: what suits */
	uint64_t timeout_ns; /* longest time in which nothing moves, 0 no limit */
	uint64_t size;	     /* SIZE_UNKNOWN: until the file ends (send) */
	uint64_t metadata_size;
	const char *metadata;	/* file, NULL: none */
	uint64_t metadata_mode; /* DMACTL_CAP_METADATA_*, 0: what the channel has */
	bool packets;		/* recv: a short transfer is the end of a packet */
	bool command;		/* DMACTL_OPF_CMD */
	bool fence;		/* DMACTL_OPF_FENCE */
	bool repeat;		/* send, SLAVE_FRAME: DMACTL_OPF_REPEAT */
	uint64_t repeat_ns;	/* each block, before the next takes over */
	uint64_t line;		/* SLAVE_FRAME: bytes that are moved */
	uint64_t stride;	/* and bytes from one line to the next */
	struct dmactl_rio rio;	/* SLAVE_RIO */
	const char *channel;
	const char *file;
};

void slave_transfer_defaults(struct slave_transfer_options *options);
/* Options of each verb, and the parser of these and of both arguments. */
extern const struct argp_option slave_send_options[];
extern const struct argp_option slave_recv_options[];
error_t slave_transfer_parse(int key, char *arg, struct argp_state *state);

/* Either source or target is NULL. Completes the target. The exit status. */
int slave_transfer_run(struct slave_transfer_options *options, struct source *source,
		       struct target *target);

/* slave/queue.c, slave/file.c, slave/repeat.c: the ways to do it */
struct slave_transfer {
	const struct slave_transfer_options *options;
	struct cli *cli;
	struct slave slave;
	struct source *source;
	struct target *target;
	uint32_t direction;
	int metadata_fd;
	bool begun;	/* something was submitted */
	uint64_t bytes; /* that have arrived */
	uint64_t ops;
	uint64_t short_ops; /* that moved less than they could */
	uint64_t repetitions;
	uint64_t block;
};

/* Each 0 or -errno after a message. */
int slave_queue_run(struct slave_transfer *transfer);
int slave_stream_run(struct slave_transfer *transfer);
int slave_repeat_run(struct slave_transfer *transfer);

/*
 * slave/op.c: adds the op of a block of `length` bytes, with the flags that the
 * options want and these. 0 or -errno after a message.
 */
int slave_op_add(const struct slave_transfer *transfer, struct dmauser_batch *batch,
		 const struct blocks *data, unsigned int index, size_t length, uint16_t flags);
/* The bytes that it moves: without the gaps between lines; 0 if lines are cut. */
size_t slave_op_bytes(const struct slave_transfer_options *options, size_t length);
/* How much of a block its first bytes that are moved take, gaps included. */
size_t slave_op_span(const struct slave_transfer_options *options, size_t moved);

/* How many transfers wait at the channel. */
unsigned int slave_depth(const struct slave_transfer_options *options);
/* Says that the next transfer, of so many bytes, ended with this status. */
void slave_failed(const struct slave_transfer *transfer, size_t length, int status);
/* Says that nothing moved for as long as --timeout says. */
void slave_timed_out(const struct slave_transfer *transfer, uint64_t left);

/* What a block is a multiple of. */
size_t slave_unit(const struct slave_transfer_options *options);

#endif /* SLAVE_TRANSFER_H */
