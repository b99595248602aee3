// SPDX-License-Identifier: MIT
#include "dev/blocks.h"
#include "dev/limits.h"
#include "out/units.h"

#include <errno.h>
#include <string.h>

/* Limits the block size to what one buffer may hold; the result is a multiple of unit. */
static size_t limit_block(struct dmauser_session *session, unsigned int count, size_t block,
			  size_t unit)
{
	struct dmactl_info info;

	if (dmauser_info(session, &info) == 0 && info.out_max_buffer_bytes / count < block)
		block = (size_t)(info.out_max_buffer_bytes / count);
	block = block / unit * unit;
	return block ? block : unit;
}

static int alloc_mapped(struct blocks *blocks, struct dmauser_session *session,
			struct dmauser_chan *chan, enum dmactl_buf_kind kind)
{
	void *address;
	int err;

	err = dmauser_buf_alloc(session, kind, chan, blocks->block * blocks->count, &blocks->buf);
	if (err)
		return err;
	err = dmauser_buf_map(blocks->buf, &address);
	if (err) {
		dmauser_buf_destroy(blocks->buf);
		blocks->buf = NULL;
		return err;
	}
	blocks->memory = address;
	return 0;
}

int blocks_alloc_as(struct blocks *blocks, struct cli *cli, struct dmauser_session *session,
		    struct dmauser_chan *chan, enum dmactl_buf_kind kind, unsigned int count,
		    size_t block, size_t unit)
{
	char got[UNITS_TEXT];
	int err;

	memset(blocks, 0, sizeof(*blocks));
	blocks->count = count;
	blocks->block = limit_block(session, count, block, unit);
	for (;;) {
		err = alloc_mapped(blocks, session, chan, kind);
		if ((err != -EDQUOT && err != -ENOMEM) || blocks->block == unit)
			break;
		blocks->block = blocks->block / 2 / unit * unit;
		if (!blocks->block)
			blocks->block = unit;
	}
	if (err)
		limits_memory_refused(cli, session, dmauser_chan_name(chan),
				      (uint64_t)blocks->block * count, err);
	else
		cli_detail(cli, "using %u blocks of %s", count, format_size(got, blocks->block));
	return err;
}

int blocks_alloc(struct blocks *blocks, struct cli *cli, struct dmauser_session *session,
		 struct dmauser_chan *chan, unsigned int count, size_t block, size_t unit)
{
	return blocks_alloc_as(blocks, cli, session, chan, DMACTL_BUF_STREAMING, count, block,
			       unit);
}

void blocks_free(struct blocks *blocks)
{
	if (blocks->buf)
		dmauser_buf_destroy(blocks->buf);
	blocks->buf = NULL;
}
