/** The rules that watch a device, with the limit that holds here. */
import type { RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { PriorityMark } from '../parts/priority.tsx';
import { packName } from '../rules/wording.ts';

export function WatchingRules({ device, rules }: { device: string; rules: readonly RuleInfo[] }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const here = rules.flatMap((entry) => {
    const place = entry.places.find((one) => one.device === device);
    return place ? [{ ...entry, place }] : [];
  });
  if (here.length === 0) return null;
  return (
    <section className="panel">
      <h3>
        {t('device.rules')} <b className="calm">{here.filter(({ place }) => !place.cannot).length}</b>
      </h3>
      <ul className="rows">
        {here.map(({ rule, place, pack }) => (
          <li className="row" key={rule.id} data-rule={rule.id}>
            <PriorityMark priority={rule.priority} size={20} />
            <div className="row-body">
              <a className="row-title" href={`#/rules/${rule.id}/${device}`}>
                {text(rule.title)}
              </a>
              {place.cannot && <p className="row-where cannot-judge">{text(place.cannot)}</p>}
              <div className="row-facts">
                <span>{packName(pack, text, t)}</span>
                {rule.quantity && <span>{text(plant.site.quantities[rule.quantity]?.label)}</span>}
                {place.limit !== null && <span>{t('alarms.limit', { limit: `${number(place.limit)} ${place.unit}` })}</span>}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
