/** What is registered on the circuit of an alarm: what to switch off first, and whom to ring. */
import '../plant/plant.css';
import { useEffect, useState } from 'react';
import type { Alarm } from '../../../shared/alarm.ts';
import { hasPermit } from '../../plant/circuits.ts';
import { dayOf } from '../data/days.ts';
import { type CircuitLoad, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { CircuitSum } from '../plant/circuit-line.tsx';

export function AlarmAppliances({ alarm: { id, system } }: { alarm: Alarm }) {
  const { t, number } = useWords();
  const { plant, link } = useConsole();
  const today = dayOf(link.now(), plant.site.timezone);
  const [load, setLoad] = useState<CircuitLoad | null>(null);
  useEffect(() => {
    let gone = false;
    if (system === 'electricity')
      plantApi.appliancesOf(id).then(
        (found) => !gone && setLoad(found),
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [id, system]);
  if (!load) return null;
  return (
    <section className="panel" data-panel="appliances">
      <h3>{t('appliances.onCircuit')}</h3>
      <CircuitSum load={load} />
      <ul className="rows">
        {load.appliances.map((one) => (
          <li key={one.id}>
            <b>{one.name}</b> {one.count} × {number(one.watt, 0)} W · {[one.place, one.owner].filter(Boolean).join(' · ')}
            {one.phone ? (
              <>
                {' · '}
                <a href={`tel:${one.phone}`}>{one.phone}</a>
              </>
            ) : null}
            {hasPermit(one, today) ? '' : ` · ${t(one.permit ? 'appliances.permitPast' : 'appliances.noPermit')}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
