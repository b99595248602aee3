/* SPDX-License-Identifier: MIT */
/* Shared by the files of the pipeline. */
#ifndef PIPELINE_INTERNAL_H
#define PIPELINE_INTERNAL_H

#include "copy/aio.h"
#include "copy/pipeline.h"
#include "copy/stream.h"

/* The states of a block, in this order. */
enum slot_state {
	SLOT_IDLE,
	SLOT_READING,
	SLOT_FILLED, /* waits for the channel */
	SLOT_DMA,
	SLOT_COPIED, /* waits to be written */
	SLOT_WRITING,
};

struct slot {
	enum slot_state state;
	uint64_t offset; /* in the file */
	size_t length;	 /* bytes of the file in this block */
	size_t done;	 /* bytes of the block that the current stage has done */
	struct dmauser_buf *src;
	struct dmauser_buf *dst;
	uint8_t *src_memory;
	uint8_t *dst_memory;
	struct iocb iocb;
};

struct pipeline {
	const struct pipeline_config *config;
	struct slot *slots;
	unsigned int depth;
	size_t block;
	size_t dma_align;
	int error; /* the first error; it stops the pipeline */

	/* reading */
	uint64_t next_offset;
	bool source_ended;
	struct stream in;
	struct slot *filling; /* the block that a stream is read into */

	/* DMA */
	struct dmauser_batch *batch;
	struct dmactl_completion *records;
	unsigned int filled; /* blocks in SLOT_FILLED */
	unsigned int dma_in_flight;
	uint64_t dma_since_ns; /* last time that an op completed, or the first one was submitted */
	bool dma_event;
	uint64_t ops;

	/* writing */
	uint64_t written;
	uint64_t next_write; /* offset of the next block, for a stream */
	struct stream out;

	struct aio aio;
	int epoll_fd;
	int dma_fd;
	int tick_fd;
};

/* copy/pipeline-memory.c */
int pipeline_alloc(struct pipeline *p);
void pipeline_free(struct pipeline *p);

/* copy/pipeline-stages.c; each records the first error in p->error */
void pipeline_fail(struct pipeline *p, int err);
void pipeline_start_reads(struct pipeline *p);
void pipeline_run_dma(struct pipeline *p);
void pipeline_start_writes(struct pipeline *p);
void pipeline_io_done(void *context, void *data, int64_t result);
void pipeline_check_dma_time(struct pipeline *p);
/* Returns whether a stage has work that needs no event. */
bool pipeline_has_work(struct pipeline *p);
bool pipeline_finished(const struct pipeline *p);

#endif /* PIPELINE_INTERNAL_H */
