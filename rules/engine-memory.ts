/** What the engine knows, as text and back: verdicts that stand, delays that run, windows of the judges, the newest time of each series. */
import type { Node, Watch } from './engine-state.ts';
import type { Judge } from './kind.ts';
import type { Instance } from './pack.ts';

const version = 1;
const watchKeys = [
  'breached',
  'active',
  'since',
  'passed',
  'paused',
  'dueAt',
  'value',
  'limit',
  't',
  'worst',
  'worstAt',
  'worstSide',
  'known',
] as const;

interface Saved {
  version: number;
  watches: Record<
    string,
    { rule: string; watch: Record<string, unknown>; judge: Pick<Judge, 'value' | 'limit' | 'wakeAt' | 'memory' | 'shows' | 'note'> }
  >;
  /** Device to series to newest time; the signals under `!message` and `!status`. */
  points: Record<string, Record<string, number>>;
}

/** JSON has no NaN and no infinities. */
const special: Record<string, number> = { '#nan': Number.NaN, '#inf': Number.POSITIVE_INFINITY, '#-inf': Number.NEGATIVE_INFINITY };
const replacer = (_key: string, value: unknown) =>
  typeof value !== 'number' || Number.isFinite(value) ? value : Number.isNaN(value) ? '#nan' : value > 0 ? '#inf' : '#-inf';
const reviver = (_key: string, value: unknown) => (typeof value === 'string' && value.startsWith('#') ? (special[value] ?? value) : value);

/** A rule whose parameters changed must not go on with what it remembers. */
const fingerprint = ({ instance }: Watch): string => {
  // Thousands of them are asked for at each checkpoint, and none changes.
  let known = fingerprints.get(instance);
  if (known === undefined) {
    known = fingerprintOf(instance);
    fingerprints.set(instance, known);
  }
  return known;
};
const fingerprints = new WeakMap<Instance, string>();
const fingerprintOf = (instance: Instance) =>
  JSON.stringify([
    instance.rule.kind,
    instance.params,
    instance.inputs,
    instance.onDelayMs,
    instance.offDelayMs,
    instance.place.device.attributes,
  ]);

export function encode(watches: readonly Watch[], nodes: ReadonlyMap<string, Node>): string {
  const saved: Saved = { version, watches: {}, points: {} };
  for (const watch of watches) {
    const { value, limit, wakeAt, memory, shows, note } = watch.judge;
    saved.watches[watch.instance.id] = {
      rule: fingerprint(watch),
      watch: Object.fromEntries(watchKeys.map((key) => [key, watch[key]])),
      judge: { value, limit, wakeAt, ...(memory ? { memory } : {}), ...(shows === undefined ? {} : { shows }), ...(note ? { note } : {}) },
    };
  }
  for (const [device, node] of nodes) {
    const times: Record<string, number> = {};
    for (const [quantity, point] of node.points) times[quantity] = point.t;
    times['!message'] = node.time.t;
    times['!lag'] = node.lagMs;
    if (node.status) times['!status'] = node.status.t;
    saved.points[device] = times;
  }
  return JSON.stringify(saved, replacer);
}

export function decode(text: string, watches: readonly Watch[], nodes: ReadonlyMap<string, Node>): boolean {
  let saved: Saved;
  try {
    saved = JSON.parse(text, reviver) as Saved;
  } catch {
    return false;
  }
  if (saved?.version !== version) return false;
  for (const watch of watches) {
    const was = saved.watches[watch.instance.id];
    if (!was || was.rule !== fingerprint(watch)) continue;
    Object.assign(watch, was.watch);
    const { memory, ...judge } = was.judge;
    Object.assign(watch.judge, judge);
    if (memory && watch.judge.memory) restore(watch.judge.memory as Bag, memory as Bag);
  }
  for (const [device, node] of nodes) {
    const times = saved.points[device];
    if (!times) continue;
    for (const [quantity, point] of node.points) point.t = times[quantity] ?? point.t;
    node.time.t = times['!message'] ?? node.time.t;
    node.lagMs = times['!lag'] ?? 0;
    if (node.status) node.status.t = times['!status'] ?? node.status.t;
  }
  return true;
}

type Bag = Record<string, unknown>;

/** In place, since the judge holds on to its own objects. */
function restore(target: Bag, saved: Bag): void {
  for (const [key, value] of Object.entries(saved)) {
    const own = target[key];
    if (Array.isArray(own) && Array.isArray(value)) {
      own.length = 0;
      for (const item of value as unknown[]) own.push(item);
    } else if (isBag(own) && isBag(value)) restore(own, value);
    else target[key] = value;
  }
}

const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);
