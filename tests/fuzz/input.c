// SPDX-License-Identifier: MIT
/* Reads numbers from the fuzzer's input. */
#include "world.h"

uint64_t take(struct input *in, unsigned int bytes)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < bytes && in->at < in->end; i++)
		value |= (uint64_t)*in->at++ << 8 * i;
	return value;
}

uint64_t number(struct input *in)
{
	static const uint64_t edges[] = {
		0,	     1,		2,	     3,
		7,	     8,		63,	     64,
		255,	     256,	4095,	     4096,
		4097,	     65535,	65536,	     65537,
		MAP_LEN - 1, MAP_LEN,	MAP_LEN + 1, 1u << 20,
		1u << 30,    INT32_MAX, UINT32_MAX,  1ull << 32,
		1ull << 40,  INT64_MAX, UINT64_MAX,  UINT64_MAX - 4095,
	};
	uint8_t how = (uint8_t)take(in, 1);

	if (how < 128)
		return how;
	if (how < 128 + sizeof(edges) / sizeof(edges[0]))
		return edges[how - 128];
	if (how < 200)
		return take(in, 2);
	if (how < 240)
		return take(in, 4);
	return take(in, 8);
}

uint64_t length(struct input *in)
{
	uint8_t how = (uint8_t)take(in, 1);

	if (how < 100)
		return (how + 1) * 64ull;
	if (how < 200)
		return take(in, 2);
	return number(in);
}
