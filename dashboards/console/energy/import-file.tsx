/** A file in two steps: what was read and what is wrong with it, row by row; then all of it or nothing. What was taken can be taken back. */
import { Button, FileInput, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { energyApi, type ImportDetail, type ImportInfo, type ImportKind } from '../data/energy-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type Column, type FormAsk, FormDialog, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

const kinds = { readings: 'import.readings', bills: 'import.bills', figures: 'import.figures', weather: 'import.weather' } as const satisfies Record<ImportKind, TextKey>; // biome-ignore format: one
const columnsOf = { readings: 'import.columns.readings', bills: 'import.columns.bills', figures: 'import.columns.figures', weather: 'import.columns.weather' } as const satisfies Record<ImportKind, TextKey>; // biome-ignore format: one
const states = { wrong: 'import.wrong', checked: 'import.checked', taken: 'import.taken', undone: 'import.undone' } as const;
const rowStates = { new: 'import.new', same: 'import.same', replaces: 'import.replaces' } as const;

export function ImportFile() {
  const { t, language, number, dateTime } = useWords();
  const { act, may } = useConsole();
  const [kind, setKind] = useState<ImportKind>('figures');
  const [detail, setDetail] = useState<ImportDetail>();
  const [busy, setBusy] = useState(false);
  const [ask, setAsk] = useState<FormAsk>();
  const [imports, load] = useList(energyApi.imports);
  const run = async (work: () => Promise<ImportDetail>) => {
    setBusy(true);
    await act(async () => setDetail(await work()));
    setBusy(false);
    load();
  };
  const takeBack = (row: ImportInfo): FormAsk => ({
    title: `${t('doctor.undo')} · ${row.name}`,
    fields: [{ name: 'reason', label: t('doctor.reason'), required: true }],
    values: {},
    send: (values) =>
      act(async () => {
        setDetail(await energyApi.undoImport(row.id, one(values, 'reason')));
        load();
      }),
  });
  const mistakeColumns: Column<ImportDetail['mistakes'][number] & { n: number }>[] = [
    { label: t('import.row'), value: ({ row, column }) => [row, column].filter((part) => part !== null).join(' · ') },
    { label: t('import.found'), value: ({ found }) => found },
    { label: t('import.why'), value: (one) => one[language] },
  ];
  const previewColumns: Column<ImportDetail['preview'][number] & { n: number }>[] = [
    { label: t('import.row'), value: ({ row }) => row },
    { label: t('import.what'), value: ({ what }) => what },
    { label: t('doctor.when'), value: ({ t: at, month }) => month ?? (at === null ? '' : dateTime(at)) },
    { label: t('figure.value'), value: ({ value }) => value, show: ({ value, unit }) => `${number(value, 3)} ${unit}` },
    { label: t('import.state'), value: ({ state, was }) => `${t(rowStates[state])}${was === null ? '' : ` ${number(was, 3)}`}` },
  ];
  const listColumns: Column<ImportInfo>[] = [
    { label: t('import.file'), value: ({ name }) => name },
    { label: t('import.kind'), value: (row) => t(kinds[row.kind]) },
    { label: t('import.rows'), value: ({ rows, changes }) => `${rows} / ${changes}` },
    { label: t('import.state'), value: ({ state }) => t(states[state]) },
    { label: t('audit.who'), value: ({ madeBy, madeAt }) => `${madeBy}, ${dateTime(madeAt)}` },
  ];
  return (
    <>
      {may('energy:change') && (
        <section className="panel entry-form">
          <NativeSelect
            size="md"
            label={t('import.kind')}
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as ImportKind)}
            data={Object.entries(kinds).map(([id, label]) => ({ value: id, label: t(label) }))}
            data-field="kind"
          />
          <p className="calm small">{t(columnsOf[kind])}</p>
          <FileInput
            size="md"
            label={t('import.file')}
            placeholder={t('import.choose')}
            accept=".csv,.txt,.xlsx"
            value={null}
            disabled={busy}
            onChange={(file) => file && void run(() => energyApi.look(kind, file))}
            data-field="file"
          />
        </section>
      )}
      {detail && (
        <section className="panel" data-import={detail.state}>
          <Group justify="space-between">
            <h2>{detail.name}</h2>
            <span className="calm">{detail.format}</span>
          </Group>
          {detail.state === 'wrong' ? (
            <>
              <p className="entry-wrong">{t('import.mistakes', { n: detail.mistakeCount })}</p>
              <RegisterTable
                name={t('import.why')}
                file="mistakes"
                rows={detail.mistakes.map((row, n) => ({ ...row, n }))}
                columns={mistakeColumns}
                keyOf={({ n }) => String(n)}
              />
            </>
          ) : (
            <>
              <p className={detail.state === 'checked' ? 'entry-ask' : 'entry-good'}>
                {t(detail.state === 'checked' ? 'import.ready' : states[detail.state], { rows: detail.rows, changes: detail.changes })}
              </p>
              {detail.state === 'checked' && may('energy:change') && (
                <Button size="md" loading={busy} onClick={() => void run(() => energyApi.take(detail.id))} data-step="take">
                  {t('import.take', { n: detail.changes })}
                </Button>
              )}
              <RegisterTable
                name={detail.name}
                file="preview"
                rows={detail.preview.map((row, n) => ({ ...row, n }))}
                columns={previewColumns}
                keyOf={({ n }) => String(n)}
              />
            </>
          )}
        </section>
      )}
      <section className="panel">
        <h2>{t('import.list')}</h2>
        <RegisterTable
          name={t('import.list')}
          file="imports"
          rows={imports}
          columns={listColumns}
          keyOf={({ id }) => String(id)}
          actions={(row) => (
            <Group gap="xs" justify="flex-end">
              <Button variant="default" onClick={() => void run(() => energyApi.import(row.id))} data-step="open">
                {t('doctor.look')}
              </Button>
              {may('energy:change') && row.state === 'taken' && (
                <Button variant="default" onClick={() => setAsk(takeBack(row))} data-step="undo">
                  {t('doctor.undo')}
                </Button>
              )}
            </Group>
          )}
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </>
  );
}
