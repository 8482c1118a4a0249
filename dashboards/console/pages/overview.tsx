/** The whole plant at a glance: headline figures, every system as a tile, what calls, who is on it. */
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import { byUrgency, calls, isHidden, isLifeDanger } from '../../../shared/alarm-order.ts';
import { byTicketUrgency } from '../../../shared/ticket-order.ts';
import type { SiteToday } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { headlineOxygen } from '../overview/headline-oxygen.ts';
import { pickValue } from '../overview/pick.ts';
import { SystemTile, ValueText } from '../overview/system-tile.tsx';
import { columns, headline, systemValues } from '../overview/system-values.ts';
import { useSiteToday, useTrends } from '../overview/trends.ts';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';

export function OverviewPage() {
  const { t } = useWords();
  const { plant, link } = useConsole();
  const now = useNow(link, 5_000);
  const phone = useMediaQuery('(max-width: 640px)') ?? false;
  const most = phone ? { alarms: 4, tickets: 3 } : { alarms: 12, tickets: 10 };
  const [question, ask] = useState<Question>();
  const devices = plant.devices;
  const shown = columns.flat().filter((system) => plant.site.systems.some(({ id }) => id === system));

  const wanted = new Map(
    shown.flatMap((system) => {
      const pick = systemValues[system]?.key;
      if (!pick) return [];
      const picked = pickValue(pick, system, devices.values());
      return [[system as string, { pick, devices: picked.devices, quantity: picked.quantity }] as const];
    }),
  );
  const trends = useTrends(link, plant, wanted);
  const today = useSiteToday(plant);

  const alarms = [...plant.alarms.values()].filter((alarm) => !isHidden(alarm) || isLifeDanger(alarm)).sort(byUrgency);
  const calling = alarms.filter(calls).length;
  const oxygen = headlineOxygen(devices, plant.alarms.values());
  const tickets = [...plant.tickets.values()].sort(byTicketUrgency);
  const online = [...devices.values()].filter(({ online: up, lastReadingAt }) => up ?? lastReadingAt !== null).length;

  return (
    <div className="overview">
      <div className="kpis">
        <div className="kpi">
          <span className="kpi-label">{t('kpi.power')}</span>
          <ValueText pick={headline.totalPower} picked={pickValue(headline.totalPower, undefined, devices.values())} large />
        </div>
        <Today today={today} kind="electricity" now={now} />
        <div className="kpi">
          <span className="kpi-label">{t(oxygen.label)}</span>
          <ValueText {...oxygen} large />
        </div>
        <Today today={today} kind="water" now={now} />
        <div className="kpi">
          <span className="kpi-label">{t('kpi.outdoor')}</span>
          <ValueText pick={headline.outdoor} picked={pickValue(headline.outdoor, undefined, devices.values())} large />
        </div>
        <div className="kpi">
          <span className="kpi-label">{t('kpi.devices')}</span>
          <span className="value large">
            {online}
            <small> / {devices.size}</small>
          </span>
        </div>
        <div className={`kpi${calling > 0 ? ' kpi-calling' : ''}`}>
          <span className="kpi-label">{t('kpi.alarms')}</span>
          <span className="value large" data-testid="calling">
            {calling}
          </span>
        </div>
      </div>

      <div className="overview-columns">
        <div className="tiles">
          {columns.map((systems) => (
            <div className="tile-column" key={systems.join()}>
              {systems.map((system) => {
                const values = shown.includes(system) ? systemValues[system] : undefined;
                return values ? <SystemTile key={system} system={system} values={values} trend={trends.get(system)} /> : null;
              })}
            </div>
          ))}
        </div>
        <aside className="side">
          <section className="panel">
            <h2>
              {t('alarms.title')} <b>{alarms.length}</b>
            </h2>
            {alarms.length === 0 ? (
              <p className="calm">{t('alarms.none')}</p>
            ) : (
              <ul className="rows">
                {alarms.slice(0, most.alarms).map((alarm) => (
                  <AlarmRow key={alarm.id} alarm={alarm} now={now} ask={ask} />
                ))}
              </ul>
            )}
            {alarms.length > most.alarms && <a href="#/alarms">{t('alarms.more', { n: alarms.length })}</a>}
          </section>
          <section className="panel">
            <h2>
              {t('tickets.title')} <b>{tickets.length}</b>
            </h2>
            {tickets.length === 0 ? (
              <p className="calm">{t('tickets.none')}</p>
            ) : (
              <ul className="rows">
                {tickets.slice(0, most.tickets).map((ticket) => (
                  <TicketRow key={ticket.id} ticket={ticket} now={now} ask={ask} />
                ))}
              </ul>
            )}
            {tickets.length > most.tickets && <a href="#/tickets">{t('alarms.more', { n: tickets.length })}</a>}
          </section>
          <p className="calm small">{t('app.supplement')}</p>
        </aside>
      </div>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}

const todayWords = {
  electricity: { whole: 'kpi.energyToday', since: 'kpi.energySince', unit: 'kWh', digits: 0 },
  water: { whole: 'kpi.waterToday', since: 'kpi.waterSince', unit: 'm³', digits: 1 },
} as const;

/** Says since when, where the day began before the first reading, and how many incoming meters are not in it. */
function Today({ today, kind, now }: { today: SiteToday | undefined; kind: keyof typeof todayWords; now: number }) {
  const { t, number, time } = useWords();
  const words = todayWords[kind];
  const one = today?.[kind];
  const late = today && one?.since && one.since > today.from ? one.since : undefined;
  return (
    <div className="kpi" data-today={kind}>
      <span className="kpi-label">{late ? t(words.since, { time: time(late, now) }) : t(words.whole)}</span>
      <span className={`value large${one && one.used !== null ? '' : ' none'}`}>
        {one && one.used !== null ? number(one.used, words.digits) : '—'}
        <small> {words.unit}</small>
      </span>
      {one && one.used !== null && one.unknown.length > 0 && (
        <span className="calm small">{t('kpi.withoutMeters', { n: one.unknown.length })}</span>
      )}
    </div>
  );
}
