// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "private.h"

static void buf_publish(struct dmauser_buf *buf, const struct dmactl_buf_alloc *arg)
{
	struct dmauser_session *s = buf->session;

	buf->handle = arg->out_buf;
	buf->len = arg->out_len;
	buf->mmap_offset = arg->out_mmap_offset;
	pthread_mutex_lock(&s->lock);
	LIST_INSERT_HEAD(&s->bufs, buf, link);
	pthread_mutex_unlock(&s->lock);
}

DMAUSER_EXPORT int dmauser_buf_alloc(struct dmauser_session *session, enum dmactl_buf_kind kind,
				     struct dmauser_chan *chan, size_t len,
				     struct dmauser_buf **buf)
{
	struct dmactl_buf_alloc arg = {.size = sizeof(arg), .kind = kind, .len = len};
	struct dmauser_buf *new_buf;
	int rc;

	if (!session || !buf || (chan && chan->session != session))
		return -EINVAL;
	arg.chan = dmauser_chan_handle(chan);
	new_buf = calloc(1, sizeof(*new_buf));
	if (!new_buf)
		return -ENOMEM;
	new_buf->session = session;
	rc = dmauser_ioctl(session->fd, DMACTL_IOC_BUF_ALLOC, &arg);
	if (rc < 0) {
		free(new_buf);
		return rc;
	}
	buf_publish(new_buf, &arg);
	*buf = new_buf;
	return 0;
}

static int unmap_locked(struct dmauser_buf *buf)
{
	if (!buf->addr)
		return 0;
	if (munmap(buf->addr, buf->len) < 0)
		return -errno;
	buf->addr = NULL;
	return 0;
}

DMAUSER_EXPORT int dmauser_buf_destroy(struct dmauser_buf *buf)
{
	struct dmauser_session *s;
	int rc;

	if (!buf)
		return 0;
	s = buf->session;
	/* The mapping goes last: a buffer that is in use keeps it. */
	rc = dmauser_destroy_handle(s, buf->handle);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&s->lock);
	LIST_REMOVE(buf, link);
	unmap_locked(buf);
	pthread_mutex_unlock(&s->lock);
	free(buf);
	return 0;
}

static int map_locked(struct dmauser_buf *buf)
{
	void *addr;

	if (buf->addr)
		return 0;
	addr = mmap(NULL, buf->len, PROT_READ | PROT_WRITE, MAP_SHARED, buf->session->fd,
		    (off_t)buf->mmap_offset);
	if (addr == MAP_FAILED)
		return -errno;
	buf->addr = addr;
	return 0;
}

DMAUSER_EXPORT int dmauser_buf_map(struct dmauser_buf *buf, void **addr)
{
	int rc;

	if (!buf || !addr)
		return -EINVAL;
	pthread_mutex_lock(&buf->session->lock);
	rc = map_locked(buf);
	if (rc == 0)
		*addr = buf->addr;
	pthread_mutex_unlock(&buf->session->lock);
	return rc;
}

DMAUSER_EXPORT int dmauser_buf_unmap(struct dmauser_buf *buf)
{
	int rc;

	if (!buf)
		return -EINVAL;
	pthread_mutex_lock(&buf->session->lock);
	rc = unmap_locked(buf);
	pthread_mutex_unlock(&buf->session->lock);
	return rc;
}

DMAUSER_EXPORT size_t dmauser_buf_len(const struct dmauser_buf *buf)
{
	return buf ? buf->len : 0;
}

DMAUSER_EXPORT uint32_t dmauser_buf_handle(const struct dmauser_buf *buf)
{
	return buf ? buf->handle : 0;
}

DMAUSER_EXPORT int dmauser_buf_sync(struct dmauser_buf *buf, size_t off, size_t len, uint32_t flags)
{
	struct dmactl_buf_sync arg = {
		.size = sizeof(arg),
		.flags = flags,
		.off = off,
		.len = len,
	};

	if (!buf)
		return -EINVAL;
	arg.buf = buf->handle;
	return dmauser_ioctl(buf->session->fd, DMACTL_IOC_BUF_SYNC, &arg);
}
