// SPDX-License-Identifier: MIT
#include "cyclic/ring.h"

uint64_t ring_locate(uint64_t ended, uint64_t place, size_t period, unsigned int count)
{
	uint64_t slot = place / period % count;
	uint64_t ahead = (slot + count - ended % count) % count;

	/*
	 * place and ended were read at slightly different times. A place more
	 * than half a ring ahead is really a little behind.
	 */
	return ahead > count / 2 ? ended : ended + ahead;
}
