// SPDX-License-Identifier: MIT
/*
 * The machine with the peripheral. RDMA WRITE takes each finished period out of the ring.
 * The channel does not wait for that, so a period is announced only after its write has
 * ended and the channel had not come round to it: the receiver never sees a mixed one.
 */
#include "connection.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <dmauser.h>

struct sender {
	struct end end;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct dmauser_buf *ring;
	uint8_t *memory;
	struct ibv_mr *ring_mr, *consumed_mr;
	volatile uint64_t consumed; /* big-endian; the receiver writes it by RDMA */
	uint64_t wanted;	    /* periods to capture */
	uint64_t ended;		    /* periods that the channel has filled */
	uint64_t next;		    /* the next one to write or lose */
	uint64_t written;	    /* writes begun; their slot is this modulo SLOTS */
	uint64_t completed;	    /* writes ended */
	uint64_t period_of[SLOTS];  /* the period in each slot */
	uint64_t sent, lost;
	bool told; /* the receiver has the end */
};

static int sender_prepare(struct sender *s, const char *name)
{
	struct dmauser_batch *batch;
	void *memory = NULL;
	int err;

	err = dmauser_open(NULL, &s->session);
	if (err < 0)
		return fail(DMACTL_DEVICE, err);
	err = dmauser_chan_request_slave(s->session, name, 0, &s->chan);
	if (err < 0)
		return fail_dma(name, err);
	err = dmauser_buf_alloc(s->session, DMACTL_BUF_STREAMING, s->chan, (size_t)RING * PERIOD,
				&s->ring);
	if (err == 0)
		err = dmauser_buf_map(s->ring, &memory);
	if (err < 0)
		return fail_dma("cannot get a ring", err);
	s->memory = memory;
	/* The RDMA device only reads the ring. The other end only writes the word. */
	s->ring_mr = ibv_reg_mr(s->end.pd, memory, (size_t)RING * PERIOD, 0);
	s->consumed_mr = ibv_reg_mr(s->end.pd, (void *)&s->consumed, sizeof(s->consumed),
				    IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
	if (!s->ring_mr || !s->consumed_mr)
		return fail("cannot register the ring", errno);
	if (end_connect(&s->end, (uintptr_t)&s->consumed, s->consumed_mr->rkey) < 0)
		return -1;
	err = dmauser_batch_new(&batch);
	if (err == 0)
		err = dmauser_batch_cyclic(batch, s->chan, DMACTL_DIR_DEV_TO_MEM, s->ring, 0,
					   (uint64_t)RING * PERIOD, PERIOD, 0);
	if (err == 0)
		err = dmauser_submit(s->session, batch, 0);
	dmauser_batch_free(batch);
	return err < 0 ? fail_dma("cannot start", err) : 0;
}

/* Returns whether the channel has not reached the slot of this period again. */
static bool is_intact(struct sender *s, uint64_t period, uint64_t margin)
{
	struct dmactl_chan_status status;

	if (dmauser_chan_status_of(s->chan, 0, &status) == 0 && status.out_count > s->ended)
		s->ended = status.out_count;
	/* One period less than the ring: the channel may already fill the slot. */
	return s->ended - period < RING - 1 - margin;
}

static int write_period(struct sender *s)
{
	uint64_t slot = s->written % SLOTS;
	struct ibv_sge piece = {
		.addr = (uintptr_t)s->memory + s->next % RING * PERIOD,
		.length = PERIOD,
		.lkey = s->ring_mr->lkey,
	};

	s->period_of[slot] = s->next;
	if (end_post(&s->end, &piece, IBV_WR_RDMA_WRITE, 0, s->written,
		     s->end.peer.address + slot * PERIOD) < 0)
		return -1;
	s->written++;
	s->next++;
	return 0;
}

static int announce(struct sender *s, enum kind kind, uint64_t slot, uint64_t period)
{
	struct announcement text = {
		.kind = htobe32(kind),
		.slot = htobe32((uint32_t)slot),
		.period = htobe64(period),
		.lost = htobe64(s->lost),
	};
	struct ibv_sge piece = {.addr = (uintptr_t)&text, .length = sizeof(text)};

	return end_post(&s->end, &piece, IBV_WR_SEND, IBV_SEND_INLINE, kind, 0);
}

/* Looks at the write that ended, the oldest one, and tells the receiver. */
static int finish_write(struct sender *s)
{
	uint64_t slot = s->completed++ % SLOTS, period = s->period_of[slot];
	bool intact = is_intact(s, period, 0);

	if (intact)
		s->sent++;
	else
		s->lost++;
	return announce(s, intact ? PERIOD_HERE : PERIOD_SPOILT, slot, period);
}

static int poll_sender(struct sender *s)
{
	struct ibv_wc wc;
	int got = end_arm(&s->end);

	while (!got && (got = end_poll(&s->end, &wc)) > 0) {
		got = wc.opcode == IBV_WC_RDMA_WRITE ? finish_write(s) : 0;
		if (wc.opcode == IBV_WC_SEND && wc.wr_id == CAPTURE_END)
			s->told = true;
	}
	return got;
}

static int reap(struct sender *s)
{
	struct dmactl_completion record;
	int got;

	while ((got = dmauser_reap(s->session, &record, 1)) > 0) {
		if (record.count > s->ended)
			s->ended = record.count;
		if (!(record.flags & DMACTL_COMP_MORE))
			return fail_dma("the capture ended", record.status);
	}
	return got < 0 && got != -EAGAIN ? fail_dma("cannot reap", got) : 0;
}

/* Writes the periods that have ended, if the receiver has room and they will stay. */
static int take(struct sender *s)
{
	while (s->next < s->ended && s->next < s->wanted) {
		bool room = s->written - be64toh(s->consumed) < SLOTS;

		if (room && is_intact(s, s->next, RING / 4)) {
			if (write_period(s) < 0)
				return -1;
			continue;
		}
		s->lost++;
		s->next++;
	}
	return 0;
}

static int send_loop(struct sender *s)
{
	bool end_sent = false;

	while (!s->told) {
		if (end_wait(&s->end, end_sent ? -1 : dmauser_fd(s->session)) < 0 ||
		    poll_sender(s) < 0 || (!end_sent && (reap(s) < 0 || take(s) < 0)))
			return -1;
		if (end_sent || s->next < s->wanted || s->completed < s->written)
			continue;
		if (announce(s, CAPTURE_END, 0, s->next) < 0)
			return -1;
		end_sent = true;
		s->end.ending = 1;
	}
	return 0;
}

int run_send(const char *device, char **argv)
{
	struct sender s = {.wanted = strtoull(argv[4], NULL, 0)};
	struct addrinfo *address, hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	int err = end_open(&s.end, device);

	if (!err && getaddrinfo(argv[2], argv[3], &hints, &address))
		err = fail(argv[2], EHOSTUNREACH);
	if (!err) {
		s.end.tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (s.end.tcp < 0 || connect(s.end.tcp, address->ai_addr, address->ai_addrlen) < 0)
			err = fail(argv[2], errno);
		freeaddrinfo(address);
	}
	if (!err)
		err = sender_prepare(&s, argv[1]);
	if (!err)
		err = send_loop(&s);
	/* First nobody fills the ring any more, then nobody reads it. */
	dmauser_chan_destroy(s.chan);
	end_disconnect(&s.end);
	if (s.ring_mr)
		ibv_dereg_mr(s.ring_mr);
	if (s.consumed_mr)
		ibv_dereg_mr(s.consumed_mr);
	end_close(&s.end);
	dmauser_close(s.session);
	printf("periods %" PRIu64 ", sent %" PRIu64 ", lost %" PRIu64 "\n", s.next, s.sent, s.lost);
	return err;
}
