// SPDX-License-Identifier: MIT
#include "raid.h"
#include "blocks.h"
#include "control.h"
#include "device.h"
#include "gf256.h"
#include "io.h"
#include "print.h"
#include "progress.h"
#include "stop.h"
#include "target.h"
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SETS	   2 /* one is read or written while the other is with the channel */
#define WAIT_SLICE (100 * NS_PER_MS)

/* The same place in every file. */
struct set {
	uint64_t offset;
	size_t length;
	bool in_flight;
	bool ended;
	struct dmactl_completion record;
};

/*
 * Blocks of a set: the sources, then P and Q (or the sum), then scratch memory
 * of two blocks.
 */
struct raid {
	const struct raid_options *options;
	struct cli *cli;
	bool check; /* P and Q are read, too */
	uint8_t coef[RAID_MAX_SOURCES];
	struct source sources[RAID_MAX_SOURCES + 2];
	unsigned int opened;
	struct source *p_source, *q_source;
	struct target targets[2];
	struct target *p, *q;
	uint64_t size;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct control *control;
	struct dmauser_batch *batch;
	struct blocks blocks;
	unsigned int blocks_per_set;
	bool scratch;
	size_t align;
	struct set sets[SETS];
	uint64_t done;
	uint64_t ops;
	/* the first block that does not match */
	bool bad;
	uint64_t bad_offset, bad_length;
	uint32_t bad_flags;
};

static unsigned int block_of(const struct raid *r, unsigned int set, unsigned int index)
{
	return set * r->blocks_per_set + index;
}

/* Files */

static int open_source(struct raid *r, const char *name)
{
	struct source *source = &r->sources[r->opened];

	if (source_open(source, r->cli, name, false))
		return -EIO;
	r->opened++;
	if (source->stream && source->before.st_size == 0 && S_ISREG(source->before.st_mode)) {
		/* Nothing to read, and nothing wrong with that. */
		source->stream = false;
		source->size = 0;
	}
	if (source->stream) {
		cli_error(r->cli, "%s: has no size; sources are files or block devices",
			  source->name);
		return -EINVAL;
	}
	if (r->opened == 1)
		r->size = source->size;
	if (source->size == r->size)
		return 0;
	cli_error(r->cli, "%s has %" PRIu64 " bytes and %s has %" PRIu64 "; they must be as long",
		  r->sources[0].name, r->size, source->name, source->size);
	return -EINVAL;
}

static int open_target(struct raid *r, const char *name, struct target *target)
{
	struct stat st;

	for (unsigned int i = 0; i < r->opened && stat(name, &st) == 0; i++) {
		if (st.st_dev == r->sources[i].before.st_dev &&
		    st.st_ino == r->sources[i].before.st_ino) {
			cli_error(r->cli, "%s and %s are the same file", r->sources[i].name, name);
			return -EINVAL;
		}
	}
	return target_open(target, r->cli, name, &r->sources[0], false);
}

static int open_files(struct raid *r)
{
	const struct raid_options *options = r->options;
	int err = 0;

	for (unsigned int i = 0; i < options->count && !err; i++)
		err = open_source(r, options->names[i]);
	if (!err && options->p && r->check) {
		err = open_source(r, options->p);
		r->p_source = &r->sources[r->opened - 1];
	}
	if (!err && options->q && r->check) {
		err = open_source(r, options->q);
		r->q_source = &r->sources[r->opened - 1];
	}
	if (r->check || err)
		return err;
	if (options->p) {
		err = open_target(r, options->p, &r->targets[0]);
		r->p = err ? NULL : &r->targets[0];
	}
	if (!err && options->q) {
		err = open_target(r, options->q, &r->targets[1]);
		r->q = err ? NULL : &r->targets[1];
	}
	if (!err && r->p)
		err = target_reserve(r->p, r->cli, r->size);
	if (!err && r->q)
		err = target_reserve(r->q, r->cli, r->size);
	return err;
}

static void close_files(struct raid *r)
{
	if (r->p)
		target_close(r->p);
	if (r->q)
		target_close(r->q);
	while (r->opened)
		source_close(&r->sources[--r->opened]);
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
	int err = device_open(r->cli, &r->session);

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
	return blocks_alloc(&r->blocks, r->cli, r->session, r->chan, SETS * r->blocks_per_set,
			    (size_t)r->options->block, DIRECT_ALIGN);
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
		/* Zeros match zeros. */
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
	struct dmactl_completion records[SETS];
	char text[UNITS_TEXT];
	int count;

	while (!set->ended) {
		count = dmauser_wait(r->session, records, SETS, 1, WAIT_SLICE);
		if (stop_requested())
			return -EINTR;
		if (count < 0 && count != -ETIME && count != -EINTR && count != -EAGAIN) {
			cli_error(r->cli, "%s: %s", dmauser_chan_name(r->chan), strerror(-count));
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

		/* What this one holds was submitted one round before. */
		err = finish_set(r, index);
		if (err || r->bad)
			break;
		set->offset = offset;
		set->length = left < r->blocks.block ? (size_t)left : r->blocks.block;
		err = read_set(r, index);
		if (!err)
			err = submit_set(r, index);
		offset += set->length;
		index = (index + 1) % SETS;
	}
	for (unsigned int i = 0; i < SETS && !err; i++)
		err = finish_set(r, (index + i) % SETS);
	return err;
}

/* The end */

static int commit(struct raid *r)
{
	int err = 0;

	for (unsigned int i = 0; i < r->opened && !err; i++)
		err = source_check_unchanged(&r->sources[i], r->cli);
	if (!err && r->p)
		err = target_commit(r->p, r->cli);
	if (!err && r->q)
		err = target_commit(r->q, r->cli);
	return err;
}

static const char *what_is_bad(const struct raid *r)
{
	if (r->options->op == RAID_XOR_VAL)
		return "the sum of the files is not zero";
	switch (r->bad_flags) {
	case DMACTL_COMP_P_BAD:
		return "P does not match";
	case DMACTL_COMP_Q_BAD:
		return "Q does not match";
	default:
		return "neither P nor Q matches";
	}
}

static void print_files(struct printer *printer, const struct raid *r)
{
	const char *names[RAID_MAX_SOURCES + 1] = {NULL};
	bool is_xor = r->options->op == RAID_XOR;

	for (unsigned int i = 0; i < r->options->count; i++)
		names[i] = r->options->names[i];
	print_names(printer, "sources", NULL, names);
	if (r->options->p)
		print_string(printer, is_xor ? "target" : "p", NULL, r->options->p);
	if (r->options->q)
		print_string(printer, "q", NULL, r->options->q);
}

static int print_json(const struct raid *r, const char *chan, double seconds)
{
	struct printer *printer = printer_new(r->cli);

	print_open(printer, GROUP_OBJECT, NULL, NULL);
	print_files(printer, r);
	print_unsigned(printer, "bytes", NULL, r->done, UNIT_NONE);
	print_real(printer, "seconds", NULL, seconds, UNIT_NONE);
	print_real(printer, "bytes_per_second", NULL, seconds > 0 ? (double)r->done / seconds : 0,
		   UNIT_NONE);
	print_string(printer, "channel", NULL, chan);
	print_unsigned(printer, "dma_ops", NULL, r->ops, UNIT_NONE);
	print_unsigned(printer, "block", NULL, r->blocks.block, UNIT_NONE);
	if (r->check) {
		print_bool(printer, "matches", NULL, !r->bad);
		if (r->bad) {
			print_unsigned(printer, "bad_offset", NULL, r->bad_offset, UNIT_NONE);
			print_unsigned(printer, "bad_length", NULL, r->bad_length, UNIT_NONE);
			print_bool(printer, "p_bad", NULL, r->bad_flags & DMACTL_COMP_P_BAD);
			print_bool(printer, "q_bad", NULL, r->bad_flags & DMACTL_COMP_Q_BAD);
		}
	}
	print_close(printer);
	return printer_end(printer);
}

static int report(const struct raid *r, const char *chan, double seconds)
{
	char bytes[UNITS_TEXT], time[UNITS_TEXT], rate[UNITS_TEXT];
	int status = CLI_OK;

	if (r->cli->json)
		status = print_json(r, chan, seconds);
	else if (!r->cli->quiet && !r->bad)
		fprintf(r->p && r->p->stream ? stderr : stdout,
			"%u sources of %s%s in %s, %s, through %s\n", r->options->count,
			format_size(bytes, r->size), r->check ? " match" : "",
			format_time(time, (uint64_t)(seconds * 1e9)),
			format_rate(rate, seconds > 0 ? (double)r->done / seconds : 0), chan);
	if (!r->bad)
		return status;
	cli_error(r->cli, "%s in the block of bytes %" PRIu64 " to %" PRIu64, what_is_bad(r),
		  r->bad_offset, r->bad_offset + r->bad_length - 1);
	return CLI_FAILED;
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
	err = open_files(r);
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
		err = commit(r);
	if (err == -EINTR && stop_requested())
		cli_error(r->cli, "interrupted");
	if (!err)
		status = report(r, chan, (double)(now_ns() - start) / 1e9);
	close_files(r);
	free(r);
	return status;
}
