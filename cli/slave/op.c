// SPDX-License-Identifier: MIT
/* Makes an op with the peripheral from a block, for each enum slave_mode. */
#include "slave/transfer.h"

#include <errno.h>

#define PAGE	   4096u
#define MAX_PIECES 256u

/* Cuts a block into pages, or into larger pieces if there would be more than MAX_PIECES. */
static unsigned int cut(const struct blocks *data, unsigned int index, size_t length,
			struct dmauser_piece *pieces)
{
	size_t step = PAGE, off = 0;
	unsigned int count = 0;

	while (length / step >= MAX_PIECES)
		step *= 2;
	for (; off < length; off += step, count++) {
		pieces[count] =
			blocks_piece(data, index, length - off < step ? length - off : step);
		pieces[count].off += off;
	}
	return count;
}

/* Returns the flags for the memory side, which has lines and gaps; the peripheral has none. */
static uint16_t frame_flags(const struct slave_transfer *transfer)
{
	return transfer->direction == DMACTL_DIR_MEM_TO_DEV
		       ? DMACTL_OPF_SRC_INC | DMACTL_OPF_SRC_SGL
		       : DMACTL_OPF_DST_INC | DMACTL_OPF_DST_SGL;
}

static int add_frame(const struct slave_transfer *transfer, struct dmauser_batch *batch,
		     const struct blocks *data, unsigned int index, size_t length)
{
	const struct slave_transfer_options *options = transfer->options;
	struct dmactl_chunk chunk = {.size = options->line, .icg = options->stride - options->line};
	uint64_t lines = slave_op_bytes(options, length) / options->line;
	uint64_t off = blocks_offset(data, index);

	if (transfer->direction == DMACTL_DIR_MEM_TO_DEV)
		return dmauser_batch_interleaved(batch, transfer->slave.chan, NULL, 0, data->buf,
						 off, &chunk, 1, lines, 0, index);
	return dmauser_batch_interleaved(batch, transfer->slave.chan, data->buf, off, NULL, 0,
					 &chunk, 1, lines, 0, index);
}

size_t slave_unit(const struct slave_transfer_options *options)
{
	if (options->mode == SLAVE_FRAME)
		return (size_t)options->stride;
	return options->block % PAGE ? (size_t)options->block : PAGE;
}

static int add(const struct slave_transfer *transfer, struct dmauser_batch *batch,
	       const struct blocks *data, unsigned int index, size_t length)
{
	struct dmauser_chan *chan = transfer->slave.chan;
	struct dmauser_piece pieces[MAX_PIECES];
	uint32_t direction = transfer->direction;

	switch (transfer->options->mode) {
	case SLAVE_SINGLE:
		return dmauser_batch_slave_single(batch, chan, direction, data->buf,
						  blocks_offset(data, index), length, index);
	case SLAVE_FRAME:
		return add_frame(transfer, batch, data, index, length);
	case SLAVE_VEC:
		return dmauser_batch_peripheral_vec(batch, chan, direction, pieces,
						    cut(data, index, length, pieces), index);
	case SLAVE_RIO:
		return dmauser_batch_rio_sg(batch, chan, direction, pieces,
					    cut(data, index, length, pieces),
					    &transfer->options->rio, index);
	default:
		return dmauser_batch_slave_sg(batch, chan, direction, pieces,
					      cut(data, index, length, pieces), index);
	}
}

int slave_op_add(const struct slave_transfer *transfer, struct dmauser_batch *batch,
		 const struct blocks *data, unsigned int index, size_t length, uint16_t flags)
{
	const struct slave_transfer_options *options = transfer->options;
	int err;

	if (!slave_op_bytes(options, length)) {
		cli_error(transfer->cli,
			  "%s: %zu bytes are no whole number of lines of %zu bytes, %zu apart",
			  options->channel, length, (size_t)options->line, (size_t)options->stride);
		return -EINVAL;
	}
	if (slave_check_words(&transfer->slave, transfer->direction, options->channel, length))
		return -EINVAL;
	if (options->command)
		flags |= DMACTL_OPF_CMD;
	if (options->fence)
		flags |= DMACTL_OPF_FENCE;
	if (options->mode == SLAVE_FRAME)
		flags |= frame_flags(transfer);
	err = add(transfer, batch, data, index, length);
	if (!err)
		err = dmauser_batch_set_flags(batch, flags);
	if (err)
		slave_refused(&transfer->slave, err);
	return err;
}

/* The last line may have no gap behind it. */
size_t slave_op_bytes(const struct slave_transfer_options *options, size_t length)
{
	size_t rest;

	if (options->mode != SLAVE_FRAME)
		return length;
	rest = length % options->stride;
	if (rest && rest != options->line)
		return 0;
	return (length / options->stride + !!rest) * options->line;
}

size_t slave_op_span(const struct slave_transfer_options *options, size_t moved)
{
	if (options->mode != SLAVE_FRAME)
		return moved;
	return moved / options->line * options->stride + moved % options->line;
}
