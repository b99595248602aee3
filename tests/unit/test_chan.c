// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mock.h"

#define setup	 mock_start
#define teardown mock_end

/* A name that is one byte too long, and the longest one. */
#define NAME_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NAME_63 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

UNIT_TEST(chan, request_caps)
{
	struct dmactl_chan_request expected = {
		.size = sizeof(expected),
		.by = DMACTL_CHAN_BY_CAPS,
		.depth = 32,
		.caps = DMACTL_CAP_MEMCPY | DMACTL_CAP_PAUSE,
		.name = "dma-sim.0",
	};
	struct dmauser_session *s = mock_session();
	struct mock_reply *reply = mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	struct dmauser_chan *chan = NULL;

	reply->arg.request.out_chan = 9;
	reply->arg.request.out_depth = 31;
	reply->arg.request.out.copy_align = 8;
	strcpy(reply->arg.request.out.name, "dma0chan3");
	cr_assert_eq(dmauser_chan_request_caps(s, DMACTL_CAP_MEMCPY | DMACTL_CAP_PAUSE, "dma-sim.0",
					       32, &chan),
		     0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.request, &expected);
	cr_assert_eq(dmauser_chan_handle(chan), 9);
	cr_assert_eq(dmauser_chan_depth(chan), 31);
	cr_assert_str_eq(dmauser_chan_name(chan), "dma0chan3");
	assert_same(dmauser_chan_caps(chan), &reply->arg.request.out);
	dmauser_close(s);
}

UNIT_TEST(chan, request_caps_of_any_device)
{
	struct dmactl_chan_request expected = {.size = sizeof(expected)};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan;

	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	cr_assert_eq(dmauser_chan_request_caps(s, 0, NULL, 0, &chan), 0);
	assert_same(&mock_last()->arg.request, &expected);
	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	cr_assert_eq(dmauser_chan_request_caps(s, 0, "", 0, &chan), 0);
	assert_same(&mock_last()->arg.request, &expected);
	dmauser_close(s);
}

UNIT_TEST(chan, request_name)
{
	struct dmactl_chan_request expected = {
		.size = sizeof(expected),
		.by = DMACTL_CHAN_BY_NAME,
		.depth = 4,
		.name = "dma0chan3",
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0)->arg.request.out_chan = 5;
	cr_assert_eq(dmauser_chan_request_name(s, "dma0chan3", 4, &chan), 0);
	assert_same(&mock_last()->arg.request, &expected);
	cr_assert_eq(dmauser_chan_handle(chan), 5);
	dmauser_close(s);
}

UNIT_TEST(chan, request_slave)
{
	struct dmactl_chan_request expected = {
		.size = sizeof(expected),
		.by = DMACTL_CHAN_BY_SLAVE,
		.depth = 1,
		.name = "rx",
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0)->arg.request.out_chan = 6;
	cr_assert_eq(dmauser_chan_request_slave(s, "rx", 1, &chan), 0);
	assert_same(&mock_last()->arg.request, &expected);
	cr_assert_eq(dmauser_chan_handle(chan), 6);
	dmauser_close(s);
}

UNIT_TEST(chan, request_port)
{
	struct dmactl_chan_request expected = {
		.size = sizeof(expected),
		.by = DMACTL_CHAN_BY_PORT,
		.depth = 3,
		.name = "fir:rx",
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0)->arg.request.out_chan = 9;
	cr_assert_eq(dmauser_chan_request_port(s, "fir:rx", 3, &chan), 0);
	assert_same(&mock_last()->arg.request, &expected);
	cr_assert_eq(dmauser_chan_handle(chan), 9);
	dmauser_close(s);
}

UNIT_TEST(chan, look)
{
	struct dmactl_chan_request expected = {
		.size = sizeof(expected),
		.flags = DMACTL_CHAN_LOOK,
		.by = DMACTL_CHAN_BY_NAME,
		.name = "dma0chan3",
	};
	struct dmauser_session *s = mock_session();
	struct mock_reply *reply = mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	struct dmactl_chan_caps caps = {0};
	unsigned int depth = 0;

	reply->arg.request.out_depth = 128;
	reply->arg.request.out.caps = DMACTL_CAP_OFFERED;
	memset(reply->arg.request.out.name, 'x', DMACTL_NAME_LEN);
	cr_assert_eq(dmauser_chan_look(s, "dma0chan3", &caps, &depth), 0);
	assert_same(&mock_last()->arg.request, &expected);
	cr_assert_eq(depth, 128);
	cr_assert_eq(caps.caps, DMACTL_CAP_OFFERED);
	cr_assert_eq(strlen(caps.name), DMACTL_NAME_LEN - 1);
	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	cr_assert_eq(dmauser_chan_look(s, "dma0chan3", &caps, NULL), 0);
	dmauser_close(s);
}

UNIT_TEST(chan, look_errors)
{
	struct dmauser_session *s = mock_session();
	struct dmactl_chan_caps caps;

	cr_assert_eq(dmauser_chan_look(NULL, "a", &caps, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_look(s, NULL, &caps, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_look(s, "", &caps, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_look(s, "a", NULL, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_look(s, NAME_64, &caps, NULL), -ENAMETOOLONG);
	mock.exists = 0;
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -ENOENT);
	cr_assert_eq(dmauser_chan_look(s, "a", &caps, NULL), -ENOENT);
	mock.exists = 1;
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -ENOENT);
	cr_assert_eq(dmauser_chan_look(s, "a", &caps, NULL), -EBUSY);
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -EOPNOTSUPP);
	cr_assert_eq(dmauser_chan_look(s, "a", &caps, NULL), -EOPNOTSUPP);
	dmauser_close(s);
}

UNIT_TEST(chan, request_bad_arguments)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	cr_assert_eq(dmauser_chan_request_caps(NULL, 0, NULL, 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_caps(s, 0, NULL, 0, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_request_name(NULL, "a", 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_name(s, NULL, 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_name(s, "", 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_name(s, "a", 0, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_request_slave(NULL, "a", 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_slave(s, NULL, 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_slave(s, "", 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_slave(s, "a", 0, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_request_port(NULL, "a", 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_port(s, NULL, 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_port(s, "", 0, &chan), -EINVAL);
	cr_assert_eq(dmauser_chan_request_port(s, "a", 0, NULL), -EINVAL);
	cr_assert_null(chan);
	cr_assert_eq(mock.nr_calls, 1, "the module was asked");
	dmauser_close(s);
}

UNIT_TEST(chan, request_long_names)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	cr_assert_eq(dmauser_chan_request_caps(s, 0, NAME_64, 0, &chan), -ENAMETOOLONG);
	cr_assert_eq(dmauser_chan_request_name(s, NAME_64, 0, &chan), -ENAMETOOLONG);
	cr_assert_eq(dmauser_chan_request_slave(s, NAME_64, 0, &chan), -ENAMETOOLONG);
	cr_assert_eq(dmauser_chan_request_port(s, NAME_64, 0, &chan), -ENAMETOOLONG);
	cr_assert_null(chan);
	mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	cr_assert_eq(dmauser_chan_request_slave(s, NAME_63, 0, &chan), 0);
	cr_assert_str_eq(mock_last()->arg.request.name, NAME_63);
	dmauser_close(s);
}

UNIT_TEST(chan, request_without_memory)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	mock.fail_alloc = 1;
	cr_assert_eq(dmauser_chan_request_caps(s, 0, NULL, 0, &chan), -ENOMEM);
	cr_assert_null(chan);
	cr_assert_eq(mock.nr_calls, 1, "a channel was taken and lost");
	dmauser_close(s);
}

UNIT_TEST(chan, request_errors_pass)
{
	static const int errors[] = {-EPERM,	  -ENOENT, -EBUSY, -EDQUOT,
				     -EOPNOTSUPP, -EINTR,  -ENODEV};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;
	unsigned int i;

	mock.exists = 0;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		mock_reply(DMACTL_IOC_CHAN_REQUEST, errors[i]);
		cr_assert_eq(dmauser_chan_request_caps(s, 0, NULL, 0, &chan), errors[i]);
		mock_reply(DMACTL_IOC_CHAN_REQUEST, errors[i]);
		cr_assert_eq(dmauser_chan_request_name(s, "dma0chan0", 0, &chan), errors[i]);
		mock_reply(DMACTL_IOC_CHAN_REQUEST, errors[i]);
		cr_assert_eq(dmauser_chan_request_slave(s, "rx", 0, &chan), errors[i]);
	}
	cr_assert_null(chan);
	dmauser_close(s);
}

/* The channel exists, but the module cannot get it, because another client has it. */
UNIT_TEST(chan, name_of_another_client_is_busy)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	mock.exists = 1;
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -ENOENT);
	cr_assert_eq(dmauser_chan_request_name(s, "dma0chan7", 0, &chan), -EBUSY);
	cr_assert_null(chan);
	cr_assert_str_eq(mock.exists_root, "/sys/class/dma");
	cr_assert_str_eq(mock.exists_name, "dma0chan7");
	dmauser_close(s);
}

UNIT_TEST(chan, only_a_missing_name_is_looked_up)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = NULL;

	mock.exists = 1;
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -EPERM);
	cr_assert_eq(dmauser_chan_request_name(s, "dma0chan7", 0, &chan), -EPERM);
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -ENOENT);
	cr_assert_eq(dmauser_chan_request_slave(s, "dma0chan7", 0, &chan), -ENOENT);
	mock_reply(DMACTL_IOC_CHAN_REQUEST, -ENOENT);
	cr_assert_eq(dmauser_chan_request_caps(s, 0, "dma0chan7", 0, &chan), -ENOENT);
	cr_assert_str_empty(mock.exists_name);
	dmauser_close(s);
}

UNIT_TEST(chan, names_always_end)
{
	struct dmauser_session *s = mock_session();
	struct mock_reply *reply = mock_reply(DMACTL_IOC_CHAN_REQUEST, 0);
	struct dmauser_chan *chan = NULL;

	memset(reply->arg.request.out.name, 'n', DMACTL_NAME_LEN);
	memset(reply->arg.request.out.device, 'd', DMACTL_NAME_LEN);
	memset(reply->arg.request.out.driver, 'r', DMACTL_NAME_LEN);
	cr_assert_eq(dmauser_chan_request_caps(s, 0, NULL, 0, &chan), 0);
	cr_assert_eq(strlen(dmauser_chan_name(chan)), DMACTL_NAME_LEN - 1);
	cr_assert_eq(strlen(dmauser_chan_caps(chan)->device), DMACTL_NAME_LEN - 1);
	cr_assert_eq(strlen(dmauser_chan_caps(chan)->driver), DMACTL_NAME_LEN - 1);
	dmauser_close(s);
}

UNIT_TEST(chan, accessors_of_null)
{
	cr_assert_null(dmauser_chan_caps(NULL));
	cr_assert_null(dmauser_chan_name(NULL));
	cr_assert_eq(dmauser_chan_handle(NULL), 0);
	cr_assert_eq(dmauser_chan_depth(NULL), 0);
}

UNIT_TEST(chan, destroy)
{
	struct dmactl_destroy expected = {.size = sizeof(expected), .handle = 11};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 11);

	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_chan_destroy(chan), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.destroy, &expected);
	dmauser_close(s);
	cr_assert_eq(dmauser_chan_destroy(NULL), 0);
}

UNIT_TEST(chan, destroy_that_fails_changes_nothing)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 11);

	mock_reply(DMACTL_IOC_DESTROY, -EINTR);
	cr_assert_eq(dmauser_chan_destroy(chan), -EINTR);
	cr_assert_eq(dmauser_chan_handle(chan), 11);
	mock_reply(DMACTL_IOC_DESTROY, 0);
	cr_assert_eq(dmauser_chan_destroy(chan), 0);
	cr_assert_eq(mock_last()->arg.destroy.handle, 11);
	dmauser_close(s);
}

struct ctrl_case {
	int (*call)(struct dmauser_chan *chan);
	uint32_t ctrl;
};

static const struct ctrl_case ctrl_cases[] = {
	{dmauser_chan_issue, 1}, {dmauser_chan_terminate, 2}, {dmauser_chan_synchronize, 3},
	{dmauser_chan_pause, 4}, {dmauser_chan_resume, 5},
};

#define NR_CTRL (sizeof(ctrl_cases) / sizeof(ctrl_cases[0]))

UNIT_TEST(chan, ctrl)
{
	struct dmactl_chan_ctrl expected = {.size = sizeof(expected), .chan = 12};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 12);
	unsigned int i;

	for (i = 0; i < NR_CTRL; i++) {
		expected.ctrl = ctrl_cases[i].ctrl;
		mock_reply(DMACTL_IOC_CHAN_CTRL, 0);
		cr_assert_eq(ctrl_cases[i].call(chan), 0);
		cr_assert_eq(mock_last()->fd, dmauser_fd(s));
		assert_same(&mock_last()->arg.ctrl, &expected);
		mock_reply(DMACTL_IOC_CHAN_CTRL, -EOPNOTSUPP);
		cr_assert_eq(ctrl_cases[i].call(chan), -EOPNOTSUPP);
		cr_assert_eq(ctrl_cases[i].call(NULL), -EINVAL);
	}
	dmauser_close(s);
}

UNIT_TEST(chan, status)
{
	struct dmactl_chan_status expected = {.size = sizeof(expected), .chan = 13};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 13);
	struct mock_reply *reply = mock_reply(DMACTL_IOC_CHAN_STATUS, 0);
	struct dmactl_chan_status status;

	reply->arg.status.out_state = DMACTL_STATE_IN_PROGRESS;
	reply->arg.status.out_residue = 4096;
	reply->arg.status.user_data = 77;
	reply->arg.status.out_credit = 3;
	memset(&status, 0xa5, sizeof(status));
	cr_assert_eq(dmauser_chan_status(chan, &status), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	assert_same(&mock_last()->arg.status, &expected);
	cr_assert_eq(status.out_state, DMACTL_STATE_IN_PROGRESS);
	cr_assert_eq(status.out_residue, 4096);
	cr_assert_eq(status.user_data, 77);
	cr_assert_eq(status.out_credit, 3);
	dmauser_close(s);
}

UNIT_TEST(chan, status_of)
{
	struct dmactl_chan_status expected = {
		.size = sizeof(expected),
		.flags = DMACTL_STATUS_BY_USER_DATA,
		.chan = 13,
		.user_data = UINT64_MAX,
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 13);
	struct dmactl_chan_status status;

	mock_reply(DMACTL_IOC_CHAN_STATUS, 0)->arg.status.out_residue = 1;
	cr_assert_eq(dmauser_chan_status_of(chan, UINT64_MAX, &status), 0);
	assert_same(&mock_last()->arg.status, &expected);
	cr_assert_eq(status.out_residue, 1);
	dmauser_close(s);
}

UNIT_TEST(chan, status_errors)
{
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 13);
	struct dmactl_chan_status status, before;

	memset(&status, 0xa5, sizeof(status));
	before = status;
	cr_assert_eq(dmauser_chan_status(NULL, &status), -EINVAL);
	cr_assert_eq(dmauser_chan_status(chan, NULL), -EINVAL);
	cr_assert_eq(dmauser_chan_status_of(NULL, 0, &status), -EINVAL);
	cr_assert_eq(dmauser_chan_status_of(chan, 0, NULL), -EINVAL);
	mock_reply(DMACTL_IOC_CHAN_STATUS, -ENOENT);
	cr_assert_eq(dmauser_chan_status_of(chan, 5, &status), -ENOENT);
	assert_same(&status, &before);
	dmauser_close(s);
}

UNIT_TEST(chan, config)
{
	struct dmactl_chan_config config = {
		.size = sizeof(config),
		.flags = 0,
		.direction = DMACTL_DIR_DEV_TO_MEM,
		.src_addr = 0x1000,
		.src_addr_width = 4,
		.src_maxburst = 16,
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 5);

	mock_reply(DMACTL_IOC_CHAN_CONFIG, 0);
	cr_assert_eq(dmauser_chan_config(chan, &config), 0);
	cr_assert_eq(mock_last()->fd, dmauser_fd(s));
	config.chan = 5;
	assert_same(&mock_last()->arg.config, &config);
	mock_reply(DMACTL_IOC_CHAN_CONFIG, -EPERM);
	cr_assert_eq(dmauser_chan_config(chan, &config), -EPERM);
	dmauser_close(s);
}

/* A struct of another version than the library's. */
UNIT_TEST(chan, config_size)
{
	struct {
		struct dmactl_chan_config config;
		unsigned char more[8];
	} newer = {.config = {.size = sizeof(newer), .dst_maxburst = 3}};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 5);

	mock_reply(DMACTL_IOC_CHAN_CONFIG, 0);
	cr_assert_eq(dmauser_chan_config(chan, &newer.config), 0);
	cr_assert_eq(mock_last()->arg.config.size, sizeof(newer.config));
	cr_assert_eq(mock_last()->arg.config.dst_maxburst, 3);
	newer.more[7] = 1;
	cr_assert_eq(dmauser_chan_config(chan, &newer.config), -E2BIG);
	newer.config.size = 71;
	cr_assert_eq(dmauser_chan_config(chan, &newer.config), -EINVAL);
	newer.config.size = 4097;
	cr_assert_eq(dmauser_chan_config(chan, &newer.config), -EINVAL);
	newer.config.size = 72;
	cr_assert_eq(dmauser_chan_config(NULL, &newer.config), -EINVAL);
	cr_assert_eq(dmauser_chan_config(chan, NULL), -EINVAL);
	dmauser_close(s);
}

UNIT_TEST(chan, stream_open)
{
	struct dmactl_stream_open expected = {
		.size = sizeof(expected),
		.flags = DMACTL_STREAM_PACKETS,
		.chan = 5,
		.direction = DMACTL_DIR_DEV_TO_MEM,
		.block_len = 5000,
		.nr_blocks = 7,
	};
	struct dmauser_session *s = mock_session();
	struct dmauser_chan *chan = mock_chan(s, 5);
	struct mock_reply *reply = mock_reply(DMACTL_IOC_STREAM_OPEN, 0);
	unsigned int nr_blocks = 7;
	size_t block_len = 5000;
	int fd = -1;

	reply->arg.stream.out_fd = 99;
	reply->arg.stream.out_block_len = 8192;
	reply->arg.stream.out_nr_blocks = 8;
	cr_assert_eq(dmauser_stream_open(chan, DMACTL_DIR_DEV_TO_MEM, DMACTL_STREAM_PACKETS,
					 &block_len, &nr_blocks, &fd),
		     0);
	assert_same(&mock_last()->arg.stream, &expected);
	cr_assert_eq(fd, 99);
	cr_assert_eq(block_len, 8192);
	cr_assert_eq(nr_blocks, 8);
	/* The defaults, for a caller that does not ask for the values. */
	mock_reply(DMACTL_IOC_STREAM_OPEN, 0);
	cr_assert_eq(dmauser_stream_open(chan, DMACTL_DIR_MEM_TO_DEV, 0, NULL, NULL, &fd), 0);
	cr_assert_eq(mock_last()->arg.stream.block_len, 0);
	cr_assert_eq(mock_last()->arg.stream.nr_blocks, 0);
	mock_reply(DMACTL_IOC_STREAM_OPEN, -EPERM);
	fd = -1;
	cr_assert_eq(dmauser_stream_open(chan, DMACTL_DIR_MEM_TO_DEV, 0, NULL, NULL, &fd), -EPERM);
	cr_assert_eq(fd, -1);
	cr_assert_eq(dmauser_stream_open(NULL, DMACTL_DIR_MEM_TO_DEV, 0, NULL, NULL, &fd), -EINVAL);
	cr_assert_eq(dmauser_stream_open(chan, DMACTL_DIR_MEM_TO_DEV, 0, NULL, NULL, NULL),
		     -EINVAL);
	dmauser_close(s);
}
