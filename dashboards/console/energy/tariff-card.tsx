/** One tariff: prices, the day of each group of months, basic charge with its rules, power factor, where it comes from. */
import type { OfferedTariff } from '../../../energy/index.ts';
import { confidenceLabels } from '../../../shared/plant-words.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords, type Words } from '../i18n/i18n.tsx';
import { monthOfYear, sureness } from './words.ts';

type Version = OfferedTariff['versions'][number];
type Period = Version['prices'][number]['period'];
type Strip = Version['groups'][number]['strips'][number];

const periodKeys: Record<Period, TextKey> = {
  sharp: 'tariffs.sharp',
  peak: 'tariffs.peak',
  flat: 'tariffs.flat',
  valley: 'tariffs.valley',
  deep: 'tariffs.deep',
};
const dayKeys: Record<Strip['days'][number], TextKey> = {
  workday: 'tariffs.workday',
  weekend: 'tariffs.weekend',
  holiday: 'tariffs.holiday',
};
const calendarKeys: Record<OfferedTariff['calendar'], TextKey> = {
  china: 'tariffs.calendar.china',
  none: 'tariffs.calendar.none',
  own: 'tariffs.calendar.own',
};
const basicKeys = { capacity: 'tariffs.capacity', demand: 'tariffs.demand', contract: 'tariffs.contract' } as const;
const dayMinutes = 1_440;
const hours = [0, 6, 12, 18, 24];
const priceDigits = 6;

/** As many places as the price has. */
const placesOf = (value: number) => Math.min(priceDigits, Math.max(2, (String(value).split('.')[1] ?? '').length));
const priced = ({ number }: Words, value: number, places = placesOf(value)) => number(value, places);
const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** 6–8, 11–1: months in a row, also over the new year. */
export function monthsInWords(months: readonly number[], { t, language }: Pick<Words, 't' | 'language'>): string {
  if (months.length === 12) return t('tariffs.allYear');
  const has = new Set(months);
  const runs: [number, number][] = [];
  for (const month of months) {
    if (has.has(month === 1 ? 12 : month - 1)) continue;
    let last = month;
    while (has.has((last % 12) + 1)) last = (last % 12) + 1;
    runs.push([month, last]);
  }
  const nameOf = (month: number) => monthOfYear(language, month);
  const names = runs.map(([first, last]) =>
    first === last ? nameOf(first) : t('tariffs.months', { first: nameOf(first), last: nameOf(last) }),
  );
  return names.join(t('tariffs.and'));
}

export function Version({ version, unit, calendar }: { version: Version; unit: string; calendar: OfferedTariff['calendar'] }) {
  const words = useWords();
  const { t, number } = words;
  const { price, prices, groups, tiers, series, adders, basic, powerFactor } = version;
  const perUnit = t('tariffs.perUnit', { unit });
  const places = Math.max(2, ...[...prices, ...tiers].map((one) => placesOf(one.price)));
  const most = Math.max(...prices.map((one) => one.price), 1e-9);
  const priceOf = new Map(prices.map((one) => [one.period, one.price]));
  return (
    <>
      <ul className="tariff-prices">
        {price !== null && (
          <li>
            <span>{t('tariffs.price')}</span>
            <b>{priced(words, price)}</b>
            <small>{perUnit}</small>
          </li>
        )}
        {prices.map((one) => (
          <li key={one.period} data-period={one.period}>
            <span>{t(periodKeys[one.period])}</span>
            <b>{priced(words, one.price, places)}</b>
            <small>{perUnit}</small>
          </li>
        ))}
        {tiers.map((tier, i) => (
          <li key={tier.upTo ?? 'above'}>
            <span>
              {tier.upTo === null
                ? t('tariffs.tierAbove', { n: i + 1, from: number(tiers[i - 1]?.upTo ?? 0, 0), unit })
                : t('tariffs.tierUpTo', { n: i + 1, to: number(tier.upTo, 0), unit })}
            </span>
            <b>{priced(words, tier.price, places)}</b>
            <small>{perUnit}</small>
          </li>
        ))}
        {adders.map((one) => (
          <li key={one.id}>
            <span>{words.text(one.name)}</span>
            <b>{priced(words, one.price)}</b>
            <small>{one.adjusted ? perUnit : t('tariffs.notAdjusted', { unit: perUnit })}</small>
          </li>
        ))}
      </ul>
      {series && (
        <p>
          {t('tariffs.series', {
            n: number(series.hours, 0),
            from: series.from.replace('T', ' '),
            to: series.to.replace('T', ' '),
            least: priced(words, series.least),
            most: priced(words, series.most),
          })}
        </p>
      )}
      {/* biome-ignore format: one */}
      {groups.length > 0 && (
        <div className="tariff-groups">
          {groups.map(({ months, strips }) => (
            <section key={months.join()}>
              <h4>{monthsInWords(months, words)}</h4>
              {strips.map(({ days, spans }) => (
                <figure key={days.join()} className="tariff-day">
                  {days.length > 0 && <figcaption>{days.map((day) => t(dayKeys[day])).join(t('tariffs.and'))}</figcaption>}
                  <div className="tariff-strip" aria-hidden="true">
                    {spans.map(({ from, to, period }) => (
                      <i
                        key={from}
                        data-period={period}
                        style={{
                          left: `${(100 * from) / dayMinutes}%`,
                          width: `${(100 * (to - from)) / dayMinutes}%`,
                          height: `${Math.max(8, (100 * (priceOf.get(period) ?? 0)) / most)}%`,
                        }}
                      />
                    ))}
                  </div>
                  <div className="tariff-hours" aria-hidden="true">
                    {hours.map((hour) => (
                      <span key={hour}>{hour}</span>
                    ))}
                  </div>
                  <Spans spans={spans} />
                </figure>
              ))}
            </section>
          ))}
        </div>
      )}
      {groups.some(({ strips }) => strips.length > 1) && <p className="calm small">{t(calendarKeys[calendar])}</p>}
      {basic && <Basic basic={basic} />}
      {powerFactor && (
        <details>
          <summary>{t('tariffs.factor', { standard: powerFactor.standard })}</summary>
          <p className="calm small">{t('tariffs.factorHint')}</p>
          <ul className="tariff-factor">
            {powerFactor.rows.map(({ factor, pct }) => (
              <li key={factor}>
                <span>{number(factor, 2)}</span>
                <b>{pct === 0 ? '0' : `${pct > 0 ? '+' : '−'}${number(Math.abs(pct), 2)}`} %</b>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Spans({ spans }: Pick<Strip, 'spans'>) {
  const { t } = useWords();
  const order = Object.keys(periodKeys) as Period[];
  // What runs over midnight is one span for whoever reads it.
  const [first, last] = [spans[0], spans.at(-1)];
  const overnight = spans.length > 2 && first && last && first.period === last.period;
  const shown = overnight ? [...spans.slice(1, -1), { from: last.from, to: first.to, period: last.period }] : spans;
  return (
    <ul className="tariff-spans">
      {order
        .filter((period) => shown.some((one) => one.period === period))
        .map((period) => (
          <li key={period} data-period={period}>
            <i />
            {t(periodKeys[period])}{' '}
            {shown
              .filter((one) => one.period === period)
              .map(({ from, to }, i) => (
                <span key={from}>
                  {i > 0 && ', '}
                  <span className="tariff-span">{`${clock(from)}–${clock(to)}`}</span>
                </span>
              ))}
          </li>
        ))}
    </ul>
  );
}

function Basic({ basic }: { basic: NonNullable<Version['basic']> }) {
  const words = useWords();
  const { t, number } = words;
  const { kind, capacityKva, contractKw, leastKw, freeKw, overTimes, busy } = basic;
  const per = t(kind === 'capacity' ? 'tariffs.perKva' : 'tariffs.perKw', { price: priced(words, basic.price) });
  const rules = [
    kind === 'capacity' ? t('tariffs.rule.capacity', { kva: number(capacityKva, 0) }) : undefined,
    kind === 'demand' ? t('tariffs.rule.demand') : undefined,
    kind === 'contract' && contractKw !== null ? t('tariffs.rule.contract', { kw: number(contractKw, 0) }) : undefined,
    kind === 'contract' && contractKw === null ? t('tariffs.rule.demand') : undefined,
    leastKw === null ? undefined : t('tariffs.rule.least', { kw: number(leastKw, 0), kva: number(capacityKva, 0) }),
    freeKw === null || overTimes === null ? undefined : t('tariffs.rule.over', { kw: number(freeKw, 0), times: overTimes }),
    busy === null ? undefined : t('tariffs.rule.busy', { kwh: number(busy.kwhPerKva, 0), pct: number(busy.share * 100, 0) }),
  ].filter((one) => one !== undefined);
  return (
    <div>
      <h4>{t('tariffs.basic')}</h4>
      <p>
        {t(basicKeys[kind])} <b>{per}</b>
      </p>
      <ul className="small">
        {rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
    </div>
  );
}

export function Confidence({ confidence }: Pick<OfferedTariff, 'confidence'>) {
  const { text } = useWords();
  return (
    <span className="tariff-mark" data-sure={confidence}>
      {confidence} · {text(confidenceLabels[sureness[confidence]])}
    </span>
  );
}
