import { describe, expect, test } from 'vitest';
import { parseExpression } from './expression.ts';

const refused = (text: string) => {
  try {
    parseExpression(text, ['a', 'b']);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('what an expression may hold', () => {
  test.each([
    ['"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("^(a+)+$")', '.matches() is not allowed'],
    ['a > 0 && "aaa".matches("^(a+)+$")', '.matches() is not allowed'],
    ['[1,2,3].all(x, [1,2,3].all(y, x + y > 0))', '.all() is not allowed'],
    ['[1,2,3].exists(x, x > 2)', '.exists() is not allowed'],
    ['[1,2].map(x, x * 2)[0] > 1', 'is not allowed'],
    ['a in [1.0, 2.0]', '"in" is not allowed'],
    ['size("abc") > 2', 'the function size is not allowed'],
    ['has(a.b)', 'the function has is not allowed'],
    ['{"x": 1}.x > 0', 'is not allowed'],
    ['"a" == "b"', 'a text ("a") is not allowed'],
  ])('%s is refused, and the words say why', (text, why) => expect(refused(text)).toContain(why));

  test('what costs more than 200 steps is refused', () => {
    expect(refused(Array.from({ length: 120 }, () => 'a').join('+'))).toContain('maxAstNodes');
    expect(refused(Array.from({ length: 90 }, () => 'a').join('+'))).toBe('taken');
  });
  test.each([
    ['a > 1 && !(b < 3.0) || a == b', { a: 2, b: 5 }, true],
    ['a > 1 ? b * 2 : -b', { a: 0, b: 5 }, -5],
    ['max(a, b, 3.0) - min(a, b) + abs(a - b)', { a: 1, b: 5 }, 8],
  ])('%s is computed', (text, values, result) => expect(parseExpression(text, ['a', 'b']).evaluate(values)).toBe(result));
});
