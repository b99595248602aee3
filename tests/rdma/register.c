// SPDX-License-Identifier: MIT
/*
 * Tries which memory of dmactl an RDMA device registers: prints a line "WHAT: ok" or
 * "WHAT: ERROR" for each. Usage: register SLAVE
 */
#include <errno.h>
#include <infiniband/verbs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <dmauser.h>

#define LENGTH (64u << 10)
#define ACCESS (IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE)

static void report(const char *what, struct ibv_mr *mr)
{
	printf("%s: %s\n", what, mr ? "ok" : strerror(errno));
	if (mr)
		ibv_dereg_mr(mr);
}

static struct ibv_pd *open_pd(struct ibv_context **device)
{
	struct ibv_device **list = ibv_get_device_list(NULL);

	*device = list && list[0] ? ibv_open_device(list[0]) : NULL;
	if (list)
		ibv_free_device_list(list);
	return *device ? ibv_alloc_pd(*device) : NULL;
}

int main(int argc, char **argv)
{
	struct dmauser_buf *streaming, *coherent;
	struct dmauser_session *session;
	struct dmauser_chan *chan;
	struct ibv_context *device;
	void *address, *exported;
	struct ibv_pd *pd;
	int fd;

	pd = open_pd(&device);
	if (argc != 2 || !pd || dmauser_open(NULL, &session) ||
	    dmauser_chan_request_slave(session, argv[1], 0, &chan) ||
	    dmauser_buf_alloc(session, DMACTL_BUF_STREAMING, chan, LENGTH, &streaming) ||
	    dmauser_buf_alloc(session, DMACTL_BUF_COHERENT, chan, LENGTH, &coherent) ||
	    dmauser_buf_export(streaming, &fd))
		return 1;
	if (dmauser_buf_map(streaming, &address))
		return 1;
	report("mmap of STREAMING", ibv_reg_mr(pd, address, LENGTH, ACCESS));
	if (dmauser_buf_map(coherent, &address))
		return 1;
	report("mmap of COHERENT", ibv_reg_mr(pd, address, LENGTH, ACCESS));
	exported = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (exported == MAP_FAILED)
		return 1;
	report("mmap of the dma-buf", ibv_reg_mr(pd, exported, LENGTH, ACCESS));
	report("the dma-buf", ibv_reg_dmabuf_mr(pd, 0, LENGTH, 0, fd, ACCESS));
	munmap(exported, LENGTH);
	close(fd);
	ibv_dealloc_pd(pd);
	ibv_close_device(device);
	dmauser_close(session);
	return 0;
}
