/** Monthly figures that no meter counts: the last thirteen months of one, what is missing by name, one more to enter. */
import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { FigureSeries } from '../../../energy/index.ts';
import { energyApi, type FigureNames } from '../data/energy-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNow } from '../parts/use-now.ts';
import { type Column, type FormAsk, FormDialog, one, RegisterTable } from '../plant/register.tsx';
import { monthText } from './moments.ts';

type Month = FigureSeries['months'][number];
/** Counts are whole numbers. */
const decimals = (unit: FigureSeries['unit']) => (['pieces', 'times', 'people', 'bed-days'].includes(unit) ? 0 : 2);
const qualityKeys = { entered: 'figure.entered', imported: 'figure.imported', simulated: 'figure.simulated' } as const;

export function MonthFigures() {
  const { t, text, number, dateTime } = useWords();
  const { plant, link, act, may } = useConsole();
  const zone = plant.site.timezone;
  const now = useNow(link, 60_000);
  const [names, setNames] = useState<FigureNames>();
  const [name, setName] = useState('bed-days');
  const [series, setSeries] = useState<FigureSeries>();
  const [month, setMonth] = useState('');
  const [value, setValue] = useState('');
  const [ask, setAsk] = useState<FormAsk>();
  const [from, to] = [monthText(zone, now, 12), monthText(zone, now)];
  useEffect(() => void act(async () => setNames(await energyApi.names())), [act]);
  const load = useCallback(() => void act(async () => setSeries((await energyApi.figures(name, from, to))[0])), [act, name, from, to]);
  useEffect(load, [load]);
  const unit = names?.names.find((other) => other.name === name)?.unit;
  const unitLabel = unit ? text(names?.units[unit]) : '';
  const read = value.trim() === '' ? undefined : Number(value);
  const send = () =>
    act(async () => {
      await energyApi.putFigure({ name, month, value: read, unit });
      setValue('');
      load();
    });
  const takeBack = ({ figure }: Month): FormAsk => ({
    title: t('doctor.undo'),
    fields: [{ name: 'reason', label: t('doctor.reason'), required: true }],
    values: {},
    send: (values) =>
      act(async () => {
        if (figure) await energyApi.undoFigure(figure.id, one(values, 'reason'));
        load();
      }),
  });
  const columns: Column<Month>[] = [
    { label: t('figure.month'), value: (row) => row.month },
    {
      label: unitLabel ? `${t('figure.value')} (${unitLabel})` : t('figure.value'),
      value: ({ figure }) => figure?.value ?? '',
      show: ({ figure }) =>
        figure ? number(figure.value, decimals(figure.unit)) : <span className="stock-low">{t('figure.missing')}</span>,
    },
    {
      label: t('figure.from'),
      value: ({ figure }) => (figure ? `${t(qualityKeys[figure.quality])}, ${figure.madeBy}, ${dateTime(figure.madeAt)}` : ''),
    },
  ];
  return (
    <>
      <section className="panel entry-form">
        <NativeSelect
          size="md"
          label={t('figure.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data={(names?.names ?? []).map((other) => ({
            value: other.name,
            label: `${text(other.label)} (${text(names?.units[other.unit])})`,
          }))}
          data-field="name"
        />
        {may('energy:change') && (
          <Group align="end" gap="sm">
            <TextInput
              size="md"
              type="month"
              label={t('figure.month')}
              value={month || to}
              max={to}
              onChange={(event) => setMonth(event.currentTarget.value)}
              data-field="month"
            />
            <TextInput
              size="md"
              inputMode="decimal"
              label={`${t('figure.value')} (${unitLabel})`}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              data-field="value"
            />
            <Button
              size="md"
              disabled={read === undefined || Number.isNaN(read)}
              onClick={() => {
                if (month === '') setMonth(to);
                void send();
              }}
              data-step="save" /* biome-ignore format: one */
            >
              {t('register.save')}
            </Button>
          </Group>
        )}
      </section>
      <section className="panel">
        <RegisterTable
          name={text(series?.label)}
          file={name}
          rows={series ? [...series.months].reverse() : undefined}
          columns={columns}
          keyOf={(row) => row.month}
          actions={(row) =>
            may('energy:change') && row.figure ? (
              <Button variant="default" onClick={() => setAsk(takeBack(row))} data-step="undo">
                {t('doctor.undo')}
              </Button>
            ) : null
          }
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </>
  );
}
