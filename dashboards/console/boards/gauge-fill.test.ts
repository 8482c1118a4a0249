import { expect, it } from 'vitest';
import { gaugeFill } from './gauge-fill.ts';

it('shows a value below its scale, and says that it is off', () => {
  // An ICU at 22 % of nominal on a scale from 60 to 110 %.
  const under = gaugeFill(22, 60, 110);
  expect(under.off).toBe('under');
  expect(under.share).toBeGreaterThan(0);
  expect(gaugeFill(120, 60, 110)).toEqual({ share: 1, off: 'over' });
  expect(gaugeFill(85, 60, 110)).toEqual({ share: 0.5, off: undefined });
  expect(gaugeFill(60, 60, 110)).toEqual({ share: 0, off: undefined });
});
