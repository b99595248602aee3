// SPDX-License-Identifier: MIT
/*
 * Captures from a peripheral into the memory of another machine. A cyclic op fills the
 * periods of a ring, and RDMA WRITE takes them out of the ring, without a copy by the
 * processor. Each period is either received, or counted as lost on both machines.
 *
 * Usage: rdma-capture [-d DEVICE] [-n] [-w MS] receive PORT [FILE]
 *        rdma-capture [-d DEVICE] send SLAVE HOST PORT PERIODS
 *
 * -d names the RDMA device (default: the first one), -n checks that the data are the
 * numbers of dma-sim's counter, and -w waits for each period, as a slow program would.
 * docs/rdma.md says which memory and which devices this works with.
 */
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int usage(void)
{
	fprintf(stderr, "Usage: rdma-capture [-d DEVICE] [-n] [-w MS] receive PORT [FILE]\n"
			"       rdma-capture [-d DEVICE] send SLAVE HOST PORT PERIODS\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *device = NULL;
	unsigned int wait_ms = 0;
	int option, check = 0;

	while ((option = getopt(argc, argv, "d:nw:")) != -1) {
		if (option == 'd')
			device = optarg;
		else if (option == 'n')
			check = 1;
		else if (option == 'w')
			wait_ms = (unsigned int)strtoul(optarg, NULL, 0);
		else
			return usage();
	}
	argc -= optind;
	argv += optind;
	if (argc == 5 && strcmp(argv[0], "send") == 0)
		return run_send(device, argv) ? 1 : 0;
	if ((argc == 2 || argc == 3) && strcmp(argv[0], "receive") == 0)
		return run_receive(device, check, wait_ms, argv) ? 1 : 0;
	return usage();
}
