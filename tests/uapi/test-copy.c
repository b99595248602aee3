// SPDX-License-Identifier: MIT
/* MEMCPY, MEMSET and SG move the right bytes, and no others. */
#include "uapi.h"

#define MIB (1u << 20)

UAPI_TEST(copy, every_short_length)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 2 * PAGE), dst = mem_get(fd, 2 * PAGE);
	size_t len;

	for (len = 1; len <= 300; len++)
		copy_check(fd, chan, &dst, len * 7 % 200, &src, len * 13 % 211, len);
}

UAPI_TEST(copy, lengths_around_the_powers)
{
	static const int around[] = {-1, 0, 1};
	static const size_t powers[] = {512, 2048, PAGE, 2 * PAGE, 65536, 2 * 65536, MIB};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, MIB + 2 * PAGE), dst = mem_get(fd, MIB + 2 * PAGE);
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(powers); i++)
		for (j = 0; j < ARRAY_SIZE(around); j++)
			copy_check(fd, chan, &dst, j * 33, &src, PAGE - 3 * j,
				   powers[i] + around[j]);
}

UAPI_TEST(copy, offsets_of_any_alignment)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 3 * PAGE), dst = mem_get(fd, 3 * PAGE);
	size_t i;

	for (i = 0; i < 64; i++)
		copy_check(fd, chan, &dst, PAGE - 32 + i, &src, PAGE + 32 - i, 100 + i);
}

UAPI_TEST(copy, whole_buffers_and_their_ends)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 4 * MIB), dst = mem_get(fd, 4 * MIB);

	copy_check(fd, chan, &dst, 0, &src, 0, 4 * MIB);
	copy_check(fd, chan, &dst, 4 * MIB - 1, &src, 0, 1);
	copy_check(fd, chan, &dst, 0, &src, 4 * MIB - 1, 1);
	copy_check(fd, chan, &dst, 1, &src, 0, 4 * MIB - 1);
}

UAPI_TEST(copy, between_the_kinds_of_memory)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem streaming = mem_get(fd, 128 * 1024);
	struct mem coherent = mem_coherent(fd, chan, 128 * 1024);
	struct mem other = mem_coherent(fd, chan, 128 * 1024);
	static const size_t lens[] = {1, 63, 300, PAGE, PAGE + 1, 65537, 128 * 1024 - 77};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		copy_check(fd, chan, &coherent, 77, &streaming, i, lens[i]);
		copy_check(fd, chan, &streaming, i, &coherent, 77, lens[i]);
		copy_check(fd, chan, &other, i * 3, &coherent, 76, lens[i]);
	}
}

UAPI_TEST(copy, within_one_buffer)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, 4 * PAGE);
	struct dmactl_op op = op_memcpy(chan, &mem, 2 * PAGE, &mem, 0, 2 * PAGE);

	pattern_fill(mem.p, 0, 2 * PAGE, SRC_BODY);
	pattern_fill(mem.p, 2 * PAGE, 2 * PAGE, DST_BODY);
	run_ok(fd, &op);
	pattern_check(mem.p, 0, 2 * PAGE, SRC_BODY, 0);
	pattern_check(mem.p, 2 * PAGE, 2 * PAGE, SRC_BODY, 0);
}

static void memset_check(int fd, uint32_t chan, const struct mem *mem, size_t off, size_t len,
			 uint8_t value)
{
	struct dmactl_op op = op_memset(chan, mem, off, len, value);
	size_t end = off + len + 64 < mem->len ? off + len + 64 : mem->len;
	size_t i;

	pattern_fill(mem->p, 0, end, DST_MARGIN);
	run_ok(fd, &op);
	pattern_check(mem->p, 0, off, DST_MARGIN, 0);
	for (i = off; i < off + len; i++)
		check_eq(mem->p[i], value);
	pattern_check(mem->p, off + len, end - off - len, DST_MARGIN, off + len);
}

UAPI_TEST(copy, memset_fills_just_its_range)
{
	static const size_t lens[] = {1, 2, 3, 31, 64, 255, 300, PAGE - 1, PAGE, PAGE + 1, 65537};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem streaming = mem_get(fd, 128 * 1024);
	struct mem coherent = mem_coherent(fd, chan, 128 * 1024);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		memset_check(fd, chan, &streaming, i * 31, lens[i], 0xff - i);
		memset_check(fd, chan, &coherent, i * 31, lens[i], i);
	}
}

/*
 * Copies @len bytes from pieces of @src_piece bytes to pieces of @dst_piece; gaps separate the
 * pieces of both buffers.
 */
static void sg_check(int fd, uint32_t chan, const struct mem *dst, size_t dst_piece,
		     const struct mem *src, size_t src_piece, size_t len)
{
	struct dmactl_sg sg[600];
	struct dmactl_op op;
	size_t at, n, nr = 0;

	pattern_fill(src->p, 0, src->len, SRC_BODY);
	pattern_fill(dst->p, 0, dst->len, DST_MARGIN);
	for (at = 0; at < len; at += n) {
		n = len - at < src_piece ? len - at : src_piece;
		sg[nr++] = sg_piece(DMACTL_SG_SRC, src, 2 * at, n);
	}
	for (at = 0; at < len; at += n) {
		n = len - at < dst_piece ? len - at : dst_piece;
		sg[nr++] = sg_piece(DMACTL_SG_DST, dst, 2 * at, n);
	}
	check(nr <= ARRAY_SIZE(sg));
	op = op_sg(chan, sg, nr, len);
	run_ok(fd, &op);
	pattern_check(src->p, 0, src->len, SRC_BODY, 0);
	for (at = 0; at < len; at++) {
		size_t from = at / src_piece * 2 * src_piece + at % src_piece;
		size_t to = at / dst_piece * 2 * dst_piece + at % dst_piece;

		if (dst->p[to] != pattern_byte(SRC_BODY, from))
			fail("byte %zu at %zu is %#x", at, to, dst->p[to]);
		dst->p[to] = pattern_byte(DST_MARGIN, to);
	}
	pattern_check(dst->p, 0, dst->len, DST_MARGIN, 0);
}

UAPI_TEST(copy, sg_with_other_pieces_on_either_side)
{
	static const size_t pieces[][2] = {
		{1000, 1000}, {1000, 7}, {13, 1000}, {100, 33}, {PAGE, 100}, {5000, PAGE},
	};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem src = mem_get(fd, 8 * PAGE), dst = mem_get(fd, 8 * PAGE);
	struct mem coherent = mem_coherent(fd, chan, 8 * PAGE);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		sg_check(fd, chan, &dst, pieces[i][0], &src, pieces[i][1], i < 2 ? 1000 : 3000);
		sg_check(fd, chan, &coherent, pieces[i][0], &src, pieces[i][1], 1000);
	}
}

/* Elements that are larger than the module's must end in zeroes. */
UAPI_TEST(copy, sg_strides)
{
	static const uint16_t bad[] = {0, 8, 24, 31, 33, 36, 4100, 4104, 65528};
	unsigned char bytes[2][40] = {0};
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd), accepted;
	struct mem a = mem_get(fd, PAGE), b = mem_get(fd, PAGE);
	struct dmactl_sg sg[2] = {sg_piece(DMACTL_SG_SRC, &a, 0, 100),
				  sg_piece(DMACTL_SG_DST, &b, 0, 100)};
	struct dmactl_op op = op_sg(chan, sg, 2, 100);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		op.arg_size = bad[i];
		check_eq(submit_flags(fd, &op, 1, 0, &accepted), -EINVAL);
		check_eq(accepted, 0);
	}
	for (i = 0; i < 2; i++)
		memcpy(bytes[i], &sg[i], sizeof(sg[i]));
	op.args_uptr = (uintptr_t)bytes;
	op.arg_size = 40;
	run_ok(fd, &op);
	bytes[1][39] = 1;
	check_eq(submit_flags(fd, &op, 1, 0, &accepted), -E2BIG);
}

static void sg_expect(int fd, uint32_t chan, struct dmactl_sg *sg, uint32_t nr, uint64_t len,
		      int want, const char *what)
{
	struct dmactl_op op = op_sg(chan, sg, nr, len);
	int ret = submit_flags(fd, &op, 1, 0, NULL);

	if (ret != want)
		fail("%s: %d, not %d", what, ret, want);
}

UAPI_TEST(copy, sg_that_does_not_add_up)
{
	int fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem a = mem_get(fd, PAGE), b = mem_get(fd, PAGE);
	struct dmactl_sg good[2] = {sg_piece(DMACTL_SG_SRC, &a, 0, 100),
				    sg_piece(DMACTL_SG_DST, &b, 0, 100)};
	struct dmactl_sg sg[3] = {good[0], good[1], good[1]};

	sg_expect(fd, chan, good, 2, 99, -EINVAL, "a shorter op");
	sg_expect(fd, chan, good, 2, 101, -EINVAL, "a longer op");
	sg_expect(fd, chan, good, 2, 0, -EINVAL, "an op without a length");
	sg_expect(fd, chan, good, 1, 100, -EINVAL, "no destination");
	sg_expect(fd, chan, good + 1, 1, 100, -EINVAL, "no source");
	sg_expect(fd, chan, good, 0, 100, -EINVAL, "no pieces");
	sg_expect(fd, chan, sg, 3, 100, -EINVAL, "more to write than to read");
	sg_expect(fd, chan, NULL, 2, 100, -EFAULT, "no list");
	sg_expect(fd, chan, good, 1025, 100, -EINVAL, "too many pieces");
	sg[0].len = 0;
	sg_expect(fd, chan, sg, 2, 100, -EINVAL, "an empty piece");
	sg[0] = good[0];
	sg[0].len = ~0ull - 50;
	sg_expect(fd, chan, sg, 2, 100, -EINVAL, "a piece that wraps");
	sg[0] = good[0];
	sg[0].role = 3;
	sg_expect(fd, chan, sg, 2, 100, -EINVAL, "an unknown role");
	sg[0] = good[0];
	sg[0].value = 1;
	sg_expect(fd, chan, sg, 2, 100, -EINVAL, "a coefficient");
	sg[0] = good[0];
	sg[0].reserved = 1;
	sg_expect(fd, chan, sg, 2, 100, -EINVAL, "a reserved field");
	sg[0] = good[0];
	sg[0].buf = 4711;
	sg_expect(fd, chan, sg, 2, 100, -ENOENT, "no such buffer");
	sg[0] = good[0];
	sg[0].off = PAGE - 99;
	sg_expect(fd, chan, sg, 2, 100, -EINVAL, "past the end");
	check_eq(chan_status(fd, chan).out_submitted, 0);
	/* The refused ops do not hold the buffers. */
	check_eq(destroy(fd, a.buf), 0);
	check_eq(destroy(fd, b.buf), 0);
}

UAPI_TEST(copy, ops_of_one_channel_run_in_order)
{
	struct dmactl_completion records[50];
	struct dmactl_op ops[50];
	int i, fd = dev_open(0);
	uint32_t chan = chan_get(fd);
	struct mem mem = mem_get(fd, 51 * PAGE);

	/* Each op copies the previous one's result, which the CPU never reads. */
	pattern_fill(mem.p, 0, PAGE, SRC_BODY);
	for (i = 0; i < 50; i++) {
		ops[i] = op_memcpy(chan, &mem, (i + 1) * PAGE, &mem, i * PAGE, PAGE);
		ops[i].flags = DMACTL_OPF_FENCE | (i ? DMACTL_OPF_NO_SYNC_SRC : 0);
	}
	submit_all(fd, ops, 50);
	reap_all(fd, records, 50);
	for (i = 0; i <= 50; i++)
		pattern_check(mem.p, i * PAGE, PAGE, SRC_BODY, 0);
}
