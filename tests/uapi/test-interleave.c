// SPDX-License-Identifier: MIT
/* INTERLEAVED: frames of chunks and gaps, from memory to memory. */
#include "uapi.h"

#define MIB (1u << 20)
#define ALL (DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC | DMACTL_OPF_SRC_SGL | DMACTL_OPF_DST_SGL)
#define INC (DMACTL_OPF_SRC_INC | DMACTL_OPF_DST_INC)

static int fd;
static uint32_t chan;
static struct mem src, dst;
static unsigned char *want;

static void setup(size_t len)
{
	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_INTERLEAVE | DMACTL_CAP_MEMCPY).out_chan;
	src = mem_get(fd, len);
	dst = mem_get(fd, len);
	want = malloc(dst.len);
	check(want);
}

static struct dmactl_op op_frames(uint16_t flags, const struct dmactl_chunk *chunks, uint32_t nr,
				  uint64_t numf, uint64_t dst_off, uint64_t src_off)
{
	struct dmactl_op op = {
		.opcode = DMACTL_OP_INTERLEAVED,
		.flags = flags,
		.chan = chan,
		.dst_buf = dst.buf,
		.dst_off = dst_off,
		.src_buf = src.buf,
		.src_off = src_off,
		.args_uptr = (uintptr_t)chunks,
		.nr_args = nr,
		.arg_size = sizeof(*chunks),
	};
	uint32_t i;

	for (i = 0; i < nr; i++)
		op.len += numf * chunks[i].size;
	return op;
}

/* The gap after a chunk, by the rules of include/linux/dmaengine.h. */
static uint64_t gap(bool inc, bool sgl, uint64_t own, uint64_t icg)
{
	if (!inc)
		return 0;
	return own ? own : sgl ? icg : 0;
}

/* Computes the expected bytes of dst. */
static void move(const struct dmactl_op *op, uint64_t numf)
{
	const struct dmactl_chunk *chunks = (const void *)(uintptr_t)op->args_uptr;
	bool sinc = op->flags & DMACTL_OPF_SRC_INC, dinc = op->flags & DMACTL_OPF_DST_INC;
	uint64_t from = op->src_off, to = op->dst_off, i;
	uint32_t c;

	while (numf--) {
		for (c = 0; c < op->nr_args; c++) {
			for (i = 0; i < chunks[c].size; i++, from += sinc, to += dinc)
				want[to] = src.p[from];
			from += gap(sinc, op->flags & DMACTL_OPF_SRC_SGL, chunks[c].src_icg,
				    chunks[c].icg);
			to += gap(dinc, op->flags & DMACTL_OPF_DST_SGL, chunks[c].dst_icg,
				  chunks[c].icg);
		}
	}
}

static void frames_check(const struct dmactl_op *op, uint64_t numf, const char *what)
{
	noise_fill(src.p, src.len, numf);
	pattern_fill(dst.p, 0, dst.len, DST_MARGIN);
	memcpy(want, dst.p, dst.len);
	move(op, numf);
	run_ok(fd, op);
	bytes_check(dst.p, want, dst.len, what);
}

UAPI_TEST(interleave, gaps_on_either_side)
{
	static const struct dmactl_chunk chunks[] = {
		{.size = 10, .icg = 6},
		{.size = 1, .src_icg = 3, .dst_icg = 90},
		{.size = 300, .icg = 7, .dst_icg = 1},
		{.size = 25, .icg = 9, .src_icg = 55},
	};
	struct dmactl_op op;
	uint16_t flags;

	setup(64 * 1024);
	/* All combinations of INC and SGL. */
	for (flags = 0; flags < 16; flags++) {
		op = op_frames(flags << 8, chunks, ARRAY_SIZE(chunks), 1, 500, 300);
		frames_check(&op, 1, "one frame");
		op = op_frames(flags << 8, chunks, ARRAY_SIZE(chunks), 50, 501, 303);
		frames_check(&op, 50, "fifty frames");
		op = op_frames(flags << 8, chunks + 2, 1, 7, 4000, 4095);
		frames_check(&op, 7, "one chunk");
	}
}

/* 80 lines of 300 bytes at (40, 20), of an image with 640 bytes per line. */
UAPI_TEST(interleave, a_rectangle_is_cropped)
{
	static const struct dmactl_chunk chunk = {.size = 300, .src_icg = 340};
	struct dmactl_op op;

	setup(640 * 100);
	op = op_frames(INC, &chunk, 1, 80, 128, 20 * 640 + 40);
	frames_check(&op, 80, "crop");
	check_eq(memcmp(dst.p + 128 + 300, src.p + 21 * 640 + 40, 300), 0);
}

UAPI_TEST(interleave, a_rectangle_is_put_into_a_larger_image)
{
	static const struct dmactl_chunk chunk = {.size = 77, .dst_icg = 640 - 77};
	struct dmactl_op op;

	setup(640 * 100);
	op = op_frames(INC, &chunk, 1, 60, 30 * 640 + 9, 5);
	frames_check(&op, 60, "scatter");
	check_eq(memcmp(dst.p + 31 * 640 + 9, src.p + 5 + 77, 77), 0);
	pattern_check(dst.p, 31 * 640 + 9 + 77, 500, DST_MARGIN, 31 * 640 + 9 + 77);
}

/* Frames and chunks that are larger than a contiguous piece of memory. */
static void large_frames(void)
{
	static const struct dmactl_chunk chunks[] = {
		{.size = 3 * PAGE + 100, .icg = 28},
		{.size = 70, .src_icg = 2 * PAGE, .dst_icg = 5},
		{.size = 130000, .icg = 1},
	};
	struct dmactl_op op;

	setup(2 * MIB);
	op = op_frames(ALL, chunks, ARRAY_SIZE(chunks), 12, 77, 1001);
	frames_check(&op, 12, "large frames");
	op = op_frames(ALL, chunks + 1, 1, 200, 4090, 3);
	frames_check(&op, 200, "small frames, far apart");
	op = op_frames(DMACTL_OPF_SRC_INC, chunks, ARRAY_SIZE(chunks), 3, PAGE - 1, 9);
	frames_check(&op, 3, "into one byte");
}

UAPI_TEST(interleave, memory_in_pieces)
{
	with_sim("max_segment=0", large_frames);
	with_sim("max_segment=4096", large_frames);
	with_sim("descriptors=3", large_frames);
}

/*
 * On machines whose memory is all within the device's reach nothing bounces; then this repeats the
 * test above.
 */
UAPI_TEST(interleave, memory_that_bounces)
{
	with_sim("dma_mask=32", large_frames);
}

/* Random templates, many times. */
UAPI_TEST(interleave, random_templates)
{
	struct dmactl_chunk chunks[6];
	unsigned int i, c, nr, numf;
	struct dmactl_op op;
	uint16_t dice[32];

	setup(256 * 1024);
	for (i = 0; i < 60; i++) {
		noise_fill((unsigned char *)dice, sizeof(dice), 1000 + i);
		nr = dice[0] % 6 + 1;
		numf = dice[1] % 12 + 1;
		for (c = 0; c < nr; c++)
			chunks[c] = (struct dmactl_chunk){
				.size = dice[2 + 4 * c] % (dice[2] % 3 ? 100 : 3000) + 1,
				.icg = dice[3 + 4 * c] % 50,
				.src_icg = dice[4 + 4 * c] % 3 ? 0 : dice[4 + 4 * c] % 91,
				.dst_icg = dice[5 + 4 * c] % 3 ? 0 : dice[5 + 4 * c] % 17,
			};
		op = op_frames(dice[26] & 0xf00, chunks, nr, numf, dice[27] % 9000,
			       dice[28] % 9000);
		frames_check(&op, numf, "random");
	}
}

static void bad_chunk(struct dmactl_chunk chunk, const char *what)
{
	struct dmactl_chunk chunks[3] = {{.size = 100, .icg = 4}, chunk, {.size = 50, .icg = 4}};
	struct dmactl_op op = op_frames(ALL, chunks, 3, 2, 0, 0);

	op_refused(fd, &op, -EINVAL, what);
}

UAPI_TEST(interleave, templates_that_are_too_long)
{
	struct dmactl_chunk chunk = {.size = 64, .icg = 64};
	struct dmactl_op op;
	uint64_t numf;

	setup(64 * 1024);
	numf = 64 * 1024 / 128;
	/* Nothing accesses the last gap. */
	op = op_frames(ALL, &chunk, 1, numf, 64, 0);
	frames_check(&op, numf, "to the last byte of dst");
	op.dst_off = 65;
	op_refused(fd, &op, -EINVAL, "a byte beyond dst");
	op = op_frames(ALL, &chunk, 1, numf, 0, 64);
	frames_check(&op, numf, "to the last byte of src");
	op.src_off = 65;
	op_refused(fd, &op, -EINVAL, "a byte beyond src");
	op = op_frames(ALL, &chunk, 1, numf + 1, 0, 0);
	op_refused(fd, &op, -EINVAL, "a frame beyond");
	op = op_frames(DMACTL_OPF_SRC_INC, &chunk, 1, 4, dst.len - 63, 0);
	op_refused(fd, &op, -EINVAL, "a fixed address with less than a chunk behind it");
	op.dst_off--;
	frames_check(&op, 4, "a fixed address");

	bad_chunk((struct dmactl_chunk){.size = 0}, "an empty chunk");
	bad_chunk((struct dmactl_chunk){.size = ~0ull}, "size");
	bad_chunk((struct dmactl_chunk){.size = 1, .icg = ~0ull}, "icg");
	bad_chunk((struct dmactl_chunk){.size = 1, .src_icg = ~0ull}, "src_icg");
	bad_chunk((struct dmactl_chunk){.size = 1, .dst_icg = ~0ull}, "dst_icg");
	bad_chunk((struct dmactl_chunk){.size = 1ull << 63}, "2^63");
	bad_chunk((struct dmactl_chunk){.size = 1, .icg = (1ull << 63) - 1}, "2^63 - 1");
	bad_chunk((struct dmactl_chunk){.size = 1, .src_icg = 1ull << 62}, "2^62");
	bad_chunk((struct dmactl_chunk){.size = 1ull << 62}, "a size of 2^62");
	bad_chunk((struct dmactl_chunk){.size = 1, .dst_icg = 1ull << 32}, "2^32");

	/* Many frames, whose total extent wraps to a small number. */
	chunk = (struct dmactl_chunk){.size = 1, .icg = (1ull << 55) - 1};
	op = op_frames(ALL, &chunk, 1, 512 + 1, 0, 0);
	op_refused(fd, &op, -EINVAL, "frames that wrap");
	op.len = ~0ull;
	op_refused(fd, &op, -EINVAL, "all frames there are");
}

UAPI_TEST(interleave, bad_input)
{
	struct dmactl_chunk chunks[2] = {{.size = 100, .icg = 4}, {.size = 50}};
	struct dmactl_op good, op;

	setup(64 * 1024);
	good = op_frames(ALL, chunks, 2, 3, 0, 0);
	op = good;
	op.len++;
	op_refused(fd, &op, -EINVAL, "not a whole frame");
	op.len = 149;
	op_refused(fd, &op, -EINVAL, "less than a frame");
	op.len = 0;
	op_refused(fd, &op, -EINVAL, "no length");
	op = good;
	op.nr_args = 0;
	op.arg_size = 0;
	op.args_uptr = 0;
	op_refused(fd, &op, -EINVAL, "no chunks");
	op = good;
	op.nr_args = 1025;
	op_refused(fd, &op, -EINVAL, "too many chunks");
	op = good;
	op.arg_size = 24;
	op_refused(fd, &op, -EINVAL, "short chunks");
	op = good;
	op.args_uptr = 8;
	op_refused(fd, &op, -EFAULT, "no array");
	op = good;
	op.src_buf = 4711;
	op_refused(fd, &op, -ENOENT, "no source");
	op = good;
	op.src_buf = op.dst_buf = 0;
	op_refused(fd, &op, -EINVAL, "neither side");
	op = good;
	op.value = 1;
	op_refused(fd, &op, -EINVAL, "a value");
	op = good;
	op.flags |= DMACTL_OPF_CMD;
	op_refused(fd, &op, -EOPNOTSUPP, "a command");
	op = good;
	op.flags |= 1 << 12;
	op_refused(fd, &op, -EOPNOTSUPP, "an unknown flag");
	/* At most one side is a peripheral, and these channels have none. */
	op = good;
	op.src_buf = 0;
	op.src_off = 1;
	op_refused(fd, &op, -EINVAL, "an offset at a peripheral");
	frames_check(&good, 3, "the good one");
	check_eq(destroy(fd, src.buf), 0);
	check_eq(destroy(fd, dst.buf), 0);
}

static void aligned(void)
{
	struct dmactl_chunk chunk = {.size = 64, .icg = 8};
	struct dmactl_op op;

	setup(64 * 1024);
	op = op_frames(ALL, &chunk, 1, 100, 16, 8);
	frames_check(&op, 100, "aligned");
	op.src_off = 4;
	op_refused(fd, &op, -EINVAL, "an offset");
	op.src_off = 8;
	chunk.icg = 4;
	op_refused(fd, &op, -EINVAL, "a gap");
	chunk = (struct dmactl_chunk){.size = 60};
	op = op_frames(ALL, &chunk, 1, 2, 0, 0);
	op_refused(fd, &op, -EINVAL, "a chunk");
}

UAPI_TEST(interleave, alignment)
{
	with_sim("copy_align=8", aligned);
}

static void without(void)
{
	struct dmactl_chunk chunk = {.size = 64};
	struct dmactl_op op;

	fd = dev_open(0);
	chan = chan_with(fd, DMACTL_CAP_MEMCPY).out_chan;
	src = mem_get(fd, PAGE);
	dst = mem_get(fd, PAGE);
	op = op_frames(INC, &chunk, 1, 1, 0, 0);
	op_refused(fd, &op, -EOPNOTSUPP, "interleaved");
}

static void without_repeat(void)
{
	struct dmactl_chunk chunk = {.size = 64};
	struct dmactl_op op;

	setup(PAGE);
	op = op_frames(INC | DMACTL_OPF_REPEAT, &chunk, 1, 1, 0, 0);
	op_refused(fd, &op, -EOPNOTSUPP, "repeat");
	op.flags = INC | DMACTL_OPF_LOAD_EOT;
	op_refused(fd, &op, -EOPNOTSUPP, "load_eot");
	op.flags = INC;
	frames_check(&op, 1, "once");
}

UAPI_TEST(interleave, a_channel_without)
{
	with_sim("caps=memcpy", without);
	with_sim("caps=memcpy,interleave", without_repeat);
}
