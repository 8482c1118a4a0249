/** What a panel draws, as a table of numbers and words: columns over time, or a row per figure. Pure. */

import type { Cell } from '../../../shared/csv.ts';
import { isTrend, type ReadingsPanel } from '../../board/board.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { type CsvColumn, withUnit } from '../chart/csv.ts';
import type { Words } from '../i18n/i18n.tsx';
import { keyOf, type PanelContent, type PanelLine } from './use-panel.ts';

export type PanelTable = { columns: CsvColumn[]; rows?: never } | { rows: Cell[][]; columns?: never };

export function panelTable(
  panel: ReadingsPanel,
  { answer, earlier }: PanelContent,
  words: Pick<Words, 't' | 'text' | 'dateTime'>,
): PanelTable {
  const { t, text, dateTime } = words;
  const shown = (line: PanelLine, value: number | null): Cell => (value === null ? null : text(line.states?.[value]) || value);
  const period = earlier && t(comparisonLabels[earlier.period]);
  const before = (line: PanelLine) => earlier?.lines.get(keyOf(line));
  if (isTrend(panel)) {
    const column = (line: PanelLine, label: string, unit: string): CsvColumn => ({
      header: withUnit(label, unit),
      points: line.points.map(([at, value]) => [at, shown(line, value)] as const),
    });
    const present = answer.lines.map((line) => column(line, text(line.label), line.unit));
    const past = answer.lines.flatMap((line) => {
      const found = before(line);
      return found ? [column(found, `${text(line.label)} · ${period}`, line.unit)] : [];
    });
    return { columns: [...present, ...past] };
  }
  const dated = answer.lines.some(({ figureAt }) => figureAt !== null);
  return {
    rows: [
      [t('board.name'), t('board.value'), ...(period ? [period] : []), t('board.unit'), ...(dated ? [t('audit.when')] : [])],
      ...answer.lines.map((line): Cell[] => [
        text(line.label),
        shown(line, line.figure),
        ...(period ? [before(line)?.figure ?? null] : []),
        line.unit,
        ...(dated ? [line.figureAt === null ? null : dateTime(line.figureAt)] : []),
      ]),
    ],
  };
}
