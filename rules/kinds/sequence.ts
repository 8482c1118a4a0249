/** Something happened and what must follow did not: mains lost and the generator not on load in 15 s, water leaving and nothing dosed. */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { quantity as quantityOf, quantitySchema } from '../../shared/quantity.ts';
import type { Text } from '../../shared/text.ts';
import { shown } from '../../shared/wording.ts';
import { defineKind, type Input, type Judge, type Verdict } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import type { Place } from '../plant.ts';
import { spokenValue } from '../spoken.ts';

const condition = z
  .strictObject({
    quantity: quantitySchema,
    role: z.string().optional().meta({ description: 'At the first device of this role; by default at the rule’s device' }),
    device: z.string().optional(),
    is: z.array(z.number()).min(1).optional(),
    is_not: z.array(z.number()).min(1).optional(),
    above: limitSchema.optional(),
    below: limitSchema.optional(),
  })
  .refine(
    ({ is, is_not, above, below }) => [is, is_not, above, below].filter((part) => part !== undefined).length === 1,
    'exactly one of is, is_not, above and below',
  );
type Condition = z.output<typeof condition>;

const inputOf = (part: Condition, place: Place): Input => ({
  device: part.device ?? (part.role === undefined ? place.device.id : (place.plant.byRole(part.role)[0]?.id ?? place.device.id)),
  quantity: part.quantity,
});

/** true, false, or undefined while the value is unknown; undefined as a whole when an attribute is missing. */
function testOf(part: Condition, place: Place): ((value: number) => boolean) | undefined {
  const { is, is_not, above, below } = part;
  if (is) return (value) => is.includes(value);
  if (is_not) return (value) => !is_not.includes(value);
  const limit = resolveLimit((above ?? below) as number | string, place.device.attributes);
  if (limit === undefined) return undefined;
  return above === undefined ? (value) => value < limit : (value) => value > limit;
}

/** What the answer should be: above 1.1 m³/h, "generator". */
function wanted({ quantity, is, is_not, above, below }: Condition, limit: number): Text {
  const { unit, states } = quantityOf(quantity);
  const number = `${shown(limit)} ${unit}`.trim();
  if (above !== undefined) return { zh: `应高于 ${number}`, en: `should be above ${number}` };
  if (below !== undefined) return { zh: `应低于 ${number}`, en: `should be below ${number}` };
  const names = (is ?? is_not ?? []).map((value) => states?.[value] ?? { zh: shown(value), en: shown(value) });
  const zh = names.map((name) => `“${name.zh}”`).join('或');
  const en = names.map((name) => `"${name.en}"`).join(' or ');
  return is ? { zh: `应为${zh}`, en: `should be ${en}` } : { zh: `不应为${zh}`, en: `should not be ${en}` };
}

export default defineKind({
  id: 'sequence',
  title: { zh: '应随动作未发生', en: 'What must follow did not' },
  params: z.strictObject({
    when: condition,
    follows: condition,
    within: durationSchema,
  }),
  needsQuantity: false,
  needsEveryMs: ({ within }) => within,
  // What must follow is what is judged, and so what the alarm shows; what it follows from stands beside it.
  inputs: ({ when, follows }, place) => [inputOf(follows, place), inputOf(when, place)],
  open({ when, follows, within }, place) {
    const happened = testOf(when, place);
    const followed = testOf(follows, place);
    if (!happened || !followed) return undefined;
    const edge = follows.above ?? follows.below;
    const limit = (edge === undefined ? undefined : resolveLimit(edge, place.device.attributes)) ?? Number.NaN;
    const should = wanted(follows, limit);
    /** `since`: when the trigger came; NaN while it is not there. */
    const seen: { trigger: boolean | undefined; answer: boolean | undefined; since: number } = {
      trigger: undefined,
      answer: undefined,
      since: Number.NaN,
    };
    const verdict = (t: number, breached: boolean): Verdict => {
      if (seen.trigger === undefined) return 'unknown';
      if (!seen.trigger) return 'clear';
      // An unknown answer neither proves nor disproves.
      if (seen.answer === undefined) return breached ? 'breach' : 'unknown';
      if (seen.answer) return 'clear';
      if (t - seen.since >= within) return 'breach';
      judge.wakeAt = seen.since + within;
      return breached ? 'breach' : 'clear';
    };
    const judge: Judge = {
      memory: seen,
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit,
      anew(_input, t) {
        if (seen.since > t) seen.since = t;
      },
      reading(input, t, value, breached) {
        const known = Number.isNaN(value) ? undefined : value;
        judge.wakeAt = Number.POSITIVE_INFINITY;
        if (input === 1) {
          const said = spokenValue(when.quantity, value);
          judge.note = { zh: `${said.zh}，${should.zh}`, en: `${said.en}; ${should.en}` };
          const now = known === undefined ? undefined : happened(known);
          if (now === false) seen.since = Number.NaN;
          else if (now && Number.isNaN(seen.since)) seen.since = t;
          seen.trigger = now;
        } else {
          judge.value = value;
          const now = known === undefined ? undefined : followed(known);
          // What had followed and is lost again gets the same time to come back.
          if (seen.answer === true && now === false && seen.trigger) seen.since = t;
          seen.answer = now;
        }
        return verdict(t, breached);
      },
      wake(t, breached) {
        judge.wakeAt = Number.POSITIVE_INFINITY;
        return verdict(t, breached);
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity} {value} {unit}（{note}），规定时间内未达到，自 {since} 起',
    en: '{location}: {quantity} {value} {unit} ({note}) and did not follow in time, since {since}',
  },
  examples: [
    { say: 'mains lost, generator not on load in 15 s', params: mains(), readings: [[0, [1, 1]], [10, [0, 0]]], at: 25, verdict: 'breach' },
    { say: 'not yet late', params: mains(), readings: [[0, [1, 1]], [10, [0, 0]]], at: 24, verdict: 'clear' },
    { say: 'on load in time', params: mains(), readings: [[0, [1, 1]], [10, [0, 0]], [22, [2, 0]]], at: 60, verdict: 'clear' },
    { say: 'lost again later', params: mains(), readings: [[0, [2, 0]], [60, [0, 0]]], at: 76, verdict: 'breach' },
    { say: 'mains back', params: mains(), readings: [[0, [0, 0]], [20, [0, 1]]], verdict: 'clear' },
    { say: 'the answer is bad', params: mains(), readings: [[0, [null, 0]]], at: 30, verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

function mains(): Record<string, unknown> {
  return {
    when: { quantity: 'mains_available', is: [0] },
    follows: { quantity: 'transfer_position', is: [2] },
    within: '15s',
  };
}
