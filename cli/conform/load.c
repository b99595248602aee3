// SPDX-License-Identifier: MIT
/* Shared by the conformance checks: submits transfers and waits for them. */
#include "conform/conform.h"
#include "dev/device.h"
#include "dev/fdinfo.h"
#include "out/stop.h"
#include "out/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLICE_NS (50 * NS_PER_MS)

uint64_t conform_units(const struct conform *c, uint64_t bytes)
{
	return (bytes + c->align - 1) / c->align * c->align;
}

int conform_add_copy(struct conform *c, size_t dst_off, size_t src_off, size_t len)
{
	return dmauser_batch_memcpy(c->batch, c->chan, c->dst.buf, dst_off, c->src.buf, src_off,
				    len, dmauser_batch_count(c->batch));
}

int conform_submit_some(struct conform *c, uint32_t flags)
{
	int count = dmauser_submit(c->session, c->batch, flags);

	if (count > 0)
		c->submitted += (unsigned int)count;
	return count;
}

bool conform_submit(struct conform *c, uint32_t flags)
{
	unsigned int wanted = dmauser_batch_count(c->batch);
	uint64_t until = now_ns() + c->options->timeout_ns;
	bool full;
	int count;

	c->submitted = 0;
	c->arrived = 0;
	do {
		count = conform_submit_some(c, flags);
		full = count == -EAGAIN && c->submitted && flags & DMACTL_SUBMIT_HOLD;
		if (count > 0 && c->submitted < wanted)
			conform_reap(c);
		/* The channel is full: wait until ops in flight complete. */
		if (count == -EAGAIN && !full) {
			conform_reap(c);
			conform_pass_time(c, NS_PER_MS);
		}
	} while (!full && c->submitted < wanted && (count > 0 || count == -EAGAIN) &&
		 now_ns() < until && !stop_requested());
	if (c->submitted == wanted)
		return true;
	dmauser_batch_clear(c->batch);
	if (full)
		return true;
	if (!stop_requested())
		conform_fail(c, "of %u transfers the channel took %u: %s", wanted, c->submitted,
			     count < 0 ? strerror(-count) : "no more in time");
	return false;
}

void conform_reap(struct conform *c)
{
	int count =
		dmauser_reap(c->session, c->records + c->arrived, CONFORM_MAX_LOAD - c->arrived);

	if (count > 0)
		c->arrived += (unsigned int)count;
}

int conform_wait(struct conform *c, unsigned int count)
{
	uint64_t start = now_ns(), until = start + c->options->timeout_ns;

	while (c->arrived < count) {
		uint64_t now = now_ns();
		int got;

		if (stop_requested())
			return -EINTR;
		if (now >= until)
			return -ETIME;
		got = dmauser_wait(c->session, c->records + c->arrived,
				   CONFORM_MAX_LOAD - c->arrived, 1,
				   until - now < SLICE_NS ? until - now : SLICE_NS);
		if (got > 0) {
			c->arrived += (unsigned int)got;
			/* A channel that makes progress is slow, but does not hang. */
			until = now_ns() + c->options->timeout_ns;
		} else if (got != -ETIME && got != -EINTR) {
			return got;
		}
	}
	return 0;
}

static void did_not_complete(struct conform *c)
{
	bool *there = calloc(c->submitted + 1, sizeof(*there));
	char waited[UNITS_TEXT];
	unsigned int missing = 0;

	c->timed_out = true;
	for (unsigned int i = 0; there && i < c->arrived; i++) {
		if (c->records[i].user_data < c->submitted)
			there[c->records[i].user_data] = true;
	}
	while (there && missing < c->submitted && there[missing])
		missing++;
	conform_fail_at(c,
			(struct conform_finding){
				.transfer = number(missing),
				.expected = number(c->submitted),
				.actual = number(c->arrived),
			},
			"transfer %u did not complete within %s; of %u transfers %u did", missing,
			format_time(waited, c->options->timeout_ns), c->submitted, c->arrived);
	free(there);
	conform_quiet(c);
}

bool conform_finish(struct conform *c)
{
	int err = conform_wait(c, c->submitted);

	if (err == -EINTR)
		return false;
	if (err == -ETIME) {
		did_not_complete(c);
		return false;
	}
	if (err) {
		conform_fail(c, "cannot wait for the transfers: %s", strerror(-err));
		return false;
	}
	for (unsigned int i = 0; i < c->arrived; i++) {
		if (!c->records[i].status)
			continue;
		conform_fail_at(c,
				(struct conform_finding){
					.transfer = number(c->records[i].user_data),
					.expected = number(0),
					.actual = number(c->records[i].status),
				},
				"transfer %" PRIu64 " of %u: %s", (uint64_t)c->records[i].user_data,
				c->submitted, device_status_text(c->records[i].status));
		return false;
	}
	return true;
}

void conform_pass_time(const struct conform *c, uint64_t ns)
{
	struct timespec time = {(time_t)(ns / NS_PER_SEC), (long)(ns % NS_PER_SEC)};

	(void)c;
	nanosleep(&time, NULL);
}

/* A channel without device_terminate_all can only be waited for. */
void conform_quiet(struct conform *c)
{
	struct dmactl_completion records[64];
	struct dmactl_chan_status status;
	uint64_t until = now_ns() + c->options->timeout_ns;

	if (c->caps->caps & DMACTL_CAP_TERMINATE)
		dmauser_chan_terminate(c->chan);
	else
		dmauser_chan_issue(c->chan);
	dmauser_chan_synchronize(c->chan);
	for (;;) {
		while (dmauser_reap(c->session, records, 64) > 0)
			;
		if (dmauser_chan_status(c->chan, &status) || !status.out_in_flight)
			break;
		if (now_ns() >= until || stop_requested()) {
			c->dead = "the channel has transfers in flight that do not end";
			break;
		}
		conform_pass_time(c, 5 * NS_PER_MS);
	}
}

static void take_pair(struct conform_provider *provider, const struct fdinfo_pair *pair)
{
	long long number = strtoll(pair->value, NULL, 10);

	if (!strcmp(pair->key, "in-flight"))
		provider->in_flight = (uint64_t)number;
	else if (!strcmp(pair->key, "refused"))
		provider->refused = (uint64_t)number;
	else if (!strcmp(pair->key, "stray"))
		provider->stray = (uint64_t)number;
	else if (!strcmp(pair->key, "newest"))
		provider->newest = number;
	else if (!strcmp(pair->key, "cookie"))
		provider->cookie = number;
	else if (!strcmp(pair->key, "length"))
		provider->length = (uint64_t)number;
	else if (!strcmp(pair->key, "residue"))
		provider->residue = (uint64_t)number;
	else if (!strcmp(pair->key, "status"))
		snprintf(provider->status, sizeof(provider->status), "%s", pair->value);
}

bool conform_ask(struct conform *c, struct conform_provider *provider)
{
	struct fdinfo_pair pairs[16];
	char text[4096], *line;
	size_t count;
	ssize_t got;

	memset(provider, 0, sizeof(*provider));
	got = pread(c->fdinfo, text, sizeof(text) - 1, 0);
	if (got <= 0)
		return false;
	text[got] = '\0';
	/* The session has only one channel, so take the first line. */
	line = strstr(text, "\nprovider:");
	if (!line)
		return false;
	line += strlen("\nprovider:");
	line[strcspn(line, "\n")] = '\0';
	count = fdinfo_split_channel(line, pairs, 16);
	for (size_t i = 1; i < count; i++)
		take_pair(provider, &pairs[i]);
	return true;
}

void conform_look(struct conform *c, size_t off, size_t len)
{
	/* The sync also copies from the bounce buffer. */
	if (!c->coherent)
		dmauser_buf_sync(c->dst.buf, off, len, DMACTL_SYNC_BEGIN | DMACTL_SYNC_READ);
}

void conform_fill(struct conform *c, size_t len)
{
	c->random.state = pattern_mix(c->random.state + 1);
	pattern_fill(c->src.memory, len, REGION_SRC_INSIDE, c->random.state, 0);
	pattern_fill(c->dst.memory, len, REGION_DST_INSIDE, c->random.state, 0);
}

#define BLOCK 64

size_t conform_first_stale(struct conform *c, size_t off, size_t len)
{
	conform_look(c, off, len);
	for (size_t at = off; at < off + len; at += BLOCK) {
		size_t part = off + len - at < BLOCK ? off + len - at : BLOCK;

		/* A shorter part could match by chance. */
		if (part >= 4 && pattern_check(c->dst.memory + at, part, REGION_DST_INSIDE,
					       c->random.state, at) == part)
			return at;
	}
	return off + len;
}

bool conform_hold_copies(struct conform *c, unsigned int *count, size_t *len)
{
	size_t unit = c->align < BLOCK ? BLOCK : c->align;
	int err = 0;

	if (*len > c->dst.len)
		*len = c->dst.len;
	*len = *len / unit * unit;
	if ((size_t)*count * *len > c->dst.len)
		*count = (unsigned int)(c->dst.len / *len);
	conform_fill(c, *count * *len);
	for (unsigned int i = 0; i < *count && !err; i++)
		err = conform_add_copy(c, i * *len, i * *len, *len);
	if (err) {
		conform_fail(c, "%s", strerror(-err));
		return false;
	}
	if (!conform_submit(c, DMACTL_SUBMIT_HOLD))
		return false;
	*count = c->submitted;
	return true;
}

int conform_issue(struct conform *c)
{
	int err = dmauser_chan_issue(c->chan);

	if (err)
		conform_fail(c, "issue_pending: %s", strerror(-err));
	return err;
}
