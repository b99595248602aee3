// SPDX-License-Identifier: MIT
/* What every ioctl does with its size, its flags and its pointer. */
#include <sys/ioctl.h>

#include "uapi.h"

static int fd;
static int fresh; /* a session in which nothing was done */
static uint32_t chan;
static struct mem mem;
static int dmabuf; /* of another session */

union any {
	struct dmactl_info info;
	struct dmactl_chan_request chan_request;
	struct dmactl_chan_config chan_config;
	struct dmactl_chan_ctrl chan_ctrl;
	struct dmactl_chan_status chan_status;
	struct dmactl_buf_alloc buf_alloc;
	struct dmactl_buf_map_user buf_map_user;
	struct dmactl_buf_import buf_import;
	struct dmactl_buf_export buf_export;
	struct dmactl_buf_sync buf_sync;
	struct dmactl_destroy destroy;
	struct dmactl_submit submit;
	struct dmactl_eventfd eventfd;
	struct dmactl_prepare prepare;
	struct dmactl_ring ring;
	unsigned char bytes[2 * PAGE];
	struct {
		uint32_t size;
		uint32_t flags;
	};
};

/* Each fills in a call that succeeds. */

static void fill_nothing(union any *arg)
{
	(void)arg;
}

static void fill_chan_request(union any *arg)
{
	arg->chan_request.caps = DMACTL_CAP_MEMCPY;
}

static void fill_chan_config(union any *arg)
{
	arg->chan_config.chan = chan;
}

static void fill_chan_ctrl(union any *arg)
{
	arg->chan_ctrl.chan = chan;
	arg->chan_ctrl.ctrl = DMACTL_CTRL_SYNCHRONIZE;
}

static void fill_chan_status(union any *arg)
{
	arg->chan_status.chan = chan;
}

static void fill_buf_alloc(union any *arg)
{
	arg->buf_alloc.kind = DMACTL_BUF_STREAMING;
	arg->buf_alloc.len = PAGE;
}

static void fill_buf_map_user(union any *arg)
{
	arg->buf_map_user.addr = (uintptr_t)mem.p + 1;
	arg->buf_map_user.len = 100;
}

static void fill_buf_import(union any *arg)
{
	arg->buf_import.fd = dmabuf;
}

static void fill_buf_export(union any *arg)
{
	arg->buf_export.buf = mem.buf;
}

static void fill_buf_sync(union any *arg)
{
	arg->flags = DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ;
	arg->buf_sync.buf = mem.buf;
	arg->buf_sync.len = PAGE;
}

static void fill_destroy(union any *arg)
{
	struct mem victim;

	check_eq(buf_alloc(fd, DMACTL_BUF_STREAMING, 0, PAGE, &victim), 0);
	arg->destroy.handle = victim.buf;
}

static void fill_eventfd(union any *arg)
{
	arg->eventfd.fd = -1;
}

static void fill_prepare(union any *arg)
{
	static struct dmactl_op op;

	op = op_memset(chan, &mem, 0, PAGE, 1);
	arg->prepare.op_uptr = (uintptr_t)&op;
	arg->prepare.op_size = sizeof(op);
}

/* A session has one. */
static void fill_ring(union any *arg)
{
	dev_close(fresh);
	fresh = dev_open(0);
	arg->ring.entries = 5;
	arg->ring.record_size = sizeof(struct dmactl_completion);
}

#define NONE ((size_t)-1)

static const struct call {
	const char *name;
	unsigned long request;
	size_t size;
	uint32_t flags; /* known */
	size_t reserved;
	size_t reserved_size;
	bool answers; /* writes the struct back */
	void (*fill)(union any *arg);
} calls[] = {
	{"INFO", DMACTL_IOC_INFO, sizeof(struct dmactl_info), 0, NONE, 0, true, fill_nothing},
	{"CHAN_REQUEST", DMACTL_IOC_CHAN_REQUEST, sizeof(struct dmactl_chan_request),
	 DMACTL_CHAN_LOOK, offsetof(struct dmactl_chan_request, reserved), 32, true,
	 fill_chan_request},
	{"CHAN_CONFIG", DMACTL_IOC_CHAN_CONFIG, sizeof(struct dmactl_chan_config), 0, NONE, 0,
	 false, fill_chan_config},
	{"CHAN_CTRL", DMACTL_IOC_CHAN_CTRL, sizeof(struct dmactl_chan_ctrl), 0, NONE, 0, false,
	 fill_chan_ctrl},
	{"CHAN_STATUS", DMACTL_IOC_CHAN_STATUS, sizeof(struct dmactl_chan_status),
	 DMACTL_STATUS_BY_USER_DATA, NONE, 0, true, fill_chan_status},
	{"BUF_ALLOC", DMACTL_IOC_BUF_ALLOC, sizeof(struct dmactl_buf_alloc), 0,
	 offsetof(struct dmactl_buf_alloc, reserved), 4, true, fill_buf_alloc},
	{"BUF_MAP_USER", DMACTL_IOC_BUF_MAP_USER, sizeof(struct dmactl_buf_map_user),
	 DMACTL_MAP_USER_READ_ONLY, offsetof(struct dmactl_buf_map_user, reserved), 4, true,
	 fill_buf_map_user},
	{"BUF_IMPORT", DMACTL_IOC_BUF_IMPORT, sizeof(struct dmactl_buf_import), 0,
	 offsetof(struct dmactl_buf_import, reserved), 8, true, fill_buf_import},
	{"BUF_EXPORT", DMACTL_IOC_BUF_EXPORT, sizeof(struct dmactl_buf_export), 0, NONE, 0, true,
	 fill_buf_export},
	{"BUF_SYNC", DMACTL_IOC_BUF_SYNC, sizeof(struct dmactl_buf_sync),
	 DMACTL_SYNC_BEGIN | DMACTL_SYNC_END | DMACTL_SYNC_READ | DMACTL_SYNC_WRITE, NONE, 0, false,
	 fill_buf_sync},
	{"DESTROY", DMACTL_IOC_DESTROY, sizeof(struct dmactl_destroy), 0,
	 offsetof(struct dmactl_destroy, reserved), 4, false, fill_destroy},
	{"SUBMIT", DMACTL_IOC_SUBMIT, sizeof(struct dmactl_submit),
	 DMACTL_SUBMIT_HOLD | DMACTL_SUBMIT_ABS_TIMEOUT | DMACTL_SUBMIT_IN_FENCE |
		 DMACTL_SUBMIT_OUT_FENCE | DMACTL_SUBMIT_DEFER,
	 offsetof(struct dmactl_submit, in_fence), 4, true, fill_nothing},
	{"EVENTFD", DMACTL_IOC_EVENTFD, sizeof(struct dmactl_eventfd), 0,
	 offsetof(struct dmactl_eventfd, reserved), 4, false, fill_eventfd},
	{"PREPARE", DMACTL_IOC_PREPARE, sizeof(struct dmactl_prepare), 0, NONE, 0, true,
	 fill_prepare},
	{"RING", DMACTL_IOC_RING, sizeof(struct dmactl_ring), 0,
	 offsetof(struct dmactl_ring, reserved), 8, true, fill_ring},
};

/* The size of the first version: programs that were built then keep working. */
static size_t first_size(const struct call *call)
{
	return call->request == DMACTL_IOC_SUBMIT ? offsetof(struct dmactl_submit, in_fence)
						  : call->size;
}

/* Two pages, then memory that nobody may touch. */
static unsigned char *fence;

static void begin(void)
{
	struct mem theirs;
	int other;

	uapi_begin();
	other = dev_open(0);
	check_eq(buf_alloc(other, DMACTL_BUF_STREAMING, 0, PAGE, &theirs), 0);
	dmabuf = buf_export(other, theirs.buf);
	check(dmabuf >= 0);
	fd = dev_open(0);
	fresh = dev_open(0);
	chan = chan_get(fd);
	mem = mem_get(fd, PAGE);
	fence = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(fence != MAP_FAILED);
	check_eq(mprotect(fence + 2 * PAGE, PAGE, PROT_NONE), 0);
}

static void end(void)
{
	munmap(fence, 3 * PAGE);
	close(dmabuf);
	uapi_end();
}

#define CONTRACT_TEST(name)                                                                        \
	Test(contract, name, .init = begin, .fini = end, .timeout = UAPI_TIMEOUT)

struct objects {
	long channels;
	long buffers;
	int fds; /* the lowest that is free */
};

static struct objects objects(void)
{
	int free_fd = dup(fd);

	close(free_fd);
	return (struct objects){fdinfo(fd, "channels"), fdinfo(fd, "buffers"), free_fd};
}

static void prepare(const struct call *call, union any *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = call->size;
	call->fill(arg);
}

static int call_ioctl(const struct call *call, void *p)
{
	return dev_ioctl(call->request == DMACTL_IOC_RING ? fresh : fd, call->request, p);
}

/* A struct of @real bytes that ends where the fence begins. */
static int issue(const struct call *call, const union any *arg, size_t real)
{
	void *p = fence + 2 * PAGE - real;

	memcpy(p, arg, real);
	return call_ioctl(call, p);
}

/* What a call that was to succeed has made, if it was one that makes. */
static void undo(const struct call *call, const union any *arg, int ret)
{
	const union any *result = (const void *)(fence + 2 * PAGE - arg->size);

	if (call->request == DMACTL_IOC_CHAN_REQUEST && !ret)
		check_eq(destroy(fd, result->chan_request.out_chan), 0);
	if (call->request == DMACTL_IOC_BUF_ALLOC && !ret)
		check_eq(destroy(fd, result->buf_alloc.out_buf), 0);
	if (call->request == DMACTL_IOC_BUF_MAP_USER && !ret)
		check_eq(destroy(fd, result->buf_map_user.out_buf), 0);
	if (call->request == DMACTL_IOC_BUF_IMPORT && !ret)
		check_eq(destroy(fd, result->buf_import.out_buf), 0);
	if (call->request == DMACTL_IOC_BUF_EXPORT && !ret)
		check_eq(close(result->buf_export.out_fd), 0);
	if (call->request == DMACTL_IOC_PREPARE && !ret)
		check_eq(destroy(fd, result->prepare.out_handle), 0);
	if (call->request == DMACTL_IOC_DESTROY && ret)
		check_eq(destroy(fd, arg->destroy.handle), 0);
}

static void expect_ret(const struct call *call, const char *what, int ret, int want)
{
	if (ret != want)
		fail("%s, %s: %d, not %d", call->name, what, ret, want);
}

static void expect(const struct call *call, const union any *arg, const char *what, int want)
{
	struct objects before = objects(), after;
	int ret = issue(call, arg, arg->size);

	expect_ret(call, what, ret, want);
	undo(call, arg, ret);
	after = objects();
	check_eq(after.fds, before.fds);
	/* DESTROY takes back what was made for it. */
	check_eq(after.channels, before.channels);
	check_eq(after.buffers, before.buffers - (call->request == DMACTL_IOC_DESTROY ? 1 : 0));
}

static void expect_size(const struct call *call, size_t size, int last, const char *what, int want)
{
	union any arg;

	prepare(call, &arg);
	arg.size = size;
	if (last >= 0)
		arg.bytes[size - 1] = last;
	expect(call, &arg, what, want);
}

static void check_sizes(const struct call *call)
{
	size_t size = call->size;

	expect_size(call, size, -1, "the right size", 0);
	expect_size(call, size + 1, 0, "one byte more, zero", 0);
	expect_size(call, size + 1, 1, "one byte more, not zero", -E2BIG);
	expect_size(call, size + 8, 0, "eight bytes more, zero", 0);
	expect_size(call, size + 8, 0x80, "eight bytes more, the last not zero", -E2BIG);
	expect_size(call, PAGE, 0, "a page", 0);
	expect_size(call, PAGE, 1, "a page, the last byte not zero", -E2BIG);
	expect_size(call, PAGE + 1, 0, "a page and a byte", -E2BIG);
	expect_size(call, 2 * PAGE, 0, "two pages", -E2BIG);
}

CONTRACT_TEST(a_longer_struct_may_only_add_zeroes)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		check_sizes(&calls[i]);
}

CONTRACT_TEST(a_shorter_struct_is_refused)
{
	static const uint32_t sizes[] = {0, 1, 4, 7, 8};
	struct objects before;
	union any arg;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		prepare(&calls[i], &arg);
		before = objects();
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			arg.size = sizes[j];
			expect_ret(&calls[i], "a few bytes", issue(&calls[i], &arg, calls[i].size),
				   -EINVAL);
		}
		arg.size = first_size(&calls[i]) - 1;
		expect_ret(&calls[i], "one byte less", issue(&calls[i], &arg, arg.size), -EINVAL);
		arg.size = ~0u;
		expect_ret(&calls[i], "4 GiB", issue(&calls[i], &arg, calls[i].size), -E2BIG);
		check_eq(objects().channels, before.channels);
		check_eq(objects().buffers, before.buffers);
	}
}

CONTRACT_TEST(nothing_is_written_past_the_struct)
{
	unsigned char *p;
	union any arg;
	size_t i, j;
	int ret;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		prepare(&calls[i], &arg);
		p = fence;
		memset(p, 0xa5, PAGE);
		memcpy(p + 8, &arg, arg.size);
		ret = call_ioctl(&calls[i], p + 8);
		expect_ret(&calls[i], "between other data", ret, 0);
		for (j = 0; j < 8; j++) {
			check_eq(p[j], 0xa5);
			check_eq(p[8 + arg.size + j], 0xa5);
		}
		memcpy(fence + 2 * PAGE - arg.size, p + 8, arg.size);
		undo(&calls[i], &arg, ret);
	}
}

CONTRACT_TEST(the_size_comes_back_as_it_was)
{
	const union any *result;
	union any arg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		prepare(&calls[i], &arg);
		arg.size += 16;
		result = (const void *)(fence + 2 * PAGE - arg.size);
		expect_ret(&calls[i], "16 bytes more", issue(&calls[i], &arg, arg.size), 0);
		check_eq(result->size, arg.size);
		undo(&calls[i], &arg, 0);
	}
}

CONTRACT_TEST(unknown_flags_are_refused)
{
	union any arg;
	unsigned int bit;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		for (bit = 0; bit < 32; bit++) {
			if (calls[i].flags & 1u << bit)
				continue;
			prepare(&calls[i], &arg);
			arg.flags |= 1u << bit;
			expect(&calls[i], &arg, "an unknown flag", -EOPNOTSUPP);
		}
	}
}

CONTRACT_TEST(reserved_fields_are_zero)
{
	unsigned int bit, tested = 0;
	union any arg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].reserved == NONE)
			continue;
		for (bit = 0; bit < 8 * calls[i].reserved_size; bit++) {
			prepare(&calls[i], &arg);
			arg.bytes[calls[i].reserved + bit / 8] = 1u << bit % 8;
			expect(&calls[i], &arg, "a reserved bit", -EINVAL);
		}
		tested++;
	}
	check_eq(tested, 8);
}

CONTRACT_TEST(bad_pointers_are_faults)
{
	static const uint64_t bad[] = {0, 8, 0xffff888000001000ull, 0xfffffffffffff000ull};
	struct objects before = objects();
	union any arg;
	size_t i, j, cut;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		for (j = 0; j < ARRAY_SIZE(bad); j++)
			expect_ret(&calls[i], "a bad pointer",
				   call_ioctl(&calls[i], (void *)(uintptr_t)bad[j]), -EFAULT);
		expect_ret(&calls[i], "memory that may not be read",
			   call_ioctl(&calls[i], fence + 2 * PAGE), -EFAULT);
		prepare(&calls[i], &arg);
		for (cut = 1; cut < arg.size; cut += cut < 12 ? 1 : arg.size / 7) {
			void *p = fence + 2 * PAGE - cut;

			memcpy(p, &arg, cut);
			expect_ret(&calls[i], "half of it may not be read",
				   call_ioctl(&calls[i], p), -EFAULT);
		}
		undo(&calls[i], &arg, -EFAULT);
	}
	check_eq(objects().channels, before.channels);
	check_eq(objects().buffers, before.buffers);
}

/* A call that cannot tell what it made must not have made it. */
CONTRACT_TEST(an_answer_that_cannot_be_written_undoes_the_call)
{
	struct objects before = objects();
	union any arg;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		prepare(&calls[i], &arg);
		memcpy(fence, &arg, arg.size);
		check_eq(mprotect(fence, PAGE, PROT_READ), 0);
		ret = call_ioctl(&calls[i], fence);
		check_eq(mprotect(fence, PAGE, PROT_READ | PROT_WRITE), 0);
		expect_ret(&calls[i], "memory that may only be read", ret,
			   calls[i].answers ? -EFAULT : 0);
		check_eq(objects().channels, before.channels);
		check_eq(objects().buffers, before.buffers);
		check_eq(objects().fds, before.fds);
	}
	/* Every channel can be had again. */
	check_eq(destroy(fd, chan), 0);
	for (i = 0; i < 4; i++)
		check(chan_get(fd));
}

CONTRACT_TEST(type_direction_and_size_are_part_of_the_number)
{
	union any arg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		unsigned int nr = _IOC_NR(calls[i].request);
		const unsigned long wrong[] = {
			_IO(0xdb, nr),
			_IO(0xd9, nr), /* the VFS has ioctls of type 0 */
			_IOR(DMACTL_IOC_TYPE, nr, int),
			_IOW(DMACTL_IOC_TYPE, nr, int),
			_IOWR(DMACTL_IOC_TYPE, nr, struct dmactl_info),
			_IOC(_IOC_NONE, DMACTL_IOC_TYPE, nr, 4),
			_IOC(_IOC_READ, DMACTL_IOC_TYPE, nr, 0),
		};
		size_t j;

		prepare(&calls[i], &arg);
		for (j = 0; j < ARRAY_SIZE(wrong); j++)
			expect_ret(&calls[i], "another type, direction or size",
				   dev_ioctl(fd, wrong[j], &arg), -ENOTTY);
		memcpy(fence + 2 * PAGE - arg.size, &arg, arg.size);
		undo(&calls[i], &arg, -ENOTTY);
	}
}
