/** What people bring: a meter read by hand, figures of the month, files. */
import '../energy/energy.css';
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { energyApi } from '../data/energy-api.ts';
import { EnterReading } from '../energy/enter-reading.tsx';
import { ImportFile } from '../energy/import-file.tsx';
import { MonthFigures } from '../energy/month-figures.tsx';
import { useWords } from '../i18n/i18n.tsx';
import { useList } from '../plant/use-list.ts';

const parts = { reading: 'entry.tab.reading', figures: 'entry.tab.figures', import: 'entry.tab.import' } as const;
type Part = keyof typeof parts;

export function EntriesPage() {
  const { t } = useWords();
  const [part, setPart] = useState<Part>('reading');
  const [meters] = useList(energyApi.meters);
  return (
    <div className="column">
      <section className="panel doctor-head">
        <h2>{t('nav.entries')}</h2>
        <SegmentedControl
          fullWidth
          size="md"
          value={part}
          onChange={(value) => setPart(value as Part)}
          data={Object.entries(parts).map(([value, key]) => ({ value, label: t(key) }))}
          aria-label={t('nav.entries')}
        />
      </section>
      {part === 'reading' && <EnterReading meters={meters ?? []} />}
      {part === 'figures' && <MonthFigures />}
      {part === 'import' && <ImportFile />}
    </div>
  );
}
