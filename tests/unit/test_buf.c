// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

#define setup	 mock_start
#define teardown mock_end

UNIT_TEST(buf, alloc_streaming)
{
	struct dmactl_buf_alloc expected = {
		.size = sizeof(expected),
		.kind = DMACTL_BUF_STREAMING,
		.len = 5000,
	};
	struct dmauser_session *s = mock_session();
	struct mock_reply *reply = mock_reply(DMACTL_IOC_BUF_ALLOC, 0);
	struct dmauser_buf *buf = NULL;

	reply->arg.alloc.out_buf = 21;
	reply->arg.alloc.out_len = 8192;
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 5000, &buf), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.alloc, &expected);
	cr_assert_eq(dmauser_buf_handle(buf), 21);
	cr_assert_eq(dmauser_buf_len(buf), 8192);
	dmauser_close(s);
}

UNIT_TEST(buf, alloc_coherent)
{
	struct dmactl_buf_alloc expected = {
		.size = sizeof(expected),
		.kind = DMACTL_BUF_COHERENT,
		.chan = 4,
		.len = 1,
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 4);
	struct dmauser_buf *buf = NULL;

	mock_reply(DMACTL_IOC_BUF_ALLOC, 0);
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_COHERENT, chan, 1, &buf), 0);
	assert_same(&mock_last()->arg.alloc, &expected);
	dmauser_close(s);
}

UNIT_TEST(buf, alloc_bad_arguments)
{
	struct dmauser_session *s = mock_session(), *other = mock_session();
	struct dmauser_chan *chan = mock_chan(other, 4);
	struct dmauser_buf *buf = NULL;
	unsigned int calls = mock.nr_calls;

	cr_assert_eq(dmauser_buf_alloc(NULL, DMACTL_BUF_STREAMING, NULL, 1, &buf), -EINVAL);
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, NULL), -EINVAL);
	/* The handle could name another object in this session. */
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_COHERENT, chan, 1, &buf), -EINVAL);
	cr_assert_null(buf);
	cr_assert_eq(mock.nr_calls, calls);
	dmauser_close(other);
	dmauser_close(s);
}

UNIT_TEST(buf, alloc_errors)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = NULL;

	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, &buf), -ENOMEM);
	cr_assert_eq(mock.nr_calls, 1, "memory was taken and lost");
	mock_reply(DMACTL_IOC_BUF_ALLOC, -EDQUOT);
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, &buf), -EDQUOT);
	cr_assert_null(buf);
	dmauser_close(s);
}

UNIT_TEST(buf, accessors_of_null)
{
	cr_assert_eq(dmauser_buf_len(NULL), 0);
	cr_assert_eq(dmauser_buf_handle(NULL), 0);
}

/* The file behind the session shows which range is mapped. */
UNIT_TEST(buf, map_is_shared_and_at_the_offset)
{
	int file;
	struct dmauser_session *s = mock_session_limited(1, &file);
	struct dmauser_buf *buf = mock_buf(s, 1);
	char *addr = NULL, byte = 0;

	cr_assert_eq(dmauser_buf_map(buf, (void **)&addr), 0);
	addr[0] = 'a';
	addr[MOCK_LEN - 1] = 'z';
	cr_assert_eq(pread(file, &byte, 1, MOCK_OFFSET), 1);
	cr_assert_eq(byte, 'a');
	cr_assert_eq(pread(file, &byte, 1, MOCK_OFFSET + MOCK_LEN - 1), 1);
	cr_assert_eq(byte, 'z');
	cr_assert_eq(pwrite(file, "q", 1, MOCK_OFFSET + 100), 1);
	cr_assert_eq(addr[100], 'q');
	dmauser_close(s);
	close(file);
}

UNIT_TEST(buf, map_twice_is_one_mapping)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 1);
	void *first = NULL, *second = NULL;

	cr_assert_eq(dmauser_buf_map(buf, &first), 0);
	cr_assert_eq(dmauser_buf_map(buf, &second), 0);
	cr_assert_eq(first, second);
	cr_assert_eq(dmauser_buf_unmap(buf), 0);
	cr_assert_not(mock_is_mapped(first));
	dmauser_close(s);
}

UNIT_TEST(buf, map_again_after_unmap)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 1);
	char *addr = NULL;

	cr_assert_eq(dmauser_buf_unmap(buf), 0, "not mapped yet");
	cr_assert_eq(dmauser_buf_map(buf, (void **)&addr), 0);
	addr[5] = 'k';
	cr_assert_eq(dmauser_buf_unmap(buf), 0);
	cr_assert_eq(dmauser_buf_unmap(buf), 0, "not mapped any more");
	addr = NULL;
	cr_assert_eq(dmauser_buf_map(buf, (void **)&addr), 0);
	cr_assert_eq(addr[5], 'k');
	dmauser_close(s);
}

UNIT_TEST(buf, map_errors)
{
	struct dmauser_session *s = mock_session();
	struct mock_reply *reply = mock_reply(DMACTL_IOC_BUF_ALLOC, 0);
	struct dmauser_buf *buf = NULL;
	void *addr = NULL;

	reply->arg.alloc.out_len = MOCK_PAGE;
	reply->arg.alloc.out_mmap_offset = 1; /* mmap(2) needs whole pages */
	cr_assert_eq(dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, 1, &buf), 0);
	cr_assert_eq(dmauser_buf_map(buf, &addr), -EINVAL);
	cr_assert_null(addr);
	cr_assert_eq(dmauser_buf_map(NULL, &addr), -EINVAL);
	cr_assert_eq(dmauser_buf_map(buf, NULL), -EINVAL);
	cr_assert_eq(dmauser_buf_unmap(NULL), -EINVAL);
	dmauser_close(s);
}

UNIT_TEST(buf, unmap_that_fails_changes_nothing)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 1);
	void *addr = NULL, *again = NULL;

	cr_assert_eq(dmauser_buf_map(buf, &addr), 0);
	mock.fail_munmap = ENOMEM;
	cr_assert_eq(dmauser_buf_unmap(buf), -ENOMEM);
	cr_assert(mock_is_mapped(addr));
	cr_assert_eq(dmauser_buf_map(buf, &again), 0);
	cr_assert_eq(again, addr);
	dmauser_close(s);
	cr_assert_not(mock_is_mapped(addr));
}

UNIT_TEST(buf, destroy)
{
	struct dmactl_destroy expected = {.size = sizeof(expected), .handle = 31};
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 31);
	void *addr = NULL;

	cr_assert_eq(dmauser_buf_map(buf, &addr), 0);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_buf_destroy(buf), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.destroy, &expected);
	cr_assert_not(mock_is_mapped(addr));
	dmauser_close(s);
	cr_assert_eq(dmauser_buf_destroy(NULL), 0);
}

UNIT_TEST(buf, destroy_that_fails_changes_nothing)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 31);
	char *addr = NULL;

	cr_assert_eq(dmauser_buf_map(buf, (void **)&addr), 0);
	mock_reply(DMACTL_IOC_DESTROY, -EBUSY);
	cr_assert_eq(dmauser_buf_destroy(buf), -EBUSY);
	addr[0] = 1;
	cr_assert_eq(dmauser_buf_handle(buf), 31);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_buf_destroy(buf), 0);
	cr_assert_not(mock_is_mapped(addr));
	dmauser_close(s);
}

UNIT_TEST(buf, sync)
{
	struct dmactl_buf_sync expected = {
		.size = sizeof(expected),
		.flags = DMACTL_SYNC_END | DMACTL_SYNC_WRITE,
		.buf = 31,
		.off = 64,
		.len = 128,
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 31);

	mock_reply(DMACTL_IOC_BUF_SYNC, 0);
	cr_assert_eq(dmauser_buf_sync(buf, 64, 128, DMACTL_SYNC_END | DMACTL_SYNC_WRITE), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.sync, &expected);
	mock_reply(DMACTL_IOC_BUF_SYNC, -EINVAL);
	cr_assert_eq(dmauser_buf_sync(buf, 0, 0, 0), -EINVAL);
	cr_assert_eq(dmauser_buf_sync(NULL, 0, 1, 0), -EINVAL);
	dmauser_close(s);
}

UNIT_TEST(buf, map_user)
{
	char memory[100];
	struct dmactl_buf_map_user expected = {
		.size = sizeof(expected),
		.flags = DMACTL_MAP_USER_READ_ONLY,
		.addr = (uintptr_t)memory,
		.len = sizeof(memory),
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = NULL;
	void *addr = NULL;

	mock_reply(DMACTL_IOC_BUF_MAP_USER, 0)->arg.map_user.out_buf = 7;
	cr_assert_eq(
		dmauser_buf_map_user(s, memory, sizeof(memory), DMACTL_MAP_USER_READ_ONLY, &buf),
		0);
	assert_same(&mock_last()->arg.map_user, &expected);
	cr_assert_eq(dmauser_buf_handle(buf), 7);
	cr_assert_eq(dmauser_buf_len(buf), sizeof(memory));
	/* The memory stays at its own address. */
	cr_assert_eq(dmauser_buf_map(buf, &addr), 0);
	cr_assert_eq(addr, memory);
	cr_assert_eq(dmauser_buf_unmap(buf), 0);
	cr_assert_eq(dmauser_buf_map(buf, &addr), 0);
	cr_assert_eq(addr, memory);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_buf_destroy(buf), 0);
	memory[0] = 1;
	dmauser_close(s);
}

/* The program can map the buffer itself, at the offset that this returns. */
UNIT_TEST(buf, mmap_offset)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 1), *user = NULL;
	char memory[16];
	uint64_t offset = 7;

	cr_assert_eq(dmauser_buf_mmap_offset(buf, &offset), 0);
	cr_assert_eq(offset, MOCK_OFFSET);
	cr_assert_eq(dmauser_buf_mmap_offset(NULL, &offset), -EINVAL);
	cr_assert_eq(dmauser_buf_mmap_offset(buf, NULL), -EINVAL);
	mock_reply(DMACTL_IOC_BUF_MAP_USER, 0)->arg.map_user.out_buf = 7;
	cr_assert_eq(dmauser_buf_map_user(s, memory, sizeof(memory), 0, &user), 0);
	offset = 7;
	cr_assert_eq(dmauser_buf_mmap_offset(user, &offset), -EOPNOTSUPP);
	cr_assert_eq(offset, 7);
	dmauser_close(s);
}

UNIT_TEST(buf, map_user_errors)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = NULL;
	char memory[4];

	cr_assert_eq(dmauser_buf_map_user(NULL, memory, 4, 0, &buf), -EINVAL);
	cr_assert_eq(dmauser_buf_map_user(s, NULL, 4, 0, &buf), -EINVAL);
	cr_assert_eq(dmauser_buf_map_user(s, memory, 4, 0, NULL), -EINVAL);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_buf_map_user(s, memory, 4, 0, &buf), -ENOMEM);
	mock_reply(DMACTL_IOC_BUF_MAP_USER, -EFAULT);
	cr_assert_eq(dmauser_buf_map_user(s, memory, 4, 0, &buf), -EFAULT);
	cr_assert_null(buf);
	dmauser_close(s);
}

UNIT_TEST(buf, import)
{
	int file;
	struct dmauser_session *s = mock_session_limited(1024, &file);
	struct dmauser_buf *buf = NULL;
	struct mock_reply *reply = mock_reply(DMACTL_IOC_BUF_IMPORT, 0);
	void *addr = NULL;

	reply->arg.import.out_buf = 7;
	reply->arg.import.out_len = 2 * MOCK_PAGE;
	cr_assert_eq(dmauser_buf_import(s, file, &buf), 0);
	cr_assert_eq(mock_last()->arg.import.size, sizeof(struct dmactl_buf_import));
	cr_assert_eq(mock_last()->arg.import.flags, 0);
	cr_assert_eq(dmauser_buf_handle(buf), 7);
	cr_assert_eq(dmauser_buf_len(buf), 2 * MOCK_PAGE);
	/* The caller may close its own descriptor. */
	cr_assert_eq(pwrite(file, "dma-buf", 7, 0), 7);
	close(file);
	cr_assert_eq(dmauser_buf_map(buf, &addr), 0);
	cr_assert_eq(memcmp(addr, "dma-buf", 7), 0);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_buf_destroy(buf), 0);
	cr_assert(!mock_is_mapped(addr));
	dmauser_close(s);
}

UNIT_TEST(buf, import_errors)
{
	int file;
	struct dmauser_session *s = mock_session_limited(1024, &file);
	struct dmauser_buf *buf = NULL;

	cr_assert_eq(dmauser_buf_import(NULL, file, &buf), -EINVAL);
	cr_assert_eq(dmauser_buf_import(s, file, NULL), -EINVAL);
	cr_assert_eq(dmauser_buf_import(s, -1, &buf), -EBADF);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_buf_import(s, file, &buf), -ENOMEM);
	mock_reply(DMACTL_IOC_BUF_IMPORT, -EINVAL);
	cr_assert_eq(dmauser_buf_import(s, file, &buf), -EINVAL);
	cr_assert_null(buf);
	/* A buffer that exists until the session is closed. */
	mock_reply(DMACTL_IOC_BUF_IMPORT, 0)->arg.import.out_len = MOCK_PAGE;
	cr_assert_eq(dmauser_buf_import(s, file, &buf), 0);
	close(file);
	dmauser_close(s);
}

UNIT_TEST(buf, export)
{
	struct dmactl_buf_export expected = {.size = sizeof(expected), .buf = 21};
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *buf = mock_buf(s, 21);
	int fd = -1;

	mock_reply(DMACTL_IOC_BUF_EXPORT, 0)->arg.export.out_fd = 99;
	cr_assert_eq(dmauser_buf_export(buf, &fd), 0);
	assert_same(&mock_last()->arg.export, &expected);
	cr_assert_eq(fd, 99);
	cr_assert_eq(dmauser_buf_export(NULL, &fd), -EINVAL);
	cr_assert_eq(dmauser_buf_export(buf, NULL), -EINVAL);
	mock_reply(DMACTL_IOC_BUF_EXPORT, -EOPNOTSUPP);
	fd = -1;
	cr_assert_eq(dmauser_buf_export(buf, &fd), -EOPNOTSUPP);
	cr_assert_eq(fd, -1);
	dmauser_close(s);
}
