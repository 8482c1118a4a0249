/** Clocks that somebody sets while the roles run: that of the gateway alone, or that of the machine with all roles. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDeadLetters } from '../../ingest/dead-letter.ts';
import { deviceId, wideQuantities } from './fleet.ts';
import type { Answer } from './truth-server.ts';

/** A whole machine may be off by hours; a gateway alone that is ahead by more than five minutes is rightly stopped at the door, so it stays below. */
export const mostShiftMs = 2 * 3_600_000 + 500;
const mostAheadMs = 240_000;

const clockFile = (folder: string, whose: 'gateway' | 'server') => join(folder, `clock-of-${whose}`);

export const clockEnvironment = (folder: string, role: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=${join(import.meta.dirname, 'set-clock.mjs')}`,
  CHAOS_CLOCK_FILE: clockFile(folder, role === 'gateway' ? 'gateway' : 'server'),
});

/** Every meter answers throughout: this one is never due. */
export const silentRule =
  '    - { id: SILENT, kind: offline, title: { zh: 无应答, en: Silent }, select: { system: electricity }, priority: high, trade: electrical, ticket: false, cause: silent, check: { zh: 查, en: Look }, source: proposal }\n';

export function setClocks(folder: string, random: () => number, round: number): { name: string; back(): void } {
  const all = random() < 0.5;
  const ahead = random() < 0.5;
  const most = all || !ahead ? mostShiftMs - 500 : mostAheadMs;
  // A clock set back gives the same moments again, and two answers of one meter in one millisecond are one point. Meters are read at whole seconds: each round
  // stands in another part of the second, so that neither two rounds that reach the same hour nor a round and the true time meet.
  const beside = 30 + ((round * 61) % 940);
  const shift = (ahead ? 1 : -1) * (1_000 * Math.ceil((random() * most) / 1_000) - beside);
  const files = (all ? (['gateway', 'server'] as const) : (['gateway'] as const)).map((whose) => clockFile(folder, whose));
  for (const file of files) writeFileSync(file, String(shift));
  return {
    name: `${all ? 'all' : 'gateway'} ${ahead ? 'ahead' : 'behind'}`,
    back: () => {
      for (const file of files) rmSync(file, { force: true });
    },
  };
}

/**
 * Under way while the clock went back, a message comes from the future and is rightly set aside with its reason: a stored point in the future would
 * hide all that follow. An answer that is not in the store must be there, as it was.
 */
export function setAsideAsFuture(folder: string): (answer: Answer) => boolean {
  using box = openDeadLetters(folder);
  const kept = new Set<string>();
  for (const { topic, payload } of box.list({ limit: 10_000 })) {
    const n = new RegExp(`"${wideQuantities[0]}":(\\d+)[,}]`).exec(payload)?.[1];
    if (n !== undefined) kept.add(`${topic.split('/').at(-2)} ${n}`);
  }
  return (answer) => kept.has(`${deviceId(answer.unit - 1)} ${answer.n}`);
}
