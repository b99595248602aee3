// SPDX-License-Identifier: MIT
/* The machine that gets the data: its memory fills, and it is told which slot has what. */
#include "connection.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct receiver {
	struct end end;
	uint8_t *slots;
	struct announcement texts[DEPTH];
	struct ibv_mr *slots_mr, *texts_mr;
	int file;   /* -1: none */
	bool check; /* the data are the numbers of dma-sim's counter */
	unsigned int wait_ms;
	uint64_t consumed; /* slots that the sender may use again */
	uint64_t expected; /* number of the next period */
	uint64_t received, missed, wrong;
	uint64_t lost; /* as the sender says */
	bool ended;
};

static int post_text(struct receiver *r, uint64_t index)
{
	struct ibv_sge piece = {
		.addr = (uintptr_t)&r->texts[index],
		.length = sizeof(r->texts[index]),
		.lkey = r->texts_mr->lkey,
	};
	struct ibv_recv_wr *bad, request = {.wr_id = index, .sg_list = &piece, .num_sge = 1};
	int err = ibv_post_recv(r->end.qp, &request, &bad);

	return err ? fail("cannot post", err) : 0;
}

/* Lets the sender use the slots again that have been read: writes the word in its memory. */
static int give_back(struct receiver *r)
{
	uint64_t word = htobe64(++r->consumed);
	struct ibv_sge piece = {.addr = (uintptr_t)&word, .length = sizeof(word)};

	return end_post(&r->end, &piece, IBV_WR_RDMA_WRITE, IBV_SEND_INLINE, 0,
			r->end.peer.address);
}

static bool is_as_counted(const uint8_t *data, uint64_t period)
{
	uint32_t number;

	for (uint32_t i = 0; i < PERIOD / sizeof(number); i++) {
		memcpy(&number, data + i * sizeof(number), sizeof(number));
		if (le32toh(number) != (uint32_t)(period * (PERIOD / sizeof(number)) + i))
			return false;
	}
	return true;
}

static int use(struct receiver *r, const uint8_t *data, uint64_t period)
{
	r->received++;
	if (r->check && !is_as_counted(data, period))
		r->wrong++;
	if (r->wait_ms)
		usleep(r->wait_ms * 1000);
	for (size_t done = 0; r->file >= 0 && done < PERIOD;) {
		ssize_t put = write(r->file, data + done, PERIOD - done);

		if (put < 0)
			return fail("cannot write", errno);
		done += (size_t)put;
	}
	return 0;
}

static int read_text(struct receiver *r, const struct announcement *text)
{
	enum kind kind = be32toh(text->kind);
	uint64_t period = be64toh(text->period);
	uint32_t slot = be32toh(text->slot);

	if (slot >= SLOTS || period < r->expected)
		return fail("the sender says what cannot be", EPROTO);
	r->lost = be64toh(text->lost);
	if (kind == PERIOD_SPOILT)
		return give_back(r);
	r->missed += period - r->expected;
	r->expected = period + (kind == PERIOD_HERE);
	if (kind == CAPTURE_END) {
		r->ended = true;
		return 0;
	}
	return use(r, r->slots + slot * PERIOD, period) < 0 ? -1 : give_back(r);
}

static int poll_receiver(struct receiver *r)
{
	struct ibv_wc wc;
	int got = end_arm(&r->end);

	while (!got && !r->ended && (got = end_poll(&r->end, &wc)) > 0) {
		got = 0;
		if (wc.opcode != IBV_WC_RECV)
			continue;
		got = read_text(r, &r->texts[wc.wr_id]);
		if (!got)
			got = post_text(r, wc.wr_id);
	}
	return got;
}

static int accept_sender(struct receiver *r, const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)strtoul(port, NULL, 0))};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, err = 0;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 1) < 0 || (r->end.tcp = accept(listener, NULL, NULL)) < 0)
		err = fail("cannot wait for a sender", errno);
	if (listener >= 0)
		close(listener);
	return err;
}

static int prepare(struct receiver *r, const char *port)
{
	r->slots = aligned_alloc(4096, (size_t)SLOTS * PERIOD);
	if (!r->slots)
		return fail("no memory", ENOMEM);
	r->slots_mr = ibv_reg_mr(r->end.pd, r->slots, (size_t)SLOTS * PERIOD,
				 IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
	r->texts_mr = ibv_reg_mr(r->end.pd, r->texts, sizeof(r->texts), IBV_ACCESS_LOCAL_WRITE);
	if (!r->slots_mr || !r->texts_mr)
		return fail("cannot register the memory", errno);
	/* Before the sender knows of the queue pair: each announcement finds room. */
	for (uint64_t i = 0; i < DEPTH; i++)
		if (post_text(r, i) < 0)
			return -1;
	if (accept_sender(r, port) < 0 ||
	    end_connect(&r->end, (uintptr_t)r->slots, r->slots_mr->rkey) < 0)
		return -1;
	return 0;
}

static int loop(struct receiver *r)
{
	int err = 0;

	while (!err && !r->ended) {
		err = poll_receiver(r);
		if (!err && !r->ended)
			err = end_wait(&r->end, -1);
	}
	return err;
}

int run_receive(const char *device, int check, unsigned int wait_ms, char **argv)
{
	struct receiver *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return fail("no memory", ENOMEM);
	r->check = check;
	r->wait_ms = wait_ms;
	r->file = argv[2] ? open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
	err = argv[2] && r->file < 0 ? fail(argv[2], errno) : end_open(&r->end, device);
	if (!err)
		err = prepare(r, argv[1]);
	if (!err)
		err = loop(r);
	end_disconnect(&r->end);
	if (r->slots_mr)
		ibv_dereg_mr(r->slots_mr);
	if (r->texts_mr)
		ibv_dereg_mr(r->texts_mr);
	end_close(&r->end);
	if (r->file >= 0 && close(r->file) < 0)
		err = fail(argv[2], errno);
	printf("periods %" PRIu64 ", received %" PRIu64 ", missed %" PRIu64 ", of which the sender "
	       "lost %" PRIu64 ", wrong %" PRIu64 "\n",
	       r->expected, r->received, r->missed, r->lost, r->wrong);
	err = err || r->wrong ? -1 : 0;
	free(r->slots);
	free(r);
	return err;
}
