/* SPDX-License-Identifier: MIT */
/* The shared part of `send' and `recv': options, the run, the summary. */
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
	uint64_t depth;	     /* 0: chosen for the mode */
	uint64_t timeout_ns; /* longest time without movement, 0: no limit */
	uint64_t size;	     /* SIZE_UNKNOWN: the whole file (send) */
	uint64_t metadata_size;
	const char *metadata;	/* file; NULL: none */
	uint64_t metadata_mode; /* DMACTL_CAP_METADATA_*; 0: the one that the channel has */
	bool packets;		/* recv: a short transfer ends a packet */
	bool command;		/* DMACTL_OPF_CMD */
	bool fence;		/* DMACTL_OPF_FENCE */
	bool repeat;		/* send, SLAVE_FRAME: DMACTL_OPF_REPEAT */
	uint64_t repeat_ns;	/* how long each block repeats */
	uint64_t line;		/* SLAVE_FRAME: bytes of a line */
	uint64_t stride;	/* SLAVE_FRAME: bytes from one line to the next */
	struct dmactl_rio rio;	/* SLAVE_RIO */
	const char *channel;
	const char *file;
};

void slave_transfer_defaults(struct slave_transfer_options *options);
/* The options of the verbs, and their parser, which also takes both arguments. */
extern const struct argp_option slave_send_options[];
extern const struct argp_option slave_recv_options[];
error_t slave_transfer_parse(int key, char *arg, struct argp_state *state);

/* Runs the verb. Either source or target is NULL. Commits the target. Returns the exit status. */
int slave_transfer_run(struct slave_transfer_options *options, struct source *source,
		       struct target *target);

/* The state of a run, for slave/queue.c, slave/file.c and slave/repeat.c. */
struct slave_transfer {
	const struct slave_transfer_options *options;
	struct cli *cli;
	struct slave slave;
	struct source *source;
	struct target *target;
	uint32_t direction;
	int metadata_fd;
	bool begun;	/* an op was submitted */
	uint64_t bytes; /* bytes moved */
	uint64_t ops;
	uint64_t short_ops; /* ops that moved fewer bytes than they could */
	uint64_t repetitions;
	uint64_t block;
};

/* Each runs a transfer and returns 0 or -errno after a message. */
int slave_queue_run(struct slave_transfer *transfer);
int slave_stream_run(struct slave_transfer *transfer);
int slave_repeat_run(struct slave_transfer *transfer);

/*
 * slave/op.c: adds an op for `length' bytes of a block, with `flags' and those
 * of the options. Returns 0 or -errno after a message.
 */
int slave_op_add(const struct slave_transfer *transfer, struct dmauser_batch *batch,
		 const struct blocks *data, unsigned int index, size_t length, uint16_t flags);
/*
 * Returns the bytes that such an op moves, without the gaps between lines; 0 if
 * length cuts a line.
 */
size_t slave_op_bytes(const struct slave_transfer_options *options, size_t length);
/* Returns how much of a block `moved' bytes cover, including gaps. */
size_t slave_op_span(const struct slave_transfer_options *options, size_t moved);

/* Returns how many transfers are in flight at once. */
unsigned int slave_depth(const struct slave_transfer_options *options);
/* Reports that the next transfer, of `length' bytes, ended with this status. */
void slave_failed(const struct slave_transfer *transfer, size_t length, int status);
/* Reports that nothing moved for --timeout. left is the residue of the oldest transfer. */
void slave_timed_out(const struct slave_transfer *transfer, uint64_t left);

/* Returns the unit that the size of a block must be a multiple of. */
size_t slave_unit(const struct slave_transfer_options *options);

#endif /* SLAVE_TRANSFER_H */
