// SPDX-License-Identifier: MIT
/* The event loop of the pipeline, with its file descriptors. */
#include "copy/pipeline-internal.h"
#include "out/progress.h"
#include "out/stop.h"
#include "out/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* The source of an event, in epoll_event.data.u32. */
enum tag { TAG_AIO, TAG_DMA, TAG_STOP, TAG_TICK, TAG_IN, TAG_OUT, TAG_COUNT };

static int watch(struct pipeline *p, int fd, uint32_t events, enum tag tag)
{
	struct epoll_event event = {.events = events, .data.u32 = tag};

	return epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int start_tick(struct pipeline *p)
{
	struct itimerspec interval = {.it_interval.tv_nsec = PROGRESS_INTERVAL_NS,
				      .it_value.tv_nsec = PROGRESS_INTERVAL_NS};

	p->tick_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (p->tick_fd < 0)
		return -errno;
	if (timerfd_settime(p->tick_fd, 0, &interval, NULL) < 0)
		return -errno;
	return watch(p, p->tick_fd, EPOLLIN, TAG_TICK);
}

static int start_streams(struct pipeline *p)
{
	const struct source *source = p->config->source;
	const struct target *target = p->config->target;
	int err = 0;

	if (source && source->stream)
		err = stream_init(&p->in, source->fd, p->epoll_fd, EPOLLIN, TAG_IN);
	if (!err && target->stream)
		err = stream_init(&p->out, target->fd, p->epoll_fd, EPOLLOUT, TAG_OUT);
	return err;
}

static int start_events(struct pipeline *p)
{
	int err;

	p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	p->dma_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->epoll_fd < 0 || p->dma_fd < 0)
		return -errno;
	err = aio_init(&p->aio, p->depth);
	if (err)
		return err;
	err = dmauser_set_eventfd(p->config->session, p->dma_fd);
	if (err)
		return err;
	/*
	 * The two eventfds are edge triggered, so they need not be read: each
	 * signal is reported once, and then both queues are emptied.
	 */
	err = watch(p, p->aio.event_fd, EPOLLIN | EPOLLET, TAG_AIO);
	if (!err)
		err = watch(p, p->dma_fd, EPOLLIN | EPOLLET, TAG_DMA);
	if (!err)
		err = watch(p, stop_fd(), EPOLLIN, TAG_STOP);
	if (!err)
		err = start_tick(p);
	if (!err)
		err = start_streams(p);
	return err;
}

static int start(struct pipeline *p)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(p->config->chan);
	int err;

	p->dma_align = p->config->source ? caps->copy_align : caps->fill_align;
	if (!p->dma_align)
		p->dma_align = 1;
	p->source_ended = p->config->size == 0;
	err = pipeline_alloc(p);
	if (err)
		return err;
	err = dmauser_batch_new(&p->batch);
	p->records = calloc(p->depth, sizeof(*p->records));
	if (!err && !p->records)
		err = -ENOMEM;
	if (!err)
		err = start_events(p);
	if (err)
		cli_error(p->config->cli, "cannot start: %s", strerror(-err));
	return err;
}

static void finish(struct pipeline *p)
{
	/* Neither the channel nor libaio may access the buffers when they are freed. */
	if (p->dma_in_flight)
		dmauser_chan_terminate(p->config->chan);
	aio_exit(&p->aio);
	if (p->dma_fd >= 0) {
		dmauser_set_eventfd(p->config->session, -1);
		close(p->dma_fd);
	}
	if (p->batch)
		dmauser_batch_free(p->batch);
	pipeline_free(p);
	free(p->records);
	if (p->tick_fd >= 0)
		close(p->tick_fd);
	if (p->epoll_fd >= 0)
		close(p->epoll_fd);
}

static void on_tick(struct pipeline *p)
{
	uint64_t count;

	if (read(p->tick_fd, &count, sizeof(count)) < 0)
		return;
	progress_update(p->written);
	pipeline_check_dma_time(p);
}

static void wait_for_events(struct pipeline *p)
{
	struct epoll_event events[TAG_COUNT];
	int count, err = 0;

	count = epoll_wait(p->epoll_fd, events, TAG_COUNT, pipeline_has_work(p) ? 0 : -1);
	for (int i = 0; i < count; i++) {
		switch (events[i].data.u32) {
		case TAG_AIO:
			err = aio_reap(&p->aio, pipeline_io_done, p);
			break;
		case TAG_DMA:
			p->dma_event = true;
			break;
		case TAG_STOP:
			pipeline_fail(p, -EINTR);
			break;
		case TAG_TICK:
			on_tick(p);
			break;
		case TAG_IN:
			stream_event(&p->in);
			break;
		case TAG_OUT:
			stream_event(&p->out);
			break;
		}
	}
	if (err < 0) {
		cli_error(p->config->cli, "asynchronous I/O: %s", strerror(-err));
		pipeline_fail(p, err);
	}
}

static void loop(struct pipeline *p)
{
	int err;

	while (!p->error) {
		pipeline_run_dma(p);
		pipeline_start_writes(p);
		pipeline_start_reads(p);
		/* Submit the new reads and writes together. */
		err = aio_flush(&p->aio, pipeline_io_done, p);
		if (err) {
			cli_error(p->config->cli, "asynchronous I/O: %s", strerror(-err));
			pipeline_fail(p, err);
		}
		if (p->error || pipeline_finished(p))
			break;
		wait_for_events(p);
	}
}

int pipeline_run(const struct pipeline_config *config, struct pipeline_result *result)
{
	struct pipeline p = {.config = config, .epoll_fd = -1, .dma_fd = -1, .tick_fd = -1};

	p.error = start(&p);
	if (!p.error)
		loop(&p);
	*result = (struct pipeline_result){
		.bytes = p.written, .ops = p.ops, .block = p.block, .depth = p.depth};
	finish(&p);
	return p.error;
}
