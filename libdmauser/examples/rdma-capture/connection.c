// SPDX-License-Identifier: MIT
#include "connection.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <dmauser.h>

int fail(const char *what, int err)
{
	fprintf(stderr, "rdma-capture: %s: %s\n", what, strerror(err < 0 ? -err : err));
	return -1;
}

int fail_dma(const char *what, int err)
{
	fprintf(stderr, "rdma-capture: %s: %s\n", what, dmauser_strerror(err));
	return -1;
}

static struct ibv_context *open_device(const char *name)
{
	struct ibv_device **list = ibv_get_device_list(NULL);
	struct ibv_context *device = NULL;

	for (int i = 0; list && list[i] && !device; i++)
		if (!name || strcmp(ibv_get_device_name(list[i]), name) == 0)
			device = ibv_open_device(list[i]);
	if (list)
		ibv_free_device_list(list);
	return device;
}

/* Finds the IPv4 address of the port, which RoCE v2 uses. */
static void find_gid(struct end *end)
{
	for (int i = 0; i < end->port.gid_tbl_len; i++) {
		if (ibv_query_gid(end->device, 1, i, &end->gid) == 0 &&
		    IN6_IS_ADDR_V4MAPPED((struct in6_addr *)end->gid.raw)) {
			end->gid_index = i;
			return;
		}
	}
	ibv_query_gid(end->device, 1, 0, &end->gid);
}

int end_open(struct end *end, const char *name)
{
	struct ibv_qp_init_attr init = {
		.qp_type = IBV_QPT_RC,
		.sq_sig_all = 1,
		.cap = {.max_send_wr = 2 * DEPTH,
			.max_recv_wr = DEPTH,
			.max_send_sge = 1,
			.max_recv_sge = 1,
			.max_inline_data = sizeof(struct announcement)},
	};
	struct ibv_qp_attr state = {
		.qp_state = IBV_QPS_INIT,
		.port_num = 1,
		.qp_access_flags = IBV_ACCESS_REMOTE_WRITE,
	};

	end->device = open_device(name);
	if (!end->device)
		return fail(name ? name : "no RDMA device", ENODEV);
	if (ibv_query_port(end->device, 1, &end->port))
		return fail("its port", errno);
	find_gid(end);
	end->pd = ibv_alloc_pd(end->device);
	end->events = ibv_create_comp_channel(end->device);
	if (end->events)
		end->cq = ibv_create_cq(end->device, 4 * DEPTH, NULL, end->events, 0);
	init.send_cq = end->cq;
	init.recv_cq = end->cq;
	if (end->pd && end->cq)
		end->qp = ibv_create_qp(end->pd, &init);
	if (!end->qp ||
	    ibv_modify_qp(end->qp, &state,
			  IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS))
		return fail("cannot make a queue pair", errno);
	return 0;
}

void end_disconnect(struct end *end)
{
	if (end->qp)
		ibv_destroy_qp(end->qp);
	end->qp = NULL;
}

void end_close(struct end *end)
{
	if (end->cq)
		ibv_destroy_cq(end->cq);
	if (end->events)
		ibv_destroy_comp_channel(end->events);
	if (end->pd)
		ibv_dealloc_pd(end->pd);
	if (end->device)
		ibv_close_device(end->device);
	if (end->tcp > 0)
		close(end->tcp);
}

/* Exchanges what each end needs to know of the other. */
static int greet(struct end *end, uint64_t address, uint32_t key)
{
	struct hello mine = {
		.address = htobe64(address),
		.key = htobe32(key),
		.queue_pair = htobe32(end->qp->qp_num),
		.period = htobe32(PERIOD),
		.slots = htobe32(SLOTS),
	};
	struct hello *peer = &end->peer;

	memcpy(mine.gid, end->gid.raw, sizeof(mine.gid));
	if (send(end->tcp, &mine, sizeof(mine), MSG_NOSIGNAL) != sizeof(mine) ||
	    recv(end->tcp, peer, sizeof(*peer), MSG_WAITALL) != sizeof(*peer))
		return fail("the other end went away", ECONNRESET);
	peer->address = be64toh(peer->address);
	peer->key = be32toh(peer->key);
	peer->queue_pair = be32toh(peer->queue_pair);
	if (be32toh(peer->period) != PERIOD || be32toh(peer->slots) != SLOTS)
		return fail("the other end has other periods", EPROTO);
	return 0;
}

/* Takes the queue pair to the state in which it sends and receives. */
static int connect_pair(struct end *end)
{
	struct ibv_qp_attr receive = {
		.qp_state = IBV_QPS_RTR,
		.path_mtu = end->port.active_mtu,
		.dest_qp_num = end->peer.queue_pair,
		.max_dest_rd_atomic = 1,
		.min_rnr_timer = 12,
		.ah_attr = {.is_global = 1, .port_num = 1},
	};
	/* A second for each of seven tries: a busy machine is not a dead one. */
	struct ibv_qp_attr send = {
		.qp_state = IBV_QPS_RTS,
		.timeout = 18,
		.retry_cnt = 7,
		.rnr_retry = 7,
		.max_rd_atomic = 1,
	};

	memcpy(receive.ah_attr.grh.dgid.raw, end->peer.gid, sizeof(end->peer.gid));
	receive.ah_attr.grh.sgid_index = (uint8_t)end->gid_index;
	receive.ah_attr.grh.hop_limit = 64;
	if (ibv_modify_qp(end->qp, &receive,
			  IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN |
				  IBV_QP_RQ_PSN | IBV_QP_MAX_DEST_RD_ATOMIC |
				  IBV_QP_MIN_RNR_TIMER) ||
	    ibv_modify_qp(end->qp, &send,
			  IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY |
				  IBV_QP_SQ_PSN | IBV_QP_MAX_QP_RD_ATOMIC))
		return fail("cannot connect the queue pair", errno);
	return 0;
}

int end_connect(struct end *end, uint64_t address, uint32_t key)
{
	char ready = 0;

	if (greet(end, address, key) < 0 || connect_pair(end) < 0)
		return -1;
	/* What comes before the other end is ready would be sent again a second later. */
	if (send(end->tcp, &ready, 1, MSG_NOSIGNAL) != 1 ||
	    recv(end->tcp, &ready, 1, MSG_WAITALL) != 1)
		return fail("the other end went away", ECONNRESET);
	return 0;
}

int end_wait(struct end *end, int fd)
{
	struct pollfd fds[3] = {
		{.fd = end->events->fd, .events = POLLIN},
		{.fd = end->ending ? -1 : end->tcp, .events = POLLIN},
		{.fd = fd, .events = POLLIN},
	};
	struct ibv_cq *cq;
	void *context;

	if (poll(fds, 3, 100) < 0 && errno != EINTR)
		return fail("poll", errno);
	if (fds[0].revents && ibv_get_cq_event(end->events, &cq, &context) == 0)
		ibv_ack_cq_events(cq, 1);
	/* Neither end says more over TCP: it closes it when it has all, or dies. */
	if (fds[1].revents && !fds[0].revents)
		return fail("the other end", ECONNRESET);
	return 0;
}

int end_arm(struct end *end)
{
	return ibv_req_notify_cq(end->cq, 0) ? fail("no events", errno) : 0;
}

int end_poll(struct end *end, struct ibv_wc *wc)
{
	int got = ibv_poll_cq(end->cq, 1, wc);

	if (got < 0)
		return fail("cannot poll", EIO);
	if (got && wc->status != IBV_WC_SUCCESS) {
		fprintf(stderr, "rdma-capture: %s\n", ibv_wc_status_str(wc->status));
		return -1;
	}
	return got;
}

int end_post(struct end *end, struct ibv_sge *piece, enum ibv_wr_opcode opcode, unsigned int flags,
	     uint64_t id, uint64_t remote)
{
	struct ibv_send_wr *bad, request = {
					 .wr_id = id,
					 .sg_list = piece,
					 .num_sge = 1,
					 .opcode = opcode,
					 .send_flags = flags,
					 .wr.rdma = {.remote_addr = remote, .rkey = end->peer.key},
				 };
	int err = ibv_post_send(end->qp, &request, &bad);

	return err ? fail("cannot post", err) : 0;
}
