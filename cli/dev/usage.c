// SPDX-License-Identifier: MIT
#include "dev/usage.h"
#include "dev/holder.h"
#include "out/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAIRS 24

static const char *const session_keys[] = {
	[USAGE_CHANNELS] = "channels",
	[USAGE_BUFFERS] = "buffers",
	[USAGE_PREPARED] = "prepared",
	[USAGE_BUFFER_BYTES] = "buffer-bytes",
	[USAGE_LOCKED_PAGES] = "locked-pages",
	[USAGE_PINNED_PAGES] = "pinned-pages",
	[USAGE_IN_FLIGHT] = "in-flight",
	[USAGE_QUEUED] = "completions-queued",
	[USAGE_USER_SESSIONS] = "user-sessions",
	[USAGE_USER_LOCKED_PAGES] = "user-locked-pages",
	[USAGE_USER_KERNEL_BYTES] = "user-kernel-bytes",
	[USAGE_USER_BOUNCE_BYTES] = "user-bounce-bytes",
};

/* Keys before USAGE_CHAN_STALLS are in the "channel" line, the others in the "provider" line. */
static const char *const chan_keys[] = {
	[USAGE_CHAN_IN_FLIGHT] = "in-flight", [USAGE_CHAN_DEPTH] = "depth",
	[USAGE_CHAN_SUBMITTED] = "submitted", [USAGE_CHAN_COMPLETED] = "completed",
	[USAGE_CHAN_FAILED] = "failed",	      [USAGE_CHAN_BYTES] = "bytes",
	[USAGE_CHAN_STALLS] = "stalls",	      [USAGE_CHAN_REFUSED] = "refused",
	[USAGE_CHAN_STRAY] = "stray",
};

/* Stores one number, if its key is among keys[first] to keys[end - 1]. */
static void take(const char *const *keys, size_t first, size_t end, const char *key,
		 const char *value, uint64_t *numbers, uint32_t *known)
{
	for (size_t i = first; i < end; i++) {
		if (strcmp(keys[i], key) == 0 && parse_number(value, 0, UINT64_MAX, &numbers[i]))
			*known |= UINT32_C(1) << i;
	}
}

/* Adds an element of zeros; the array grows by powers of two. Returns NULL if out of memory. */
static void *grow(void **array, size_t *nr, size_t size)
{
	void *grown;

	if ((*nr & (*nr - 1)) == 0) {
		grown = reallocarray(*array, *nr ? 2 * *nr : 1, size);
		if (!grown)
			return NULL;
		*array = grown;
	}
	grown = (char *)*array + (*nr)++ * size;
	memset(grown, 0, size);
	return grown;
}

static struct usage_chan *chan_of(struct usage_session *session, const char *name)
{
	struct usage_chan *chan;

	for (size_t i = 0; i < session->nr_chans; i++) {
		if (strcmp(session->chans[i].name, name) == 0)
			return &session->chans[i];
	}
	chan = grow((void **)&session->chans, &session->nr_chans, sizeof(*chan));
	if (chan && strlen(name) < sizeof(chan->name))
		strcpy(chan->name, name);
	return chan;
}

static int read_chan(struct usage_session *session, char *line, size_t first, size_t end)
{
	struct fdinfo_pair pairs[MAX_PAIRS];
	size_t count = fdinfo_split_channel(line, pairs, MAX_PAIRS);
	struct usage_chan *chan;

	if (!count)
		return 0;
	chan = chan_of(session, pairs[0].value);
	if (!chan)
		return -ENOMEM;
	for (size_t i = 1; i < count; i++)
		take(chan_keys, first, end, pairs[i].key, pairs[i].value, chan->numbers,
		     &chan->known);
	return 0;
}

static int read_session(struct usage_session *session, const struct fdinfo *info)
{
	int err = 0;

	for (size_t i = 0; i < info->count && !err; i++) {
		const struct fdinfo_pair *pair = &info->pairs[i];

		/*
		 * read_chan() writes into the value. That is allowed: the text
		 * is a private copy.
		 */
		if (strcmp(pair->key, "channel") == 0)
			err = read_chan(session, (char *)pair->value, 0, USAGE_CHAN_STALLS);
		else if (strcmp(pair->key, "provider") == 0)
			err = read_chan(session, (char *)pair->value, USAGE_CHAN_STALLS,
					USAGE_CHAN_END);
		else
			take(session_keys, 0, USAGE_SESSION_END, pair->key, pair->value,
			     session->numbers, &session->known);
	}
	return err;
}

static bool session_number(const struct fdinfo *info, uint64_t *number)
{
	for (size_t i = 0; i < info->count; i++) {
		if (strcmp(info->pairs[i].key, "session") == 0)
			return parse_number(info->pairs[i].value, 0, UINT64_MAX, number);
	}
	return false;
}

struct reading {
	struct usage *usage;
	int err;
};

static bool add_session(struct holder *holder, void *context)
{
	struct reading *reading = context;
	struct usage *usage = reading->usage;
	struct usage_session *session;
	uint64_t number;

	if (!session_number(&holder->info, &number))
		return true;
	/* Several file descriptors, or processes after fork(2), may share one session. */
	for (size_t i = 0; i < usage->nr; i++) {
		if (usage->sessions[i].session == number)
			return true;
	}
	session = grow((void **)&usage->sessions, &usage->nr, sizeof(*session));
	if (!session) {
		reading->err = -ENOMEM;
		return false;
	}
	session->session = number;
	session->pid = holder->pid;
	session->uid = holder->uid;
	memcpy(session->comm, holder->comm, sizeof(session->comm));
	reading->err = read_session(session, &holder->info);
	return !reading->err;
}

int usage_read(struct usage *usage)
{
	struct reading reading = {.usage = usage};

	memset(usage, 0, sizeof(*usage));
	holder_each(add_session, &reading);
	if (reading.err)
		usage_free(usage);
	return reading.err;
}

void usage_free(struct usage *usage)
{
	for (size_t i = 0; i < usage->nr; i++)
		free(usage->sessions[i].chans);
	free(usage->sessions);
	memset(usage, 0, sizeof(*usage));
}
