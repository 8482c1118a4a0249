/** Every point of a device: value, quality, how old. The chosen one is the one in the chart. */
import type { QuantityId } from '../../../shared/quantity.ts';
import type { DeviceInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { LatestText } from '../parts/latest.tsx';

export function Points({
  device,
  quantities,
  chosen,
  choose,
  now,
}: {
  device: DeviceInfo;
  quantities: readonly QuantityId[];
  chosen: QuantityId | undefined;
  choose: (quantity: QuantityId) => void;
  now: number;
}) {
  const { t, text, age } = useWords();
  const { plant } = useConsole();
  return (
    <section className="panel">
      <h3>{t('device.values')}</h3>
      <ul className="value-grid">
        {quantities.map((one) => {
          const latest = device.latest[one];
          return (
            <li key={one}>
              <button type="button" aria-pressed={one === chosen} onClick={() => choose(one)}>
                <span>{text(plant.site.quantities[one]?.label)}</span>
                <LatestText device={device} quantity={one} />
                {latest && (
                  <span className={`quality ${latest.quality}`}>
                    {t(latest.quality === 'good' ? 'device.good' : 'device.noValue')} · {age(latest.t, now)}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
