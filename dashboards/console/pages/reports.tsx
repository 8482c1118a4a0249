/** Reports: which there are, for which year or month, and in which form. */
import '../people/people.css';
import { Button, Group, NativeSelect } from '@mantine/core';
import { useCallback, useState } from 'react';
import { wallOf } from '../../../shared/zone.ts';
import { managementApi, type ReportInfo } from '../data/management-api.ts';
import { SendingPanel } from '../energy/sending-panel.tsx';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { useNow } from '../parts/use-now.ts';

const forms = ['pdf', 'xlsx', 'docx'] as const;
/** Years and months that can be chosen. */
const back = { year: 4, month: 24 };

export function ReportsPage() {
  const { t, text, language } = useWords();
  const { plant, link } = useConsole();
  const [reports, setReports] = useState<ReportInfo[]>([]);
  const [chosen, setChosen] = useState<Record<string, string>>({});
  useLoad(useCallback(async () => setReports(await managementApi.reports()), []));
  const now = new Date(wallOf(plant.site.timezone, useNow(link, 60_000)));
  const periods = (kind: ReportInfo['period']) =>
    Array.from({ length: back[kind] }, (_, i) =>
      kind === 'year'
        ? String(now.getUTCFullYear() - i)
        : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - i, 1)).toISOString().slice(0, 7),
    );
  return (
    <div className="column">
      <SendingPanel />
      <section className="panel">
        <h2>{t('nav.reports')}</h2>
        <p className="calm">{t('reports.hint')}</p>
        <ul className="rows">
          {reports.map(({ id, title, summary, period }) => {
            const all = periods(period);
            const value = chosen[id] ?? (all[0] as string);
            const address = (format: string) => `/api/reports/${id}?period=${value}&lang=${language}&format=${format}`;
            return (
              <li className="row channel-row" key={id} data-report={id}>
                <div className="row-body">
                  <strong className="row-title">{text(title)}</strong>
                  <div className="row-facts">
                    <span>{text(summary)}</span>
                  </div>
                  {value === all[0] && <p className="calm">{t('reports.running')}</p>}
                  <Group gap="xs" align="end">
                    <NativeSelect
                      label={t('reports.period')}
                      value={value}
                      data={all}
                      onChange={(event) => setChosen({ ...chosen, [id]: event.currentTarget.value })}
                    />
                    <Button component="a" href={address('html')} target="_blank" rel="noreferrer">
                      {t('reports.open')}
                    </Button>
                    {forms.map((form) => (
                      <Button component="a" variant="default" key={form} href={address(form)} download>
                        {form.toUpperCase()}
                      </Button>
                    ))}
                  </Group>
                </div>
              </li>
            );
          })}
        </ul>
      </section>
    </div>
  );
}
