// SPDX-License-Identifier: MIT
/*
 * Two processes share memory as a dma-buf: the parent exports a buffer and passes
 * the file descriptor through a socket; the child imports it and has a channel of
 * its own write there. The fences of the dma-buf order the accesses of both.
 *
 * Usage: dmabuf
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dmauser.h>

#define LEN	(64u << 10)
#define TIMEOUT 10000000000ull /* ns */

/* A message of one byte with room for a file descriptor, as SCM_RIGHTS needs it. */
struct parcel {
	struct msghdr message;
	struct iovec data;
	char byte;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "dmabuf: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "dmabuf: %s: %s\n", what, strerror(errno));
	return -1;
}

static void parcel_init(struct parcel *p)
{
	memset(p, 0, sizeof(*p));
	p->data.iov_base = &p->byte;
	p->data.iov_len = 1;
	p->message.msg_iov = &p->data;
	p->message.msg_iovlen = 1;
	p->message.msg_control = &p->control;
	p->message.msg_controllen = sizeof(p->control);
}

static int send_fd(int sock, int fd)
{
	struct parcel p;

	parcel_init(&p);
	p.control.header.cmsg_level = SOL_SOCKET;
	p.control.header.cmsg_type = SCM_RIGHTS;
	p.control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&p.control.header), &fd, sizeof(fd));
	return sendmsg(sock, &p.message, 0) == 1 ? 0 : -errno;
}

static int recv_fd(int sock, int *fd)
{
	struct parcel p;

	parcel_init(&p);
	if (recvmsg(sock, &p.message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&p.message))
		return -ENODATA;
	memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&p.message)), sizeof(*fd));
	return 0;
}

/* The child: fills the memory of the other process by DMA. */
static int fill(struct dmauser_session *s, struct dmauser_buf *shared)
{
	struct dmactl_completion done;
	struct dmauser_result result;
	struct dmauser_batch *batch;
	struct dmauser_chan *chan;
	int rc;

	rc = dmauser_chan_request_caps(s, DMACTL_CAP_MEMSET, NULL, 0, &chan);
	if (rc < 0)
		return fail("no channel can fill", rc);
	rc = dmauser_batch_new(&batch);
	if (rc < 0)
		return fail("cannot make a batch", rc);
	rc = dmauser_batch_memset(batch, chan, shared, 0, 0x5a, LEN, 1);
	if (rc == 0)
		rc = dmauser_submit_wait(s, batch, 0, &done, 1, 1, TIMEOUT, &result);
	if (rc == 0)
		rc = result.completed ? done.status : result.wait;
	dmauser_batch_free(batch);
	return rc < 0 ? fail("cannot fill", rc) : 0;
}

static int child(int sock)
{
	struct dmauser_session *s;
	struct dmauser_buf *shared;
	int dmabuf, rc;

	rc = recv_fd(sock, &dmabuf);
	if (rc < 0)
		return fail("no dma-buf came", rc);
	rc = dmauser_open(NULL, &s);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = dmauser_buf_import(s, dmabuf, &shared);
	/* The import lasts without the descriptor. */
	close(dmabuf);
	rc = rc < 0 ? fail("cannot import", rc) : fill(s, shared);
	dmauser_close(s);
	return rc;
}

/* The parent: looks at what the other one wrote. */
static int parent(struct dmauser_session *s, int sock, pid_t pid)
{
	struct dmauser_buf *buf;
	void *addr;
	unsigned char *p;
	unsigned int i;
	int dmabuf, status, rc;

	rc = dmauser_buf_alloc(s, DMACTL_BUF_STREAMING, NULL, LEN, &buf);
	if (rc == 0)
		rc = dmauser_buf_map(buf, &addr);
	if (rc == 0)
		rc = dmauser_buf_export(buf, &dmabuf);
	if (rc < 0)
		return fail("cannot export", rc);
	rc = send_fd(sock, dmabuf);
	close(dmabuf);
	if (rc < 0)
		return fail("cannot send", rc);
	if (waitpid(pid, &status, 0) != pid || status)
		return -1;
	/* Another device may have written, past the caches of this CPU. */
	rc = dmauser_buf_sync(buf, 0, LEN, DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ);
	if (rc < 0)
		return fail("cannot sync", rc);
	p = (unsigned char *)addr;
	for (i = 0; i < LEN; i++) {
		if (p[i] != 0x5a) {
			fprintf(stderr, "dmabuf: byte %u is wrong\n", i);
			return -1;
		}
	}
	printf("the other process wrote %u bytes\n", LEN);
	return 0;
}

int main(void)
{
	struct dmauser_session *s;
	int pair[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return fail_call("no sockets") < 0;
	/* Before the session is opened, because a child must not use its parent's. */
	pid = fork();
	if (pid < 0)
		return fail_call("no process") < 0;
	if (pid == 0) {
		close(pair[0]);
		return child(pair[1]) < 0;
	}
	close(pair[1]);
	rc = dmauser_open(NULL, &s);
	if (rc < 0) {
		fail(DMACTL_DEVICE, rc);
		return 1;
	}
	rc = parent(s, pair[0], pid);
	dmauser_close(s);
	return rc < 0;
}
