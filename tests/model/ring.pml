/* SPDX-License-Identifier: MIT */
/*
 * The way of completions to the program: through the ring while it has room, else through the
 * session's queue. Two channels call back at the same time, and the program sleeps on its eventfd
 * when it has taken all completions that it sees.
 *
 * One atomic step is what the module does under cq_lock, or one access to the memory that it shares
 * with the program. Full barriers order these accesses where both sides first write and then read
 * what the other wrote.
 *
 * Shown, in each order of steps:
 *   none lost	the program takes each completion, once
 *   order		completions of one channel arrive in the order in which they were added
 *   room		the ring never holds more than it has entries
 *   told		the program does not sleep while a completion waits for it
 */

#ifndef EACH
#define EACH	3	/* completions of each channel */
#endif
#define CHANS	2
#define ENTRIES	2
#define ALL	(EACH * CHANS)

/* The ring, as the program sees it */
byte ring[ENTRIES];		/* number of the channel */
byte head, tail;		/* they are not wrapped */
bool overflow;			/* DMACTL_RING_OVERFLOW */
/* The session's queue, the oldest first */
chan cq = [ALL] of { byte, byte };
byte value[ENTRIES];		/* number of the completion in the ring */
byte eventfd;			/* its count; more than one is like one */

byte taken[CHANS];

/* The caller holds cq_lock. `added' is true if the completion is in the ring. */
inline dmactl_cq_ring_add(c, n, added) {
	if
	:: tail - head >= ENTRIES -> added = false
	:: else ->
		assert(tail - head < ENTRIES);
		ring[tail % ENTRIES] = c;
		value[tail % ENTRIES] = n;
		added = true
	fi
}

/* Wakes the program only if it had taken all earlier completions. */
inline dmactl_cq_ring_signal(before) {
	if
	:: head == before -> eventfd = 1
	:: else
	fi
}

/*
 * Storing tail and reading head are two steps; cq_lock is held for both, but the program does not
 * take it.
 */
bool cq_lock;

inline lock()   { atomic { !cq_lock -> cq_lock = true } }
inline unlock() { cq_lock = false }

inline put(c, n, added, before) {
	before = tail;
	dmactl_cq_ring_add(c, n, added);
	if
	:: added ->
#ifdef BROKEN_LOOKS_FIRST
		dmactl_cq_ring_signal(before);
		tail++
#else
		tail++;
		dmactl_cq_ring_signal(before)
#endif
	:: else
	fi
}

/* Moves completions from the queue to the ring while there is room. */
inline dmactl_cq_ring_flush(c, n, added, before) {
	do
	:: empty(cq) -> break
	:: nempty(cq) ->
		lock();
		added = false;
		do
		:: cq ? [c, n] ->
			cq ? <c, n>;
			put(c, n, added, before);
			if
			:: added -> cq ? c, n
			:: else -> break
			fi
		:: empty(cq) -> break
		od;
		overflow = nempty(cq);
		unlock();
		if
		:: added
		:: else -> break
		fi
	od
}

proctype callback(byte chan_nr)
{
	byte n, c, m, before;
	bool told;

	do
	:: n == EACH -> break
	:: else ->
		/* dmactl_cq_add, dmactl_cq_ring_put */
		lock();
		told = false;
		if
#ifdef BROKEN_OVERTAKES
		:: true -> put(chan_nr, n, told, before)
#else
		:: empty(cq) -> put(chan_nr, n, told, before)
		:: nempty(cq)
#endif
		fi;
		unlock();
		if
		:: told
		:: else ->
			lock();
			atomic {
				cq ! chan_nr, n;
				/* dmactl_cq_queued */
#ifndef BROKEN_NO_OVERFLOW
				overflow = true;
#endif
				if
				:: len(cq) == 1 -> eventfd = 1
				:: else
				fi
			};
			unlock();
			/* dmactl_cq_publish, if there are several completions */
			if
			:: dmactl_cq_ring_flush(c, m, told, before)
			:: true
			fi
		fi;
		n++
	od
}

proctype program()
{
	byte c, n, m, before;
	bool added;

	do
	:: taken[0] + taken[1] == ALL -> break
	:: else ->
		/* Take from the ring: first the completion, then make room for another */
		do
		:: head != tail ->
			atomic {
				c = ring[head % ENTRIES];
				assert(value[head % ENTRIES] == taken[c]);
				taken[c]++
			};
			head++
		:: head == tail -> break
		od;
		if
		:: overflow -> dmactl_cq_ring_flush(c, m, added, before)
		:: taken[0] + taken[1] == ALL
		/* read(2) of the eventfd, when the program sees no completion */
		:: !overflow && taken[0] + taken[1] != ALL -> atomic { eventfd -> eventfd = 0 }
		fi
	od
}

init
{
	atomic {
		run callback(0);
		run callback(1);
		run program()
	}
}
