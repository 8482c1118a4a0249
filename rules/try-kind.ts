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

export function judgeExample(kind: RuleKind, example: Example): Verdict {
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
  for (const [seconds, values] of example.readings) {
    last = startMs + seconds * 1_000;
    wakeUntil(last, true);
    (Array.isArray(values) ? values : [values]).forEach((value, input) => {
      if (value !== undefined) take(judge.reading(input, last, value ?? Number.NaN, breached));
    });
  }
  wakeUntil(example.at === undefined ? last : startMs + example.at * 1_000);
  return verdict;
}
