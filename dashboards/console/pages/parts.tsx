/** Spare parts: stock against its minimum; in, out to a ticket, back, counted. The stock is the sum of what stands here. */
import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import type { Movement } from '../../../desk/index.ts';
import { movementKinds, movementLabels } from '../../../shared/plant-words.ts';
import { type PartRow, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type Column, type FormAsk, FormDialog, maybe, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

export function PartsPage() {
  const { t, text, dateTime } = useWords();
  const { plant, may, act } = useConsole();
  const [parts, load] = useList(plantApi.parts);
  const [ask, setAsk] = useState<FormAsk>();
  const [moved, setMoved] = useState<{ name: string; rows: Movement[] }>();
  const low = parts?.filter((part) => part.low).length ?? 0;
  const part = (row?: PartRow): FormAsk => ({
    title: row?.value.name ?? t('register.add'),
    fields: [
      { name: 'name', label: t('parts.name'), required: true },
      { name: 'model', label: t('assets.model') },
      { name: 'unit', label: t('parts.unit'), required: true },
      { name: 'minimum', label: t('parts.minimum'), kind: 'number', required: true },
      { name: 'cost', label: t('parts.cost'), kind: 'number', required: true },
      { name: 'place', label: t('parts.place') },
    ],
    values: {
      ...{ name: row?.value.name ?? '', model: row?.value.model ?? '', unit: row?.value.unit ?? '', place: row?.value.place ?? '' },
      ...{ minimum: String(row?.value.minimum ?? 0), cost: String(row?.value.cost_yuan ?? 0) },
    },
    send: (values) =>
      act(async () => {
        await plantApi.put('parts', {
          ...(row ? { ...row.value, version: row.version } : {}),
          ...{ name: one(values, 'name'), model: maybe(values, 'model'), unit: one(values, 'unit'), place: maybe(values, 'place') },
          ...{ minimum: Number(one(values, 'minimum')), cost_yuan: Number(one(values, 'cost')) },
        });
        load();
      }),
  });
  const move = ({ value, stock }: PartRow): FormAsk => ({
    title: `${value.name} · ${t('parts.stock')} ${stock} ${value.unit}`,
    fields: [
      {
        name: 'kind',
        label: t('parts.kind'),
        kind: 'select',
        required: true,
        options: movementKinds.map((kind) => ({ value: kind, label: text(movementLabels[kind]) })),
      },
      { name: 'quantity', label: t('parts.quantity'), kind: 'number', required: true, hint: t('parts.quantityHint') },
      {
        name: 'ticket',
        label: t('due.ticket'),
        kind: 'select',
        hint: t('parts.ticketHint'),
        options: [...plant.tickets.values()].map((ticket) => ({ value: ticket.id, label: `${ticket.id} ${text(ticket.title)}` })),
      },
      { name: 'note', label: t('parts.note') },
    ],
    values: { kind: 'issue' },
    send: (values) =>
      act(async () => {
        await plantApi.move(value.id, {
          ...{
            kind: one(values, 'kind'),
            quantity: Number(one(values, 'quantity')),
            ticket: maybe(values, 'ticket'),
            note: maybe(values, 'note'),
          },
        });
        load();
      }),
  });
  const columns: Column<PartRow>[] = [
    { label: t('parts.name'), value: ({ value }) => [value.name, value.model].filter(Boolean).join(' ') },
    {
      label: t('parts.stock'),
      value: ({ stock }) => stock,
      show: (row) => (
        <span className={row.low ? 'stock-low' : undefined}>
          {row.stock} {row.value.unit}
          {row.low ? ` · ${t('parts.low')}` : ''}
        </span>
      ),
    },
    { label: t('parts.minimum'), value: ({ value }) => value.minimum },
    { label: t('parts.unit'), value: ({ value }) => value.unit },
    { label: t('parts.cost'), value: ({ value }) => value.cost_yuan },
    { label: t('parts.place'), value: ({ value }) => value.place ?? '' },
  ];
  const movementColumns: Column<Movement>[] = [
    { label: t('audit.when'), value: ({ at }) => dateTime(at) },
    { label: t('parts.kind'), value: ({ kind }) => text(movementLabels[kind]) },
    { label: t('parts.delta'), value: ({ delta }) => delta },
    {
      label: t('due.ticket'),
      value: ({ ticket }) => ticket ?? '',
      show: ({ ticket }) => (ticket ? <a href={`#/tickets/${ticket}`}>{ticket}</a> : ''),
    },
    { label: t('audit.who'), value: ({ who }) => who },
    { label: t('parts.note'), value: ({ note }) => note ?? '' },
  ];
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('nav.parts')} <b>{parts?.length ?? ''}</b>
          </h2>
          {may('plant:change') && (
            <Button onClick={() => setAsk(part())} data-step="add">
              {t('register.add')}
            </Button>
          )}
        </Group>
        {low > 0 && (
          <p>
            <span className="stock-low">{t('parts.lowAll', { n: low })}</span>
          </p>
        )}
        <RegisterTable
          name={t('nav.parts')}
          file="parts"
          rows={parts}
          columns={columns}
          keyOf={({ value }) => value.id}
          actions={(row) => (
            <Group gap="xs" justify="flex-end">
              {may('part:move') && (
                <Button onClick={() => setAsk(move(row))} data-step="move">
                  {t('parts.move')}
                </Button>
              )}
              <Button
                variant="default"
                onClick={() => void act(async () => setMoved({ name: row.value.name, rows: await plantApi.movements(row.value.id) }))}
                data-step="movements"
              >
                {t('parts.movements')}
              </Button>
              {may('plant:change') && (
                <Button variant="default" onClick={() => setAsk(part(row))} data-step="change">
                  {t('register.change')}
                </Button>
              )}
            </Group>
          )}
        />
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
      <Modal
        opened={moved !== undefined}
        onClose={() => setMoved(undefined)}
        title={moved?.name ?? ''}
        size="xl"
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        {moved && (
          <RegisterTable name={moved.name} file="movements" rows={moved.rows} columns={movementColumns} keyOf={({ id }) => String(id)} />
        )}
      </Modal>
    </div>
  );
}
