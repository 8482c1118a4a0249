/** Runs rule kinds outside a site: their examples, for tests and the reference page, and history of other peoples networks. */
import type { QuantityId } from '../shared/quantity.ts';
import type { Example, RuleKind, Verdict } from './kind.ts';
import type { Place, Plant, PlantDevice } from './plant.ts';

/** A place that exists nowhere, with the attributes that an example names. */
export function examplePlace(quantity: QuantityId | undefined, attributes: Record<string, number> = {}): Place {
  const device: PlantDevice = {
    id: 'example',
    name: { zh: '示例', en: 'example' },
    system: undefined,
    role: undefined,
    gateway: 'gateway',
    building: undefined,
    department: undefined,
    profile: undefined,
    location: { zh: '示例', en: 'example' },
    fedBy: undefined,
    trade: undefined,
    attributes,
    pollMs: 5_000,
    expireMs: undefined,
    ownClock: true,
    quantities: undefined,
  };
  const plant: Plant = {
    site: 'example',
    timezone: 'Asia/Shanghai',
    speed: 1,
    devices: new Map([[device.id, device]]),
    children: () => [],
    byRole: () => [],
    usersBehind: () => [],
    ancestors: () => [],
  };
  return { device, quantity: quantity ?? null, plant };
}

/** Midnight in Shanghai. */
const startMs = Date.UTC(2026, 0, 14, 16);

/** @param wrongClock the first reading came once before, stamped an hour ahead; then the clock was set back */
export function judgeExample(kind: RuleKind, example: Example, wrongClock = false): Verdict {
  const place = examplePlace(example.quantity ?? (kind.needsQuantity ? 'pressure_kpa' : undefined), example.attributes);
  if (example.pollMs !== undefined) place.device.pollMs = example.pollMs;
  const params = kind.params.parse(example.params);
  const judge = kind.open(params, place);
  if (!judge) throw new Error(`${kind.id}: "${example.say}" lacks an attribute`);
  let verdict: Verdict = 'unknown';
  let breached = false;
  const take = (next: Verdict) => {
    verdict = next;
    if (next !== 'unknown') breached = next === 'breach';
  };
  const wakeUntil = (t: number, before = false) => {
    while (judge.wake && (before ? judge.wakeAt < t : judge.wakeAt <= t)) {
      const at = judge.wakeAt;
      take(judge.wake(at, breached));
      if (judge.wakeAt <= at) judge.wakeAt = Number.POSITIVE_INFINITY;
    }
  };
  let last = startMs;
  const readings = typeof example.readings === 'function' ? example.readings() : example.readings;
  const [first] = readings;
  if (wrongClock && first) {
    const values = Array.isArray(first[1]) ? first[1] : [first[1]];
    values.forEach((value, input) => {
      if (value !== undefined) take(judge.reading(input, startMs + first[0] * 1_000 + 3_600_000, value ?? Number.NaN, breached));
    });
    values.forEach((_, input) => void judge.anew?.(input, startMs + first[0] * 1_000));
    // What the engine does too: time goes on with the next reading.
    judge.wakeAt = Number.POSITIVE_INFINITY;
  }
  for (const [seconds, values] of readings) {
    last = startMs + seconds * 1_000;
    wakeUntil(last, true);
    (Array.isArray(values) ? values : [values]).forEach((value, input) => {
      if (value !== undefined) take(judge.reading(input, last, value ?? Number.NaN, breached));
    });
  }
  wakeUntil(example.at === undefined ? last : startMs + example.at * 1_000);
  return verdict;
}
