import type { Comparison } from '../../board/compare.ts';
import type { TextKey } from '../i18n/en.ts';

export const comparisonLabels = {
  day: 'chart.yesterday',
  week: 'chart.lastWeek',
  year: 'chart.lastYear',
} as const satisfies Record<Comparison, TextKey>;
