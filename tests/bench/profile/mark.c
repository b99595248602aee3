// SPDX-License-Identifier: MIT
/* mark COMMAND...: runs it between the two marks that hot.c finds. */
#include "../mark.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	MARK_BEGIN();
	pid = vfork();
	if (!pid) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror(argv[1]);
		return 1;
	}
	MARK_END();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
