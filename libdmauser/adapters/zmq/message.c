// SPDX-License-Identifier: MIT
#include "message.h"

#include <endian.h>
#include <string.h>

#define VERSION 1

static const uint8_t magic[4] = {'D', 'M', 'A', 'Z'};

static void put32(uint8_t *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static void put64(uint8_t *to, uint64_t value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static uint32_t get32(const uint8_t *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static uint64_t get64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

void message_pack(uint8_t *to, const struct message *message)
{
	memcpy(to, magic, sizeof(magic));
	to[4] = VERSION;
	to[5] = (uint8_t)message->type;
	to[6] = MESSAGE_SIZE;
	to[7] = 0;
	put32(to + 8, message->flags);
	put32(to + 12, message->length);
	put64(to + 16, message->stream);
	put64(to + 24, message->seq);
	put64(to + 32, message->count);
	put64(to + 40, message->time_ns);
	put64(to + 48, message->lost);
	put64(to + 56, message->spoilt);
}

const char *message_unpack(struct message *message, const uint8_t *from, size_t length)
{
	if (length < 8 || memcmp(from, magic, sizeof(magic)) != 0)
		return "its first frame does not begin with DMAZ";
	if (from[4] != VERSION)
		return "its header has another version than 1";
	if (length < MESSAGE_SIZE || (size_t)(from[6] | from[7] << 8) != length)
		return "its header has the wrong length";
	if (from[5] > MESSAGE_VOID)
		return "its type is unknown";
	message->type = from[5];
	message->flags = get32(from + 8);
	message->length = get32(from + 12);
	message->stream = get64(from + 16);
	message->seq = get64(from + 24);
	message->count = get64(from + 32);
	message->time_ns = get64(from + 40);
	message->lost = get64(from + 48);
	message->spoilt = get64(from + 56);
	return NULL;
}
