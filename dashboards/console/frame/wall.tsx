/** Around a screen on the wall: no navigation, everything as large as it fits, the most urgent alarm always in sight. Escape leaves it. */
import { type ReactNode, useEffect, useState } from 'react';
import { alarmStateLabels } from '../../../shared/alarm.ts';
import { byUrgency, calls, isLifeDanger, onTheWall } from '../../../shared/alarm-order.ts';
import { useWords } from '../i18n/i18n.tsx';
import { AlarmNow } from '../parts/alarm-now.tsx';
import { AlarmSound } from '../parts/alarm-sound.tsx';
import { useConsole } from '../parts/context.ts';
import { PriorityMark } from '../parts/priority.tsx';
import { LinkState, OldValues } from './link-state.tsx';
import { PathBanner } from './path-banner.tsx';

const idleMs = 4_000;

export function Wall({ children }: { children: ReactNode }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const idle = useIdle();
  useAwake();
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !document.querySelector('[role=dialog]')) window.location.hash = '#/';
    };
    window.addEventListener('keydown', leave);
    return () => window.removeEventListener('keydown', leave);
  }, []);
  const shown = [...plant.alarms.values()].filter(onTheWall).sort(byUrgency);
  // Every danger to life has its line; of the rest the first one, with how many more there are.
  const dangers = shown.filter(isLifeDanger);
  const lines = dangers.length > 0 ? dangers : shown.slice(0, 1);
  return (
    <div className={`frame wall${idle ? ' idle' : ''}`}>
      <header className="wall-top">
        <h1>{text(plant.site.name)}</h1>
        {lines.length > 0 && (
          <ul className="wall-alarms">
            {lines.map((alarm, at) => (
              <li className={`wall-alarm wall-${alarm.priority}`} key={alarm.id} data-wall-alarm={alarm.id}>
                <PriorityMark priority={alarm.priority} flash={calls(alarm)} />
                <strong>{text(alarm.title)}</strong> <AlarmNow alarm={alarm} /> <span>{text(alarm.location)}</span>
                {!calls(alarm) && <em>{text(alarmStateLabels[alarm.state])}</em>}
                {at === lines.length - 1 && shown.length > lines.length && (
                  <span className="wall-more">{t('alarms.andMore', { n: shown.length - lines.length })}</span>
                )}
              </li>
            ))}
          </ul>
        )}
        <LinkState />
        <AlarmSound />
        <a className="wall-leave" href="#/">
          {t('dialog.close')}
        </a>
      </header>
      <OldValues />
      <PathBanner />
      <main className="page" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** Nobody moves the pointer: it goes out of the picture. */
function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer = setTimeout(() => setIdle(true), idleMs);
    const moved = () => {
      clearTimeout(timer);
      setIdle(false);
      timer = setTimeout(() => setIdle(true), idleMs);
    };
    for (const event of ['pointermove', 'keydown'] as const) window.addEventListener(event, moved);
    return () => {
      clearTimeout(timer);
      for (const event of ['pointermove', 'keydown'] as const) window.removeEventListener(event, moved);
    };
  }, []);
  return idle;
}

/** The screen must not go dark. Browsers offer this on https and on this machine; elsewhere the screen's own settings must do it. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    const hold = async () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      lock = await navigator.wakeLock.request('screen').catch(() => undefined);
      if (gone) await lock?.release();
    };
    void hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      gone = true;
      document.removeEventListener('visibilitychange', hold);
      void lock?.release();
    };
  }, []);
}
