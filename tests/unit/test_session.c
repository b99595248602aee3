// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

#define setup	 mock_start
#define teardown mock_end

UNIT_TEST(session, open_asks_for_info)
{
	struct dmactl_info expected = {.size = sizeof(expected)};
	struct dmauser_session *s = mock_session();

	cr_assert_eq(mock.nr_calls, 1);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.info, &expected);
	dmauser_close(s);
}

UNIT_TEST(session, open_is_close_on_exec)
{
	struct dmauser_session *s = mock_session();

	cr_assert_eq(mock.open_flags & O_ACCMODE, O_RDWR);
	cr_assert(fcntl(dmauser_fd(s), F_GETFD) & FD_CLOEXEC);
	dmauser_close(s);
}

UNIT_TEST(session, open_default_path)
{
	struct dmauser_session *s = NULL;

	/* With a device node, dmauser_open() gets as far as INFO. */
	if (access(DMACTL_DEVICE, R_OK | W_OK) == 0)
		mock_reply(DMACTL_IOC_INFO, -EINTR);
	cr_assert_lt(dmauser_open(NULL, &s), 0);
	cr_assert_str_eq(mock.open_path, "/dev/dmactl");
	cr_assert_null(s);
}

UNIT_TEST(session, open_port)
{
	struct dmauser_session *s = NULL;

	cr_assert_eq(dmauser_open_port("no-such-port", &s), -ENOENT);
	cr_assert_str_eq(mock.open_path, "/dev/dma/no-such-port");
	cr_assert_eq(mock.open_flags & O_ACCMODE, O_RDWR);
	/* A channel of the port stands for the port. */
	cr_assert_eq(dmauser_open_port("no-such-port:rx", &s), -ENOENT);
	cr_assert_str_eq(mock.open_path, "/dev/dma/no-such-port");
	cr_assert_null(s);
	cr_assert_eq(mock.nr_calls, 0);
}

UNIT_TEST(session, open_port_names)
{
	static const char *const bad[] = {NULL, "", ":rx", ".", "..", "../dmactl", "a/b", ".x"};
	char name[DMACTL_NAME_LEN + 1];
	struct dmauser_session *s = NULL;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(dmauser_open_port(bad[i], &s), -EINVAL);
	memset(name, 'x', DMACTL_NAME_LEN);
	name[DMACTL_NAME_LEN] = '\0';
	cr_assert_eq(dmauser_open_port(name, &s), -EINVAL);
	name[DMACTL_NAME_LEN - 1] = '\0';
	cr_assert_eq(dmauser_open_port(name, &s), -ENOENT);
	cr_assert_eq(dmauser_open_port("no-such-port", NULL), -EINVAL);
	cr_assert_eq(mock.nr_calls, 0);
}

UNIT_TEST(session, open_missing_node)
{
	struct dmauser_session *s = NULL;

	cr_assert_eq(dmauser_open("/nonexistent/dmactl", &s), -ENOENT);
	cr_assert_null(s);
	cr_assert_eq(mock.nr_calls, 0);
}

UNIT_TEST(session, open_null)
{
	cr_assert_eq(dmauser_open("/dev/null", NULL), -EINVAL);
	cr_assert_eq(mock.nr_calls, 0);
}

UNIT_TEST(session, open_of_another_file)
{
	struct dmauser_session *s = NULL;
	int files = mock_open_files();

	mock_reply(DMACTL_IOC_INFO, -ENOTTY);
	cr_assert_eq(dmauser_open("/dev/null", &s), -ENOTTY);
	cr_assert_null(s);
	cr_assert_eq(mock_open_files(), files, "the file stayed open");
}

UNIT_TEST(session, open_without_memory)
{
	struct dmauser_session *s = NULL;
	int files = mock_open_files();

	mock_reply(DMACTL_IOC_INFO, 0);
	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_open("/dev/null", &s), -ENOMEM);
	cr_assert_null(s);
	cr_assert_eq(mock_open_files(), files, "the file stayed open");
}

UNIT_TEST(session, close_closes)
{
	struct dmauser_session *s = mock_session();
	int fd = dmauser_fd(s);

	cr_assert_geq(fcntl(fd, F_GETFD), 0);
	dmauser_close(s);
	cr_assert_eq(fcntl(fd, F_GETFD), -1);
	cr_assert_eq(errno, EBADF);
	dmauser_close(NULL);
}

/* The leak check after the test detects objects that were not freed. */
UNIT_TEST(session, close_frees_objects)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_buf *mapped;
	unsigned int calls;
	void *addr = NULL;

	mock_chan(s, 1);
	mock_chan(s, 2);
	mock_buf(s, 3);
	mapped = mock_buf(s, 4);
	mock_buf(s, 5);
	cr_assert_eq(dmauser_buf_map(mapped, &addr), 0);
	cr_assert(mock_is_mapped(addr));
	calls = mock.nr_calls;
	dmauser_close(s);
	cr_assert_not(mock_is_mapped(addr));
	/* Closing the file frees the handles, without a call for each. */
	cr_assert_eq(mock.nr_calls, calls);
}

/* A destroyed object has left the session's list. */
UNIT_TEST(session, close_after_destroy)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *first = mock_chan(s, 1), *second = mock_chan(s, 2);
	struct dmauser_buf *a = mock_buf(s, 3), *b = mock_buf(s, 4);

	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_chan_destroy(first), 0);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_buf_destroy(b), 0);
	cr_assert_eq(dmauser_chan_handle(second), 2);
	cr_assert_eq(dmauser_buf_handle(a), 3);
	dmauser_close(s);
}

UNIT_TEST(session, fd_of_null)
{
	cr_assert_eq(dmauser_fd(NULL), -EINVAL);
}

UNIT_TEST(session, info)
{
	struct dmactl_info expected = {.size = sizeof(expected)};
	struct dmauser_session *s = mock_session();
	struct dmactl_info info;
	struct mock_reply *reply = mock_reply(DMACTL_IOC_INFO, 0);

	reply->arg.info.out_opcodes = 0x0f;
	reply->arg.info.out_version = 0x10203;
	reply->arg.info.out_max_buffer_bytes = 1ull << 40;
	memset(&info, 0xa5, sizeof(info));
	cr_assert_eq(dmauser_info(s, &info), 0);
	/* The module must see zeros, whatever the caller's struct had before. */
	assert_same(&mock_last()->arg.info, &expected);
	cr_assert_eq(info.out_opcodes, 0x0f);
	cr_assert_eq(info.out_version, 0x10203);
	cr_assert_eq(info.out_max_buffer_bytes, 1ull << 40);
	cr_assert_eq(info.out_features, 0);
	dmauser_close(s);
}

UNIT_TEST(session, info_errors)
{
	struct dmauser_session *s = mock_session();
	struct dmactl_info info, before;

	memset(&info, 0xa5, sizeof(info));
	before = info;
	cr_assert_eq(dmauser_info(NULL, &info), -EINVAL);
	cr_assert_eq(dmauser_info(s, NULL), -EINVAL);
	mock_reply(DMACTL_IOC_INFO, -EINTR);
	cr_assert_eq(dmauser_info(s, &info), -EINTR);
	assert_same(&info, &before);
	dmauser_close(s);
}

UNIT_TEST(session, eventfd)
{
	struct dmactl_eventfd expected = {.size = sizeof(expected), .fd = 7};
	struct dmauser_session *s = mock_session();

	mock_reply(DMACTL_IOC_EVENTFD, 0);
	cr_assert_eq(dmauser_set_eventfd(s, 7), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.eventfd, &expected);
	expected.fd = -1;
	mock_reply(DMACTL_IOC_EVENTFD, 0);
	cr_assert_eq(dmauser_set_eventfd(s, -1), 0);
	assert_same(&mock_last()->arg.eventfd, &expected);
	mock_reply(DMACTL_IOC_EVENTFD, -EBADF);
	cr_assert_eq(dmauser_set_eventfd(s, 99), -EBADF);
	cr_assert_eq(dmauser_set_eventfd(NULL, 7), -EINVAL);
	dmauser_close(s);
}

UNIT_TEST(session, version)
{
	cr_assert_str_eq(dmauser_version(), EXPECTED_VERSION);
}

UNIT_TEST(session, strerror)
{
	/* These texts differ from those of strerror(3), which are about files. */
	cr_assert(strstr(dmauser_strerror(-ENOENT), "no free channel"));
	/* dmauser_open() says so too, where the module is not loaded. */
	cr_assert(strstr(dmauser_strerror(-ENOENT), "device node"));
	cr_assert_str_eq(dmauser_strerror(ENOENT), dmauser_strerror(-ENOENT));
	cr_assert_str_eq(dmauser_strerror(-ENODEV), "the DMA device is gone");
	cr_assert_str_eq(dmauser_strerror(-EXDEV), "the DMA device cannot reach the memory");
	/* Errors without a meaning of their own. */
	cr_assert_str_eq(dmauser_strerror(-ENOSPC), strerror(ENOSPC));
	for (int error = -5000; error < 5000; error++)
		cr_assert(dmauser_strerror(error) && *dmauser_strerror(error));
	cr_assert_str_eq(dmauser_strerror(0), "no error");
	cr_assert_str_eq(dmauser_strerror(INT_MIN), "unknown error");
	cr_assert_str_eq(dmauser_strerror(INT_MAX), "unknown error");
}
