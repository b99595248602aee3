// SPDX-License-Identifier: MIT
/* Opens the channels for `dmactl test', and chooses the operations to test on each. */
#include "test/run.h"
#include "dev/control.h"
#include "dev/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Returns what the channel lacks for the first of these ops. */
static const char *lacking(const struct dmactl_chan_caps *caps, uint32_t ops)
{
	uint64_t needed = test_op_caps((enum plan_op)__builtin_ctz(ops));

	return caps->caps & needed ? "transfers from memory to memory" : cap_name(needed);
}

/* Returns the ops to test on this channel; 0 after a message if it lacks one. */
static uint32_t choose_ops(const struct test_run *run, struct dmauser_chan *chan, bool optional)
{
	const struct dmactl_chan_caps *caps = dmauser_chan_caps(chan);
	uint32_t offered = test_ops_of(caps), wanted = run->options->ops;
	uint32_t missing = wanted & ~offered;

	/* A prepared op would report the result of a check in only one place. */
	if (run->options->reuse && run->options->all_ops)
		offered &= ~(1u << PLAN_XOR_VAL | 1u << PLAN_PQ_VAL);
	if (!missing || (run->options->all_ops && wanted & offered))
		return wanted & offered;
	if (optional)
		cli_detail(run->cli, "%s: left out: it lacks %s", caps->name,
			   lacking(caps, missing));
	else
		cli_error(run->cli,
			  "%s: the channel lacks %s; `dmactl info %s' shows what it can do",
			  caps->name, lacking(caps, missing), caps->name);
	return 0;
}

/* Returns 0, a positive number if the channel was left out, or -errno after a message. */
static int open_channel(struct test_run *run, const char *name, bool optional)
{
	struct test_channel *channel = &run->channels[run->channel_count];
	int err;

	memset(channel, 0, sizeof(*channel));
	channel->run = run;
	err = device_open(run->cli, name, &channel->session);
	if (err)
		return err;
	if (optional) {
		err = dmauser_chan_request_name(channel->session, name, 0, &channel->chan);
		if (err)
			cli_detail(run->cli, "%s: left out: %s", name, dmauser_strerror(err));
	} else {
		err = device_channel(run->cli, channel->session, name, 0, 0, &channel->chan);
	}
	if (!err) {
		channel->ops = choose_ops(run, channel->chan, optional);
		err = channel->ops ? 0 : -EOPNOTSUPP;
	}
	if (err) {
		dmauser_close(channel->session);
		return optional ? 1 : err;
	}
	strcpy(channel->name, dmauser_chan_name(channel->chan));
	channel->control = control_start(run->cli, channel->chan, NULL);
	run->channel_count++;
	return 0;
}

int test_open_channel(struct test_run *run, const char *name)
{
	return open_channel(run, name, false);
}

int test_open_all(struct test_run *run)
{
	struct dmauser_chan_list *list;
	int err;

	err = dmauser_discover(&list);
	if (err) {
		cli_error(run->cli, "/sys/class/dma: %s", strerror(-err));
		return err;
	}
	for (size_t i = 0; i < dmauser_chan_list_count(list) && err >= 0; i++) {
		if (run->channel_count < TEST_MAX_CHANNELS)
			err = open_channel(run, dmauser_chan_list_get(list, i)->name, true);
	}
	dmauser_chan_list_free(list);
	if (err >= 0 && !run->channel_count) {
		cli_error(run->cli,
			  "no free DMA channel can do %s; `dmactl list' shows them all, and "
			  "`modprobe dma-sim' adds simulated ones",
			  cap_name(test_op_caps((enum plan_op)__builtin_ctz(run->options->ops))));
		return -ENOENT;
	}
	return err < 0 ? err : 0;
}

void test_close_channels(struct test_run *run)
{
	for (unsigned int i = 0; i < run->channel_count; i++) {
		control_stop(run->channels[i].control);
		dmauser_chan_destroy(run->channels[i].chan);
		dmauser_close(run->channels[i].session);
		free(run->channels[i].workers);
	}
}
