// SPDX-License-Identifier: MIT
/* The maximum number of descriptors that a provider has at a time. */
#include "port.h"
#include "uapi.h"

#define WORDS 400
#define WORD  4

static int fd;
static struct dmactl_chan_request arg;
static struct mem src;

/* Fills src with the words that the sink expects: they count up, one op each. */
static void count(void)
{
	uint32_t *word = (uint32_t *)src.p;
	uint32_t i;

	for (i = 0; i < WORDS; i++)
		word[i] = i;
}

static struct dmactl_op nth(uint32_t i)
{
	struct dmactl_op op = op_single(arg.out_chan, &src, i * WORD, WORD, true);

	op.user_data = i;
	return op;
}

/* Submits as many ops as are accepted at a time, until all have ended. */
static void send_all(void)
{
	struct dmactl_completion record;
	uint32_t sent = 0, ended = 0;

	while (ended < WORDS) {
		while (sent < WORDS) {
			struct dmactl_op op = nth(sent);
			int ret = submit_flags(fd, &op, 1, 0, NULL);

			if (ret == -EAGAIN)
				break;
			check_eq(ret, 0);
			sent++;
		}
		reap_all(fd, &record, 1);
		check_eq(record.status, 0);
		check_eq(record.bytes, WORD);
		check_eq(record.user_data, ended++);
	}
	check_eq(sim_number("sink_bytes"), WORDS * WORD);
	check_eq(sim_number("sink_errors"), 0);
}

/* The driver loses descriptors beyond 16, so it never gets more. */
static void of_a_peripheral(void)
{
	fd = dev_open(0);
	arg = chan_slave(fd, "sink");
	src = mem_get(fd, WORDS * WORD);
	count();
	check_eq(arg.out.bound_descriptors, 16);
	check_eq(arg.out.bound_flags & DMACTL_BOUND_DESCRIPTORS_SET, 0);
	sim_set("misbehave", "bunch_lost");
	sim_set("latency", "100000");
	send_all();
}

UAPI_TEST(descriptors, of_a_peripheral)
{
	with_sim("peripherals=sink", of_a_peripheral);
}

UAPI_TEST(descriptors, of_a_channel_that_copies)
{
	fd = dev_open(0);
	arg = chan_with(fd, DMACTL_CAP_MEMCPY);
	check_eq(arg.out.bound_descriptors, 255);
}

/* Held ops count, too. */
static void three(const char *name)
{
	struct dmactl_completion records[3];
	struct dmactl_op ops[4];
	uint32_t accepted, i;

	src = mem_get(fd, WORDS * WORD);
	count();
	check(arg.out.bound_flags & DMACTL_BOUND_DESCRIPTORS_SET);
	check_eq(arg.out.bound_descriptors, 3);
	for (i = 0; i < 4; i++)
		ops[i] = nth(i);
	check_eq(submit_flags(fd, ops, 4, DMACTL_SUBMIT_HOLD, &accepted), 0);
	if (accepted != 3)
		fail("%s: %u accepted", name, accepted);
	check_eq(submit_flags(fd, ops + 3, 1, 0, NULL), -EAGAIN);
	check_eq(chan_ctrl(fd, arg.out_chan, DMACTL_CTRL_ISSUE), 0);
	reap_all(fd, records, 3);
	submit_all(fd, ops + 3, 1);
	reap_all(fd, records, 1);
	check_eq(records[0].status, 0);
}

static void set_by_root(void)
{
	dmactl_param_set("bounds", "*/descriptors=3");
	fd = dev_open(0);
	arg = chan_slave(fd, "sink");
	dmactl_param_set("bounds", "\n");
	three("by root");
	check_eq(sim_number("sink_bytes"), 4 * WORD);
}

UAPI_TEST(descriptors, set_by_root)
{
	with_sim("peripherals=sink", set_by_root);
}

BARE_PORT_TEST(descriptors, said_by_a_port)
{
	port_make("");
	port_put("peripherals", "sink");
	port_make("p");
	port_make_channel("p/tx", "sink", "dmactl,max-descriptors=u32:3 dmactl,max-entries=u32:7");
	port_put("live", "1");
	port_put("p/live", "1");
	fd = dev_open(0);
	check_eq(port_request(fd, "p", &arg), 0);
	check_eq(arg.out.bound_entries, 7);
	check(arg.out.bound_flags & DMACTL_BOUND_ENTRIES_SET);
	three("by a port");
}
