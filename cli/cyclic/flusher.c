// SPDX-License-Identifier: MIT
#include "cyclic/flusher.h"
#include "out/units.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct flusher {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t due;
	int fd;
	uint64_t limit_bytes, limit_ns;
	/* `lock' protects the fields below. */
	uint64_t taken;	   /* bytes that are on the disk when `busy' is false */
	uint64_t since_ns; /* last time that `taken' covered the whole file */
	bool busy, over;
	int err;
};

static void *flush(void *arg)
{
	struct flusher *f = arg;

	pthread_mutex_lock(&f->lock);
	while (!f->over) {
		int err;

		if (!f->busy) {
			pthread_cond_wait(&f->due, &f->lock);
			continue;
		}
		pthread_mutex_unlock(&f->lock);
		err = fdatasync(f->fd) < 0 ? -errno : 0;
		pthread_mutex_lock(&f->lock);
		if (!f->err)
			f->err = err;
		f->busy = false;
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

int flusher_start(struct flusher **flusher, struct cli *cli, int fd, uint64_t bytes, uint64_t ns)
{
	struct flusher *f = calloc(1, sizeof(*f));
	sigset_t all, old;
	int err = f ? 0 : ENOMEM;

	if (!err) {
		pthread_mutex_init(&f->lock, NULL);
		pthread_cond_init(&f->due, NULL);
		f->fd = fd;
		f->limit_bytes = bytes;
		f->limit_ns = ns;
		f->since_ns = now_ns();
		/* The main thread handles the signals. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		err = pthread_create(&f->thread, NULL, flush, f);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	if (err) {
		cli_error(cli, "--sync: cannot start a thread: %s", strerror(err));
		free(f);
		return -err;
	}
	*flusher = f;
	return 0;
}

bool flusher_may_write(struct flusher *f, uint64_t bytes)
{
	uint64_t now = now_ns();
	bool due, may;

	pthread_mutex_lock(&f->lock);
	due = (f->limit_bytes && bytes - f->taken >= f->limit_bytes) ||
	      (f->limit_ns && bytes > f->taken && now - f->since_ns >= f->limit_ns);
	if (bytes == f->taken)
		f->since_ns = now;
	if (due && !f->busy) {
		f->taken = bytes;
		f->since_ns = now;
		f->busy = true;
		due = false;
		pthread_cond_signal(&f->due);
	}
	may = !due;
	pthread_mutex_unlock(&f->lock);
	return may;
}

int flusher_stop(struct flusher *f)
{
	int err;

	if (!f)
		return 0;
	pthread_mutex_lock(&f->lock);
	f->over = true;
	pthread_cond_signal(&f->due);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	err = f->err;
	pthread_cond_destroy(&f->due);
	pthread_mutex_destroy(&f->lock);
	free(f);
	return err;
}
