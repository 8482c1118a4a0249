/** What a rule is: its duty, its source, its parameters, and what the site changed with which reason. */
import { priorityLabels } from '../../../shared/alarm.ts';
import type { RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { PriorityMark } from '../parts/priority.tsx';
import { durationText } from './parameters.ts';
import { type About, aboutOf, packName, paramsText, sourceText } from './wording.ts';

export function RuleFacts({ entry }: { entry: RuleInfo }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const { rule, pack, enabled, overrides, parameters, places } = entry;
  const about = aboutOf(entry, plant.site.quantities);
  const params = { ...Object.fromEntries(parameters.map(({ name, value }) => [name, value])), ...rule.params };
  return (
    <>
      <h2 className="page-title">
        <PriorityMark priority={rule.priority} /> {text(rule.title)}
      </h2>
      <section className="panel">
        <dl className="facts">
          <Fact name={t('rules.advice')}>{text(rule.check)}</Fact>
          <Fact name={t('rules.priority')}>
            {text(priorityLabels[rule.priority])}
            {rule.life_safety && ` · ${t('rules.lifeSafety')}`}
            {!enabled && ` · ${t('rules.off')}`}
          </Fact>
          <Fact name={t('rules.idPack')}>
            {rule.id} · {packName(pack, text, t)}
          </Fact>
          <Fact name={t('rules.quantity')}>{(rule.quantity && text(plant.site.quantities[rule.quantity]?.label)) || '—'}</Fact>
          <Fact name={t('alarms.source')}>{sourceText(rule.source, t)}</Fact>
          <Fact name={t('rules.delays')}>
            {durationText(rule.on_delay)} / {durationText(rule.off_delay)}
          </Fact>
          <Fact name={t('rules.params')}>
            <span className="json">{paramsText(params, { t, text }, about)}</span>
          </Fact>
          {places.some(({ cannot }) => cannot) && (
            <Fact name={t('rules.cannot')}>
              <ul className="places">
                {places.map(
                  ({ device, cannot }) =>
                    cannot && (
                      <li key={device}>
                        {text(plant.devices.get(device)?.name) || device}: {text(cannot)}
                      </li>
                    ),
                )}
              </ul>
            </Fact>
          )}
          <Fact name={t('rules.watches')}>
            <details>
              <summary>{t('rules.places', { n: places.length })}</summary>
              <ul className="places">
                {places.map(({ device }) => (
                  <li key={device}>
                    <a href={`#/rules/${rule.id}/${device}`}>{text(plant.devices.get(device)?.name) || device}</a>
                  </li>
                ))}
              </ul>
            </details>
          </Fact>
        </dl>
        {overrides.length > 0 && <h3>{t('rules.overrides')}</h3>}
        <Overrides overrides={overrides} about={about} />
      </section>
    </>
  );
}

export function Overrides({ overrides, about }: { overrides: RuleInfo['overrides']; about: About }) {
  const { t, text } = useWords();
  const { plant } = useConsole();
  return (
    <ul className="overrides">
      {overrides.map((one, at) => {
        const changes = [
          one.enabled === false && t('rules.off'),
          one.params && paramsText(one.params, { t, text }, about),
          one.on_delay !== undefined && `${t('param.on_delay')} ${durationText(one.on_delay)}`,
          one.off_delay !== undefined && `${t('param.off_delay')} ${durationText(one.off_delay)}`,
          one.priority && text(priorityLabels[one.priority]),
        ].filter(Boolean);
        const where = one.devices?.map((device) => text(plant.devices.get(device)?.name) || device).join(', ') ?? t('rules.everywhere');
        return (
          <li key={at}>
            <span className="chip">{t('rules.override')}</span> {where}: <span className="json">{changes.join(' · ')}</span>{' '}
            <q>{one.reason}</q>
          </li>
        );
      })}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
