// SPDX-License-Identifier: MIT
/* The provider reports residues that cannot be right. */
#include "uapi.h"

static int fd;
static uint32_t chan;
static struct mem src;

static void setup(const char *name)
{
	fd = dev_open(0);
	chan = chan_slave(fd, name).out_chan;
	src = mem_get(fd, 2 * PAGE);
}

static void send_one(int status, uint64_t bytes)
{
	struct dmactl_op op = op_single(chan, &src, 0, 1000, true);
	struct dmactl_completion record;

	submit_all(fd, &op, 1);
	reap_all(fd, &record, 1);
	check_eq(record.status, status);
	check_eq(record.bytes, bytes);
}

/* The provider reports the whole length as residue of a completed op. */
static void whole(void)
{
	int i;

	setup("sink");
	sim_set("misbehave", "residue_whole");
	for (i = 0; i < 3; i++)
		send_one(0, 1000);
	check_eq(sim_number("sink_bytes"), 3000);
}

UAPI_TEST(residue, that_contradicts_the_end)
{
	with_sim("peripherals=sink residue=descriptor", whole);
}

/* The provider reports a failed op as good, with no byte moved. */
static void failed(void)
{
	int i;

	setup("sink");
	sim_set("misbehave", "fail_good");
	for (i = 0; i < 3; i++) {
		send_one(0, 1000);
		sim_set("fail_nth", "1");
		send_one(-EIO, 0);
	}
}

UAPI_TEST(residue, of_what_failed)
{
	with_sim("peripherals=sink residue=burst", failed);
	with_sim("peripherals=sink residue=segment", failed);
}

UAPI_TEST(residue, of_what_failed_where_it_counted_before)
{
	with_sim("peripherals=sink residue=descriptor", failed);
}

static uint64_t left_of(uint64_t user_data)
{
	struct dmactl_chan_status status = {
		.size = sizeof(status),
		.flags = DMACTL_STATUS_BY_USER_DATA,
		.chan = chan,
		.user_data = user_data,
	};

	check_eq(dev_ioctl(fd, DMACTL_IOC_CHAN_STATUS, &status), 0);
	return status.out_residue;
}

/* Nothing has moved; ask for the residue of each op. */
static void others(void)
{
	static const uint32_t lengths[] = {1000, 3000, 2000, 4000, 500};
	struct dmactl_completion records[ARRAY_SIZE(lengths)];
	struct dmactl_op ops[ARRAY_SIZE(lengths)];
	size_t i;

	setup("sink");
	sim_set("misbehave", "residue_of_last");
	sim_set("hold", "1");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		ops[i] = op_single(chan, &src, 0, lengths[i], true);
		ops[i].user_data = i;
	}
	submit_all(fd, ops, ARRAY_SIZE(lengths));
	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		check_eq(left_of(i), lengths[i]);
	sim_set("hold", "0");
	reap_all(fd, records, ARRAY_SIZE(lengths));
}

UAPI_TEST(residue, of_another_one)
{
	with_sim("peripherals=sink residue=burst", others);
}
