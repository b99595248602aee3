/* SPDX-License-Identifier: MIT */
/*
 * check.sh builds this against the installed library, in C90 and in C++, without the source tree.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <dmauser.h>

static int check(int ok, const char *what)
{
	if (!ok)
		fprintf(stderr, "program: %s\n", what);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct dmauser_chan_list *list = NULL;
	struct dmauser_session *session = NULL;
	struct dmauser_batch *batch = NULL;
	int bad = 0, rc;

	bad += check(argc == 2 && strcmp(dmauser_version(), argv[1]) == 0, "version");
	bad += check(dmauser_open("/nonexistent/dmactl", &session) == -ENOENT, "open");
	bad += check(session == NULL, "session of a failed open");
	bad += check(dmauser_batch_new(&batch) == 0 && dmauser_batch_count(batch) == 0, "batch");
	dmauser_batch_free(batch);
	rc = dmauser_discover(&list);
	bad += check(rc == 0 || rc == -ENOENT, "discover");
	printf("%s %lu\n", dmauser_version(), (unsigned long)dmauser_chan_list_count(list));
	dmauser_chan_list_free(list);
	return bad ? 1 : 0;
}
