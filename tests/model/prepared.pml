/* SPDX-License-Identifier: MIT */
/*
 * A prepared op: two threads submit it repeatedly, a third terminates the channel, and the op is
 * destroyed when its last completion was seen. The provider has one descriptor for it, which it can
 * take again only after the callback has returned, as with virt-dma; the program sees the
 * completion earlier.
 *
 * Shown, in each order of steps:
 *   descriptor	only a descriptor that the provider has finished with is submitted or
 * 		freed, and none that was lost to TERMINATE
 *   alone		the op is in flight at most once at a time
 *   destroy	after the last completion was seen, destroying always succeeds
 *   gone		nobody accesses an op that was freed
 */

#ifndef ROUNDS
#define ROUNDS	2
#endif
#define THREADS	2

mtype:desc = { KEPT, SUBMITTED, CALLING, FREED };
mtype:busy = { FREE, BUSY, GONE };

mtype:desc desc = KEPT;
mtype:busy busy = FREE;
byte users = 1;			/* the handle's */
bool inflight;			/* an op that uses it is in the channel's queue */
bool noted;			/* the context of the last callback is known */
bool calling;			/* a callback has not returned */
bool lost;
bool freed;
bool lock;			/* chan->lock */
byte readers;			/* chan->rwsem */
bool writer;
byte submitted, completed;
byte running = THREADS + 1;

#define touch()		assert(!freed)

inline down_read()  { atomic { !writer -> readers++ } }
inline up_read()    { readers-- }
inline down_write() { atomic { !writer && !readers -> writer = true } }
inline up_write()   { writer = false }
inline spin_lock()  { atomic { !lock -> lock = true } }
inline spin_unlock() { lock = false }

/* The completion is visible before the op is unused again; both happen under this lock. */
inline dmactl_prepared_let_end() {
#ifndef BROKEN_NO_LET_END
	spin_lock();
	spin_unlock()
#else
	skip
#endif
}

inline dmactl_prepared_get(ok) {
	atomic {
		touch();
		if
		:: busy == FREE -> busy = BUSY; ok = true
		:: else -> ok = false
		fi
	}
}

/* Afterwards the last callback has returned. */
inline dmactl_prepared_wait_callback() {
#ifndef BROKEN_NO_SETTLE
	touch();
	if
	:: noted -> !calling; noted = false
	:: !noted
	fi
#else
	skip
#endif
}

inline dmactl_prepared_unuse() {
	atomic { touch(); assert(users > 1); users-- };
	atomic { touch(); assert(busy == BUSY); busy = FREE }
}

inline dmactl_prepared_again() {
	down_write();
	if
	:: lost -> atomic { assert(desc == FREED); desc = KEPT; lost = false }
	:: else
	fi;
	up_write()
}

proctype submit()
{
	byte round;
	bool ok;

	do
	:: round == ROUNDS -> break
	:: else ->
		round++;
		/* dmactl_obj_use */
		atomic { assert(users > 0); users++ };
		/* dmactl_prepared_get_ended */
		dmactl_prepared_get(ok);
		if
		:: !ok ->
			dmactl_prepared_let_end();
			dmactl_prepared_get(ok)
		:: else
		fi;
		if
		:: !ok -> atomic { touch(); users-- }		/* EBUSY */
		:: else ->
			dmactl_prepared_wait_callback();
			if
			:: lost -> dmactl_prepared_again()
			:: else
			fi;
			down_read();
			if
			/* TERMINATE came meanwhile: the op is refused. */
			:: lost -> dmactl_prepared_unuse()
			:: else ->
				/* dmactl_prep_note, dmactl_prep_submit */
				atomic {
					assert(!inflight);
					inflight = true;
					submitted++
				};
				atomic { assert(desc == KEPT); desc = SUBMITTED }
			fi;
			up_read()
		fi
	od;
	running--
}

/* dmactl_desc_callback */
active proctype provider()
{
end:	do
	:: atomic { desc == SUBMITTED -> desc = CALLING; calling = true };
		if
		:: inflight ->
			/* dmactl_prepared_note */
			noted = true;
			spin_lock();
			if
			:: inflight ->
				atomic { inflight = false; completed++ };
				dmactl_prepared_unuse()
			:: else
			fi;
			spin_unlock()
		:: else
		fi;
		/*
		 * The callback has returned to the provider, which keeps the descriptor for the
		 * next submit.
		 */
		atomic {
			if
			:: desc == CALLING -> desc = KEPT
			:: else
			fi;
			calling = false
		}
	od
}

/* CHAN_CTRL TERMINATE: dmactl_chan_stop */
proctype terminate()
{
	down_write();
	/* dmactl_chan_terminate */
	atomic {
		if
		:: desc == SUBMITTED -> desc = KEPT
		:: else
		fi
	};
	!calling;
	/* dmactl_prepared_lose_all */
	if
	:: desc == KEPT -> atomic {
		desc = FREED;
#ifndef BROKEN_NOT_LOST
		lost = true
#endif
	   }
	:: else
	fi;
	/* dmactl_chan_abort */
	spin_lock();
	if
	:: inflight ->
		atomic { inflight = false; completed++ };
		dmactl_prepared_unuse()
	:: else
	fi;
	spin_unlock();
	up_write();
	running--
}

inline dmactl_prepared_seize(ok) {
	ok = false;
	atomic {
		touch();
		if
		:: busy == FREE -> busy = GONE; ok = true
		:: else
		fi
	};
	if
	:: ok -> atomic {
		if
		/* dmactl_obj_seize */
		:: users == 1 -> users = 0
		:: else -> busy = FREE; ok = false
		fi
	   }
	:: else
	fi
}

proctype dmactl_prepared_destroy()
{
	bool ok;

	/* All threads have submitted, and each completion was seen. */
	running == 0 && submitted == completed;
	dmactl_prepared_seize(ok);
	if
	:: !ok ->
		dmactl_prepared_let_end();
		dmactl_prepared_seize(ok)
	:: else
	fi;
	assert(ok);
	dmactl_prepared_wait_callback();
	down_write();
	/* dmactl_prepared_give_back */
	atomic {
		assert(desc == KEPT || lost);
		desc = FREED
	};
	up_write();
	freed = true
}

init
{
	byte i;

	atomic {
		do
		:: i < THREADS -> run submit(); i++
		:: else -> break
		od;
		run terminate();
		run dmactl_prepared_destroy()
	}
}
