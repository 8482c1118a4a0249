import { expect, it } from 'vitest';
import { allowedNames, nearestName, whatIsKnown } from './guess.ts';

const many = Array.from({ length: 93 }, (_, index) => `EL-RULE-${index + 10}`);

it('a name that is nearly right gets the right one, and not all that there are', () => {
  expect(nearestName('poll_intervall', ['poll_interval', 'poll'])).toBe('poll_interval');
  expect(whatIsKnown('oxygen-leek', ['oxygen-leak', 'water-burst'])).toBe('; did you mean "oxygen-leak"?');
  expect(whatIsKnown('pipe', ['burst-heating-pipe', 'oxygen-leak', 'water-burst'])).toBe('; did you mean one of burst-heating-pipe?');
  expect(whatIsKnown('zzzzzzzz', ['a', 'b'])).toBe('; known: a, b');
  const text = whatIsKnown('quite-different', many, 'plantroom fault list');
  expect(text).toMatch(/^; known are 93, such as EL-RULE-10, .*; plantroom fault list$/);
  expect(text.length).toBeLessThan(150);
});

it('what is allowed is listed where a person reads it, and counted where nobody does', () => {
  expect(allowedNames('zon', ['zone', 'source'])).toBe('did you mean "zone"? one of zone, source');
  expect(allowedNames('EL-RULE-1', many)).toBe('did you mean "EL-RULE-10"? one of 93');
  expect(allowedNames('nothing-like-it', many)).toMatch(/^one of 93, such as EL-RULE-10/);
  expect(allowedNames('x', [])).toBe('');
});
