import { describe, expect, test } from 'vitest';
import { isQuantity } from '../shared/quantity.ts';
import { kinds } from './kinds.ts';
import { loadPacks } from './pack.ts';
import { examplePlace, judgeExample } from './try-kind.ts';

const packs = loadPacks();
const rules = packs.flatMap((pack) => pack.rules);

describe('rule kinds', () => {
  for (const kind of kinds.values()) {
    describe(kind.id, () => {
      for (const example of kind.examples) {
        test(example.say, () => expect(judgeExample(kind, example)).toBe(example.verdict));
      }
      for (const example of kind.examples) {
        test(`${example.say}, after one reading from a wrong clock an hour ahead`, () =>
          expect(judgeExample(kind, example, true)).toBe(example.verdict));
      }
      test('has examples of breach, clear and unknown', () => {
        expect(new Set(kind.examples.map((example) => example.verdict))).toEqual(new Set(['breach', 'clear', 'unknown']));
      });
      test('speaks both languages', () => {
        for (const text of [kind.title, kind.message]) {
          expect(text.zh).toMatch(/[一-鿿]/);
          expect(text.en).not.toMatch(/[一-鿿]/);
        }
      });
    });
  }
});

describe('rule packs', () => {
  test('no rule id stands twice', () => {
    expect(rules.map((rule) => rule.id).filter((id, index, all) => all.indexOf(id) !== index)).toEqual([]);
  });
  for (const rule of rules) {
    test(`${rule.id} has a known kind, right parameters, texts and a source`, () => {
      const kind = kinds.get(rule.kind);
      expect(kind, `kind ${rule.kind}`).toBeDefined();
      if (!kind) return;
      const parsed = kind.params.safeParse(rule.params);
      expect(parsed.error?.issues ?? []).toEqual([]);
      expect(rule.quantity === undefined || isQuantity(rule.quantity)).toBe(true);
      if (kind.needsQuantity) expect(rule.quantity, 'quantity').toBeDefined();
      expect(kind.open(parsed.data, examplePlace(rule.quantity, everyAttribute)), 'opens').toBeDefined();
      for (const text of [rule.title, rule.check, ...(rule.message ? [rule.message] : [])]) {
        expect(text.zh).toMatch(/[一-鿿]/);
        expect(text.en).not.toMatch(/[一-鿿]/);
        expect([...text.zh.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()).toEqual(
          [...text.en.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort(),
        );
      }
      expect(rule.source).toMatch(/proposal|GB|TSG|IEC|HSG|EEMUA|code/);
      for (const parent of rule.suppressed_by) expect(rules.map((one) => one.id)).toContain(parent);
    });
  }
  test('what endangers life is marked so', () => {
    for (const id of ['O2-AREA-LOW', 'O2-SRC-LOW', 'GS-START', 'EL-TEMP', 'EL-RCM', 'FR-ALARM']) {
      expect(rules.find((rule) => rule.id === id)).toMatchObject({ life_safety: true, priority: 'critical', suppressed_by: [] });
    }
  });
});

const everyAttribute = {
  rating_a: 100, capacity_kva: 1000, capacity_kw: 500, contract_kw: 1000, nominal_kpa: 400, nominal_v: 220, setting_ma: 300, volume_m3: 5,
  max_flow_m3h: 20, room_min_c: 18, room_max_c: 28, planned_hours: 8, contact_m3: 30, beds: 40,
}; // biome-ignore format: a table
