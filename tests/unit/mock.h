/* SPDX-License-Identifier: MIT */
/*
 * Replaces the kernel module: the linker redirects the library's calls of dmauser_ioctl() to this
 * (--wrap). A test queues the answers to the calls that it expects, in order; any other call fails
 * the test, and so does an answer without a call.
 */
#ifndef TESTS_UNIT_MOCK_H
#define TESTS_UNIT_MOCK_H

#include <criterion/criterion.h>

#include "private.h"

#define MOCK_CALLS 64

/* The size of struct dmactl_submit in calls that have nothing to do with fences. */
#define WITHOUT_FENCES 64

union mock_arg {
	uint32_t size;
	struct dmactl_info info;
	struct dmactl_chan_request request;
	struct dmactl_chan_ctrl ctrl;
	struct dmactl_chan_status status;
	struct dmactl_buf_alloc alloc;
	struct dmactl_buf_sync sync;
	struct dmactl_destroy destroy;
	struct dmactl_submit submit;
	struct dmactl_eventfd eventfd;
	struct dmactl_chan_config config;
	struct dmactl_buf_map_user map_user;
	struct dmactl_buf_import import;
	struct dmactl_buf_export export;
	struct dmactl_stream_open stream;
	struct dmactl_prepare prepare;
	struct dmactl_ring ring;
};

/* The library's argument: the struct, and for SUBMIT the arrays that it points to. */
struct mock_call {
	int fd;
	unsigned long request;
	union mock_arg arg;
	struct dmactl_op *ops; /* of SUBMIT and PREPARE */
	struct dmactl_sg *sg;  /* of all ops, consecutively */
	unsigned int nr_sg;
};

/* The answer; the out fields of @arg are copied to the caller's struct. */
struct mock_reply {
	unsigned long request;
	int rc;
	int copy_back; /* copy also if rc is an error */
	union mock_arg arg;
	struct dmactl_completion records[8];
};

struct mock_state {
	struct mock_call calls[MOCK_CALLS];
	unsigned int nr_calls;
	struct mock_reply replies[MOCK_CALLS];
	unsigned int nr_replies, next_reply;

	int fail_alloc;	     /* the nth allocation from now fails; 0: none */
	unsigned int allocs; /* since the start */
	int fail_munmap;     /* errno of the next munmap(2) */

	int open_files; /* at the start */

	char open_path[256];
	int open_flags;

	int exists; /* result of dmauser_chan_exists_at(), -1: call the real one */
	char exists_root[256];
	char exists_name[256];
};

extern struct mock_state mock;

void mock_start(void);
void mock_end(void);

/* Queues an answer; the caller fills in its out fields. */
struct mock_reply *mock_reply(unsigned long request, int rc);

/* Call number @index, or the last one. */
struct mock_call *mock_call(unsigned int index);
struct mock_call *mock_last(void);

/* Opens a session on a file of 16 pages, whose descriptor goes to *file if that is not NULL. */
struct dmauser_session *mock_session_limited(uint32_t max_batch, int *file);
struct dmauser_session *mock_session(void);
struct dmauser_chan *mock_chan(struct dmauser_session *session, uint32_t handle);
struct dmauser_buf *mock_buf(struct dmauser_session *session, uint32_t handle);

/* Number of open files, including the one that is used for counting. */
int mock_open_files(void);

/* Whether the page at @addr is mapped. */
int mock_is_mapped(void *addr);

/*
 * A test between setup() and teardown() of its file. Criterion's own .fini cannot do this, because
 * a failure in it does not fail the test.
 */
#define UNIT_TEST(suite, name)                                                                     \
	static void suite##_##name(void);                                                          \
	Test(suite, name)                                                                          \
	{                                                                                          \
		setup();                                                                           \
		suite##_##name();                                                                  \
		teardown();                                                                        \
	}                                                                                          \
	static void suite##_##name(void)

#define MOCK_PAGE   4096ul
#define MOCK_OFFSET (2 * MOCK_PAGE) /* mmap offset of every mock_buf() */
#define MOCK_LEN    (3 * MOCK_PAGE)

#define assert_same(actual, expected)                                                              \
	cr_assert_arr_eq(actual, expected, sizeof(*(expected)), "%s", #actual)

#endif /* TESTS_UNIT_MOCK_H */
