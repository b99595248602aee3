// SPDX-License-Identifier: MIT
/* Allocates the DMA buffers of the pipeline, as many as the limits allow. */
#include "copy/pipeline-internal.h"
#include "dev/limits.h"
#include "out/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int alloc_one(struct pipeline *p, struct dmauser_buf **buf, uint8_t **memory)
{
	const struct pipeline_config *config = p->config;
	void *address;
	int err;

	err = dmauser_buf_alloc(config->session, DMACTL_BUF_STREAMING, config->chan, p->block, buf);
	if (err)
		return err;
	err = dmauser_buf_map(*buf, &address);
	if (err) {
		dmauser_buf_destroy(*buf);
		*buf = NULL;
		return err;
	}
	*memory = address;
	return 0;
}

static void free_slot(struct slot *slot)
{
	if (slot->src)
		dmauser_buf_destroy(slot->src);
	if (slot->dst)
		dmauser_buf_destroy(slot->dst);
	memset(slot, 0, sizeof(*slot));
}

static int alloc_slot(struct pipeline *p, struct slot *slot)
{
	int err = alloc_one(p, &slot->dst, &slot->dst_memory);

	/* A fill has no source buffer. */
	if (!err && p->config->source)
		err = alloc_one(p, &slot->src, &slot->src_memory);
	if (err)
		free_slot(slot);
	return err;
}

static bool is_shortage(int err)
{
	return err == -EDQUOT || err == -ENOMEM;
}

/* A small file needs few blocks. */
static unsigned int wanted_depth(const struct pipeline *p)
{
	const struct pipeline_config *config = p->config;
	uint64_t blocks = config->size / p->block + (config->size % p->block != 0);

	if (blocks >= config->depth)
		return config->depth;
	return blocks ? (unsigned int)blocks : 1;
}

/* Allocates the wanted number of blocks of p->block bytes, or as many as memory allows. */
static int alloc_slots(struct pipeline *p)
{
	unsigned int wanted = wanted_depth(p);
	int err = 0;

	for (p->depth = 0; p->depth < wanted; p->depth++) {
		err = alloc_slot(p, &p->slots[p->depth]);
		if (err)
			break;
	}
	return err;
}

static void free_slots(struct pipeline *p)
{
	while (p->depth)
		free_slot(&p->slots[--p->depth]);
}

static void limit_block(struct pipeline *p)
{
	const struct pipeline_config *config = p->config;
	struct dmactl_info info;

	p->block = config->block;
	if (dmauser_info(config->session, &info) == 0 && info.out_max_buffer_bytes < p->block)
		p->block = info.out_max_buffer_bytes / DIRECT_ALIGN * DIRECT_ALIGN;
	if (p->block < DIRECT_ALIGN)
		p->block = DIRECT_ALIGN;
	/* A small file needs no big buffer. */
	if (config->size < p->block)
		p->block = direct_round_up(config->size);
	if (!p->block)
		p->block = DIRECT_ALIGN;
}

int pipeline_alloc(struct pipeline *p)
{
	const struct pipeline_config *config = p->config;
	/* A single block cannot overlap its stages, so two smaller blocks are better. */
	unsigned int fewest = config->depth > 1 ? 2 : 1;
	char got[UNITS_TEXT], asked[UNITS_TEXT];
	size_t block;
	int err;

	p->slots = calloc(config->depth, sizeof(*p->slots));
	if (!p->slots) {
		cli_error(config->cli, "out of memory");
		return -ENOMEM;
	}
	limit_block(p);
	block = p->block;
	for (;;) {
		err = alloc_slots(p);
		if (!is_shortage(err) || p->depth >= fewest)
			break;
		/* Blocks cannot be smaller. One block is slow, but enough. */
		if (p->block == DIRECT_ALIGN)
			break;
		free_slots(p);
		p->block = p->block / 2 / DIRECT_ALIGN * DIRECT_ALIGN;
		if (!p->block)
			p->block = DIRECT_ALIGN;
	}
	if (err && (!p->depth || !is_shortage(err))) {
		limits_memory_refused(config->cli, config->session, dmauser_chan_name(config->chan),
				      config->source ? 2 * p->block : p->block, err);
		return err;
	}
	format_size(got, p->block);
	if (err || p->block < block)
		cli_detail(config->cli, "the limits of memory allow %u blocks of %s, not %u of %s",
			   p->depth, got, config->depth, format_size(asked, block));
	else
		cli_detail(config->cli, "using %u blocks of %s", p->depth, got);
	return 0;
}

void pipeline_free(struct pipeline *p)
{
	if (p->slots)
		free_slots(p);
	free(p->slots);
	p->slots = NULL;
}
