// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mock.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

struct mock_state mock = {.exists = -1};

/* Names by the linker's --wrap: calls of X go to __wrap_X, and __real_X is the original X. */
int __wrap_dmauser_ioctl(int fd, unsigned long request, void *arg);
int __wrap_dmauser_chan_exists_at(const char *root, const char *name);
int __real_dmauser_chan_exists_at(const char *root, const char *name);
void *__wrap_calloc(size_t nr, size_t size);
void *__real_calloc(size_t nr, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void *__real_realloc(void *ptr, size_t size);
char *__wrap_strdup(const char *s);
char *__real_strdup(const char *s);
int __wrap_munmap(void *addr, size_t len);
int __real_munmap(void *addr, size_t len);
int __wrap_open64(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);

void mock_start(void)
{
	memset(&mock, 0, sizeof(mock));
	mock.exists = -1;
	mock.open_files = mock_open_files();
}

void mock_end(void)
{
	unsigned int i;

	cr_expect_eq(mock.next_reply, mock.nr_replies, "%u answers were not asked for",
		     mock.nr_replies - mock.next_reply);
	cr_expect_eq(mock_open_files(), mock.open_files, "a file was left open");
	for (i = 0; i < mock.nr_calls; i++) {
		free(mock.calls[i].ops);
		free(mock.calls[i].sg);
	}
#if defined(__SANITIZE_ADDRESS__)
	/* Criterion's workers may exit without the leak check at exit. */
	cr_expect_eq(__lsan_do_recoverable_leak_check(), 0, "memory was leaked");
#endif
}

struct mock_reply *mock_reply(unsigned long request, int rc)
{
	struct mock_reply *reply = &mock.replies[mock.nr_replies++];

	cr_assert_leq(mock.nr_replies, MOCK_CALLS);
	reply->request = request;
	reply->rc = rc;
	return reply;
}

struct mock_call *mock_call(unsigned int index)
{
	cr_assert_lt(index, mock.nr_calls, "there was no call %u", index);
	return &mock.calls[index];
}

struct mock_call *mock_last(void)
{
	return mock_call(mock.nr_calls - 1);
}

static void record_ops(struct mock_call *call)
{
	const struct dmactl_submit *arg = &call->arg.submit;
	const struct dmactl_op *ops = (const void *)(uintptr_t)arg->ops_uptr;
	unsigned int i;

	if (!arg->nr_ops)
		return;
	cr_assert_eq(arg->op_size, sizeof(*ops));
	call->ops = malloc(arg->nr_ops * sizeof(*ops));
	cr_assert_not_null(call->ops);
	memcpy(call->ops, ops, arg->nr_ops * sizeof(*ops));
	for (i = 0; i < arg->nr_ops; i++)
		call->nr_sg += ops[i].nr_args;
	if (!call->nr_sg)
		return;
	call->sg = malloc(call->nr_sg * sizeof(*call->sg));
	cr_assert_not_null(call->sg);
	call->nr_sg = 0;
	for (i = 0; i < arg->nr_ops; i++) {
		if (!ops[i].nr_args)
			continue;
		memcpy(&call->sg[call->nr_sg], (const void *)(uintptr_t)ops[i].args_uptr,
		       ops[i].nr_args * sizeof(*call->sg));
		call->nr_sg += ops[i].nr_args;
	}
}

static void record(int fd, unsigned long request, const union mock_arg *arg)
{
	struct mock_call *call = &mock.calls[mock.nr_calls++];

	cr_assert_leq(mock.nr_calls, MOCK_CALLS);
	call->fd = fd;
	call->request = request;
	cr_assert_leq(arg->size, sizeof(call->arg));
	memcpy(&call->arg, arg, arg->size);
	if (request == DMACTL_IOC_SUBMIT)
		record_ops(call);
	if (request == DMACTL_IOC_PREPARE) {
		cr_assert_eq(call->arg.prepare.op_size, sizeof(*call->ops));
		call->ops = malloc(sizeof(*call->ops));
		cr_assert_not_null(call->ops);
		memcpy(call->ops, (const void *)(uintptr_t)call->arg.prepare.op_uptr,
		       sizeof(*call->ops));
	}
}

static void answer_submit(struct dmactl_submit *arg, const struct mock_reply *reply)
{
	struct dmactl_completion *records = (void *)(uintptr_t)arg->completions_uptr;

	arg->out_wait = reply->arg.submit.out_wait;
	arg->out_accepted = reply->arg.submit.out_accepted;
	arg->out_completed = reply->arg.submit.out_completed;
	if (arg->size > WITHOUT_FENCES)
		arg->out_fence = reply->arg.submit.out_fence;
	/* With a ring, SUBMIT returns no completions. */
	if (!arg->out_completed || !arg->nr_completions)
		return;
	cr_assert_leq(arg->out_completed, arg->nr_completions);
	cr_assert_eq(arg->completion_size, sizeof(*records));
	memcpy(records, reply->records, arg->out_completed * sizeof(*records));
}

static void answer(union mock_arg *arg, const struct mock_reply *reply)
{
	uint32_t size = arg->size;
	uint32_t flags = arg->info.flags;
	uint32_t chan = arg->status.chan;

	switch (reply->request) {
	case DMACTL_IOC_INFO:
		arg->info = reply->arg.info;
		break;
	case DMACTL_IOC_CHAN_REQUEST:
		arg->request.out_chan = reply->arg.request.out_chan;
		arg->request.out_depth = reply->arg.request.out_depth;
		arg->request.out = reply->arg.request.out;
		return;
	case DMACTL_IOC_CHAN_STATUS:
		arg->status = reply->arg.status;
		arg->status.chan = chan;
		break;
	case DMACTL_IOC_BUF_ALLOC:
		arg->alloc.out_len = reply->arg.alloc.out_len;
		arg->alloc.out_mmap_offset = reply->arg.alloc.out_mmap_offset;
		arg->alloc.out_buf = reply->arg.alloc.out_buf;
		return;
	case DMACTL_IOC_SUBMIT:
		answer_submit(&arg->submit, reply);
		return;
	case DMACTL_IOC_BUF_MAP_USER:
		arg->map_user.out_buf = reply->arg.map_user.out_buf;
		return;
	case DMACTL_IOC_BUF_IMPORT:
		arg->import.out_buf = reply->arg.import.out_buf;
		arg->import.out_len = reply->arg.import.out_len;
		return;
	case DMACTL_IOC_BUF_EXPORT:
		arg->export.out_fd = reply->arg.export.out_fd;
		return;
	case DMACTL_IOC_STREAM_OPEN:
		arg->stream.out_fd = reply->arg.stream.out_fd;
		arg->stream.out_block_len = reply->arg.stream.out_block_len;
		arg->stream.out_nr_blocks = reply->arg.stream.out_nr_blocks;
		return;
	case DMACTL_IOC_RING:
		arg->ring.out_entries = reply->arg.ring.out_entries;
		arg->ring.out_records_off = reply->arg.ring.out_records_off;
		arg->ring.out_len = reply->arg.ring.out_len;
		return;
	case DMACTL_IOC_PREPARE:
		arg->prepare.out_handle = reply->arg.prepare.out_handle;
		return;
	default:
		return;
	}
	arg->size = size;
	arg->info.flags = flags;
}

int __wrap_dmauser_ioctl(int fd, unsigned long request, void *arg)
{
	const struct mock_reply *reply = &mock.replies[mock.next_reply];

	cr_assert_lt(mock.next_reply, mock.nr_replies, "unexpected ioctl %#lx", request);
	cr_assert_eq(request, reply->request, "ioctl %#lx instead of %#lx", request,
		     reply->request);
	mock.next_reply++;
	record(fd, request, arg);
	if (reply->rc >= 0 || reply->copy_back)
		answer(arg, reply);
	return reply->rc;
}

int __wrap_dmauser_chan_exists_at(const char *root, const char *name)
{
	if (mock.exists < 0)
		return __real_dmauser_chan_exists_at(root, name);
	snprintf(mock.exists_root, sizeof(mock.exists_root), "%s", root);
	snprintf(mock.exists_name, sizeof(mock.exists_name), "%s", name);
	return mock.exists;
}

static int alloc_fails(void)
{
	mock.allocs++;
	return mock.fail_alloc > 0 && --mock.fail_alloc == 0;
}

void *__wrap_calloc(size_t nr, size_t size)
{
	return alloc_fails() ? NULL : __real_calloc(nr, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
	return alloc_fails() ? NULL : __real_realloc(ptr, size);
}

char *__wrap_strdup(const char *s)
{
	return alloc_fails() ? NULL : __real_strdup(s);
}

int __wrap_munmap(void *addr, size_t len)
{
	if (mock.fail_munmap) {
		errno = mock.fail_munmap;
		mock.fail_munmap = 0;
		return -1;
	}
	return __real_munmap(addr, len);
}

int __wrap_open64(const char *path, int flags, ...)
{
	snprintf(mock.open_path, sizeof(mock.open_path), "%s", path);
	mock.open_flags = flags;
	return __real_open64(path, flags);
}

struct dmauser_session *mock_session_limited(uint32_t max_batch, int *file)
{
	struct dmauser_session *session = NULL;
	int fd = memfd_create("dmactl", MFD_CLOEXEC);
	char path[64];

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, 16 * MOCK_PAGE), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	mock_reply(DMACTL_IOC_INFO, 0)->arg.info.out_max_batch = max_batch;
	cr_assert_eq(dmauser_open(path, &session), 0);
	if (file)
		*file = fd;
	else
		close(fd);
	return session;
}

struct dmauser_session *mock_session(void)
{
	return mock_session_limited(1024, NULL);
}

struct dmauser_chan *mock_chan(struct dmauser_session *session, uint32_t handle)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	struct dmauser_chan *chan = NULL;

	reply->arg.request.out_chan = handle;
	reply->arg.request.out_depth = 256;
	cr_assert_eq(dmauser_chan_request_caps(session, DMACTL_CAP_MEMCPY, NULL, 0, &chan), 0);
	return chan;
}

struct dmauser_buf *mock_buf(struct dmauser_session *session, uint32_t handle)
{
	struct mock_reply *reply = mock_reply(DMACTL_IOC_BUF_ALLOC, 0);
	struct dmauser_buf *buf = NULL;

	reply->arg.alloc.out_buf = handle;
	reply->arg.alloc.out_len = MOCK_LEN;
	reply->arg.alloc.out_mmap_offset = MOCK_OFFSET;
	cr_assert_eq(dmauser_buf_alloc(session, DMACTL_BUF_STREAMING, NULL, MOCK_LEN - 5, &buf), 0);
	return buf;
}

int mock_open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int nr = 0;

	cr_assert_not_null(dir);
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

int mock_is_mapped(void *addr)
{
	unsigned char vec;

	return mincore(addr, 1, &vec) == 0;
}
