/** All devices: is it there, what does it say, how old is that. */
import { Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { mostUrgent } from '../../../shared/alarm-order.ts';
import type { DeviceInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Icon } from '../parts/icons.tsx';
import { LatestText } from '../parts/latest.tsx';
import { PriorityMark } from '../parts/priority.tsx';
import { useNow } from '../parts/use-now.ts';
import { quantitiesInOrder } from '../parts/value-order.ts';

export function DevicesPage() {
  const { t, text } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link, 5_000);
  const [search, setSearch] = useState('');
  const [system, setSystem] = useState<string | null>(null);
  const words = search.trim().toLowerCase();
  const shown = [...plant.devices.values()].filter(
    (device) =>
      (!system || device.system === system) &&
      (!words ||
        [device.id, device.circuit ?? '', text(device.name), text(device.location)].some((part) => part.toLowerCase().includes(words))),
  );
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('devices.title')} <b>{shown.length}</b>
          </h2>
          <Group gap="sm">
            <a href="#/site?view=places">{t('devices.tree')}</a>
            <TextInput
              aria-label={t('devices.search')}
              placeholder={t('devices.search')}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              w={260}
            />
            <Select
              aria-label={t('devices.system')}
              placeholder={t('devices.system')}
              clearable
              value={system}
              onChange={setSystem}
              data={plant.site.systems.map(({ id, label }) => ({ value: id, label: text(label) }))}
            />
          </Group>
        </Group>
        {shown.length === 0 ? <p className="calm">{t('devices.none')}</p> : null}
        <ul className="rows device-rows">
          {shown.map((device) => (
            <DeviceRow key={device.id} device={device} now={now} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function DeviceRow({ device, now }: { device: DeviceInfo; now: number }) {
  const { t, text, age } = useWords();
  const { plant } = useConsole();
  const alarm = mostUrgent([...plant.alarms.values()].filter(({ device: id }) => id === device.id));
  const values = quantitiesInOrder(device, plant.site).slice(0, 4);
  return (
    <li className="row" data-device={device.id}>
      {alarm ? <PriorityMark priority={alarm.priority} size={22} /> : <Icon name={device.system} />}
      <div className="row-body">
        <a className="row-title" href={`#/devices/${device.id}`}>
          {text(device.name)}
        </a>
        <div className="row-where">
          {[text(plant.site.buildings.find(({ id }) => id === device.building)?.name), text(device.location), device.circuit]
            .filter(Boolean)
            .join(' · ')}
        </div>
      </div>
      <div className="device-values">
        {values.map((quantity) => (
          <span key={quantity}>
            <span className="caption">{text(plant.site.quantities[quantity]?.label)}</span>
            <LatestText device={device} quantity={quantity} />
          </span>
        ))}
      </div>
      <div className={`device-state${device.online === false ? ' off' : ''}`}>
        <b>{t(device.online === null ? 'devices.unknown' : device.online ? 'devices.online' : 'devices.offline')}</b>
        <span>{device.lastReadingAt === null ? '' : age(device.lastReadingAt, now)}</span>
      </div>
    </li>
  );
}
