import { expect, test } from 'vitest';
import { percent } from './sufficiency.ts';

test('a share that rounds to nothing has no sign', () => {
  expect([-0.000_04, 0, 0.000_04].map((share) => percent(share, 2))).toEqual(['0.00 %', '0.00 %', '0.00 %']);
  expect([percent(-0.0004, 0), percent(-0.0123), percent(0.256)]).toEqual(['0 %', '-1.2 %', '25.6 %']);
});
