// SPDX-License-Identifier: MIT
/* Ops, batches and their completions. */
#include <time.h>

#include "private.h"

struct dmactl_op op_nop(uint32_t chan, uint64_t user_data)
{
	return (struct dmactl_op){.opcode = DMACTL_OP_NOP, .chan = chan, .user_data = user_data};
}

struct dmactl_op op_memcpy(uint32_t chan, const struct mem *dst, uint64_t doff,
			   const struct mem *src, uint64_t soff, uint64_t len)
{
	return (struct dmactl_op){
		.opcode = DMACTL_OP_MEMCPY,
		.chan = chan,
		.dst_buf = dst->buf,
		.dst_off = doff,
		.src_buf = src->buf,
		.src_off = soff,
		.len = len,
	};
}

struct dmactl_op op_memset(uint32_t chan, const struct mem *dst, uint64_t off, uint64_t len,
			   uint8_t value)
{
	return (struct dmactl_op){
		.opcode = DMACTL_OP_MEMSET,
		.chan = chan,
		.dst_buf = dst->buf,
		.dst_off = off,
		.len = len,
		.value = value,
	};
}

struct dmactl_op op_fill(int fd, uint32_t chan, const struct mem *dst, uint64_t off, uint64_t len,
			 uint8_t value)
{
	/* A page of each value. */
	static struct mem pages;
	static int pages_fd = -1;
	struct mem own;
	int i;

	if (chan_can(DMACTL_CAP_MEMSET))
		return op_memset(chan, dst, off, len, value);
	if (len > PAGE) {
		own = mem_get(fd, len);
		memset(own.p, value, len);
		return op_memcpy(chan, dst, off, &own, 0, len);
	}
	if (pages_fd != fd) {
		pages = mem_get(fd, 256 * PAGE);
		pages_fd = fd;
		for (i = 0; i < 256; i++)
			memset(pages.p + i * PAGE, i, PAGE);
	}
	return op_memcpy(chan, dst, off, &pages, (uint64_t)value * PAGE, len);
}

struct dmactl_op op_sg(uint32_t chan, struct dmactl_sg *sg, uint32_t nr, uint64_t len)
{
	return (struct dmactl_op){
		.opcode = DMACTL_OP_SG,
		.chan = chan,
		.args_uptr = (uintptr_t)sg,
		.nr_args = nr,
		.arg_size = nr ? sizeof(*sg) : 0,
		.len = len,
	};
}

struct dmactl_sg sg_piece(enum dmactl_sg_role role, const struct mem *mem, uint64_t off,
			  uint64_t len)
{
	return (struct dmactl_sg){.buf = mem->buf, .role = role, .off = off, .len = len};
}

struct dmactl_submit submit_arg(const struct dmactl_op *ops, uint32_t nr)
{
	return (struct dmactl_submit){
		.size = sizeof(struct dmactl_submit),
		.ops_uptr = (uintptr_t)ops,
		.nr_ops = nr,
		.op_size = nr ? sizeof(*ops) : 0,
	};
}

int submit_flags(int fd, const struct dmactl_op *ops, uint32_t nr, uint32_t flags,
		 uint32_t *accepted)
{
	struct dmactl_submit arg = submit_arg(ops, nr);
	int ret;

	arg.flags = flags;
	ret = dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg);
	if (accepted)
		*accepted = arg.out_accepted;
	return ret;
}

void submit_all(int fd, const struct dmactl_op *ops, uint32_t nr)
{
	uint32_t accepted;

	check_eq(submit_flags(fd, ops, nr, 0, &accepted), 0);
	check_eq(accepted, nr);
}

int reap(int fd, struct dmactl_completion *records, uint32_t nr, uint32_t min, uint64_t timeout_ns)
{
	struct dmactl_submit arg = {
		.size = sizeof(arg),
		.completions_uptr = (uintptr_t)records,
		.nr_completions = nr,
		.completion_size = nr ? sizeof(*records) : 0,
		.min_complete = min,
		.timeout_ns = timeout_ns,
	};
	int ret = dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg);

	return ret ? ret : (int)arg.out_completed;
}

void reap_all(int fd, struct dmactl_completion *records, uint32_t nr)
{
	uint32_t done = 0;
	int ret;

	while (done < nr) {
		ret = reap(fd, records + done, nr - done, nr - done, 60 * SEC);
		if (ret <= 0)
			fail("reaping %u of %u records: %d", nr - done, nr, ret);
		done += ret;
	}
}

void more_check(const struct dmactl_completion *record, uint64_t unit, uint64_t *count)
{
	check_eq(record->status, 0);
	check(record->flags & DMACTL_COMP_MORE);
	check(record->count > *count);
	check_eq(record->bytes, record->count * unit);
	*count = record->count;
}

struct dmactl_completion run(int fd, const struct dmactl_op *op)
{
	struct dmactl_completion record;
	struct dmactl_submit arg = submit_arg(op, 1);

	arg.completions_uptr = (uintptr_t)&record;
	arg.nr_completions = 1;
	arg.min_complete = 1;
	arg.completion_size = sizeof(record);
	arg.timeout_ns = 60 * SEC;
	check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
	check_eq(arg.out_accepted, 1);
	check_eq(arg.out_wait, 0);
	check_eq(arg.out_completed, 1);
	check_eq(record.user_data, op->user_data);
	check_eq(record.chan, op->chan);
	return record;
}

void run_ok(int fd, const struct dmactl_op *op)
{
	struct dmactl_completion record = run(fd, op);

	check_eq(record.status, 0);
	check_eq(record.bytes, op->len);
	check_eq(record.count, 1);
	check_eq(record.flags, 0);
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * (long)MSEC};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}
