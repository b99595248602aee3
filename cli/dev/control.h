/* SPDX-License-Identifier: MIT */
/*
 * Commands from another dmactl. Only the session that holds a channel can
 * control it, so `dmactl pause CHAN' asks the dmactl that has this session.
 * That dmactl listens on an abstract Unix socket for each name of the channel,
 * and obeys the same user and root.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "out/cli.h"

#include <dmauser.h>

struct control;
struct halt;

/*
 * Starts a thread that listens until control_stop(). Call control_stop() before
 * the channel is destroyed. `alias' is a second name of the channel or NULL.
 * Returns NULL after a note on failure; the transfer works without it.
 */
struct control *control_start(struct cli *cli, struct dmauser_chan *chan, const char *alias);
void control_stop(struct control *control); /* control may be NULL */

/*
 * Returns whether a command paused the channel; then it is no error if no op
 * completes. False if control is NULL.
 */
bool control_paused(const struct control *control);
/* Returns whether a command terminated the channel. False if control is NULL. */
bool control_terminated(const struct control *control);
/* After control_terminated(): how far the channel was when it was terminated. */
const struct halt *control_halt(const struct control *control);

#endif /* CONTROL_H */
