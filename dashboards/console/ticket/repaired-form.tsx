/** Repaired: what was done; and, where somebody wants to say so, how long it took, which parts, what it cost. */
import { Alert, Button, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { type PartRow, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { AlarmNow } from '../parts/alarm-now.tsx';
import { useConsole } from '../parts/context.ts';
import { stillActive } from './clocks.ts';

export interface Repaired {
  resolution: string;
  minutes: number;
  costYuan: number;
  /** From the store: issued there, and booked on the ticket by it. */
  issues: { part: string; quantity: number }[];
  /** Bought or carried along. */
  parts: { name: string; quantity: number; unit: string; costYuan: number }[];
}
const other = '-';
interface Line {
  part: string | null;
  name: string;
  quantity: number;
  cost: number;
}

export function RepairedForm({ ticket, send }: { ticket: Ticket; send: (done: Repaired) => Promise<boolean> }) {
  const { t, text } = useWords();
  const { link, plant, may } = useConsole();
  const active = stillActive(ticket, plant.alarms);
  const begun = ticket.life.arrivedAt ?? ticket.startedAt;
  const [resolution, setResolution] = useState('');
  const [minutes, setMinutes] = useState(() => (begun === null ? 0 : Math.min(480, Math.ceil((link.now() - begun) / 300_000) * 5)));
  const [costYuan, setCost] = useState(0);
  const [lines, setLines] = useState<Line[]>([]);
  const [stock, setStock] = useState<PartRow[]>([]);
  const [more, setMore] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (plant.connected && may('part:move')) plantApi.parts().then(setStock, () => undefined);
  }, [plant.connected, may]);
  const stocked = stock.filter(({ value, stock: left }) => value.state === 'kept' && left > 0);
  const change = (index: number, next: Partial<Line>) => setLines(lines.map((line, at) => (at === index ? { ...line, ...next } : line)));
  const wrong = lines.some(({ part, name, quantity }) => !(quantity > 0) || (part === other && name.trim() === '') || part === null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await send({
      resolution: resolution.trim(),
      minutes,
      costYuan,
      issues: lines.flatMap(({ part, quantity }) => (part !== null && part !== other ? [{ part, quantity }] : [])),
      parts: lines.flatMap(({ part, name, quantity, cost }) =>
        part === other ? [{ name: name.trim(), quantity, unit: t('repaired.piece'), costYuan: cost }] : [],
      ),
    });
    setBusy(false);
  };
  const number = (value: string | number) => Number(value) || 0;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {active.length > 0 && (
          <Alert color="red" data-warning="alarm-active">
            <strong>{t('repaired.alarmActive')}</strong>
            <ul className="still-active">
              {active.map((alarm) => (
                <li key={alarm.id}>
                  {text(alarm.title)} · <AlarmNow alarm={alarm} /> {text(alarm.location)}
                </li>
              ))}
            </ul>
          </Alert>
        )}
        <Textarea
          label={t('tickets.resolution')}
          value={resolution}
          onChange={(event) => setResolution(event.currentTarget.value)}
          maxLength={2_000}
          autosize
          minRows={2}
          required
          data-autofocus
        />
        <NumberInput
          label={t('repaired.minutes')}
          value={minutes}
          min={0}
          max={14_400}
          step={5}
          onChange={(value) => setMinutes(number(value))}
        />
        {!more && (
          <Button variant="default" onClick={() => setMore(true)} data-step="repaired-more">
            {t('repaired.more')}
          </Button>
        )}
        {more && (
          <>
            {lines.map((line, index) => (
              <div className="part-line" key={index}>
                <Select
                  label={t('repaired.part')}
                  value={line.part}
                  onChange={(part) => change(index, { part })}
                  data={[
                    ...stocked.map(({ value, stock: left }) => ({ value: value.id, label: `${value.name} (${left} ${value.unit})` })),
                    { value: other, label: t('repaired.otherPart') },
                  ]}
                  searchable
                />
                <NumberInput
                  label={t('repaired.quantity')}
                  value={line.quantity}
                  min={0}
                  onChange={(value) => change(index, { quantity: number(value) })}
                />
                {line.part === other && (
                  <>
                    <TextInput
                      label={t('repaired.name')}
                      value={line.name}
                      onChange={(event) => change(index, { name: event.currentTarget.value })}
                    />
                    <NumberInput
                      label={t('repaired.partCost')}
                      value={line.cost}
                      min={0}
                      onChange={(value) => change(index, { cost: number(value) })}
                    />
                  </>
                )}
              </div>
            ))}
            <Button
              variant="default"
              onClick={() => setLines([...lines, { part: stocked.length === 0 ? other : null, name: '', quantity: 1, cost: 0 }])}
              data-step="part-add"
            >
              {t('repaired.addPart')}
            </Button>
            <NumberInput label={t('repaired.cost')} value={costYuan} min={0} onChange={(value) => setCost(number(value))} />
          </>
        )}
        <Button type="submit" size="md" loading={busy} disabled={resolution.trim() === '' || wrong} data-step="repaired-send">
          {t('tickets.resolve')}
        </Button>
      </Stack>
    </form>
  );
}
