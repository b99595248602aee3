// SPDX-License-Identifier: MIT
/* Prepared ops on providers that cannot reuse descriptors: these are prepared for each submission.
 */
#include "cring.h"
#include "port.h"
#include "prepared.h"

#define KIB 1024u
#define LEN 3000u
#define OPS 32u

static int fd;
static uint32_t chan;
static uint64_t caps_of_chan;
static struct mem src, dst;
static struct cring ring;

static void setup(uint64_t caps)
{
	struct dmactl_chan_request arg;

	fd = dev_open(0);
	arg = chan_with(fd, DMACTL_CAP_MEMCPY | caps);
	chan = arg.out_chan;
	caps_of_chan = arg.out.caps;
	check(!(caps_of_chan & DMACTL_CAP_REUSE));
	src = mem_get(fd, 256 * KIB);
	dst = mem_get(fd, 256 * KIB);
	noise_fill(src.p, src.len, 5);
	memset(dst.p, 0, dst.len);
}

static struct dmactl_op prepare_copy(uint32_t i)
{
	struct dmactl_op op = op_memcpy(chan, &dst, i * 4096, &src, i * 4096, LEN);

	return prepare_op(fd, &op, i);
}

static void prepare_all(struct dmactl_op *ops)
{
	uint32_t i;

	for (i = 0; i < OPS; i++)
		ops[i] = prepare_copy(i);
}

/* Takes the completions of these ops, in their order, with and without a ring. */
static void taken(uint32_t from, uint32_t nr, int status)
{
	struct dmactl_completion record;
	uint32_t i;

	for (i = from; i < from + nr; i++) {
		if (ring.fd)
			record = cring_next(&ring);
		else
			reap_all(fd, &record, 1);
		check_eq(record.user_data, i);
		check_eq(record.status, status);
		check_eq(record.bytes, status ? 0 : LEN);
	}
}

static void copied(uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++) {
		bytes_check(dst.p + i * 4096, src.p + i * 4096, LEN, "a copy");
		bytes_all(dst.p + i * 4096 + LEN, 4096 - LEN, 0);
	}
	bytes_all(dst.p + nr * 4096, dst.len - nr * 4096, 0);
	memset(dst.p, 0, dst.len);
}

/* The provider has descriptors for eight of 32 ops. */
static void refused_in_mid_batch(void)
{
	struct dmactl_op ops[OPS];
	uint32_t accepted, at;

	setup(0);
	if (ring.entries)
		ring = cring_new(fd, 64);
	prepare_all(ops);
	sim_set("hold", "1");
	check_eq(submit_flags(fd, ops, OPS, 0, &accepted), 0);
	check_eq(accepted, 8);
	check_eq(chan_status(fd, chan).out_in_flight, 8);
	check_eq(chan_status(fd, chan).out_submitted, 8);
	check_eq(chan_status(fd, chan).out_descriptors, 8);
	/* The others are not in use. */
	check_eq(submit_flags(fd, ops + 8, OPS - 8, 0, NULL), -EAGAIN);
	check_eq(submit_flags(fd, ops + 7, 1, 0, NULL), -EBUSY);
	check_eq(destroy(fd, ops[OPS - 1].src_buf), 0);
	ops[OPS - 1] = prepare_copy(OPS - 1);
	sim_set("hold", "0");
	taken(0, 8, 0);
	copied(8);
	for (at = 8; at < OPS; at += accepted) {
		struct dmactl_submit arg = submit_arg(ops + at, OPS - at);

		arg.timeout_ns = 30 * SEC;
		check_eq(dev_ioctl(fd, DMACTL_IOC_SUBMIT, &arg), 0);
		accepted = arg.out_accepted;
		check(accepted > 0);
		taken(at, accepted, 0);
	}
	check_eq(chan_status(fd, chan).out_submitted, OPS);
	check_eq(chan_status(fd, chan).out_completed, OPS);
	check_eq(chan_status(fd, chan).out_failed, 0);
	bytes_check(dst.p + 31 * 4096, src.p + 31 * 4096, LEN, "the last one");
}

UAPI_TEST(anew, refused_in_mid_batch)
{
	ring.entries = 0;
	with_sim("descriptors=8 " SIM_NO_REUSE, refused_in_mid_batch);
	ring.entries = 64;
	with_sim("descriptors=8 " SIM_NO_REUSE, refused_in_mid_batch);
}

static void all_in_flight(void)
{
	struct dmactl_op ops[OPS];
	int round;

	setup(0);
	ring = cring_new(fd, 64);
	prepare_all(ops);
	/* Nothing is at the provider before the first submission. */
	check_eq(chan_status(fd, chan).out_descriptors, 0);
	for (round = 1; round <= 3; round++) {
		sim_set("hold", "1");
		submit_all(fd, ops, OPS);
		check_eq(chan_status(fd, chan).out_in_flight, OPS);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		taken(0, OPS, -ECANCELED);
		copied(0);
		submit_all(fd, ops, OPS);
		check_eq(submit_flags(fd, ops, 1, 0, NULL), -EBUSY);
		check_eq(destroy(fd, ops[3].src_buf), -EBUSY);
		sim_set("hold", "0");
		taken(0, OPS, 0);
		copied(OPS);
		check_eq(chan_status(fd, chan).out_descriptors, 2 * OPS * round);
	}
	check_eq(chan_status(fd, chan).out_bytes, 3 * OPS * LEN);
}

UAPI_TEST(anew, all_in_flight)
{
	with_sim(SIM_NO_REUSE, all_in_flight);
	with_sim("no_synchronize=Y " SIM_NO_REUSE, all_in_flight);
}

static void prep_sleeps(void)
{
	struct dmactl_op ops[OPS];

	setup(0);
	ring = cring_new(fd, 64);
	prepare_all(ops);
	sim_set("prep_sleeps", "Y");
	submit_all(fd, ops, OPS);
	taken(0, OPS, 0);
	copied(OPS);
}

UAPI_TEST(anew, prep_sleeps)
{
	with_sim(SIM_NO_REUSE, prep_sleeps);
}

/* Compares what the op does with what a prepared one does, in three submissions. */
static void same_as_prepared(const struct dmactl_op *op, const char *what)
{
	unsigned char *want = malloc(dst.len);
	struct dmactl_completion record;
	struct dmactl_op prepared;
	int i;

	check(want);
	memset(dst.p, 0x11, dst.len);
	check_eq(cring_run(&ring, op).status, 0);
	memcpy(want, dst.p, dst.len);
	prepared = prepare_op(fd, op, 9);
	for (i = 0; i < 3; i++) {
		memset(dst.p, 0x11, dst.len);
		record = cring_run(&ring, &prepared);
		check_eq(record.status, 0);
		check_eq(record.bytes, op->len);
		check_eq(record.user_data, 9);
		bytes_check(dst.p, want, dst.len, what);
	}
	check_eq(destroy(fd, prepared.src_buf), 0);
	free(want);
}

static void all_opcodes(void)
{
	struct dmactl_chunk chunks[2] = {{.size = 300, .dst_icg = 20}, {.size = 50, .dst_icg = 1}};
	struct dmactl_sg sg[40];
	struct dmactl_op op;
	int i;

	setup(DMACTL_CAP_XOR | DMACTL_CAP_PQ | DMACTL_CAP_INTERLEAVE | DMACTL_CAP_MEMSET_SG |
	      DMACTL_CAP_MEMSET | DMACTL_CAP_INTERRUPT);
	ring = cring_new(fd, 4);
	op = op_memcpy(chan, &dst, 1, &src, 2, 1000);
	same_as_prepared(&op, "a copy");
	op.flags = DMACTL_OPF_FENCE;
	same_as_prepared(&op, "a copy with a fence");
	op = op_memcpy(chan, &dst, 1, &src, 2, 150 * KIB);
	same_as_prepared(&op, "a long copy");
	op = op_memset(chan, &dst, 5, 1000, 0x77);
	same_as_prepared(&op, "a fill");
	op = op_memset(chan, &dst, 5, 70000, 0x78);
	same_as_prepared(&op, "a long fill");
	op = (struct dmactl_op){.opcode = DMACTL_OP_INTERRUPT, .chan = chan};
	same_as_prepared(&op, "an interrupt");
	for (i = 0; i < 20; i++) {
		sg[i] = sg_piece(DMACTL_SG_SRC, &src, i * 700, 500);
		sg[i + 20] = sg_piece(DMACTL_SG_DST, &dst, i * 600, 500);
	}
	op = op_sg(chan, sg, 40, 10000);
	same_as_prepared(&op, "pieces");
	op = op_list(DMACTL_OP_MEMSET_SG, chan, sg + 20, 20, 10000);
	op.value = 0x5a;
	same_as_prepared(&op, "fills");
	op = op_list(DMACTL_OP_XOR, chan, sg, 20, 500);
	op.dst_buf = dst.buf;
	same_as_prepared(&op, "a sum");
	sg[20].role = DMACTL_SG_P;
	sg[21].role = DMACTL_SG_Q;
	op = op_list(DMACTL_OP_PQ, chan, sg, 22, 500);
	same_as_prepared(&op, "P and Q");
	op = op_memcpy(chan, &dst, 3, &src, 4, 350 * 100);
	op.opcode = DMACTL_OP_INTERLEAVED;
	op.flags = DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC;
	op.args_uptr = (uintptr_t)chunks;
	op.nr_args = 2;
	op.arg_size = sizeof(chunks[0]);
	same_as_prepared(&op, "frames");
	if (!(caps_of_chan & DMACTL_CAP_IMM_DATA))
		return;
	op = (struct dmactl_op){.opcode = DMACTL_OP_IMM_DATA,
				.chan = chan,
				.dst_buf = dst.buf,
				.dst_off = 64,
				.src_off = 0x0123456789abcdef,
				.len = 8};
	same_as_prepared(&op, "a word");
}

UAPI_TEST(anew, all_opcodes)
{
	with_sim("max_segment=0 " SIM_NO_REUSE, all_opcodes);
	/* Several descriptors for an op, fewer than one op takes. */
	with_sim("max_segment=2000 max_pq=4 max_xor=4 descriptors=7 " SIM_NO_REUSE, all_opcodes);
}

/* The channel stops while the rest of the op waits for descriptors. */
static void ends_in_the_middle(void)
{
	struct dmactl_op op, prepared;
	struct dmactl_completion record;
	int i;

	setup(0);
	op = op_memcpy(chan, &dst, 0, &src, 0, 100 * KIB);
	prepared = prepare_op(fd, &op, 0);
	for (i = 0; i < 3; i++) {
		sim_set("hold", "1");
		submit_all(fd, &prepared, 1);
		check_eq(chan_status(fd, chan).out_residue, 100 * KIB);
		check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
		reap_all(fd, &record, 1);
		check_eq(record.status, -ECANCELED);
		sim_set("hold", "0");
		record = run(fd, &prepared);
		check_eq(record.status, 0);
		check_eq(record.bytes, 100 * KIB);
		bytes_check(dst.p, src.p, 100 * KIB, "from its start");
		memset(dst.p, 0, dst.len);
	}
}

UAPI_TEST(anew, ends_in_the_middle)
{
	with_sim("descriptors=3 max_segment=2000 " SIM_NO_REUSE, ends_in_the_middle);
}

/* Submits more prepared ops than the bound allows. */
static void bounded_by(const char *bounds)
{
	struct dmactl_op ops[OPS];
	uint32_t accepted;

	dmactl_param_set("bounds", bounds);
	setup(0);
	dmactl_param_set("bounds", "\n");
	ring = cring_new(fd, 64);
	prepare_all(ops);
	sim_set("hold", "1");
	check_eq(submit_flags(fd, ops, OPS, 0, &accepted), 0);
	check_eq(accepted, 5);
	check_eq(chan_status(fd, chan).out_descriptors, 5);
	check_eq(submit_flags(fd, ops + 5, OPS - 5, 0, NULL), -EAGAIN);
	sim_set("hold", "0");
	taken(0, 5, 0);
	/* What has ended counts no more. */
	sim_set("hold", "1");
	check_eq(submit_flags(fd, ops, OPS, 0, &accepted), 0);
	check_eq(accepted, 5);
	check_eq(chan_ctrl(fd, chan, DMACTL_CTRL_TERMINATE), 0);
	taken(0, 5, -ECANCELED);
	check_eq(submit_flags(fd, ops, OPS, 0, &accepted), 0);
	check_eq(accepted, 5);
	sim_set("hold", "0");
	taken(0, 5, 0);
	copied(5);
}

static void bounded_descriptors(void)
{
	bounded_by("*/descriptors=5");
}

static void bounded_entries(void)
{
	bounded_by("*/outstanding=5");
}

UAPI_TEST(anew, bounds)
{
	with_sim(SIM_NO_REUSE, bounded_descriptors);
	with_sim(SIM_NO_REUSE, bounded_entries);
}

/* An op that was prepared for narrower words than the peripheral has now. */
BARE_PORT_TEST(anew, wider_words)
{
	struct dmactl_chan_request request;
	struct dmactl_chan_config arg;
	struct dmactl_op op, odd, even;
	struct mem mem;

	port_make("");
	port_put("peripherals", "mem");
	port_put("caps", "slave");
	port_put("live", "1");
	fd = dev_open(0);
	request = chan_slave(fd, "mem");
	check(!(request.out.caps & DMACTL_CAP_REUSE));
	chan = request.out_chan;
	ring = cring_new(fd, 4);
	mem = mem_get(fd, 4 * PAGE);
	noise_fill(mem.p, mem.len, 1);
	arg = config_of(chan);
	check_eq(chan_config(fd, &arg), 0);
	op = op_single(chan, &mem, 0, 1001, true);
	odd = prepare_op(fd, &op, 0);
	check_eq(cring_run(&ring, &odd).status, 0);
	arg.dst_addr_width = 4;
	arg.dst_addr = 4096;
	check_eq(chan_config(fd, &arg), 0);
	op_refused(fd, &odd, -EINVAL, "no whole word");
	op.len = 1000;
	even = prepare_op(fd, &op, 0);
	check_eq(cring_run(&ring, &even).status, 0);
	/* The configuration of the submission counts. */
	arg.dst_addr = 0;
	arg.dst_addr_width = 1;
	arg.src_addr = 4096;
	check_eq(chan_config(fd, &arg), 0);
	op = op_single(chan, &mem, PAGE, 1000, false);
	op = prepare_op(fd, &op, 0);
	check_eq(cring_run(&ring, &op).status, 0);
	bytes_check(mem.p + PAGE, mem.p, 1000, "through the window");
	check_eq(cring_run(&ring, &odd).status, 0);
	arg.src_addr = 0;
	check_eq(chan_config(fd, &arg), 0);
	check_eq(cring_run(&ring, &op).status, 0);
	bytes_check(mem.p + PAGE, mem.p, 1000, "from its start");
}

static void unbind(void)
{
	struct dmactl_op ops[OPS];

	fd = dev_open(0);
	chan = chan_of_device(fd, "dma-sim.0");
	src = mem_get(fd, OPS * 4096);
	dst = mem_get(fd, OPS * 4096);
	ring = cring_new(fd, 64);
	prepare_all(ops);
	sim_set("hold", "1");
	submit_all(fd, ops, OPS / 2);
	check_eq(sim_bind("dma-sim.0", false), 0);
	taken(0, OPS / 2, -ENODEV);
	check_eq(submit_flags(fd, ops, OPS, 0, NULL), -ENODEV);
	sim_set("hold", "0");
	check_eq(sim_bind("dma-sim.0", true), 0);
	check_eq(submit_flags(fd, ops, OPS, 0, NULL), -ENODEV);
	check_eq(destroy(fd, ops[0].src_buf), 0);
	check_eq(destroy(fd, src.buf), -EBUSY);
}

UAPI_TEST(anew, unbind)
{
	with_sim(SIM_NO_REUSE, unbind);
	with_sim("no_release=Y " SIM_NO_REUSE, unbind);
}

static void in_flight_for_ever(void *arg)
{
	struct dmactl_op ops[OPS];
	int *ready = arg;

	setup(0);
	ring = cring_new(fd, 64);
	prepare_all(ops);
	submit_flags(fd, ops, OPS, 0, NULL);
	check_eq(write(ready[1], "x", 1), 1);
	pause();
}

/* A program is killed with some of its batch in flight. */
static void killed(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	check_eq(pipe(ready), 0);
	sim_set("hold", "1");
	pid = child_start(in_flight_for_ever, ready);
	check_eq(read(ready[0], &byte, 1), 1);
	check_eq(kill(pid, SIGKILL), 0);
	check_eq(waitpid(pid, NULL, 0), pid);
	sim_set("hold", "0");
	all_in_flight();
}

UAPI_TEST(anew, killed)
{
	with_sim(SIM_NO_REUSE, killed);
}

static void submit_inherited(void *arg)
{
	submit_all(fd, arg, OPS);
	taken(0, OPS, 0);
}

/* A child submits what the parent prepared, and the parent after it. */
static void forked(void)
{
	struct dmactl_op ops[OPS];

	setup(0);
	prepare_all(ops);
	child_run(submit_inherited, ops);
	submit_inherited(ops);
}

UAPI_TEST(anew, forked)
{
	with_sim(SIM_NO_REUSE, forked);
}
