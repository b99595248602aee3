// SPDX-License-Identifier: MIT
/*
 * Keeps several copies in flight from an event loop: an eventfd wakes epoll
 * when copies have ended. The program checks each copy and starts the next one
 * in its slot.
 *
 * Usage: epoll [CHANNEL]
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <dmauser.h>

#define SLOTS	   16u /* copies in flight */
#define SLOT_LEN   (64u << 10)
#define COPIES	   256u /* total */
#define TIMEOUT_MS 10000

struct loop {
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *src, *dst;
	unsigned char *from, *to;
	struct dmauser_batch *batch;
	int eventfd, epollfd;
	unsigned int started, ended, wakeups;
};

static int fail(const char *what, int rc)
{
	fprintf(stderr, "epoll: %s: %s\n", what, dmauser_strerror(rc));
	return -1;
}

/* For system calls on other files, whose errors have their usual meaning. */
static int fail_call(const char *what)
{
	fprintf(stderr, "epoll: %s: %s\n", what, strerror(errno));
	return -1;
}

static int get_buf(struct loop *l, struct dmauser_buf **buf, unsigned char **mem)
{
	void *addr = NULL;
	int rc;

	rc = dmauser_buf_alloc(l->session, DMACTL_BUF_STREAMING, NULL, (size_t)SLOTS * SLOT_LEN,
			       buf);
	if (rc == 0)
		rc = dmauser_buf_map(*buf, &addr);
	if (rc < 0)
		return fail("cannot get a buffer", rc);
	*mem = (unsigned char *)addr;
	return 0;
}

/* Each copy has other data, so that the data of an old copy is not taken for new. */
static int start_copy(struct loop *l, unsigned int slot)
{
	unsigned int i, off = slot * SLOT_LEN, nr = l->started++;
	int rc;

	for (i = 0; i < SLOT_LEN; i++)
		l->from[off + i] = (unsigned char)(i * 7 + nr);
	rc = dmauser_batch_memcpy(l->batch, l->chan, l->dst, off, l->src, off, SLOT_LEN, slot);
	return rc < 0 ? fail("cannot add an op", rc) : 0;
}

/* There is always credit: the channel was requested with depth SLOTS. */
static int submit(struct loop *l)
{
	int rc;

	while (dmauser_batch_count(l->batch)) {
		rc = dmauser_submit(l->session, l->batch, 0);
		if (rc < 0)
			return fail("cannot submit", rc);
	}
	return 0;
}

static int end_copy(struct loop *l, const struct dmactl_completion *done)
{
	unsigned int slot = (unsigned int)done->user_data, off = slot * SLOT_LEN;

	if (done->status < 0)
		return fail("a copy failed", done->status);
	if (memcmp(l->to + off, l->from + off, SLOT_LEN) != 0) {
		fprintf(stderr, "epoll: slot %u holds wrong data\n", slot);
		return -1;
	}
	l->ended++;
	return l->started < COPIES ? start_copy(l, slot) : 0;
}

/* The eventfd is a hint, not a count, so reap until nothing is left. */
static int reap_all(struct loop *l)
{
	struct dmactl_completion done[SLOTS];
	int i, nr;

	for (;;) {
		nr = dmauser_reap(l->session, done, SLOTS);
		if (nr < 0)
			return fail("cannot reap", nr);
		if (nr == 0)
			return 0;
		for (i = 0; i < nr; i++)
			if (end_copy(l, &done[i]) < 0)
				return -1;
		if (submit(l) < 0)
			return -1;
	}
}

static int wait_for_event(struct loop *l)
{
	struct epoll_event event;
	uint64_t hints;
	int nr;

	do
		nr = epoll_wait(l->epollfd, &event, 1, TIMEOUT_MS);
	while (nr < 0 && errno == EINTR);
	if (nr < 0)
		return fail_call("epoll_wait");
	if (nr == 0)
		return fail("copies are stuck", -ETIMEDOUT);
	/* Reading resets the eventfd. EAGAIN: an earlier read has reset it already. */
	if (read(l->eventfd, &hints, sizeof(hints)) < 0 && errno != EAGAIN)
		return fail_call("cannot read the eventfd");
	l->wakeups++;
	return 0;
}

static int run_loop(struct loop *l)
{
	unsigned int slot;

	for (slot = 0; slot < SLOTS; slot++)
		if (start_copy(l, slot) < 0)
			return -1;
	if (submit(l) < 0)
		return -1;
	while (l->ended < COPIES)
		if (wait_for_event(l) < 0 || reap_all(l) < 0)
			return -1;
	printf("%u copies of %u bytes, %u in flight, all verified; woken %u times\n", l->ended,
	       SLOT_LEN, SLOTS, l->wakeups);
	return 0;
}

static int watch_completions(struct loop *l)
{
	struct epoll_event event = {.events = EPOLLIN};
	int rc;

	l->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->epollfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->eventfd < 0 || l->epollfd < 0)
		return fail_call("cannot make an event loop");
	if (epoll_ctl(l->epollfd, EPOLL_CTL_ADD, l->eventfd, &event) < 0)
		return fail_call("epoll_ctl");
	rc = dmauser_set_eventfd(l->session, l->eventfd);
	return rc < 0 ? fail("cannot set the eventfd", rc) : 0;
}

static int prepare(struct loop *l, const char *name)
{
	int rc;

	rc = dmauser_open(NULL, &l->session);
	if (rc < 0)
		return fail(DMACTL_DEVICE, rc);
	rc = name ? dmauser_chan_request_name(l->session, name, SLOTS, &l->chan)
		  : dmauser_chan_request_caps(l->session, DMACTL_CAP_MEMCPY, NULL, SLOTS, &l->chan);
	if (rc < 0)
		return fail(name ? name : "no channel can copy", rc);
	printf("channel %s\n", dmauser_chan_name(l->chan));
	rc = dmauser_batch_new(&l->batch);
	if (rc < 0)
		return fail("cannot make a batch", rc);
	if (get_buf(l, &l->src, &l->from) < 0 || get_buf(l, &l->dst, &l->to) < 0)
		return -1;
	return watch_completions(l);
}

int main(int argc, char **argv)
{
	struct loop l = {.eventfd = -1, .epollfd = -1};
	int rc;

	if (argc > 2) {
		fprintf(stderr, "Usage: epoll [CHANNEL]\n");
		return 1;
	}
	rc = prepare(&l, argc > 1 ? argv[1] : NULL);
	if (rc == 0)
		rc = run_loop(&l);
	/* These functions accept NULL. */
	dmauser_batch_free(l.batch);
	dmauser_close(l.session);
	if (l.epollfd >= 0)
		close(l.epollfd);
	if (l.eventfd >= 0)
		close(l.eventfd);
	return rc < 0 ? 1 : 0;
}
