import { describe, expect, it } from 'vitest';
import { evaluate, needsOf, parseExpression } from './expression.ts';

const values: Record<string, number> = { current_l1_a: 80, current_l2_a: 100, current_l3_a: 60, rating_a: 200 };
const of = (text: string) => evaluate(parseExpression(text), { quantity: (id) => values[id], attribute: (name) => values[name] });

describe('expressions of boards', () => {
  it('follow the rules of arithmetic', () => {
    expect(of('2 + 3 * 4 - 6 / 2')).toBe(11);
    expect(of('(2 + 3) * 4')).toBe(20);
    expect(of('10 - 2 - 3')).toBe(5);
    expect(of('100 * max(current_l1_a, current_l2_a, current_l3_a) / @rating_a')).toBe(50);
    expect(of('abs(current_l3_a - current_l1_a) + min(1, 2)')).toBe(21);
    expect(of('pow(3, 2) + pow(4, 0.5)')).toBe(11);
  });

  it('have no value where something is missing or divided by zero', () => {
    expect(of('current_l1_a + frequency_hz')).toBeUndefined();
    expect(of('current_l1_a / (@rating_a - 200)')).toBeUndefined();
  });

  it('tell quantities from attributes', () => {
    expect(needsOf(parseExpression('100 * pressure_kpa / @nominal_kpa'))).toEqual({
      quantities: ['pressure_kpa'],
      attributes: ['nominal_kpa'],
    });
  });

  it.each(['1 +', '(1', 'max(1', 'sin(1)', 'pow(2)', 'abs(1, 2)', '1 2', '1 $ 2', 'rating_a', ''])('refuse "%s"', (text) => {
    expect(() => parseExpression(text)).toThrow(SyntaxError);
  });
});
