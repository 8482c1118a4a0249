/** The site as a tree: where everything is, and what feeds what, with each parent meter against the sum of its children. */
import '../site/site.css';
import { SegmentedControl } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import { mostUrgent } from '../../../shared/alarm-order.ts';
import { api, type MeterBalance } from '../data/api.ts';
import { useHashQuery } from '../hash.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Icon } from '../parts/icons.tsx';
import { LatestText } from '../parts/latest.tsx';
import { useLoad } from '../parts/loads.tsx';
import { PriorityMark } from '../parts/priority.tsx';
import { Tree } from '../parts/tree.tsx';
import { parentsTo, type TreeNode } from '../parts/tree-keys.ts';
import { quantitiesInOrder } from '../parts/value-order.ts';
import { MeterLine } from '../site/meter-rows.tsx';
import { meterTree, type PlaceData, placeTree } from '../site/trees.ts';

const againMs = 30_000;
const periods: { id: MeterBalance['period']; label: TextKey }[] = [
  { id: 'today', label: 'balance.today' },
  { id: '7d', label: 'chart.week' },
  { id: '30d', label: 'chart.month' },
];
type Kind = MeterBalance['kind'];

export function SitePage() {
  const { t } = useWords();
  const [query, setQuery] = useHashQuery();
  const view = query.get('view') === 'places' ? 'places' : 'meters';
  return (
    <div className="column site-page">
      <section className="panel">
        <div className="chart-head">
          <h2>{t('nav.site')}</h2>
          <SegmentedControl
            aria-label={t('site.view')}
            value={view}
            onChange={(value) => setQuery({ view: value === 'meters' ? undefined : value })}
            data={[
              { value: 'meters', label: t('site.meters') },
              { value: 'places', label: t('site.places') },
            ]}
          />
        </div>
        {view === 'places' ? <Places /> : <Meters />}
      </section>
    </div>
  );
}

function Meters() {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const [query, setQuery] = useHashQuery();
  const kind = (query.get('kind') ?? 'electricity') as Kind;
  const period = periods.find(({ id }) => id === query.get('period'))?.id ?? 'today';
  const [answer, setAnswer] = useState<MeterBalance>();
  useLoad(
    useCallback(async () => setAnswer(await api.meterBalance(kind, period)), [kind, period]),
    againMs,
  );
  const { devices } = plant;
  const nodes = useMemo(
    () => (answer ? meterTree(answer.meters, (id) => text(devices.get(id)?.name) || id) : []),
    // The names stay; readings that come in need not build the tree anew.
    [answer, text, devices.get],
  );
  const current = answer?.kind === kind && answer.period === period;
  const marked = answer?.meters.filter(({ balance }) => balance?.verdict === 'missing' || balance?.verdict === 'negative').length ?? 0;
  return (
    <>
      <div className="site-choice">
        {answer && answer.kinds.length > 1 && (
          <SegmentedControl
            aria-label={t('site.kind')}
            value={kind}
            onChange={(value) => setQuery({ kind: value })}
            data={answer.kinds.map((one) => ({ value: one, label: t(`site.kind.${one}`) }))}
          />
        )}
        <SegmentedControl
          aria-label={t('chart.range')}
          value={period}
          onChange={(value) => setQuery({ period: value })}
          data={periods.map(({ id, label }) => ({ value: id, label: t(label) }))}
        />
        <span role="status" className="calm">
          {current && (marked > 0 ? t('balance.marked', { n: marked }) : t('balance.allFine'))}
        </span>
      </div>
      <p className="calm small">{t('balance.hint')}</p>
      {answer && nodes.length === 0 && <p className="calm">{t('balance.none')}</p>}
      {answer && nodes.length > 0 && (
        <div aria-busy={!current}>
          <Tree
            key={answer.kind}
            label={t('site.meters')}
            nodes={nodes}
            opened={parentsTo(nodes, 2)}
            row={(node) => <MeterLine row={node.data} answer={answer} />}
          />
        </div>
      )}
    </>
  );
}

function Places() {
  const { t, text } = useWords();
  const { plant } = useConsole();
  const nodes = placeTree(plant.site, [...plant.devices.values()], text, t('site.elsewhere'));
  return <Tree label={t('site.places')} nodes={nodes} opened={[]} row={(node) => <PlaceLine node={node} />} />;
}

function PlaceLine({ node }: { node: TreeNode<PlaceData> }) {
  const { t } = useWords();
  const { plant } = useConsole();
  const { data } = node;
  const devices = data.type === 'place' ? data.devices : [data.device];
  const ids = new Set(devices.map(({ id }) => id));
  const alarm = mostUrgent([...plant.alarms.values()].filter(({ device }) => ids.has(device)));
  const silent = devices.filter(({ online }) => online === false).length;
  if (data.type === 'place') {
    return (
      <div className="place">
        <b>{node.text}</b>
        {alarm && <PriorityMark priority={alarm.priority} size={20} />}
        <span className="calm small">{t('site.devices', { n: devices.length })}</span>
        {silent > 0 && <span className="device-state off inline">{t('site.offline', { n: silent })}</span>}
      </div>
    );
  }
  const { device } = data;
  const first = quantitiesInOrder(device, plant.site)[0];
  return (
    <div className="place">
      {alarm ? <PriorityMark priority={alarm.priority} size={20} /> : <Icon name={device.system} size={20} />}
      <a href={node.href} tabIndex={-1}>
        {node.text}
      </a>
      <span className="calm small">{device.circuit}</span>
      {silent > 0 && <span className="device-state off inline">{t('devices.offline')}</span>}
      {first && <LatestText device={device} quantity={first} />}
    </div>
  );
}
