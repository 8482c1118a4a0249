/** Every rule in force: what it watches, with which limit, what to do, where that limit comes from, and what the site changed. */
import '../rules/rules.css';
import { Checkbox, Group, Select, TextInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import { api, type RuleInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { PriorityMark } from '../parts/priority.tsx';
import { Overrides } from '../rules/rule-facts.tsx';
import { aboutOf, packName, sourceText } from '../rules/wording.ts';

const mostLimits = 4;

export function RulesPage() {
  const { t, text } = useWords();
  const [rules, setRules] = useState<RuleInfo[]>();
  const [pack, setPack] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [changed, setChanged] = useState(false);
  useLoad(useCallback(async () => setRules(await api.rules()), []));
  const words = search.trim().toLowerCase();
  const shown = rules?.filter(
    (one) =>
      (!pack || one.pack === pack) &&
      (!changed || one.overrides.length > 0) &&
      (!words || [one.rule.id, text(one.rule.title)].some((part) => part.toLowerCase().includes(words))),
  );
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('nav.rules')} {shown && <b>{shown.length}</b>}
          </h2>
          <Group gap="sm">
            <Checkbox label={t('rules.changed')} checked={changed} onChange={(event) => setChanged(event.currentTarget.checked)} />
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
              data={[...new Set(rules?.map((rule) => rule.pack))].map((value) => ({ value, label: packName(value, text, t) }))}
            />
          </Group>
        </Group>
        <p className="calm small">{t('rules.hint')}</p>
        <ul className="rows">
          {shown?.map((rule) => (
            <RuleRow key={rule.rule.id} entry={rule} />
          ))}
        </ul>
      </section>
    </div>
  );
}

function RuleRow({ entry }: { entry: RuleInfo }) {
  const { rule, pack, enabled, overrides, places } = entry;
  const { t, text, number } = useWords();
  const { plant } = useConsole();
  const limits = [...new Set(places.flatMap(({ limit, unit }) => (limit === null ? [] : [`${number(limit)} ${unit}`])))];
  const mute = places.filter(({ cannot }) => cannot).length;
  const quantity = rule.quantity ? text(plant.site.quantities[rule.quantity]?.label) : '';
  return (
    <li className={`row${enabled ? '' : ' off'}`} data-rule={rule.id}>
      <PriorityMark priority={rule.priority} size={22} />
      <div className="row-body">
        <a className="row-title" href={`#/rules/${rule.id}`}>
          {text(rule.title)}
        </a>
        <p className="row-where">{text(rule.check)}</p>
        <div className="row-facts">
          <span className="chip">{rule.id}</span>
          <span>{packName(pack, text, t)}</span>
          {quantity && <span>{quantity}</span>}
          {limits.length > 0 && (
            <span>{t('alarms.limit', { limit: limits.slice(0, mostLimits).join(', ') + (limits.length > mostLimits ? ' …' : '') })}</span>
          )}
          {rule.life_safety && <span className="chip">{t('rules.lifeSafety')}</span>}
          {!enabled && <span className="chip">{t('rules.off')}</span>}
          {mute > 0 && <span className="chip cannot-judge">{t('rules.cannotAt', { n: mute })}</span>}
          <span>{sourceText(rule.source, t)}</span>
        </div>
        <Overrides overrides={overrides} about={aboutOf(entry, plant.site.quantities)} />
      </div>
      <span className="row-facts">{t('rules.places', { n: places.length })}</span>
    </li>
  );
}
