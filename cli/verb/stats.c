// SPDX-License-Identifier: MIT
/* dmactl stats: prints the counters of channels and sessions, for monitoring. */
#include "dev/usage.h"
#include "file/target.h"
#include "out/openmetrics.h"
#include "verb/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stats_args {
	struct cli *cli;
	const char *output;
};

enum { OPTION_OPENMETRICS = 0x100 };

static const struct argp_option stats_options[] = {
	{.name = "openmetrics",
	 .key = OPTION_OPENMETRICS,
	 .doc = "Print OpenMetrics' text format, which is the only one"},
	{.name = "output",
	 .key = 'o',
	 .arg = "FILE",
	 .doc = "Write to FILE, which is either complete or absent (default: standard output)"},
	{0},
};

static error_t parse_stats(int key, char *arg, struct argp_state *state)
{
	struct stats_args *args = state->input;

	switch (key) {
	case OPTION_OPENMETRICS:
		return 0;
	case 'o':
		args->output = arg;
		return 0;
	case ARGP_KEY_END:
		if (args->cli->json)
			argp_error(state, "stats prints OpenMetrics; `dmactl status --json' has "
					  "these numbers in JSON");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp stats_argp = {
	.options = stats_options,
	.parser = parse_stats,
	.doc = "Prints the counters of all DMA channels, and of the dmactl sessions of those "
	       "processes that you may inspect, for Prometheus and programs that read its format."
	       "\vExamples:\n  dmactl stats\n  dmactl stats --openmetrics --output "
	       "/var/lib/prometheus/node-exporter/dmactl.prom\n",
};

/* Everything to print. It is read completely before anything is printed. */
struct stats {
	struct dmauser_chan_list *chans;
	struct dmauser_port_list *ports;
	struct usage usage;
	bool up; /* the module answers */
	struct dmactl_info info;
	uint64_t page;
};

#define VERSION_TEXT 32

static void print_module(FILE *out, const struct stats *stats)
{
	static const struct metric build = {"dmactl_build_info", METRIC_GAUGE, NULL,
					    "Versions of the tool and of the module; always 1."};
	static const struct metric up = {"dmactl_up", METRIC_GAUGE, NULL,
					 "Whether the module dmactl is loaded and answers."};
	static const struct metric quarantined = {
		"dmactl_quarantined_channels", METRIC_GAUGE, NULL,
		"Channels that did not stop when asked, and whose memory is therefore kept."};
	char module[VERSION_TEXT] = "";
	const struct metric_label labels[] = {
		{"version", DMACTL_VERSION}, {"module", module}, {NULL, NULL}};

	if (stats->up)
		snprintf(module, sizeof(module), "%u.%u.%u", stats->info.out_version >> 16,
			 stats->info.out_version >> 8 & 0xff, stats->info.out_version & 0xff);
	metric_head(out, &build);
	metric_sample(out, &build, labels, 1);
	metric_head(out, &up);
	metric_sample(out, &up, NULL, stats->up);
	if (!stats->up)
		return;
	metric_head(out, &quarantined);
	metric_sample(out, &quarantined, NULL, stats->info.out_quarantined);
}

/* Prints dmaengine's own counters, which count all users of a channel. */
static void print_channels(FILE *out, const struct dmauser_chan_list *list)
{
	static const struct metric metrics[] = {
		{"dmactl_channel_clients", METRIC_GAUGE, NULL,
		 "Clients in the kernel that have the channel."},
		{"dmactl_channel_copies", METRIC_COUNTER, NULL,
		 "Transfers of sessions that gave the channel back, and copies of async_tx."},
		{"dmactl_channel_copied_bytes", METRIC_COUNTER, "bytes",
		 "Bytes of sessions that gave the channel back, and of async_tx."},
	};

	for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
		metric_head(out, &metrics[m]);
		for (size_t i = 0; i < dmauser_chan_list_count(list); i++) {
			const struct dmauser_chan_desc *desc = dmauser_chan_list_get(list, i);
			const struct metric_label labels[] = {{"channel", desc->name},
							      {"device", desc->device},
							      {"driver", desc->driver},
							      {NULL, NULL}};
			const uint64_t values[] = {(uint64_t)desc->in_use, desc->memcpy_count,
						   desc->bytes_transferred};

			metric_sample(out, &metrics[m], labels, values[m]);
		}
	}
}

static void print_ports(FILE *out, const struct dmauser_port_list *list)
{
	static const struct metric in_use = {
		"dmactl_port_in_use", METRIC_GAUGE, NULL,
		"Whether a dmactl session has the channel of the port."};

	metric_head(out, &in_use);
	for (size_t i = 0; i < dmauser_port_list_count(list); i++) {
		const struct dmauser_port_desc *desc = dmauser_port_list_get(list, i);
		const struct metric_label labels[] = {
			{"port", desc->port}, {"channel", desc->channel}, {NULL, NULL}};

		metric_sample(out, &in_use, labels, desc->in_use != 0);
	}
}

struct number_metric {
	struct metric metric;
	unsigned int number; /* enum usage_session_number or usage_chan_number */
	bool pages;	     /* counted in pages */
};

static const struct number_metric session_metrics[] = {
	{{"dmactl_session_channels", METRIC_GAUGE, NULL, "Channels that the session holds."},
	 USAGE_CHANNELS,
	 false},
	{{"dmactl_session_buffers", METRIC_GAUGE, NULL, "Buffers that the session holds."},
	 USAGE_BUFFERS,
	 false},
	{{"dmactl_session_prepared_ops", METRIC_GAUGE, NULL,
	  "Ops that were prepared for many submits."},
	 USAGE_PREPARED,
	 false},
	{{"dmactl_session_buffer_bytes", METRIC_GAUGE, "bytes", "Bytes in all buffers."},
	 USAGE_BUFFER_BYTES,
	 false},
	{{"dmactl_session_locked_bytes", METRIC_GAUGE, "bytes",
	  "Memory that counts against RLIMIT_MEMLOCK."},
	 USAGE_LOCKED_PAGES,
	 true},
	{{"dmactl_session_pinned_bytes", METRIC_GAUGE, "bytes",
	  "Memory of the program that is pinned."},
	 USAGE_PINNED_PAGES,
	 true},
	{{"dmactl_session_in_flight_ops", METRIC_GAUGE, NULL, "Ops accepted and not ended."},
	 USAGE_IN_FLIGHT,
	 false},
	{{"dmactl_session_queued_completions", METRIC_GAUGE, NULL,
	  "Completions that the program has not reaped."},
	 USAGE_QUEUED,
	 false},
};

static const struct number_metric user_metrics[] = {
	{{"dmactl_user_sessions", METRIC_GAUGE, NULL, "Sessions of the user."},
	 USAGE_USER_SESSIONS,
	 false},
	{{"dmactl_user_locked_bytes", METRIC_GAUGE, "bytes",
	  "Memory of the user's sessions that counts against RLIMIT_MEMLOCK."},
	 USAGE_USER_LOCKED_PAGES,
	 true},
	{{"dmactl_user_kernel_bytes", METRIC_GAUGE, "bytes",
	  "Memory that the kernel holds for the user's sessions."},
	 USAGE_USER_KERNEL_BYTES,
	 false},
	{{"dmactl_user_bounce_bytes", METRIC_GAUGE, "bytes",
	  "Memory for bounce buffers that is reserved for the user's sessions."},
	 USAGE_USER_BOUNCE_BYTES,
	 false},
};

static const struct number_metric held_metrics[] = {
	{{"dmactl_held_in_flight_ops", METRIC_GAUGE, NULL,
	  "Ops accepted and not ended on a channel that a session holds."},
	 USAGE_CHAN_IN_FLIGHT,
	 false},
	{{"dmactl_held_depth_ops", METRIC_GAUGE, NULL, "Ops that may be outstanding there."},
	 USAGE_CHAN_DEPTH,
	 false},
	{{"dmactl_held_submitted_ops", METRIC_COUNTER, NULL, "Ops accepted there."},
	 USAGE_CHAN_SUBMITTED,
	 false},
	{{"dmactl_held_completed_ops", METRIC_COUNTER, NULL,
	  "Ops ended there, successfully or not."},
	 USAGE_CHAN_COMPLETED,
	 false},
	{{"dmactl_held_failed_ops", METRIC_COUNTER, NULL,
	  "Ops ended there with an error, or terminated."},
	 USAGE_CHAN_FAILED,
	 false},
	{{"dmactl_held_moved_bytes", METRIC_COUNTER, "bytes", "Bytes moved there."},
	 USAGE_CHAN_BYTES,
	 false},
	{{"dmactl_held_stalls", METRIC_COUNTER, NULL,
	  "Times that nothing ended for half a second and the channel was issued again."},
	 USAGE_CHAN_STALLS,
	 false},
	{{"dmactl_held_refused_descriptors", METRIC_COUNTER, NULL,
	  "Descriptors that the driver did not take."},
	 USAGE_CHAN_REFUSED,
	 false},
	{{"dmactl_held_stray_callbacks", METRIC_COUNTER, NULL,
	  "Callbacks of the driver for ops that had ended."},
	 USAGE_CHAN_STRAY,
	 false},
};

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define NUMBER_TEXT	 24

static uint64_t scaled(const struct stats *stats, const struct number_metric *m, uint64_t value)
{
	return m->pages ? value * stats->page : value;
}

/* The labels of a session, and of one of its channels if there is one. */
struct session_labels {
	char session[NUMBER_TEXT], pid[NUMBER_TEXT], uid[NUMBER_TEXT];
	struct metric_label labels[6];
};

static void label_session(struct session_labels *l, const struct usage_session *session,
			  const char *chan)
{
	snprintf(l->session, sizeof(l->session), "%" PRIu64, session->session);
	snprintf(l->pid, sizeof(l->pid), "%d", session->pid);
	snprintf(l->uid, sizeof(l->uid), "%u", session->uid);
	l->labels[0] = (struct metric_label){"session", l->session};
	l->labels[1] = (struct metric_label){"pid", l->pid};
	l->labels[2] = (struct metric_label){"uid", l->uid};
	l->labels[3] = (struct metric_label){"comm", session->comm};
	l->labels[4] = (struct metric_label){chan ? "channel" : NULL, chan};
	l->labels[5] = (struct metric_label){NULL, NULL};
}

static void print_sessions(FILE *out, const struct stats *stats)
{
	struct session_labels l;

	for (size_t m = 0; m < ARRAY_LEN(session_metrics); m++) {
		const struct number_metric *metric = &session_metrics[m];

		metric_head(out, &metric->metric);
		for (size_t i = 0; i < stats->usage.nr; i++) {
			const struct usage_session *session = &stats->usage.sessions[i];

			if (!(session->known >> metric->number & 1))
				continue;
			label_session(&l, session, NULL);
			metric_sample(out, &metric->metric, l.labels,
				      scaled(stats, metric, session->numbers[metric->number]));
		}
	}
}

/* Each session reports the sums of its user; use only those of the user's first session. */
static bool first_of_user(const struct usage *usage, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (usage->sessions[i].uid == usage->sessions[index].uid)
			return false;
	}
	return true;
}

static void print_users(FILE *out, const struct stats *stats)
{
	struct session_labels l;

	for (size_t m = 0; m < ARRAY_LEN(user_metrics); m++) {
		const struct number_metric *metric = &user_metrics[m];

		metric_head(out, &metric->metric);
		for (size_t i = 0; i < stats->usage.nr; i++) {
			const struct usage_session *session = &stats->usage.sessions[i];

			if (!(session->known >> metric->number & 1) ||
			    !first_of_user(&stats->usage, i))
				continue;
			label_session(&l, session, NULL);
			l.labels[0] = l.labels[2];
			l.labels[1].name = NULL;
			metric_sample(out, &metric->metric, l.labels,
				      scaled(stats, metric, session->numbers[metric->number]));
		}
	}
}

static void print_held(FILE *out, const struct stats *stats)
{
	struct session_labels l;

	for (size_t m = 0; m < ARRAY_LEN(held_metrics); m++) {
		const struct number_metric *metric = &held_metrics[m];

		metric_head(out, &metric->metric);
		for (size_t i = 0; i < stats->usage.nr; i++) {
			const struct usage_session *session = &stats->usage.sessions[i];

			for (size_t c = 0; c < session->nr_chans; c++) {
				const struct usage_chan *chan = &session->chans[c];

				if (!(chan->known >> metric->number & 1))
					continue;
				label_session(&l, session, chan->name);
				metric_sample(out, &metric->metric, l.labels,
					      chan->numbers[metric->number]);
			}
		}
	}
}

static void print_all(FILE *out, const struct stats *stats)
{
	print_module(out, stats);
	print_channels(out, stats->chans);
	print_ports(out, stats->ports);
	print_sessions(out, stats);
	print_users(out, stats);
	print_held(out, stats);
	metric_end(out);
}

static int read_stats(struct stats *stats)
{
	struct dmauser_session *session;
	int err;

	stats->page = (uint64_t)sysconf(_SC_PAGESIZE);
	/* Read this before dmauser_open(), so that our own session is not counted. */
	err = usage_read(&stats->usage);
	if (err)
		return err;
	err = dmauser_discover(&stats->chans);
	/* A machine without dmaengine has no channels. */
	if (err && err != -ENOENT)
		return err;
	err = dmauser_discover_ports(&stats->ports);
	if (err)
		return err;
	if (dmauser_open(DMACTL_DEVICE, &session) == 0) {
		stats->up = dmauser_info(session, &stats->info) == 0;
		dmauser_close(session);
	}
	return 0;
}

static int write_all(struct cli *cli, int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t done = write(fd, text, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			cli_error(cli, "the output: %s", strerror(errno));
			return -errno;
		}
		text += done;
		length -= (size_t)done;
	}
	return 0;
}

static int write_stats(struct cli *cli, const char *path, const char *text, size_t length)
{
	struct target target;
	int err;

	if (!path)
		return write_all(cli, STDOUT_FILENO, text, length);
	err = target_open(&target, cli, path, NULL, false);
	if (err)
		return err;
	err = write_all(cli, target.fd, text, length);
	if (!err)
		err = target_commit(&target, cli);
	target_close(&target);
	return err;
}

static int run_stats(struct cli *cli, int argc, char **argv)
{
	struct stats_args args = {.cli = cli};
	struct stats stats = {0};
	char *text = NULL;
	size_t length = 0;
	FILE *out;
	int err;

	cli_parse(&stats_argp, argc, argv, 0, &args);
	if (geteuid())
		cli_detail(cli, "sessions of other users are not counted");
	err = read_stats(&stats);
	out = err ? NULL : open_memstream(&text, &length);
	if (out)
		print_all(out, &stats);
	if (!err && (!out || fclose(out)))
		err = -ENOMEM;
	if (err)
		cli_error(cli, "the counters: %s", strerror(-err));
	else
		err = write_stats(cli, args.output, text, length);
	free(text);
	dmauser_chan_list_free(stats.chans);
	dmauser_port_list_free(stats.ports);
	usage_free(&stats.usage);
	return err ? CLI_FAILED : CLI_OK;
}

const struct command cmd_stats = {
	.name = "stats",
	.summary = "print counters for monitoring, in OpenMetrics' format",
	.argp = &stats_argp,
	.run = run_stats,
};
