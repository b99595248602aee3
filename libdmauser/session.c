// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

static int fetch_info(int fd, struct dmactl_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return dmauser_ioctl(fd, DMACTL_IOC_INFO, info);
}

static struct dmauser_session *session_new(int fd, const struct dmactl_info *info)
{
	struct dmauser_session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->fd = fd;
	s->max_batch = info->out_max_batch;
	LIST_INIT(&s->chans);
	LIST_INIT(&s->bufs);
	LIST_INIT(&s->prepared);
	if (dmauser_aside_init(&s->aside) < 0) {
		free(s);
		return NULL;
	}
	/* With default attributes it cannot fail in glibc and musl. */
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

DMAUSER_EXPORT int dmauser_open(const char *path, struct dmauser_session **session)
{
	struct dmactl_info info;
	int fd, rc;

	if (!session)
		return -EINVAL;
	fd = open(path ? path : DMACTL_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = fetch_info(fd, &info);
	if (rc == 0) {
		*session = session_new(fd, &info);
		if (*session)
			return 0;
		rc = -ENOMEM;
	}
	close(fd);
	return rc;
}

DMAUSER_EXPORT int dmauser_open_port(const char *port, struct dmauser_session **session)
{
	char path[sizeof(DMACTL_PORT_DIR) + DMACTL_NAME_LEN];
	size_t len = port ? strcspn(port, ":") : 0;

	/* A name is a file in this directory, not a path from there. */
	if (!len || len >= DMACTL_NAME_LEN || memchr(port, '/', len) || port[0] == '.')
		return -EINVAL;
	snprintf(path, sizeof(path), DMACTL_PORT_DIR "%.*s", (int)len, port);
	return dmauser_open(path, session);
}

static void free_chans(struct dmauser_session *s)
{
	struct dmauser_chan *chan;

	while ((chan = LIST_FIRST(&s->chans))) {
		LIST_REMOVE(chan, link);
		free(chan);
	}
}

static void free_bufs(struct dmauser_session *s)
{
	struct dmauser_buf *buf;

	while ((buf = LIST_FIRST(&s->bufs))) {
		LIST_REMOVE(buf, link);
		dmauser_buf_release(buf);
		free(buf);
	}
}

static void free_prepared(struct dmauser_session *s)
{
	struct dmauser_prepared *prepared;

	while ((prepared = LIST_FIRST(&s->prepared))) {
		LIST_REMOVE(prepared, link);
		free(prepared);
	}
}

DMAUSER_EXPORT void dmauser_close(struct dmauser_session *session)
{
	if (!session)
		return;
	/* Unmap first: a mapping would keep the file open, and the channels with it. */
	free_bufs(session);
	dmauser_ring_release(session->ring);
	close(session->fd);
	free_prepared(session);
	dmauser_aside_release(&session->aside);
	free_chans(session);
	pthread_mutex_destroy(&session->lock);
	free(session);
}

DMAUSER_EXPORT int dmauser_fd(const struct dmauser_session *session)
{
	return session ? session->fd : -EINVAL;
}

DMAUSER_EXPORT int dmauser_info(struct dmauser_session *session, struct dmactl_info *info)
{
	struct dmactl_info tmp;
	int rc;

	if (!session || !info)
		return -EINVAL;
	rc = fetch_info(session->fd, &tmp);
	if (rc == 0)
		*info = tmp;
	return rc;
}

DMAUSER_EXPORT int dmauser_set_eventfd(struct dmauser_session *session, int fd)
{
	struct dmactl_eventfd arg = {.size = sizeof(arg), .fd = fd};

	if (!session)
		return -EINVAL;
	return dmauser_ioctl(session->fd, DMACTL_IOC_EVENTFD, &arg);
}
