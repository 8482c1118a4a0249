/** The month that a page is about, one back, one forth; from where its figures are simulated. */
import { Button } from '@mantine/core';
import type { Span } from '../data/energy-pages-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { monthName, shiftMonth } from './words.ts';

export function MonthPicker({
  span,
  simulated,
  last,
  onChange,
}: {
  span: Span;
  simulated?: { from: number; to: number } | null;
  last: string;
  onChange(month: string): void;
}) {
  const { t, language, number } = useWords();
  const days = Math.round((span.to - span.from) / 86_400_000);
  return (
    <div className="energy-month">
      <Button variant="default" onClick={() => onChange(shiftMonth(span.month, -1))}>
        {t('stats.earlier')}
      </Button>
      <h2>{monthName(language, span.month)}</h2>
      <Button variant="default" disabled={span.month >= last} onClick={() => onChange(shiftMonth(span.month, 1))}>
        {t('stats.later')}
      </Button>
      <span className="calm">{span.running ? t('energy.running', { days: number(days, 0) }) : t('energy.whole')}</span>
      {simulated && span.from < simulated.to && <span className="energy-mark">{t('energy.simulated')}</span>}
    </div>
  );
}
