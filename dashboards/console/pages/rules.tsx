/** Every rule in force: what it watches, with which limit, where that limit comes from, and what the site changed. */
import { Group, Select, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { api, type RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { PriorityMark } from '../parts/priority.tsx';

export function RulesPage() {
  const { t, text } = useWords();
  const { act } = useConsole();
  const [rules, setRules] = useState<RuleInfo[]>([]);
  const [pack, setPack] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  useEffect(() => {
    void act(async () => setRules(await api.rules()));
  }, [act]);
  const words = search.trim().toLowerCase();
  const shown = rules.filter(
    (rule) =>
      (!pack || rule.pack === pack) && (!words || [rule.rule.id, text(rule.rule.title)].some((part) => part.toLowerCase().includes(words))),
  );
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('nav.rules')} <b>{shown.length}</b>
          </h2>
          <Group gap="sm">
            <TextInput
              aria-label={t('rules.search')}
              placeholder={t('rules.search')}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            <Select
              aria-label={t('rules.pack')}
              placeholder={t('rules.pack')}
              clearable
              value={pack}
              onChange={setPack}
              data={[...new Set(rules.map((rule) => rule.pack))]}
            />
          </Group>
        </Group>
        <ul className="rows">
          {shown.map((rule) => (
            <RuleRow key={rule.rule.id} rule={rule} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function RuleRow({ rule: { rule, pack, enabled, reasons, places } }: { rule: RuleInfo }) {
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const limits = [...new Set(places.flatMap(({ limit, unit }) => (limit === null ? [] : [`${number(limit)} ${unit}`])))];
  const quantity = rule.quantity ? text(plant.site.quantities[rule.quantity]?.label) : '';
  return (
    <li className={`row${enabled ? '' : ' off'}`} data-rule={rule.id}>
      <PriorityMark priority={rule.priority} size={22} />
      <div className="row-body">
        <details>
          <summary className="row-title">{text(rule.title)}</summary>
          <dl className="facts">
            <div>
              <dt>{t('alarms.check')}</dt>
              <dd>{text(rule.check)}</dd>
            </div>
            <div>
              <dt>{t('alarms.source')}</dt>
              <dd>{rule.source}</dd>
            </div>
            <div>
              <dt>{t('rules.delays')}</dt>
              <dd>
                {rule.on_delay / 1_000} s / {rule.off_delay / 1_000} s
              </dd>
            </div>
            {Object.keys(rule.params).length > 0 && (
              <div>
                <dt>{t('rules.params')}</dt>
                <dd className="json">{JSON.stringify(rule.params)}</dd>
              </div>
            )}
          </dl>
          <ul className="places">
            {places.map((place) => (
              <li key={place.device}>
                <a href={`#/devices/${place.device}`}>{text(plant.devices.get(place.device)?.name) || place.device}</a>
                {place.limit !== null && ` ${number(place.limit)} ${place.unit}`}
              </li>
            ))}
          </ul>
        </details>
        <div className="row-facts">
          <span className="chip">{rule.id}</span>
          <span>{pack}</span>
          {quantity && <span>{quantity}</span>}
          {limits.length > 0 && (
            <span>{t('alarms.limit', { limit: limits.slice(0, 4).join(', ') + (limits.length > 4 ? ' …' : '') })}</span>
          )}
          {rule.life_safety && <span className="chip">{t('rules.lifeSafety')}</span>}
          {!enabled && <span className="chip">{t('rules.off')}</span>}
          {reasons.map((reason) => (
            <q key={reason}>{reason}</q>
          ))}
        </div>
      </div>
      <span className="row-facts">{t('rules.places', { n: places.length })}</span>
    </li>
  );
}
