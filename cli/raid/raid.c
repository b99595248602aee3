// SPDX-License-Identifier: MIT
#include "raid/raid-internal.h"
#include "dev/control.h"
#include "dev/device.h"
#include "file/io.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"
#include "raid/gf256.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_SLICE (100 * NS_PER_MS)

static unsigned int block_of(const struct raid *r, unsigned int set, unsigned int index)
{
	return set * r->blocks_per_set + index;
}

/* The channel */

static uint64_t needed_caps(enum raid_op op)
{
	switch (op) {
	case RAID_XOR:
		return DMACTL_CAP_XOR;
	case RAID_PQ:
		return DMACTL_CAP_PQ;
	case RAID_XOR_VAL:
		return DMACTL_CAP_XOR_VAL;
	default:
		return DMACTL_CAP_PQ_VAL;
	}
}

static int open_channel(struct raid *r)
{
	enum raid_op op = r->options->op;
	const struct dmactl_chan_caps *caps;
	bool is_xor = op == RAID_XOR || op == RAID_XOR_VAL;
	int err = device_open(r->cli, r->options->channel, &r->session);

	if (err)
		return err;
	err = device_channel(r->cli, r->session, r->options->channel, needed_caps(op), 0, &r->chan);
	if (err)
		return err;
	r->control = control_start(r->cli, r->chan, NULL);
	caps = dmauser_chan_caps(r->chan);
	r->align = is_xor ? caps->xor_align : caps->pq_align;
	if (!r->align)
		r->align = 1;
	r->scratch = r->check && r->options->count > (is_xor ? caps->max_xor : caps->max_pq);
	r->blocks_per_set = r->options->count + (r->options->p ? 1 : 0) + (r->options->q ? 1 : 0) +
			    (r->scratch ? 2 : 0);
	err = dmauser_batch_new(&r->batch);
	if (err) {
		cli_error(r->cli, "out of memory");
		return err;
	}
	return blocks_alloc(&r->blocks, r->cli, r->session, r->chan, RAID_SETS * r->blocks_per_set,
			    (size_t)direct_round_up(r->options->block), DIRECT_ALIGN);
}

static void close_channel(struct raid *r)
{
	control_stop(r->control);
	dmauser_chan_destroy(r->chan);
	blocks_free(&r->blocks);
	dmauser_batch_free(r->batch);
	dmauser_close(r->session);
}

/* One set */

static int read_set(struct raid *r, unsigned int index)
{
	struct set *set = &r->sets[index];
	size_t padded = (set->length + r->align - 1) / r->align * r->align;

	for (unsigned int i = 0; i < r->opened; i++) {
		uint8_t *memory = blocks_at(&r->blocks, block_of(r, index, i));
		int64_t got =
			io_read_source(r->cli, &r->sources[i], memory, set->length, set->offset);

		if (got < 0)
			return (int)got;
		if ((size_t)got < set->length) {
			cli_error(r->cli, "%s: the file became shorter while it was read",
				  r->sources[i].name);
			return -ESTALE;
		}
		/* Pad with zeros, which have a correct parity and syndrome. */
		memset(memory + set->length, 0, padded - set->length);
	}
	return 0;
}

static int add_op(struct raid *r, unsigned int index, size_t length)
{
	struct dmauser_piece src[RAID_MAX_SOURCES + 1], p, q, scratch, *pp = NULL, *pq = NULL;
	unsigned int count = r->options->count, next = count;

	for (unsigned int i = 0; i < count; i++)
		src[i] = blocks_piece(&r->blocks, block_of(r, index, i), length);
	if (r->options->p) {
		p = blocks_piece(&r->blocks, block_of(r, index, next++), length);
		pp = &p;
	}
	if (r->options->q) {
		q = blocks_piece(&r->blocks, block_of(r, index, next++), length);
		pq = &q;
	}
	if (r->scratch)
		scratch = blocks_piece(&r->blocks, block_of(r, index, next), 2 * r->blocks.block);
	switch (r->options->op) {
	case RAID_XOR:
		return dmauser_batch_xor(r->batch, r->chan, pp, src, count, index);
	case RAID_XOR_VAL:
		return dmauser_batch_xor_val(r->batch, r->chan, src, count,
					     r->scratch ? &scratch : NULL, index);
	case RAID_PQ:
		return dmauser_batch_pq(r->batch, r->chan, pp, pq, src, count, r->coef, index);
	default:
		return dmauser_batch_pq_val(r->batch, r->chan, pp, pq, src, count, r->coef,
					    r->scratch ? &scratch : NULL, index);
	}
}

static int submit_set(struct raid *r, unsigned int index)
{
	struct set *set = &r->sets[index];
	int err = add_op(r, index, (set->length + r->align - 1) / r->align * r->align);

	if (!err) {
		err = dmauser_submit(r->session, r->batch, 0);
		err = err < 0 ? err : 0;
	}
	if (err) {
		cli_error(r->cli, "%s: the channel does not take the transfer: %s",
			  dmauser_chan_name(r->chan), device_status_text(err));
		return err;
	}
	set->in_flight = true;
	set->ended = false;
	r->ops++;
	return 0;
}

static int await_set(struct raid *r, struct set *set)
{
	uint64_t start = now_ns(), limit = r->options->timeout_ns;
	struct dmactl_completion records[RAID_SETS];
	char text[UNITS_TEXT];
	int count;

	while (!set->ended) {
		count = dmauser_wait(r->session, records, RAID_SETS, 1, WAIT_SLICE);
		if (stop_requested())
			return -EINTR;
		if (count < 0 && count != -ETIME && count != -EINTR && count != -EAGAIN) {
			cli_error(r->cli, "%s: %s", dmauser_chan_name(r->chan),
				  dmauser_strerror(count));
			return count;
		}
		for (int i = 0; i < count; i++) {
			r->sets[records[i].user_data].ended = true;
			r->sets[records[i].user_data].record = records[i];
		}
		if (control_paused(r->control))
			start = now_ns();
		if (!set->ended && limit && now_ns() - start > limit) {
			cli_error(r->cli, "%s: the channel hangs: nothing completed for %s",
				  dmauser_chan_name(r->chan), format_time(text, limit));
			return -ETIME;
		}
	}
	if (set->record.status)
		cli_error(r->cli, "%s: the DMA of bytes %" PRIu64 " to %" PRIu64 " failed: %s",
			  dmauser_chan_name(r->chan), set->offset, set->offset + set->length - 1,
			  device_status_text(set->record.status));
	return set->record.status;
}

static int write_set(struct raid *r, unsigned int index)
{
	struct set *set = &r->sets[index];
	unsigned int next = r->options->count;
	int err = 0;

	if (r->p)
		err = io_write_target(r->cli, r->p,
				      blocks_at(&r->blocks, block_of(r, index, next++)),
				      set->length, set->offset);
	if (r->q && !err)
		err = io_write_target(r->cli, r->q, blocks_at(&r->blocks, block_of(r, index, next)),
				      set->length, set->offset);
	return err;
}

static int finish_set(struct raid *r, unsigned int index)
{
	struct set *set = &r->sets[index];
	uint32_t flags;
	int err;

	if (!set->in_flight)
		return 0;
	err = await_set(r, set);
	if (err)
		return err;
	set->in_flight = false;
	flags = set->record.flags & (DMACTL_COMP_P_BAD | DMACTL_COMP_Q_BAD);
	if (flags && !r->bad) {
		r->bad = true;
		r->bad_offset = set->offset;
		r->bad_length = set->length;
		r->bad_flags = flags;
	}
	if (!r->check)
		err = write_set(r, index);
	r->done += set->length;
	progress_update(r->done);
	return err;
}

static int run_sets(struct raid *r)
{
	uint64_t offset = 0;
	unsigned int index = 0;
	int err = 0;

	while (!err && offset < r->size && !r->bad) {
		uint64_t left = r->size - offset;
		struct set *set = &r->sets[index];

		/* The op of this set was submitted in the previous round. */
		err = finish_set(r, index);
		if (err || r->bad)
			break;
		set->offset = offset;
		set->length = left < r->blocks.block ? (size_t)left : r->blocks.block;
		err = read_set(r, index);
		if (!err)
			err = submit_set(r, index);
		offset += set->length;
		index = (index + 1) % RAID_SETS;
	}
	for (unsigned int i = 0; i < RAID_SETS && !err; i++)
		err = finish_set(r, (index + i) % RAID_SETS);
	return err;
}

static void set_coefs(struct raid *r)
{
	uint8_t power = 1;

	for (unsigned int i = 0; i < r->options->count; i++) {
		r->coef[i] = r->options->coef_count ? r->options->coef[i] : power;
		power = gf256_double(power);
	}
}

int raid_run(struct raid_options *options)
{
	struct raid *r = calloc(1, sizeof(*r));
	char chan[DMACTL_NAME_LEN] = "";
	uint64_t start = now_ns();
	int err, status = CLI_FAILED;

	if (!r) {
		cli_error(options->cli, "out of memory");
		return CLI_FAILED;
	}
	r->options = options;
	r->cli = options->cli;
	r->check = options->op == RAID_XOR_VAL || options->op == RAID_PQ_VAL;
	set_coefs(r);
	err = raid_open_files(r);
	if (!err) {
		err = open_channel(r);
		if (!err) {
			strcpy(chan, dmauser_chan_name(r->chan));
			progress_begin(r->cli, chan, r->size);
			err = run_sets(r);
			progress_end();
		}
		close_channel(r);
	}
	if (!err)
		err = raid_commit(r);
	if (err == -EINTR && stop_requested())
		cli_error(r->cli, "interrupted");
	if (!err)
		status = raid_report(r, chan, (double)(now_ns() - start) / 1e9);
	raid_close_files(r);
	free(r);
	return status;
}
