/* SPDX-License-Identifier: MIT */
/*
 * The state of a fuzzed program: sessions, handles, files and memory for its calls. Two threads can
 * share it; races between them are intended.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSIONS 2
#define HANDLES	 16
#define FILES	 8
#define MAPS	 4
#define MAP_LEN	 (256u << 10)

struct world {
	int session[SESSIONS];
	uint32_t handle[HANDLES];
	int file[FILES];
	unsigned char *map[MAPS]; /* of buffers, MAP_LEN bytes, or NULL */
	uint64_t offset[HANDLES]; /* for mmap(), of the buffer with that handle */
	unsigned char *memory;	  /* of the program itself, MAP_LEN bytes */
	bool strange;		  /* settings of dma-sim were changed */
	unsigned long calls;
};

/* The input of the fuzzer; bytes beyond its end are 0. */
struct input {
	const uint8_t *at, *end;
};

uint64_t take(struct input *in, unsigned int bytes);
/* An interesting number, or any number. */
uint64_t number(struct input *in);
/* A length: usually small, and every second one a multiple of 64. */
uint64_t length(struct input *in);

void world_begin(struct world *w);
/* Makes calls until the input is used up. */
void world_run(struct world *w, struct input *in);
void world_end(struct world *w);

/* ops.c: an op, and memory for its arguments. */
struct dmactl_op;
struct op_args {
	unsigned char bytes[1024];
};

void op_make(struct world *w, struct input *in, struct dmactl_op *op, struct op_args *args);
uint32_t some_handle(struct world *w, struct input *in);

#endif /* WORLD_H */
