// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* Sizes of struct dmactl_chan_config: that of the first version, and the limit of the module. */
#define CONFIG_MIN 72u
#define CONFIG_MAX 4096u

static int set_name(char field[DMACTL_NAME_LEN], const char *name)
{
	size_t len = strlen(name);

	if (len >= DMACTL_NAME_LEN)
		return -ENAMETOOLONG;
	memcpy(field, name, len + 1);
	return 0;
}

/* Terminates the strings, although those of the module always end with NUL. */
static void end_names(struct dmactl_chan_caps *caps)
{
	caps->name[DMACTL_NAME_LEN - 1] = '\0';
	caps->device[DMACTL_NAME_LEN - 1] = '\0';
	caps->driver[DMACTL_NAME_LEN - 1] = '\0';
}

static struct dmauser_chan *chan_new(struct dmauser_session *s)
{
	struct dmauser_chan *chan = calloc(1, sizeof(*chan));

	if (chan)
		chan->session = s;
	return chan;
}

static void chan_publish(struct dmauser_chan *chan, const struct dmactl_chan_request *arg)
{
	struct dmauser_session *s = chan->session;

	chan->handle = arg->out_chan;
	chan->depth = arg->out_depth;
	chan->caps = arg->out;
	end_names(&chan->caps);
	pthread_mutex_lock(&s->lock);
	LIST_INSERT_HEAD(&s->chans, chan, link);
	pthread_mutex_unlock(&s->lock);
	dmauser_aside_add(chan);
}

/* The caller has set by, caps and depth in @arg. */
static int chan_request(struct dmauser_session *s, struct dmactl_chan_request *arg,
			const char *name, struct dmauser_chan **chan)
{
	struct dmauser_chan *new_chan;
	int rc;

	if (!s || !name || !chan)
		return -EINVAL;
	rc = set_name(arg->name, name);
	if (rc < 0)
		return rc;
	/* Allocate before the request, so that a failure needs no release of the channel. */
	new_chan = chan_new(s);
	if (!new_chan)
		return -ENOMEM;
	arg->size = sizeof(*arg);
	rc = dmauser_ioctl(s->fd, DMACTL_IOC_CHAN_REQUEST, arg);
	if (rc < 0) {
		free(new_chan);
		return rc;
	}
	chan_publish(new_chan, arg);
	*chan = new_chan;
	return 0;
}

DMAUSER_EXPORT int dmauser_chan_request_caps(struct dmauser_session *session, uint64_t caps,
					     const char *device, unsigned int depth,
					     struct dmauser_chan **chan)
{
	struct dmactl_chan_request arg = {
		.by = DMACTL_CHAN_BY_CAPS,
		.depth = depth,
		.caps = caps,
	};

	return chan_request(session, &arg, device ? device : "", chan);
}

DMAUSER_EXPORT int dmauser_chan_request_name(struct dmauser_session *session, const char *name,
					     unsigned int depth, struct dmauser_chan **chan)
{
	struct dmactl_chan_request arg = {.by = DMACTL_CHAN_BY_NAME, .depth = depth};
	int rc;

	if (!name || !*name)
		return -EINVAL;
	rc = chan_request(session, &arg, name, chan);
	/* The module cannot see channels of other clients of dmaengine. */
	if (rc == -ENOENT && dmauser_chan_exists_at(DMAUSER_SYSFS, name))
		return -EBUSY;
	return rc;
}

DMAUSER_EXPORT int dmauser_chan_look(struct dmauser_session *session, const char *name,
				     struct dmactl_chan_caps *caps, unsigned int *depth)
{
	struct dmactl_chan_request arg = {
		.size = sizeof(arg),
		.flags = DMACTL_CHAN_LOOK,
		.by = DMACTL_CHAN_BY_NAME,
	};
	int rc;

	if (!session || !name || !*name || !caps)
		return -EINVAL;
	rc = set_name(arg.name, name);
	if (rc == 0)
		rc = dmauser_ioctl(session->fd, DMACTL_IOC_CHAN_REQUEST, &arg);
	if (rc == -ENOENT && dmauser_chan_exists_at(DMAUSER_SYSFS, name))
		return -EBUSY;
	if (rc < 0)
		return rc;
	*caps = arg.out;
	end_names(caps);
	if (depth)
		*depth = arg.out_depth;
	return 0;
}

DMAUSER_EXPORT int dmauser_chan_request_slave(struct dmauser_session *session, const char *name,
					      unsigned int depth, struct dmauser_chan **chan)
{
	struct dmactl_chan_request arg = {.by = DMACTL_CHAN_BY_SLAVE, .depth = depth};

	if (!name || !*name)
		return -EINVAL;
	return chan_request(session, &arg, name, chan);
}

DMAUSER_EXPORT int dmauser_chan_request_port(struct dmauser_session *session, const char *name,
					     unsigned int depth, struct dmauser_chan **chan)
{
	struct dmactl_chan_request arg = {.by = DMACTL_CHAN_BY_PORT, .depth = depth};

	if (!name || !*name)
		return -EINVAL;
	return chan_request(session, &arg, name, chan);
}

DMAUSER_EXPORT int dmauser_chan_destroy(struct dmauser_chan *chan)
{
	struct dmauser_session *s;
	int rc;

	if (!chan)
		return 0;
	s = chan->session;
	rc = dmauser_destroy_handle(s->fd, chan->handle);
	if (rc < 0)
		return rc;
	dmauser_aside_remove(chan);
	pthread_mutex_lock(&s->lock);
	LIST_REMOVE(chan, link);
	pthread_mutex_unlock(&s->lock);
	free(chan);
	return 0;
}

DMAUSER_EXPORT const struct dmactl_chan_caps *dmauser_chan_caps(const struct dmauser_chan *chan)
{
	return chan ? &chan->caps : NULL;
}

DMAUSER_EXPORT const char *dmauser_chan_name(const struct dmauser_chan *chan)
{
	return chan ? chan->caps.name : NULL;
}

DMAUSER_EXPORT uint32_t dmauser_chan_handle(const struct dmauser_chan *chan)
{
	return chan ? chan->handle : 0;
}

DMAUSER_EXPORT unsigned int dmauser_chan_depth(const struct dmauser_chan *chan)
{
	return chan ? chan->depth : 0;
}

static int chan_ctrl(struct dmauser_chan *chan, enum dmactl_ctrl ctrl)
{
	struct dmactl_chan_ctrl arg = {.size = sizeof(arg), .ctrl = ctrl};

	if (!chan)
		return -EINVAL;
	arg.chan = chan->handle;
	return dmauser_ioctl(chan->session->fd, DMACTL_IOC_CHAN_CTRL, &arg);
}

DMAUSER_EXPORT int dmauser_chan_issue(struct dmauser_chan *chan)
{
	return chan_ctrl(chan, DMACTL_CTRL_ISSUE);
}

DMAUSER_EXPORT int dmauser_chan_terminate(struct dmauser_chan *chan)
{
	return chan_ctrl(chan, DMACTL_CTRL_TERMINATE);
}

DMAUSER_EXPORT int dmauser_chan_synchronize(struct dmauser_chan *chan)
{
	return chan_ctrl(chan, DMACTL_CTRL_SYNCHRONIZE);
}

DMAUSER_EXPORT int dmauser_chan_pause(struct dmauser_chan *chan)
{
	return chan_ctrl(chan, DMACTL_CTRL_PAUSE);
}

DMAUSER_EXPORT int dmauser_chan_resume(struct dmauser_chan *chan)
{
	return chan_ctrl(chan, DMACTL_CTRL_RESUME);
}

static int chan_status(struct dmauser_chan *chan, uint32_t flags, uint64_t user_data,
		       struct dmactl_chan_status *status)
{
	struct dmactl_chan_status arg = {
		.size = sizeof(arg),
		.flags = flags,
		.user_data = user_data,
	};
	int rc;

	if (!chan || !status)
		return -EINVAL;
	arg.chan = chan->handle;
	rc = dmauser_ioctl(chan->session->fd, DMACTL_IOC_CHAN_STATUS, &arg);
	if (rc == 0)
		*status = arg;
	return rc;
}

DMAUSER_EXPORT int dmauser_chan_status(struct dmauser_chan *chan, struct dmactl_chan_status *status)
{
	return chan_status(chan, 0, 0, status);
}

DMAUSER_EXPORT int dmauser_chan_status_of(struct dmauser_chan *chan, uint64_t user_data,
					  struct dmactl_chan_status *status)
{
	return chan_status(chan, DMACTL_STATUS_BY_USER_DATA, user_data, status);
}

/* Fields that this library does not know must be 0. */
static int rest_is_zero(const struct dmactl_chan_config *config)
{
	const unsigned char *bytes = (const unsigned char *)config;
	uint32_t i;

	for (i = sizeof(*config); i < config->size; i++) {
		if (bytes[i])
			return 0;
	}
	return 1;
}

DMAUSER_EXPORT int dmauser_chan_config(struct dmauser_chan *chan,
				       const struct dmactl_chan_config *config)
{
	struct dmactl_chan_config arg = {0};

	if (!chan || !config || config->size < CONFIG_MIN || config->size > CONFIG_MAX)
		return -EINVAL;
	if (!rest_is_zero(config))
		return -E2BIG;
	memcpy(&arg, config, config->size < sizeof(arg) ? config->size : sizeof(arg));
	arg.size = sizeof(arg);
	arg.chan = chan->handle;
	return dmauser_ioctl(chan->session->fd, DMACTL_IOC_CHAN_CONFIG, &arg);
}

DMAUSER_EXPORT int dmauser_stream_open(struct dmauser_chan *chan, uint32_t direction,
				       uint32_t flags, size_t *block_len, unsigned int *nr_blocks,
				       int *fd)
{
	struct dmactl_stream_open arg = {
		.size = sizeof(arg),
		.flags = flags,
		.direction = direction,
		.block_len = block_len ? *block_len : 0,
		.nr_blocks = nr_blocks ? *nr_blocks : 0,
	};
	int rc;

	if (!chan || !fd)
		return -EINVAL;
	arg.chan = chan->handle;
	rc = dmauser_ioctl(chan->session->fd, DMACTL_IOC_STREAM_OPEN, &arg);
	if (rc < 0)
		return rc;
	if (block_len)
		*block_len = (size_t)arg.out_block_len;
	if (nr_blocks)
		*nr_blocks = arg.out_nr_blocks;
	*fd = arg.out_fd;
	return 0;
}
