import { expect, test } from 'vitest';
import { figureNames } from '../energy/index.ts';
import { registerFigure } from './register-rows.ts';

test('who is there is counted in heads, who came in visits', () => {
  const shown = (name: string) => {
    const { label, unit, over } = figureNames.find(({ id }) => id === name)!;
    return registerFigure({ name, label, unit, over, months: [], known: 757, total: 757, missing: [], source: '' }, 'zh').unit;
  };
  expect(['staff', 'outpatients', 'meals'].map(shown)).toEqual(['人', '人次', '人次']);
});
