/**
 * Time is handed in. Only this file reads the machine's clock.
 * Plant time is what readings, alarms and tickets carry; it runs faster than real time only on simulated sites.
 */
export interface Clock {
  /** Plant seconds per real second; undefined is 1. For what follows real time whatever the plant does, such as answers on a wire. */
  readonly speed?: number;
  /** Plant time, UTC milliseconds. */
  now(): number;
  /** Monotonic plant milliseconds, for measuring how long something took; never jumps back. */
  monotonic(): number;
  /** Runs `work` after `ms` plant milliseconds; returns the undo. */
  after(ms: number, work: () => void): () => void;
  /** Resolves after `ms` plant milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

const longestTimerMs = 2 ** 31 - 1;

/**
 * Real ms at which the rounds of all processes of a machine begin together: waking up costs a process more than most of what it then looks at, and what
 * one of them says in its round the others hear at once.
 */
const roundsBeginMs = performance.timeOrigin % 60_000;

/** Until the next round of what is looked at every `everyMs`: rounds fall on multiples, so that those of one process fall together. */
export function untilRound(clock: Pick<Clock, 'monotonic'>, everyMs: number): number {
  const wait = everyMs - (clock.monotonic() % everyMs);
  // A timer may fire a moment early.
  return wait < everyMs / 2 ? wait + everyMs : wait;
}

/** Runs `work` every `everyMs` plant milliseconds, in rounds; returns the undo. */
export function inRounds(clock: Pick<Clock, 'after' | 'monotonic'>, everyMs: number, work: () => void): () => void {
  let stopped = false;
  let cancel = () => {};
  const next = () => {
    cancel = clock.after(untilRound(clock, everyMs), () => {
      work();
      if (!stopped) next();
    });
  };
  next();
  return () => {
    stopped = true;
    cancel();
  };
}

/** Real time when `speed` is 1; otherwise plant time started at `plantStart` when the machine's clock showed `realStart`. */
export function systemClock(scale: { speed: number; realStart: number; plantStart: number } | undefined = undefined): Clock {
  const speed = scale?.speed ?? 1;
  const clock: Clock = {
    speed,
    now: scale ? () => Math.round(scale.plantStart + (Date.now() - scale.realStart) * speed) : () => Date.now(),
    monotonic: () => (roundsBeginMs + performance.now()) * speed,
    after(ms, work) {
      const timer = setTimeout(work, Math.min(Math.max(0, ms / speed), longestTimerMs));
      return () => clearTimeout(timer);
    },
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
  };
  return clock;
}

/** All roles of one start share the scale through PLANTROOM_CLOCK = "speed,realStart,plantStart". */
export function clockFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Clock {
  const text = environment.PLANTROOM_CLOCK;
  if (!text) return systemClock();
  const [speed, realStart, plantStart] = text.split(',').map(Number);
  if (!speed || !realStart || !plantStart) throw new Error(`PLANTROOM_CLOCK is "speed,realStart,plantStart", found "${text}"`);
  return systemClock({ speed, realStart, plantStart });
}

/** Plant seconds per second as in PLANTROOM_CLOCK; 1 without it. For those who wait for something that takes real time. */
export function speedFromEnvironment(environment: NodeJS.ProcessEnv = process.env): number {
  return Number(environment.PLANTROOM_CLOCK?.split(',')[0]) || 1;
}

export interface ManualClock extends Clock {
  /** Moves time on, running what falls due in order; lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves time on without letting promises settle: for purely synchronous tests and simulations. */
  advanceSync(ms: number): void;
}

/** A clock that a test moves by hand. */
export function manualClock(start = Date.UTC(2026, 0, 15)): ManualClock {
  let now = start;
  let order = 0;
  const due: { at: number; order: number; work: () => void }[] = [];
  const next = (until: number) => {
    let first: (typeof due)[number] | undefined;
    for (const entry of due) {
      if (entry.at > until) continue;
      if (!first || entry.at < first.at || (entry.at === first.at && entry.order < first.order)) first = entry;
    }
    if (first) due.splice(due.indexOf(first), 1);
    return first;
  };
  const settle = async () => {
    for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const clock: ManualClock = {
    now: () => now,
    monotonic: () => now - start,
    after(ms, work) {
      const entry = { at: now + Math.max(0, ms), order: order++, work };
      due.push(entry);
      return () => {
        const at = due.indexOf(entry);
        if (at >= 0) due.splice(at, 1);
      };
    },
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let entry = next(until); entry; entry = next(until)) {
        now = Math.max(now, entry.at);
        entry.work();
        await settle();
      }
      now = until;
      await settle();
    },
    advanceSync(ms) {
      const until = now + ms;
      for (let entry = next(until); entry; entry = next(until)) {
        now = Math.max(now, entry.at);
        entry.work();
      }
      now = until;
    },
  };
  return clock;
}
