/** The prices that bills are made with, to be looked at: what holds now, when a day is dear, who pays by it, and what is wrong with a file. */
import '../energy/management.css';
import '../energy/tariffs.css';
import type { OfferedTariff, TariffsView, UsedTariff } from '../../../energy/index.ts';
import { call } from '../data/api.ts';
import { Confidence, Version } from '../energy/tariff-card.tsx';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useList } from '../plant/use-list.ts';

const ask = () => call<TariffsView>('GET', '/api/energy/tariffs');
const stateKeys: Record<UsedTariff['state'], TextKey> = {
  'in-force': 'tariffs.state.in-force',
  coming: 'tariffs.state.coming',
  ended: 'tariffs.state.ended',
};
const mediumKeys: Record<OfferedTariff['medium'], TextKey> = {
  electricity: 'energy.electricity',
  water: 'energy.water',
  heat: 'energy.heat',
  gas: 'energy.gas',
  oxygen: 'tariffs.oxygen',
};
const originKeys: Record<UsedTariff['origin'], TextKey> = {
  'site-file': 'tariffs.origin.site-file',
  'own-file': 'tariffs.origin.own-file',
  'built-in': 'tariffs.origin.built-in',
};
/** With hours and rules: as wide as the page. */
const isLarge = ({ versions }: UsedTariff) => versions.some(({ groups, basic }) => groups.length > 0 || basic !== null);
/** A tariff without a beginning. */
const ever = '1970-01-01';

export function TariffsPage() {
  const { t } = useWords();
  const [found] = useList(ask);
  if (!found) return null;
  const { tariffs, offered, mistakes } = found;
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.tariffs')}</h2>
        <p className="calm">{t('tariffs.hint')}</p>
        {tariffs.length === 0 && mistakes.length === 0 && <p>{t('tariffs.none')}</p>}
        {mistakes.length > 0 && <Mistakes mistakes={mistakes} />}
      </section>
      {tariffs.filter(isLarge).map((one) => (
        <Used key={one.id} tariff={one} />
      ))}
      <div className="energy-cards">
        {tariffs
          .filter((one) => !isLarge(one))
          .map((one) => (
            <Used key={one.id} tariff={one} />
          ))}
      </div>
      {offered.length > 0 && (
        <section className="panel tariff">
          <h3>{t('tariffs.offered')}</h3>
          <p className="calm">{t('tariffs.offeredHint')}</p>
          {offered.map((one) => (
            <Offered key={one.id} tariff={one} />
          ))}
        </section>
      )}
    </div>
  );
}

function Mistakes({ mistakes }: Pick<TariffsView, 'mistakes'>) {
  const { t, text } = useWords();
  return (
    <div className="tariff-mistake" role="alert">
      <b>{t('tariffs.mistakes')}</b>
      <ul>
        {mistakes.map((one) => (
          <li key={`${one.tariff} ${one.line} ${one.at} ${one.en}`}>
            <code>
              {one.file}
              {one.line === null ? '' : `:${one.line}`}
              {one.at === '' ? '' : ` ${one.at}`}
            </code>{' '}
            {text(one)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Used({ tariff }: { tariff: UsedTariff }) {
  const { t, text, language } = useWords();
  const { id, name, region, medium, unit, calendar, source, confidence, versions, state, origin, file, validFrom, validTo } = tariff;
  const shown = versions.find(({ inForce }) => inForce) ?? versions.at(-1);
  const others = versions.filter((one) => one !== shown);
  const begin = [validFrom, shown?.from].filter((day) => day !== null && day !== undefined && day !== ever).sort().at(-1); // biome-ignore format: one
  const names = (list: UsedTariff['meters']) => list.map((one) => text(one.name)).join(language === 'zh' ? '、' : ', ');
  return (
    <section className="panel tariff" data-tariff={id}>
      <div className="tariff-head">
        <h3>{text(name)}</h3>
        <span className="calm">{t(mediumKeys[medium])}</span>
        <span className="tariff-mark" data-state={state}>
          {t(stateKeys[state])}
        </span>
        {origin !== 'site-file' && <Confidence confidence={confidence} />}
      </div>
      {tariff.changed && <p className="energy-warn">{t('tariffs.changed')}</p>}
      <dl className="tariff-facts">
        {region && (
          <>
            <dt>{t('tariffs.region')}</dt>
            <dd>{text(region)}</dd>
          </>
        )}
        <dt>{t('tariffs.since')}</dt>
        <dd>
          {begin ?? t('tariffs.ever')}
          {validTo === null ? '' : ` – ${validTo}`}
        </dd>
        <dt>{t('tariffs.usedBy')}</dt>
        <dd>
          {tariff.meters.length > 0 && <>{t('tariffs.meters', { names: names(tariff.meters) })} </>}
          {tariff.tenants.length > 0 && t('tariffs.tenants', { names: names(tariff.tenants) })}
          {tariff.meters.length + tariff.tenants.length === 0 && t('tariffs.nobody')}
        </dd>
        <dt>{t('tariffs.source')}</dt>
        <dd>
          {text(source)}
          {origin !== 'site-file' && (
            <>
              {' '}
              ({t(originKeys[origin])} <code>{file}</code>)
            </>
          )}
        </dd>
      </dl>
      {shown && <Version version={shown} unit={unit} calendar={calendar} />}
      {others.length > 0 && (
        <details>
          <summary>{t('tariffs.versions', { n: others.length })}</summary>
          {others.toReversed().map((one) => (
            <div key={one.from} className="tariff">
              <h4>{one.to === null ? t('tariffs.from', { from: one.from }) : t('tariffs.fromTo', { from: one.from, to: one.to })}</h4>
              <Version version={one} unit={unit} calendar={calendar} />
            </div>
          ))}
        </details>
      )}
    </section>
  );
}

function Offered({ tariff }: { tariff: OfferedTariff }) {
  const { t, text } = useWords();
  const { id, name, medium, unit, calendar, source, confidence, versions } = tariff;
  const shown = versions.find(({ inForce }) => inForce) ?? versions.at(-1);
  return (
    <details data-offered={id}>
      <summary>
        {text(name)} · {t(mediumKeys[medium])}
      </summary>
      <div className="tariff">
        <div className="tariff-head">
          <code>{id}</code>
          {shown && <span>{t('tariffs.from', { from: shown.from })}</span>}
          <Confidence confidence={confidence} />
        </div>
        <p className="calm small">{text(source)}</p>
        {shown && <Version version={shown} unit={unit} calendar={calendar} />}
      </div>
    </details>
  );
}
