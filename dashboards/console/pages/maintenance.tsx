/** What people work on calls nobody until then: devices in maintenance, and how to begin and end it. */
import '../desk/desk.css';
import { Button, Group, Modal, MultiSelect, SegmentedControl, Select, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useCallback, useState } from 'react';
import { api, type Maintenance } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { duration } from '../parts/duration.ts';
import { useLoad } from '../parts/loads.tsx';
import { useNow } from '../parts/use-now.ts';

const refreshMs = 10_000;
const durations = [30, 60, 120, 240, 480, 1_440, 2_880, 10_080];

export function MaintenancePage() {
  const { t } = useWords();
  const { may } = useConsole();
  const [running, setRunning] = useState<Maintenance[]>();
  const [beginning, setBeginning] = useState(false);
  const load = useLoad(
    useCallback(async () => setRunning(await api.maintenance()), []),
    refreshMs,
  );
  const done = () => {
    setBeginning(false);
    void load();
  };
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('nav.maintenance')} <b>{running?.length ?? ''}</b>
          </h2>
          {may('maintenance:change') && (
            <Button onClick={() => setBeginning(true)} data-step="begin">
              {t('maintenance.begin')}
            </Button>
          )}
        </Group>
        <p className="calm">{t('maintenance.hint')}</p>
        {running?.length === 0 && <p>{t('maintenance.none')}</p>}
        <ul className="rows">
          {running?.map((one) => (
            <MaintenanceRow key={one.device} one={one} onEnded={load} />
          ))}
        </ul>
      </section>
      <p className="calm small">{t('app.supplement')}</p>
      <Modal
        opened={beginning}
        onClose={() => setBeginning(false)}
        title={t('maintenance.begin')}
        centered
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        <BeginForm onDone={done} />
      </Modal>
    </div>
  );
}

function MaintenanceRow({ one, onEnded }: { one: Maintenance; onEnded: () => Promise<boolean> }) {
  const { t, text, time } = useWords();
  const { plant, link, may, act } = useConsole();
  const now = useNow(link, 5_000);
  const device = plant.devices.get(one.device);
  const end = async () => {
    await act(() => api.endMaintenance(one.device));
    await onEnded();
  };
  return (
    <li className="row channel-row" data-device={one.device}>
      <div className="row-body">
        <a className="row-title" href={`#/devices/${one.device}`}>
          {text(device?.name) || one.device}
        </a>
        <div className="row-where">{text(device?.location)}</div>
        <div className="row-facts">
          <strong className="row-value">{t('maintenance.until', { time: time(one.until, now) })}</strong>
          <span>{t('maintenance.since', { time: time(one.since, now), who: one.who })}</span>
          <q>{one.reason}</q>
        </div>
      </div>
      <div className="row-actions">
        {may('maintenance:change') && (
          <Button size="compact-md" variant="default" onClick={() => void end()} data-step="end">
            {t('maintenance.end')}
          </Button>
        )}
      </div>
    </li>
  );
}

function BeginForm({ onDone }: { onDone: () => void }) {
  const { t, text } = useWords();
  const { plant, act } = useConsole();
  const [what, setWhat] = useState<'devices' | 'all'>('devices');
  const [devices, setDevices] = useState<string[]>([]);
  const [system, setSystem] = useState<string | null>(null);
  const [building, setBuilding] = useState<string | null>(null);
  const [minutes, setMinutes] = useState('120');
  const [reason, setReason] = useState('');
  const chosen = what === 'devices' ? devices.length > 0 : system !== null || building !== null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const place = what === 'devices' ? { devices } : { ...(system ? { system } : {}), ...(building ? { building } : {}) };
    const begun = await act(async () => {
      await api.startMaintenance({ ...place, reason: reason.trim(), minutes: Number(minutes) });
    });
    if (begun) onDone();
  };
  const named = (list: readonly { id: string; label: { zh: string; en: string } }[]) =>
    list.map(({ id, label }) => ({ value: id, label: text(label) }));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl
          value={what}
          onChange={(value) => setWhat(value as 'devices' | 'all')}
          data={[
            { value: 'devices', label: t('maintenance.devices') },
            { value: 'all', label: t('maintenance.all') },
          ]}
        />
        {what === 'devices' ? (
          <MultiSelect
            label={t('nav.devices')}
            searchable
            limit={50}
            value={devices}
            onChange={setDevices}
            data={[...plant.devices.values()].map(({ id, name }) => ({ value: id, label: `${text(name)} (${id})` }))}
            data-autofocus
          />
        ) : (
          <Group grow>
            <Select label={t('tickets.system')} clearable value={system} onChange={setSystem} data={named(plant.site.systems)} />
            <Select
              label={t('maintenance.building')}
              clearable
              value={building}
              onChange={setBuilding}
              data={plant.site.buildings.map(({ id, name }) => ({ value: id, label: text(name) }))}
            />
          </Group>
        )}
        <Select
          label={t('alarms.minutes')}
          value={minutes}
          onChange={(value) => setMinutes(value ?? '120')}
          data={durations.map((n) => ({ value: String(n), label: duration(n, t) }))}
          allowDeselect={false}
        />
        <Textarea
          label={t('dialog.reason')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          required
          maxLength={2_000}
          autosize
          minRows={2}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={!chosen || reason.trim() === ''}>
            {t('maintenance.begin')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
