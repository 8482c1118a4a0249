/** P5: the rules engine alone: 2,000 points, 500 rules of mixed kinds; against a loop that parses the same messages and compares one number. */
import { openEngine } from '../../rules/engine.ts';
import { kinds } from '../../rules/kinds.ts';
import { type Instance, openInstance } from '../../rules/pack.ts';
import { examplePlace } from '../../rules/try-kind.ts';
import { isRejection, readReadings } from '../../shared/readings.ts';
import { ruleSchema } from '../../shared/rule.ts';
import { median, type Row } from '../row.ts';

const devices = 200;
const rules = 500;
const rounds = 150;
const pollMs = 5_000;
const startMs = 1_768_435_200_000;
const reach = 300_000;

/** Ten quantities that every device sends. */
const quantities = [
  'current_l1_a', 'current_l2_a', 'current_l3_a', 'voltage_l1_v', 'voltage_l2_v', 'voltage_l3_v', 'active_power_kw', 'power_factor',
  'pressure_kpa', 'makeup_flow_m3h',
] as const; // biome-ignore format: a table
type BenchQuantity = (typeof quantities)[number];

interface Sort {
  kind: string;
  quantity?: BenchQuantity;
  params: Record<string, unknown>;
  on?: string;
}
/** As a site would mix them; kinds that are not there are left out. */
const sorts: Sort[] = [
  { kind: 'above', quantity: 'current_l1_a', params: { limit: 95, deadband: 3, also: ['current_l2_a', 'current_l3_a'] }, on: '5m' },
  {
    kind: 'outside',
    quantity: 'voltage_l1_v',
    params: { low: 198, high: 235, deadband: 2, also: ['voltage_l2_v', 'voltage_l3_v'] },
    on: '60s',
  },
  { kind: 'below', quantity: 'pressure_kpa', params: { limit: 265, deadband: 2 }, on: '10s' },
  { kind: 'burst', quantity: 'pressure_kpa', params: { fall: 20 } },
  { kind: 'missing', params: { after: '60s' } },
  { kind: 'rate', quantity: 'pressure_kpa', params: { fall: 10, within: '60s' } },
  { kind: 'unbalance', quantity: 'current_l1_a', params: { limit: 15 }, on: '10m' },
  { kind: 'overload', quantity: 'current_l1_a', params: { rating: 100 } },
  { kind: 'frozen', quantity: 'active_power_kw', params: { for: '6h' } },
  { kind: 'deviation', quantity: 'active_power_kw', params: {} },
];

function openRules(rules: number, devices: number): Instance[] {
  const known = sorts.filter((sort) => kinds.has(sort.kind));
  return Array.from({ length: rules }, (_, index) => {
    const sort = known[index % known.length] as Sort;
    const text = { zh: '试', en: 'Try' };
    const rule = ruleSchema.parse({
      id: `B-${index}`,
      kind: sort.kind,
      title: text,
      select: {},
      quantity: sort.quantity,
      params: sort.params,
      on_delay: sort.on ?? '0s',
      priority: 'medium',
      trade: 'general',
      check: text,
      source: 'bench',
    });
    const place = examplePlace(sort.quantity, { rating_a: 100, nominal_kpa: 300 });
    place.device.id = `device-${(index * 7) % devices}`;
    const instance = openInstance(rule, place);
    if (!instance) throw new Error(`${sort.kind} does not open`);
    return instance;
  });
}

/** Messages as the gateway sends them, for one round of polls; values move a little and now and then cross a limit. */
function messagesOf(round: number, devices: number): { device: string; payload: Buffer }[] {
  return Array.from({ length: devices }, (_, index) => {
    const swing = Math.sin(round / 9 + index);
    const v: Record<BenchQuantity, number> = {
      current_l1_a: 80 + 18 * swing, current_l2_a: 78 + 15 * swing, current_l3_a: 82 + 10 * swing, voltage_l1_v: 228 + 3 * swing,
      voltage_l2_v: 229 + 3 * swing, voltage_l3_v: 227 + 3 * swing, active_power_kw: 50 + 9 * swing, power_factor: 0.95,
      pressure_kpa: 290 - 30 * swing * swing, makeup_flow_m3h: 0.1 + 0.1 * swing * swing,
    }; // biome-ignore format: a table
    const payload = Buffer.from(JSON.stringify({ boot: 'bench', seq: round, t: startMs + round * pollMs + index, v }));
    return { device: `device-${index}`, payload };
  });
}

/** Readings per second of the engine (`ours`) and of the bare loop (`limit`), one figure a repetition. */
export function engineRates(work: { devices: number; rules: number; rounds: number; repetitions: number }) {
  const { devices, rules, rounds } = work;
  const all = Array.from({ length: rounds }, (_, round) => messagesOf(round, devices));
  const readings = rounds * devices * quantities.length;
  const ours: number[] = [];
  const limit: number[] = [];
  let conditions = 0;
  for (let repetition = 0; repetition <= work.repetitions; repetition++) {
    conditions = 0;
    const engine = openEngine(openRules(rules, devices), () => conditions++);
    engine.start(startMs);
    let round = 0;
    let begin = performance.now();
    for (const messages of all) {
      for (const { device, payload } of messages) {
        const message = readReadings(payload);
        if (!isRejection(message)) engine.readings(device, message.t, message.v, message.bad);
      }
      engine.tick(startMs + round++ * pollMs);
    }
    const oursMs = performance.now() - begin;
    begin = performance.now();
    let above = 0;
    for (const messages of all) {
      for (const { payload } of messages) {
        const { v } = JSON.parse(payload.toString()) as { v: Record<string, number> };
        for (const quantity in v) if ((v[quantity] as number) > 95) above++;
      }
    }
    const limitMs = performance.now() - begin;
    if (above < 0 || conditions === 0) throw new Error('nothing was judged');
    // The first repetition warms the compiler up.
    if (repetition === 0) continue;
    ours.push(readings / (oursMs / 1_000));
    limit.push(readings / (limitMs / 1_000));
  }
  return { ours, limit, conditions, readings };
}

const row: Row = {
  id: 'p05',
  title: 'rules engine: 2,000 points, 500 rules of mixed kinds, from message to verdict',
  reach: `at least ${reach.toLocaleString('en')} readings/s on one core`,
  async run() {
    const { ours, limit, conditions, readings } = engineRates({ devices, rules, rounds, repetitions: 5 });
    const mid = median(ours);
    return {
      ours: `${Math.round(mid).toLocaleString('en')} readings/s`,
      limit: `${Math.round(median(limit)).toLocaleString('en')} readings/s`,
      ratio: mid / median(limit),
      raw: { oursPerSecond: ours.map(Math.round), limitPerSecond: limit.map(Math.round) },
      ok: mid >= reach,
      note: `${conditions} conditions in ${readings.toLocaleString('en')} readings; kinds: ${sorts
        .map((sort) => sort.kind)
        .filter((kind) => kinds.has(kind))
        .join(', ')}`,
    };
  },
};
export default row;
