// SPDX-License-Identifier: MIT
#include "dev/use.h"
#include "dev/holder.h"
#include "out/units.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMED	   "/sys/class/misc/dmactl/claimed"
#define MOST_PAIRS 24

static struct use *find(const struct use_list *list, const char *chan)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->uses[i].chan, chan) == 0)
			return &list->uses[i];
	}
	return NULL;
}

static struct use *find_or_add(struct use_list *list, const char *chan, unsigned int uid)
{
	struct use *use = find(list, chan), *grown;

	if (use)
		return use;
	grown = realloc(list->uses, (list->count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	list->uses = grown;
	use = &grown[list->count++];
	*use = (struct use){.uid = uid};
	snprintf(use->chan, sizeof(use->chan), "%s", chan);
	return use;
}

/* A line has the channel, the uid and maybe the slave name: "dma1chan2 1000 counter". */
static int add_claimed_line(struct use_list *list, char *line)
{
	char *rest = line, *chan, *user, *slave;
	struct use *use;
	uint64_t uid;

	line[strcspn(line, "\n")] = '\0';
	chan = strsep(&rest, " ");
	user = strsep(&rest, " ");
	slave = rest;
	if (!chan || !user || !parse_number(user, 0, UINT32_MAX, &uid))
		return 0;
	use = find_or_add(list, chan, (unsigned int)uid);
	if (!use)
		return -ENOMEM;
	if (slave)
		snprintf(use->slave, sizeof(use->slave), "%s", slave);
	return 0;
}

static int add_claimed(struct use_list *list)
{
	FILE *file = fopen(CLAIMED, "re");
	size_t size = 0;
	char *line = NULL;
	int err = 0;

	while (file && !err && getline(&line, &size, file) > 0)
		err = add_claimed_line(list, line);
	free(line);
	if (file)
		fclose(file);
	return err;
}

static void take_pair(struct use *use, const struct fdinfo_pair *pair)
{
	const struct {
		const char *key;
		uint64_t *value;
	} numbers[] = {
		{"in-flight", &use->in_flight}, {"depth", &use->depth},
		{"completed", &use->completed}, {"failed", &use->failed},
		{"bytes", &use->bytes},		{"to-go", &use->to_go},
		{"length", &use->length},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(pair->key, numbers[i].key) == 0)
			parse_number(pair->value, 0, UINT64_MAX, numbers[i].value);
	}
	if (strcmp(pair->key, "paused") == 0) {
		use->paused = strcmp(pair->value, "0") != 0;
		use->detailed = true;
	}
	if (strcmp(pair->key, "op-direction") == 0 && strcmp(pair->value, "-"))
		snprintf(use->direction, sizeof(use->direction), "%s", pair->value);
	if (strcmp(pair->key, "slave") == 0 && strcmp(pair->value, "-"))
		snprintf(use->slave, sizeof(use->slave), "%s", pair->value);
}

struct search {
	struct use_list *list;
	int err;
};

static bool add_holder(struct holder *holder, void *context)
{
	struct search *search = context;
	struct fdinfo_pair pairs[MOST_PAIRS];

	for (size_t i = 0; i < holder->info.count; i++) {
		const char *key = holder->info.pairs[i].key;
		size_t count;
		struct use *use;

		/* Of the provider's line, only the length is not in the other one. */
		if (strcmp(key, "channel") && strcmp(key, "provider"))
			continue;
		/* The split writes into the text. That is allowed: it belongs to the holder. */
		count = fdinfo_split_channel((char *)holder->info.pairs[i].value, pairs,
					     MOST_PAIRS);
		use = count ? find_or_add(search->list, pairs[0].value, holder->uid) : NULL;
		if (!use) {
			search->err = count ? -ENOMEM : 0;
			continue;
		}
		/* A parent and its child may share a session; use the first process found. */
		if (use->pid && (use->pid != holder->pid || strcmp(key, "provider")))
			continue;
		use->pid = holder->pid;
		memcpy(use->comm, holder->comm, sizeof(use->comm));
		for (size_t j = 1; j < count; j++)
			take_pair(use, &pairs[j]);
	}
	return true;
}

int use_read(struct use_list *list)
{
	struct search search = {.list = list};

	*list = (struct use_list){0};
	search.err = add_claimed(list);
	if (!search.err)
		holder_each(add_holder, &search);
	if (search.err)
		use_free(list);
	return search.err;
}

const struct use *use_find(const struct use_list *list, const char *chan)
{
	return find(list, chan);
}

const struct use *use_find_slave(const struct use_list *list, const char *slave)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->uses[i].slave, slave) == 0)
			return &list->uses[i];
	}
	return NULL;
}

void use_free(struct use_list *list)
{
	free(list->uses);
	*list = (struct use_list){0};
}

static const char *user_name(unsigned int uid, char *text, size_t size)
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(text, size, "%s", user->pw_name);
	else
		snprintf(text, size, "%u", uid);
	return text;
}

const char *use_holder(const struct use *use, int clients, char *text, size_t size)
{
	char user[64];

	if (use && use->pid)
		snprintf(text, size, "%s (%d)", use->comm, use->pid);
	else if (use)
		snprintf(text, size, "user %s", user_name(use->uid, user, sizeof(user)));
	else
		snprintf(text, size, "%s", clients ? "a driver" : "-");
	return text;
}

const char *use_state(const struct use *use, int clients)
{
	if (!use)
		return clients ? "in use" : "free";
	/* We may not inspect the process, or the module is older. */
	if (!use->pid || !use->detailed)
		return use->in_flight ? "running" : "in use";
	if (use->paused)
		return "paused";
	return use->in_flight ? "running" : "idle";
}

void use_print_holder(struct printer *printer, const char *label, const struct use *use,
		      int clients)
{
	char text[160], user[64];

	use_holder(use, clients, text, sizeof(text));
	if (!use) {
		print_null(printer, "held_by", label, text);
		return;
	}
	if (label)
		print_string(printer, NULL, label, text);
	print_open(printer, GROUP_OBJECT, "held_by", NULL);
	print_unsigned(printer, "uid", NULL, use->uid, UNIT_NONE);
	print_string(printer, "user", NULL, user_name(use->uid, user, sizeof(user)));
	if (use->pid) {
		print_signed(printer, "pid", NULL, use->pid);
		print_string(printer, "comm", NULL, use->comm);
	}
	print_close(printer);
}
