/** The past of a simulated hospital, written before its first start: of which time, begun or done, and what happened in it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const historyEventKinds = [
  'retrofit',
  'swap',
  'reset',
  'outage',
  'department',
  'leak',
  'growth',
  'mains-lost',
  'ratio',
  'silent',
] as const;
export type HistoryEventKind = (typeof historyEventKinds)[number];

/** What happened, known exactly: what pages and tests may be held against. */
export interface HistoryEvent {
  kind: HistoryEventKind;
  /** UTC ms; `to` where it ended. */
  from: number;
  to: number | null;
  devices: string[];
  /** retrofit: part saved of what was used before; leak: m³/h; growth: used before as part of today; swap: final and first register; ratio: so many times what flowed was counted. */
  value: number | null;
  first: number | null;
}

const eventSchema = z.object({
  kind: z.enum(historyEventKinds),
  from: z.number(),
  to: z.number().nullable(),
  devices: z.array(z.string()),
  value: z.number().nullable(),
  first: z.number().nullable(),
}) satisfies z.ZodType<HistoryEvent>;

const markerSchema = z.object({
  /** Of what was written; UTC ms. */
  from: z.number(),
  to: z.number(),
  seed: z.number(),
  state: z.enum(['begun', 'done', 'not-empty']),
  /** Papers and books, then closed months and bills, which are written after it. */
  after: z.enum(['papers', 'money']).optional(),
  events: z.array(eventSchema),
});
export type HistoryMarker = z.infer<typeof markerSchema>;

const fileOf = (dataDir: string) => join(dataDir, 'simulated-history.json');

/** Undefined when nothing was ever begun here; a damaged marker counts as done, so that nothing is written over what is there. */
export function readMarker(dataDir: string): HistoryMarker | undefined {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { from: 0, to: 0, seed: 0, state: 'not-empty', events: [] };
  }
}

/** Up to when a simulated site's consumption was given and not counted; minus infinity where nothing was. UTC ms. */
export function givenUntil(simulated: boolean, dataDir: string): number {
  const marker = simulated ? readMarker(dataDir) : undefined;
  return marker && marker.state !== 'not-empty' ? marker.to : Number.NEGATIVE_INFINITY;
}

export function mark(dataDir: string, marker: HistoryMarker): void {
  const file = fileOf(dataDir);
  writeFileSync(`${file}.new`, JSON.stringify(marker));
  renameSync(`${file}.new`, file);
}

/** Switched off for tests that do not look at the past. */
export const historyWanted = (environment: NodeJS.ProcessEnv) => !['0', 'off', 'no'].includes(environment.PLANTROOM_HISTORY ?? '');

/** Whether something is still to be written; without a marker all is. */
export const historyDue = (marker: HistoryMarker | undefined): boolean =>
  marker === undefined || marker.state === 'begun' || (marker.state === 'done' && marker.after !== 'money');
