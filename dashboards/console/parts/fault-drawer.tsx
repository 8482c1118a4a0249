/** Simulated sites: start and end faults. */
import { Button, Drawer, Text } from '@mantine/core';
import { useState } from 'react';
import type { SimulatorFault } from '../../../shared/topic.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';
import { faultGroups, runningOf } from './fault-groups.ts';
import { Icon, type IconName } from './icons.tsx';
import { useNow } from './use-now.ts';

export function FaultDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const known = (system: string) => plant.site.systems.find(({ id }) => id === system);
  const [first, setFirst] = useState<ReadonlySet<string>>(new Set());
  const [before, setBefore] = useState(false);
  if (opened !== before) {
    setBefore(opened);
    if (opened) setFirst(runningOf(plant.faults));
  }
  const titleOf = (id: string) => (id === 'running' ? t('faults.running') : text(known(id)?.label) || t('faults.other'));
  const groups = faultGroups(plant.faults, first);
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="md"
      title={t('faults.title')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <Text size="sm" c="dimmed" mb="sm">
        {t('faults.hint')}
      </Text>
      {plant.faults.length === 0 && <p>{t('faults.none')}</p>}
      {groups.map(({ id, faults }) => (
        <section className="fault-group" key={id}>
          <h3>{titleOf(id)}</h3>
          <ul className="rows">
            {faults.map((fault) => (
              <FaultRow key={fault.name} fault={fault} icon={known(fault.system)?.id ?? 'fault'} />
            ))}
          </ul>
        </section>
      ))}
    </Drawer>
  );
}

function FaultRow({ fault, icon }: { fault: SimulatorFault; icon: IconName }) {
  const { t, text, time } = useWords();
  const { act, link } = useConsole();
  const now = useNow(link);
  const [busy, setBusy] = useState(false);
  const toggle = async () => {
    setBusy(true);
    await act(async () => link.put({ fault: await (fault.active ? api.stopFault(fault.name) : api.startFault(fault.name)) }));
    setBusy(false);
  };
  return (
    <li className={`row fault-row${fault.active ? ' running' : ''}`} data-fault={fault.name}>
      <Icon name={icon} />
      <div className="row-body">
        <div className="row-title">{text(fault.title)}</div>
        <div className="row-where">{text(fault.description)}</div>
        {fault.active && fault.startedAt !== null && (
          <div className="row-facts">
            <span className="chip">{t('faults.active', { time: time(fault.startedAt, now) })}</span>
          </div>
        )}
      </div>
      <div className="row-actions">
        <Button size="compact-md" variant={fault.active ? 'filled' : 'default'} loading={busy} onClick={() => void toggle()}>
          {t(fault.active ? 'faults.stop' : 'faults.start')}
        </Button>
      </div>
    </li>
  );
}
