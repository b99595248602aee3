/* SPDX-License-Identifier: MIT */
/*
 * The life of ops and of their channel: programs submit, wait, terminate and
 * destroy, the device is unbound, the session ends, and the provider calls back
 * meanwhile. Every step that the module takes is named after the function that
 * takes it (tests/model/run looks for each in kmod/dmactl).
 *
 * One atomic step is what the module does under chan->lock or cq_lock, or what a
 * provider does under its own lock. Everything else can be interrupted.
 *
 * Shown, in each order of steps:
 *   memory	the provider writes only to memory that an op holds
 *   lease	the provider has nothing of a channel that was given back
 *   driver	when a driver goes, no channel of it is lent
 *   channel	nobody accesses a channel that was freed
 *   once		each accepted op makes one completion
 *   order	completions arrive in the order in which the ops were accepted
 *   stopped	when TERMINATE returns, each op that was in flight has its completion
 *   end		no process waits forever; afterwards nothing is held
 *
 * Left out: ops of several descriptors, errors at prep, fences.
 */

#ifndef ROUNDS
#define ROUNDS	3	/* ops that the program submits */
#endif
#define DEPTH	2	/* of the channel's pool */
#define NONE	255

mtype:op = { FREE, TAKEN, INFLIGHT, ENDED, FINISHING, QUEUED };
mtype:hw = { IDLE, SUBMITTED, ISSUED, CALLING };

/* An op, and its one descriptor */
mtype:op state[DEPTH] = FREE;
mtype:hw hw[DEPTH] = IDLE;
bool has_desc[DEPTH];		/* the descriptor has an op: desc->tx */
bool held[DEPTH];		/* the op holds its buffers */
byte number[DEPTH];		/* order in which ops were accepted */

/* The channel */
byte nr_free = DEPTH;
byte nr_descs;
byte refs = 1;			/* the handle's */
byte completing;
bool work;			/* ending.work is scheduled or runs */
bool finishing, stopping, dead, quarantined, handle = true, freed;
bool lease = true;		/* dmaengine lends the channel */
byte readers;			/* rwsem */
bool writer;
bool prep_lock;

/* The kernel and the provider */
byte rcu;			/* readers */
byte callbacks;			/* in progress */
bool hangs;			/* this hardware does not stop */
bool drains;			/* its driver has no device_terminate_all */

/* Counters */
byte accepted, records, next_record;
byte running = 4;		/* processes of programs, and the unbinding */
bool closed;

#define touch()		assert(!freed)

inline down_read()  { atomic { !writer -> readers++ } }
inline up_read()    { readers-- }
inline down_write() { atomic { !writer && !readers -> writer = true } }
inline up_write()   { writer = false }

/* kfree_rcu(): waits for those who were RCU readers when the last reference was dropped. */
inline dmactl_chan_put() {
	atomic {
		assert(refs > 0);
		refs--;
		if
		:: refs == 0 -> run dmactl_chan_free_mem()
		:: else
		fi
	}
}

proctype dmactl_chan_free_mem()
{
	atomic {
#ifndef BROKEN_NO_RCU
		rcu == 0 ->
#endif
		assert(!lease || quarantined);
		freed = true
	}
}

/*
 * Takes jobs that have ended, publishes their completions, and looks again. A callback leaves long
 * work to a work item.
 */
inline dmactl_chan_complete_more(i, nr, mine, callback) {
	do
	:: atomic {
		touch();
		/* dmactl_ended_take */
		if
#ifndef BROKEN_NO_FINISHING
		:: finishing && !mine -> nr = NONE
		:: else ->
#else
		:: true ->
#endif
			nr = 0;
			i = 0;
			do
			:: i < DEPTH ->
				if
				:: state[i] == ENDED -> state[i] = FINISHING; nr++
				:: else
				fi;
				i++
			:: else -> break
			od;
			finishing = nr > 0;
			i = 0;
			/* dmactl_job_sync_is_long */
			if
			:: nr && callback && !work ->
				do
				:: i < DEPTH ->
					if
					:: state[i] == FINISHING -> state[i] = ENDED
					:: else
					fi;
					i++
				:: else -> break
				od;
				i = 0;
				nr = 0;
				work = true
			:: true
			fi
		fi
	   };
	   if
	   :: nr == NONE || nr == 0 -> atomic { i = 0; nr = 0; mine = false; break }
	   :: else -> dmactl_jobs_complete(i, nr)
	   fi;
	   mine = true
	od
}

/*
 * With BROKEN_NO_FINISHING another context publishes at the same time, so this also completes jobs
 * that the other one took.
 */
inline dmactl_jobs_complete(i, nr) {
	/* dmactl_job_clear: before the completion is visible */
	atomic {
		i = 0;
		do
		:: i < DEPTH ->
			if
			:: state[i] == FINISHING -> held[i] = false
			:: else
			fi;
			i++
		:: else -> break
		od
	};
	rcu++;
	/* dmactl_cq_publish: the list is in order */
	atomic {
		nr = 0;
		do
		:: true ->
			i = 0;
			do
			:: i < DEPTH && !(state[i] == FINISHING && number[i] == next_record) -> i++
			:: else -> break
			od;
			if
			:: i == DEPTH -> break
			:: else -> state[i] = QUEUED; records++; next_record++; nr++
			fi
		od;
		i = 0;
		do
		:: i < DEPTH ->
			/* An op that is left was out of order. */
			assert(state[i] != FINISHING);
			i++
		:: else -> break
		od
	};
	/* dmactl_completing_sub: first the count, then the wake-up */
	atomic { touch(); assert(completing >= nr); completing = completing - nr; i = 0; nr = 1 };
	touch();
	rcu--
}

active proctype dmactl_complete_work()
{
	byte i, nr;
	bool mine;

end:	do
	:: work ->
		mine = true;
		dmactl_chan_complete_more(i, nr, mine, false);
		work = false
	od
}

/* The program takes its completions, which returns each op to the pool. */
proctype dmactl_reap()
{
	byte i, n;
	bool all;

	do
	:: n == ROUNDS || (closed && records == n) -> break
	:: atomic {
		records > n ->
		i = 0;
		do
		:: i < DEPTH && state[i] != QUEUED -> i++
		:: else -> break
		od;
		assert(i < DEPTH);
		n++
	   };
	   touch();
	   /* dmactl_jobs_free */
	   atomic {
		touch();
		assert(!held[i] && hw[i] == IDLE || quarantined || hw[i] == CALLING);
		state[i] = FREE;
		nr_free++;
		all = nr_free == DEPTH
	   };
	   if
#ifndef BROKEN_NO_POOL_REF
	   :: all -> dmactl_chan_put()
#endif
	   :: else
	   fi
	od;
	running--
}

proctype submit()
{
	byte i, nr, round;
	bool mine;

	do
	:: round == ROUNDS -> break
	:: else ->
		/* dmactl_obj_get: the handle may be gone */
		atomic {
			if
			:: handle -> refs++
			:: else -> break
			fi
		};
		/* dmactl_jobs_alloc */
		atomic {
			nr_free > 0 ->
			touch();
			i = 0;
			do
			:: state[i] != FREE -> i++
			:: else -> break
			od;
			if
#ifndef BROKEN_NO_POOL_REF
			:: nr_free == DEPTH -> refs++
#endif
			:: else
			fi;
			nr_free--;
			state[i] = TAKEN;
			held[i] = true
		};
		/* dmactl_chan_lock_read */
		down_read();
		touch();
		if
		:: dead ->
			up_read();
			/* dmactl_job_clear_and_free */
			atomic {
				held[i] = false;
				state[i] = FREE;
				nr_free++;
				nr = nr_free
			};
			if
#ifndef BROKEN_NO_POOL_REF
			:: nr == DEPTH -> dmactl_chan_put()
#endif
			:: else
			fi;
			dmactl_chan_put();
			break
		:: else
		fi;
		atomic { !prep_lock -> prep_lock = true };
		/* dmactl_prep_note: before the provider knows the descriptor */
		atomic {
			state[i] = INFLIGHT;
			has_desc[i] = true;
			nr_descs++;
			number[i] = accepted;
			accepted++
		};
		/* dmactl_prep_submit */
		atomic { assert(lease); hw[i] = SUBMITTED };
		/* dmactl_chan_issue_pending */
		atomic {
			assert(lease);
			i = 0;
			do
			:: i < DEPTH ->
				if
				:: hw[i] == SUBMITTED -> hw[i] = ISSUED
				:: else
				fi;
				i++
			:: else -> break
			od
		};
		prep_lock = false;
		mine = false;
		dmactl_chan_complete_more(i, nr, mine, false);
		up_read();
		dmactl_chan_put();
		round++
	od;
	running--
}

/* The provider moves data, and calls back for descriptors in order. */
active proctype provider()
{
	byte i, nr, oldest;
	bool mine;

end:	do
	:: atomic {
		hw[0] == ISSUED || hw[1] == ISSUED ->
		/* the oldest issued one */
		i = 0;
		oldest = NONE;
		do
		:: i < DEPTH ->
			if
			:: hw[i] == ISSUED && (oldest == NONE || number[i] < number[oldest]) ->
				oldest = i
			:: else
			fi;
			i++
		:: else -> break
		od;
		assert(held[oldest] && lease);		/* the provider writes to memory */
		if
		:: true -> goto end			/* it moves more data */
		:: !hangs ->
			hw[oldest] = CALLING;
			callbacks++;
			rcu++
		fi
	   };
	   /* dmactl_desc_callback */
	   touch();
	   /* dmactl_desc_called */
	   atomic {
		touch();
		if
		:: has_desc[oldest] && state[oldest] == INFLIGHT ->
			/* dmactl_desc_complete, dmactl_job_end */
			has_desc[oldest] = false;
			nr_descs--;
			state[oldest] = ENDED;
			completing++
		:: else						/* dmactl_desc_stray */
		fi
	   };
	   mine = false;
	   dmactl_chan_complete_more(i, nr, mine, true);
	   touch();
	   atomic {
		if
		:: hw[oldest] == CALLING -> hw[oldest] = IDLE
		:: else
		fi;
		callbacks--;
		rcu--
	   }
	od
}

/*
 * dmaengine_terminate_sync(): the provider drops descriptors for which it has not begun to call
 * back.
 */
inline dmactl_chan_terminate(i, failed) {
	if
	:: hangs || drains -> failed = true
	:: else ->
		atomic {
			i = 0;
			do
			:: i < DEPTH ->
				if
				:: hw[i] == SUBMITTED || hw[i] == ISSUED -> hw[i] = IDLE
				:: else
				fi;
				i++
			:: else -> break
			od;
			i = 0
		};
#ifndef BROKEN_NO_SYNCHRONIZE
		callbacks == 0;
#endif
		failed = false
	fi
}

/* Ends all jobs in flight. */
inline dmactl_chan_abort(i, nr, mine, failed) {
	atomic {
		i = 0;
		do
		:: i < DEPTH ->
			if
			:: state[i] == INFLIGHT ->
				if
				:: has_desc[i] -> has_desc[i] = false; nr_descs--
				:: else
				fi;
				state[i] = ENDED;
				completing++
			:: else
			fi;
			i++
		:: else -> break
		od
	};
	/* dmactl_job_quarantine: hardware that hangs may still write, so keep the memory */
	if
	:: failed -> atomic {
		i = 0;
		do
		:: i < DEPTH ->
			if
			:: hw[i] == ISSUED || hw[i] == SUBMITTED -> hw[i] = CALLING
			:: else
			fi;
			i++
		:: else -> break
		od
	   }
	:: else
	fi;
	mine = false;
	dmactl_chan_complete_more(i, nr, mine, false)
}

inline dmactl_chan_stop(i, nr, mine, failed, before, drain) {
	touch();
	stopping = true;
	before = accepted;
#ifdef BROKEN_UNMAP_FIRST
	dmactl_chan_abort(i, nr, mine, false);
#endif
	dmactl_chan_terminate(i, failed);
	/* dmactl_chan_drain: hardware that hangs does not end in time */
	if
	:: failed && drain && !hangs -> nr_descs == 0; failed = false
	:: else
	fi;
#ifndef BROKEN_UNMAP_FIRST
	if
	:: !failed || drain -> dmactl_chan_abort(i, nr, mine, failed)
	:: else
	fi;
#endif
	stopping = false;
#ifndef BROKEN_NO_WAIT
	/* dmactl_chan_wait_published */
	completing == 0;
#endif
	atomic { assert(failed || records >= before); before = 0 }
}

inline dmactl_chan_kill(i, nr, mine, failed, before) {
	down_write();
	touch();
	if
	:: dead
	:: else ->
		dead = true;
		dmactl_chan_stop(i, nr, mine, failed, before, true);
		if
		/* dmactl_chan_quarantine: a reference forever */
		:: failed -> atomic { quarantined = true; refs++ }
		:: else
		fi;
#ifndef BROKEN_NO_FLUSH
		/* The work has published everything, but may not have returned. */
		!work
#endif
	fi;
	up_write()
}

/* Returns a stopped channel to dmaengine. */
inline dmactl_chan_release(i) {
	down_write();
	touch();
	if
	:: lease && !quarantined -> atomic {
		i = 0;
		do
		:: i < DEPTH -> assert(hw[i] == IDLE || hw[i] == CALLING); i++
		:: else -> break
		od;
		i = 0;
		lease = false
	   }
	:: else
	fi;
	up_write()
}

/* CHAN_CTRL TERMINATE. */
proctype terminate()
{
	byte i, nr, before;
	bool mine, failed;

	if
	:: atomic { handle -> refs++ };
		down_write();
		if
		:: dead
		:: else -> dmactl_chan_stop(i, nr, mine, failed, before, false)
		fi;
		up_write();
		dmactl_chan_put()
	:: atomic { !handle -> skip }
	fi;
	running--
}

/* The driver is unbound: dmactl_chan_client_stop, then dmactl_chan_client_release. */
bool attached = true;		/* the channel is on its device's list: dev->lock */
bool dev_lock;

proctype unbind()
{
	byte i, nr, before;
	bool mine, failed;

	atomic { !dev_lock -> dev_lock = true };
	if
	:: attached ->
		dmactl_chan_kill(i, nr, mine, failed, before);
		dmactl_chan_release(i);
	:: else
	fi;
	dev_lock = false;
	/* The driver's remove() frees its channels. */
	assert(!lease || quarantined);
	running--
}

/* DESTROY, or the end of the session, which follows all ioctls. */
proctype destroy()
{
	byte i, nr, before;
	bool mine, failed;

	/* dmactl_obj_erase */
	handle = false;
	dmactl_chan_kill(i, nr, mine, failed, before);
	if
	:: !quarantined ->
#ifndef BROKEN_DETACH_FIRST
		dmactl_chan_release(i);
#endif
		/* dmactl_dev_detach */
		atomic { !dev_lock -> dev_lock = true };
		attached = false;
		dev_lock = false;
#ifdef BROKEN_DETACH_FIRST
		dmactl_chan_release(i)
#endif
	:: else
	fi;
	dmactl_chan_put();
	closed = true;
	/* dmactl_session_stop, dmactl_cq_drop: dmactl_reap() takes the rest */
	running == 0;
	records == accepted;
	callbacks == 0;
	atomic {
		i = 0;
		do
		:: i < DEPTH ->
			assert(state[i] == FREE);
			assert(!held[i]);
			i++
		:: else -> break
		od;
		assert(nr_descs == 0 || quarantined);
		assert(completing == 0 && !finishing)
	};
	if
	:: quarantined -> assert(!freed && lease)
	:: else -> freed; assert(!lease && refs == 0)
	fi
}

init
{
	atomic {
		/* A run has one of them at most. */
#ifdef HANGS
		hangs = true;
#endif
#ifdef DRAINS
		drains = true;
#endif
		run submit();
		run dmactl_reap();
		run terminate();
		run unbind();
		run destroy()
	}
}
