// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "private.h"

DMAUSER_EXPORT int dmauser_prepare(struct dmauser_batch *batch, struct dmauser_prepared **prepared)
{
	struct dmactl_prepare arg = {.size = sizeof(arg), .op_size = sizeof(struct dmactl_op)};
	const struct dmactl_op *op = dmauser_batch_last(batch);
	struct dmauser_session *s;
	struct dmauser_prepared *p;
	int rc;

	if (!batch || !prepared)
		return -EINVAL;
	if (!op)
		return -ENOENT;
	s = batch->session;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	arg.op_uptr = dmauser_uptr(op);
	rc = dmauser_ioctl(s->fd, DMACTL_IOC_PREPARE, &arg);
	if (rc < 0) {
		free(p);
		return rc;
	}
	p->session = s;
	p->handle = arg.out_handle;
	p->chan = op->chan;
	pthread_mutex_lock(&s->lock);
	LIST_INSERT_HEAD(&s->prepared, p, link);
	pthread_mutex_unlock(&s->lock);
	dmauser_batch_drop_last(batch);
	*prepared = p;
	return 0;
}

DMAUSER_EXPORT int dmauser_unprepare(struct dmauser_prepared *prepared)
{
	struct dmauser_session *s;
	int rc;

	if (!prepared)
		return 0;
	s = prepared->session;
	rc = dmauser_destroy_handle(s->fd, prepared->handle);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&s->lock);
	LIST_REMOVE(prepared, link);
	pthread_mutex_unlock(&s->lock);
	free(prepared);
	return 0;
}

DMAUSER_EXPORT int dmauser_batch_prepared(struct dmauser_batch *batch,
					  struct dmauser_prepared *prepared, uint64_t user_data)
{
	struct dmactl_op op = {.opcode = DMACTL_OP_PREPARED, .user_data = user_data};

	if (!batch || !prepared || (batch->session && batch->session != prepared->session))
		return -EINVAL;
	op.src_buf = prepared->handle;
	return dmauser_batch_append(batch, prepared->session, prepared->chan, &op);
}
