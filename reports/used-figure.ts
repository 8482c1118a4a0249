/** What a medium used, as a figure of a report. */
import type { Text } from '../shared/text.ts';
import type { Figure } from './document.ts';
import type { Used } from './facts.ts';
import { figure } from './report.ts';

export const useLabels: Record<Used['medium'], Text> = {
  electricity: { zh: '用电', en: 'Electricity' },
  water: { zh: '用水', en: 'Water' },
  heat: { zh: '供热', en: 'Heat' },
  gas: { zh: '燃气', en: 'Gas' },
};

const dayMs = 86_400_000;
const day = (t: number) => new Date(t).toISOString().slice(0, 10);

/** Of which the first is known only after the range has begun. */
export const knownSince = (from: number | null | undefined, begin: number): Text | undefined =>
  from !== null && from !== undefined && from > begin + dayMs
    ? { zh: `自 ${day(from)} 起有读数`, en: `known since ${day(from)}` }
    : undefined;

export const usedFigure = (use: Used | undefined, range: { from: number }, unit: string): Figure =>
  figure(
    use?.value ?? null,
    unit,
    0,
    use?.source ?? '',
    { zh: '总表期末 − 期初（合理增量之和）', en: 'main meter, end − begin (sum of plausible steps)' },
    knownSince(use?.from, range.from),
  );
