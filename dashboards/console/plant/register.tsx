/** A register as a page shows it: a table (cards on a phone) with its CSV, and one dialog for new and changed entries. */
import './plant.css';
import { Box, Button, Group, Modal, MultiSelect, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { type Cell, csvOf } from '../../../shared/csv.ts';
import { save } from '../chart/save.ts';
import { useWords } from '../i18n/i18n.tsx';
import { newKey } from '../offline/send.ts';

export interface Column<Row> {
  label: string;
  /** As it stands in the file, and on the screen where nothing else is said. */
  value(row: Row): Cell;
  show?(row: Row): ReactNode;
}

export function RegisterTable<Row>({
  name,
  file,
  rows,
  columns,
  keyOf,
  actions,
}: {
  name: string;
  file: string;
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
  keyOf(row: Row): string;
  actions?: ((row: Row) => ReactNode) | undefined;
}) {
  const { t } = useWords();
  if (!rows) return null;
  if (rows.length === 0) return <p className="calm">{t('register.none')}</p>;
  return (
    <>
      <Box className="register-scroll" role="region" aria-label={name} tabIndex={0}>
        <table className="register">
          <thead>
            <tr>
              {columns.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
              {actions && <th aria-label={t('register.steps')} />}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={keyOf(row)} data-entry={keyOf(row)}>
                {columns.map(({ label, value, show }) => (
                  <td key={label} data-label={label}>
                    {show ? show(row) : value(row)}
                  </td>
                ))}
                {actions && <td className="register-steps">{actions(row)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
      <Group justify="flex-end" mt="xs">
        <Button
          variant="default"
          onClick={() =>
            save(csvOf([columns.map(({ label }) => label), ...rows.map((row) => columns.map(({ value }) => value(row)))]), `${file}.csv`)
          }
          data-save="csv"
        >
          CSV
        </Button>
      </Group>
    </>
  );
}

export interface FormField {
  name: string;
  label: string;
  kind?: 'text' | 'number' | 'date' | 'datetime-local' | 'lines' | 'select' | 'multi';
  required?: boolean;
  hint?: string | undefined;
  options?: readonly { value: string; label: string }[];
}
export type FormValues = Record<string, string | string[]>;
export interface FormAsk {
  title: string;
  fields: readonly FormField[];
  values: FormValues;
  /** Whether it was kept. @param key the same for what was written the same in one opened form */
  send(values: FormValues, key: string): Promise<boolean>;
}

export const one = (values: FormValues, name: string): string => String(values[name] ?? '').trim();
/** Nothing written is nothing sent. */
export const maybe = (values: FormValues, name: string): string | undefined => one(values, name) || undefined;
export const many = (values: FormValues, name: string): string[] => {
  const found = values[name];
  return Array.isArray(found) ? found : [];
};

export function FormDialog({ ask, onClose }: { ask: FormAsk | undefined; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Modal
      opened={ask !== undefined}
      onClose={onClose}
      title={ask?.title ?? ''}
      centered
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {ask && <Form ask={ask} onClose={onClose} />}
    </Modal>
  );
}

function Form({ ask, onClose }: { ask: FormAsk; onClose: () => void }) {
  const { t } = useWords();
  const [values, setValues] = useState(ask.values);
  const [busy, setBusy] = useState(false);
  const step = useRef<{ said: string; key: string }>(undefined);
  const set = (name: string, value: string | string[]) => setValues((before) => ({ ...before, [name]: value }));
  const missing = ask.fields.some(
    ({ name, required }) => required && (Array.isArray(values[name]) ? values[name].length === 0 : one(values, name) === ''),
  );
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const said = JSON.stringify(values);
    if (step.current?.said !== said) step.current = { said, key: newKey() };
    if (await ask.send(values, step.current.key)) onClose();
    else setBusy(false);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {ask.fields.map(({ name, label, kind = 'text', required = false, hint, options = [] }) => {
          const same = { label, required, description: hint, 'data-field': name };
          if (kind === 'select')
            return (
              <Select
                key={name}
                {...same}
                searchable={options.length > 8}
                clearable={!required}
                value={one(values, name) || null}
                onChange={(value) => set(name, value ?? '')}
                data={[...options]}
              />
            );
          if (kind === 'multi')
            return (
              <MultiSelect
                key={name}
                {...same}
                searchable
                limit={50}
                value={many(values, name)}
                onChange={(value) => set(name, value)}
                data={[...options]}
              />
            );
          const text = { ...same, value: typed(values, name) };
          if (kind === 'lines')
            return (
              <Textarea
                key={name}
                {...text}
                autosize
                minRows={2}
                maxLength={2_000}
                onChange={(event) => set(name, event.currentTarget.value)}
              />
            );
          return (
            <TextInput
              key={name}
              {...text}
              type={kind === 'date' || kind === 'datetime-local' ? kind : 'text'}
              {...(kind === 'number' ? { inputMode: 'decimal' as const, pattern: '[0-9]+([.][0-9]+)?' } : {})}
              maxLength={200}
              onChange={(event) => set(name, event.currentTarget.value)}
            />
          );
        })}
        <Group justify="flex-end">
          <Button type="submit" disabled={missing} loading={busy} data-step="save">
            {t('register.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
/** As it is typed: a blank at the end may be the beginning of the next word. */
const typed = (values: FormValues, name: string) => String(values[name] ?? '');
