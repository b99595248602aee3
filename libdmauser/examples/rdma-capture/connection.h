/* SPDX-License-Identifier: MIT */
/*
 * An RDMA connection: one queue pair at each end, set up with the help of a TCP
 * connection, which then only tells that the other end lives. Functions that return
 * int return 0, or -1 after a message.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <infiniband/verbs.h>
#include <stdint.h>

#define PERIOD 16384u
#define RING   64u /* periods in the sender's ring */
#define SLOTS  32u /* periods in the receiver's memory */
#define DEPTH  128 /* work requests of each kind */

/* What the two ends tell each other over TCP before the first period; big-endian. */
struct hello {
	uint64_t address; /* receiver: of the slots; sender: of the word for `consumed' */
	uint32_t key;
	uint32_t queue_pair;
	uint32_t period;
	uint32_t slots;
	uint8_t gid[16];
};

enum kind { PERIOD_HERE, PERIOD_SPOILT, CAPTURE_END };

/* Sent for each period that was written; big-endian. */
struct announcement {
	uint32_t kind;
	uint32_t slot;
	uint64_t period; /* its number; at the end, the number after the last one */
	uint64_t lost;	 /* so far, at the sender */
};

struct end {
	struct ibv_context *device;
	struct ibv_pd *pd;
	struct ibv_comp_channel *events;
	struct ibv_cq *cq;
	struct ibv_qp *qp;
	struct ibv_port_attr port;
	union ibv_gid gid;
	int gid_index;
	int tcp;
	int ending;	   /* the other end may close the TCP connection */
	struct hello peer; /* in this machine's byte order */
};

/* Print what failed, and return -1; an error of libdmauser has a text of its own. */
int fail(const char *what, int err);
int fail_dma(const char *what, int err);

/* Opens an RDMA device, NULL: the first one. */
int end_open(struct end *end, const char *device);
/* Nothing reads or writes registered memory any more. */
void end_disconnect(struct end *end);
/* Call it when no memory is registered. */
void end_close(struct end *end);
/* Connects both ends. The other one may write at this address, with this key. */
int end_connect(struct end *end, uint64_t address, uint32_t key);
/* Waits for an event of the completion queue, of `fd' (-1: none), or 100 ms. */
int end_wait(struct end *end, int fd);
/* Asks for an event with the next completion. Poll after it, not before. */
int end_arm(struct end *end);
/* Takes a completion. Returns 1, 0 if there is none, or -1. */
int end_poll(struct end *end, struct ibv_wc *wc);
/* Posts one piece to send. `remote' is for RDMA writes only. */
int end_post(struct end *end, struct ibv_sge *piece, enum ibv_wr_opcode opcode, unsigned int flags,
	     uint64_t id, uint64_t remote);

int run_send(const char *device, char **argv);
int run_receive(const char *device, int check, unsigned int wait_ms, char **argv);

#endif /* CONNECTION_H */
