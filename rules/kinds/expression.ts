/** Several points in one condition, written as a CEL expression over named inputs and the device's attributes. */
import { z } from 'zod';
import { reasonOf } from '../../shared/errors.ts';
import { type QuantityId, quantitySchema } from '../../shared/quantity.ts';
import type { Attributes } from '../../shared/site.ts';
import { attributeNames, parseExpression } from '../expression.ts';
import { defineKind, type Judge } from '../kind.ts';
import { spokenValues } from '../spoken.ts';

const input = z.strictObject({
  quantity: quantitySchema,
  role: z.string().optional().meta({ description: "At the first device of this role; by default at the rule's device" }),
  device: z.string().optional(),
});

export default defineKind({
  id: 'expression',
  title: { zh: '表达式', en: 'Expression' },
  params: z
    .strictObject({
      inputs: z
        .record(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'a name of lower-case letters, digits and _'), input)
        .refine((inputs) => Object.keys(inputs).length > 0, 'at least one input'),
      when: z.string().min(1).max(500).meta({ description: 'CEL; true is the breach. Inputs and attributes are numbers; abs, min, max' }),
      value: z.string().max(500).optional().meta({ description: 'CEL; what the alarm shows. By default the first input' }),
      unit: z.string().max(20).optional().meta({ description: 'Unit of `value` and `limit`, where it is not that of the first input' }),
      limit: z.number().optional().meta({ description: 'What the alarm shows as the limit' }),
    })
    .superRefine(({ inputs, when, value }, context) => {
      const names = [...Object.keys(inputs), ...attributeNames];
      const twice = Object.keys(inputs).find((name) => attributeNames.includes(name));
      if (twice) return context.addIssue({ code: 'custom', path: ['inputs', twice], message: `"${twice}" is an attribute; choose another name` });
      for (const [name, text, type] of [['when', when, 'bool'], ['value', value, 'double']] as const) {
        if (text === undefined) continue;
        try {
          const found = parseExpression(text, names).type;
          if (found === type || found === 'dyn') continue;
          context.addIssue({ code: 'custom', path: [name], message: `an expression that gives a ${type}; this one gives a ${found}` });
        } catch (error) {
          const reason = reasonOf(error).split('\n')[0];
          context.addIssue({ code: 'custom', path: [name], message: `a valid CEL expression (${reason}); inputs: ${Object.keys(inputs).join(', ')}` });
        }
      }
    }),
  needsQuantity: false,
  unit: ({ unit }) => unit,
  inputs: ({ inputs }, place) =>
    Object.values(inputs).map(({ quantity, role, device }) => ({
      device: device ?? (role === undefined ? place.device.id : (place.plant.byRole(role)[0]?.id ?? place.device.id)),
      quantity,
    })),
  open({ inputs, when, value, limit }, { device }) {
    const names = Object.keys(inputs);
    const attributes: Record<string, number> = {};
    for (const name of attributeNames) {
      const known = device.attributes[name as keyof Attributes];
      if (known !== undefined) attributes[name] = known;
    }
    const known = [...names, ...Object.keys(attributes)];
    let condition: ReturnType<typeof parseExpression>;
    let show: ReturnType<typeof parseExpression> | undefined;
    try {
      condition = parseExpression(when, known);
      show = value === undefined ? undefined : parseExpression(value, known);
    } catch {
      // An attribute that this device lacks: the parameters themselves were checked with all of them.
      return undefined;
    }
    const values: Record<string, number> = { ...Object.fromEntries(names.map((name) => [name, Number.NaN])), ...attributes };
    const own = { missing: names.length };
    // What the value is made of, or what stands beside the first input.
    const beside = names.slice(value === undefined ? 1 : 0);
    const judge: Judge = {
      memory: { own, values },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: limit ?? Number.NaN,
      reading(index, _t, reading) {
        const name = names[index] as string;
        own.missing += Number(Number.isNaN(reading)) - Number(Number.isNaN(values[name] as number));
        values[name] = reading;
        if (own.missing > 0) return 'unknown';
        const verdict = condition.evaluate(values);
        judge.value = show ? Number(show.evaluate(values)) : (values[names[0] as string] as number);
        if (beside.length > 0)
          judge.note = spokenValues(beside.map((one) => [inputs[one]?.quantity as QuantityId, values[one] as number]));
        return verdict === true ? 'breach' : verdict === false ? 'clear' : 'unknown';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：条件成立（{quantity} {value} {unit}，{note}），自 {since} 起',
    en: '{location}: condition met ({quantity} {value} {unit}, {note}), since {since}',
  },
  examples: [
    { say: 'both hold', params: pump(), readings: [[0, [3, 0]]], verdict: 'breach' },
    { say: 'one does not', params: pump(), readings: [[0, [3, 1]]], verdict: 'clear' },
    { say: 'one is unknown', params: pump(), readings: [[0, [3, 0]], [5, [null]]], verdict: 'unknown' },
    { say: 'attributes of the device', params: { inputs: { p: { quantity: 'pressure_kpa' } }, when: 'p < nominal_kpa * 0.8' }, attributes: { nominal_kpa: 400 }, readings: [[0, [300]]], verdict: 'breach' },
    { say: 'whole numbers and functions', params: { inputs: { a: { quantity: 'current_l1_a' }, b: { quantity: 'current_l2_a' } }, when: 'abs(a - b) > 10 && min(a, b) != 0' }, readings: [[0, [30, 5]]], verdict: 'breach' },
  ],
}); // biome-ignore format: examples read as a table

function pump(): Record<string, unknown> {
  return {
    inputs: { outflow: { quantity: 'outflow_m3h' }, dosing: { quantity: 'dosing_pump_running' } },
    when: 'outflow > 0.2 && dosing == 0',
  };
}
