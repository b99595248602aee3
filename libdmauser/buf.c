// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "private.h"

static void buf_publish(struct dmauser_buf *buf)
{
	struct dmauser_session *s = buf->session;

	pthread_mutex_lock(&s->lock);
	LIST_INSERT_HEAD(&s->bufs, buf, link);
	pthread_mutex_unlock(&s->lock);
}

static struct dmauser_buf *buf_new(struct dmauser_session *session, enum dmauser_buf_origin origin)
{
	struct dmauser_buf *buf = calloc(1, sizeof(*buf));

	if (!buf)
		return NULL;
	buf->session = session;
	buf->origin = origin;
	buf->dmabuf = -1;
	return buf;
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
	new_buf = buf_new(session, DMAUSER_BUF_ALLOCATED);
	if (!new_buf)
		return -ENOMEM;
	rc = dmauser_ioctl(session->fd, DMACTL_IOC_BUF_ALLOC, &arg);
	if (rc < 0) {
		free(new_buf);
		return rc;
	}
	new_buf->handle = arg.out_buf;
	new_buf->len = (size_t)arg.out_len;
	new_buf->mmap_offset = arg.out_mmap_offset;
	buf_publish(new_buf);
	*buf = new_buf;
	return 0;
}

DMAUSER_EXPORT int dmauser_buf_map_user(struct dmauser_session *session, void *addr, size_t len,
					uint32_t flags, struct dmauser_buf **buf)
{
	struct dmactl_buf_map_user arg = {
		.size = sizeof(arg),
		.flags = flags,
		.addr = dmauser_uptr(addr),
		.len = len,
	};
	struct dmauser_buf *new_buf;
	int rc;

	if (!session || !addr || !buf)
		return -EINVAL;
	new_buf = buf_new(session, DMAUSER_BUF_USER);
	if (!new_buf)
		return -ENOMEM;
	rc = dmauser_ioctl(session->fd, DMACTL_IOC_BUF_MAP_USER, &arg);
	if (rc < 0) {
		free(new_buf);
		return rc;
	}
	new_buf->handle = arg.out_buf;
	new_buf->len = len;
	new_buf->addr = addr;
	buf_publish(new_buf);
	*buf = new_buf;
	return 0;
}

DMAUSER_EXPORT int dmauser_buf_import(struct dmauser_session *session, int fd,
				      struct dmauser_buf **buf)
{
	struct dmactl_buf_import arg = {.size = sizeof(arg)};
	struct dmauser_buf *new_buf;
	int rc;

	if (!session || !buf)
		return -EINVAL;
	new_buf = buf_new(session, DMAUSER_BUF_IMPORTED);
	if (!new_buf)
		return -ENOMEM;
	/* Mapping needs a file descriptor, and the caller may close its own. */
	new_buf->dmabuf = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (new_buf->dmabuf < 0) {
		rc = -errno;
		goto free_buf;
	}
	arg.fd = new_buf->dmabuf;
	rc = dmauser_ioctl(session->fd, DMACTL_IOC_BUF_IMPORT, &arg);
	if (rc < 0)
		goto close_fd;
	new_buf->handle = arg.out_buf;
	new_buf->len = (size_t)arg.out_len;
	buf_publish(new_buf);
	*buf = new_buf;
	return 0;
close_fd:
	close(new_buf->dmabuf);
free_buf:
	free(new_buf);
	return rc;
}

DMAUSER_EXPORT int dmauser_buf_export(struct dmauser_buf *buf, int *fd)
{
	struct dmactl_buf_export arg = {.size = sizeof(arg)};
	int rc;

	if (!buf || !fd)
		return -EINVAL;
	arg.buf = buf->handle;
	rc = dmauser_ioctl(buf->session->fd, DMACTL_IOC_BUF_EXPORT, &arg);
	if (rc == 0)
		*fd = arg.out_fd;
	return rc;
}

static int unmap_locked(struct dmauser_buf *buf)
{
	/* Do not unmap memory of the program. */
	if (!buf->addr || buf->origin == DMAUSER_BUF_USER)
		return 0;
	if (munmap(buf->addr, buf->len) < 0)
		return -errno;
	buf->addr = NULL;
	return 0;
}

void dmauser_buf_release(struct dmauser_buf *buf)
{
	unmap_locked(buf);
	if (buf->dmabuf >= 0)
		close(buf->dmabuf);
}

DMAUSER_EXPORT int dmauser_buf_destroy(struct dmauser_buf *buf)
{
	struct dmauser_session *s;
	int rc;

	if (!buf)
		return 0;
	s = buf->session;
	/* Unmap last, because a buffer in use cannot be destroyed and keeps its mapping. */
	rc = dmauser_destroy_handle(s->fd, buf->handle);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&s->lock);
	LIST_REMOVE(buf, link);
	dmauser_buf_release(buf);
	pthread_mutex_unlock(&s->lock);
	free(buf);
	return 0;
}

static int map_locked(struct dmauser_buf *buf)
{
	int fd = buf->origin == DMAUSER_BUF_IMPORTED ? buf->dmabuf : buf->session->fd;
	void *addr;

	if (buf->addr)
		return 0;
	addr = mmap(NULL, buf->len, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
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

DMAUSER_EXPORT int dmauser_buf_mmap_offset(const struct dmauser_buf *buf, uint64_t *offset)
{
	if (!buf || !offset)
		return -EINVAL;
	if (buf->origin != DMAUSER_BUF_ALLOCATED)
		return -EOPNOTSUPP;
	*offset = buf->mmap_offset;
	return 0;
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
