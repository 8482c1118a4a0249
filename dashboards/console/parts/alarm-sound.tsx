/** Sound while an alarm is not acknowledged: off until a person switches it on, by priority, silenced until the next alarm. */
import { ActionIcon, Button, Group, Popover, Stack, Switch } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type Priority, priorities, priorityLabels } from '../../../shared/alarm.ts';
import { byUrgency, calls } from '../../../shared/alarm-order.ts';
import { useLost } from '../data/plant.ts';
import { useWords } from '../i18n/i18n.tsx';
import { soundAlarm } from './alarm-tones.ts';
import { useConsole } from './context.ts';
import { Icon } from './icons.tsx';
import { isPathBroken } from './path-broken.ts';
import { useReceipts } from './use-receipts.ts';

const storageKey = 'plantroom.sound';
/** What this screen sounds, as a person chose it here. */
export const storedPriorities = (): readonly Priority[] => {
  const stored = localStorage.getItem(storageKey);
  // "on" was all but low; a list names them; nothing stored is off.
  return stored === 'on' ? priorities.slice(0, 3) : priorities.filter((priority) => stored?.split(',').includes(priority));
};
const tryMs = 1_500;
/** A screen that has lost its server sounds as an alarm of high priority does. */
const worstOf = (calling: Priority | undefined, away: boolean) => (away && calling !== 'critical' ? 'high' : calling);
const none: readonly Priority[] = [];

export function AlarmSound() {
  const { t, text } = useWords();
  const { plant, link } = useConsole();
  const lost = useLost(link);
  const [heard, setHeard] = useState(storedPriorities);
  const [silenced, setSilenced] = useState<ReadonlySet<string>>(new Set());
  const [blocked, setBlocked] = useState(false);
  const store = (next: readonly Priority[]) => {
    localStorage.setItem(storageKey, next.length > 0 ? next.join() : 'off');
    setHeard(next);
  };
  const on = heard.length > 0;
  const calling = [...plant.alarms.values()].filter((alarm) => calls(alarm) && heard.includes(alarm.priority)).sort(byUrgency);
  const keyOf = ({ id, occurrence }: { id: string; occurrence: number }) => `${id} ${occurrence}`;
  // One new alarm ends the silence for all that call.
  const called = calling.map(keyOf);
  // Where nobody can be told over any channel, this screen is all that is left: it sounds as an urgent alarm does.
  if (isPathBroken(plant.path) && heard.includes('critical')) called.push('path');
  // Each time anew: who silenced one outage has not heard of the next.
  const away = lost !== undefined && heard.includes('high');
  if (away) called.push(`server ${lost}`);
  const quiet = called.length > 0 && called.every((key) => silenced.has(key));
  const sounding = quiet ? undefined : called.includes('path') ? 'critical' : worstOf(calling[0]?.priority, away);
  useEffect(() => (sounding ? soundAlarm(sounding, setBlocked) : undefined), [sounding]);
  useReceipts(on && !quiet && !blocked ? heard : none);
  const trySound = (priority: Priority) => {
    const stop = soundAlarm(priority, () => undefined, true);
    setTimeout(stop, tryMs);
  };
  return (
    <>
      <Popover position="bottom-end" shadow="md" width={290} trapFocus returnFocus zIndex={300}>
        <Popover.Target>
          <ActionIcon className="sound" variant="subtle" color="gray" size="lg" aria-label={t('menu.sound')} data-sounding={sounding}>
            <Icon name={on && !quiet ? 'sound' : 'mute'} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('sound.title')}>
          <Stack gap="sm">
            <Switch label={t('sound.on')} checked={on} onChange={() => store(on ? [] : priorities.slice(0, 3))} />
            {priorities.map((priority) => (
              <Group key={priority} justify="space-between">
                <Switch
                  label={text(priorityLabels[priority])}
                  checked={heard.includes(priority)}
                  onChange={(event) => {
                    const { checked } = event.currentTarget;
                    store(priorities.filter((one) => (one === priority ? checked : heard.includes(one))));
                  }}
                />
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => trySound(priority)}
                  aria-label={`${t('sound.try')}: ${text(priorityLabels[priority])}`}
                >
                  {t('sound.try')}
                </Button>
              </Group>
            ))}
            <Button variant="default" disabled={!sounding} onClick={() => setSilenced(new Set(called))}>
              {t(quiet ? 'sound.silenced' : 'sound.silence')}
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {blocked && (
        <p className="sound-blocked" role="status">
          {t('sound.blocked')}
        </p>
      )}
    </>
  );
}
