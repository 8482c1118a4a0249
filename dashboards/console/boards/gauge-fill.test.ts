import { expect, it } from 'vitest';
import { rowsOf } from './figures.tsx';
import { gaugeFill } from './gauge-fill.ts';
import type { PanelLine } from './use-panel.ts';

it('shows a value below its scale, and says that it is off', () => {
  // An ICU at 22 % of nominal on a scale from 60 to 110 %.
  const under = gaugeFill(22, 60, 110);
  expect(under.off).toBe('under');
  expect(under.share).toBeGreaterThan(0);
  expect(gaugeFill(120, 60, 110)).toEqual({ share: 1, off: 'over' });
  expect(gaugeFill(85, 60, 110)).toEqual({ share: 0.5, off: undefined });
  expect(gaugeFill(60, 60, 110)).toEqual({ share: 0, off: undefined });
});

it('lists as devices with bad points only those that have some', () => {
  const line = (device: string, figure: number, value = 'bad_points') =>
    ({ device, figure, value, label: { zh: device, en: device } }) as unknown as PanelLine;
  expect(rowsOf([line('a', 0), line('b', 2), line('c', 0)]).map(([one]) => one?.device)).toEqual(['b']);
  expect(rowsOf([line('a', 0, 'active_power_kw')])).toHaveLength(1);
});
