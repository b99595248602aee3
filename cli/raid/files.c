// SPDX-License-Identifier: MIT
#include "raid/raid-internal.h"

#include <errno.h>
#include <inttypes.h>

static int open_source(struct raid *r, const char *name)
{
	struct source *source = &r->sources[r->opened];

	if (source_open(source, r->cli, name, false))
		return -EIO;
	r->opened++;
	if (source->stream && source->before.st_size == 0 && S_ISREG(source->before.st_mode)) {
		/* An empty regular file is valid; source_open() treats it as a stream. */
		source->stream = false;
		source->size = 0;
	}
	if (source->stream) {
		cli_error(r->cli, "%s: has no size; sources are files or block devices",
			  source->name);
		return -EINVAL;
	}
	if (r->opened == 1)
		r->size = source->size;
	if (source->size == r->size)
		return 0;
	cli_error(r->cli,
		  "%s has %" PRIu64 " bytes and %s has %" PRIu64
		  "; all files must have the same length",
		  r->sources[0].name, r->size, source->name, source->size);
	return -EINVAL;
}

static int open_target(struct raid *r, const char *name, struct target *target)
{
	struct stat st;

	for (unsigned int i = 0; i < r->opened && stat(name, &st) == 0; i++) {
		if (st.st_dev == r->sources[i].before.st_dev &&
		    st.st_ino == r->sources[i].before.st_ino) {
			cli_error(r->cli, "%s and %s are the same file", r->sources[i].name, name);
			return -EINVAL;
		}
	}
	return target_open(target, r->cli, name, &r->sources[0], false);
}

int raid_open_files(struct raid *r)
{
	const struct raid_options *options = r->options;
	int err = 0;

	for (unsigned int i = 0; i < options->count && !err; i++)
		err = open_source(r, options->names[i]);
	if (!err && options->p && r->check) {
		err = open_source(r, options->p);
		r->p_source = &r->sources[r->opened - 1];
	}
	if (!err && options->q && r->check) {
		err = open_source(r, options->q);
		r->q_source = &r->sources[r->opened - 1];
	}
	if (r->check || err)
		return err;
	if (options->p) {
		err = open_target(r, options->p, &r->targets[0]);
		r->p = err ? NULL : &r->targets[0];
	}
	if (!err && options->q) {
		err = open_target(r, options->q, &r->targets[1]);
		r->q = err ? NULL : &r->targets[1];
	}
	if (!err && r->p)
		err = target_reserve(r->p, r->cli, r->size);
	if (!err && r->q)
		err = target_reserve(r->q, r->cli, r->size);
	return err;
}

void raid_close_files(struct raid *r)
{
	if (r->p)
		target_close(r->p);
	if (r->q)
		target_close(r->q);
	while (r->opened)
		source_close(&r->sources[--r->opened]);
}

int raid_commit(struct raid *r)
{
	int err = 0;

	for (unsigned int i = 0; i < r->opened && !err; i++)
		err = source_check_unchanged(&r->sources[i], r->cli);
	if (!err && r->p)
		err = target_commit(r->p, r->cli);
	if (!err && r->q)
		err = target_commit(r->q, r->cli);
	return err;
}
