/** One device: alarms and tickets, the history of a quantity, what each point says now, its raw registers, its rules, its facts. */
import '../device/device.css';
import { SegmentedControl, Select } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { byUrgency } from '../../../shared/alarm-order.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import { type Comparison, comparisons } from '../../board/compare.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { HistoryChart } from '../chart/history-chart.tsx';
import { chartLimits } from '../chart/limits.ts';
import { type RangeId, ranges, spanOf } from '../chart/ranges.ts';
import { api, type RuleInfo } from '../data/api.ts';
import { DeviceFactsPanel } from '../device/device-facts.tsx';
import { Points } from '../device/points.tsx';
import { RawRegisters } from '../device/raw-registers.tsx';
import { WatchingRules } from '../device/watching-rules.tsx';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { AlarmRow } from '../parts/alarm-row.tsx';
import { useConsole } from '../parts/context.ts';
import { TicketRow } from '../parts/ticket-row.tsx';
import { useNow } from '../parts/use-now.ts';
import { quantitiesInOrder } from '../parts/value-order.ts';

export function DevicePage({ id }: { id: string }) {
  const { t, text } = useWords();
  const { plant, link, may } = useConsole();
  const now = useNow(link, 2_000);
  const [question, ask] = useState<Question>();
  const [chosen, choose] = useState<QuantityId>();
  const [range, setRange] = useState<RangeId>('hour');
  const [compare, setCompare] = useState<Comparison | null>(null);
  const [rules, setRules] = useState<RuleInfo[]>([]);
  useEffect(() => {
    api.rules().then(setRules, () => undefined);
  }, []);
  const device = plant.devices.get(id);
  const shown = chosen ?? (device ? quantitiesInOrder(device, plant.site)[0] : undefined);
  const attributes = device?.attributes;
  const limits = useMemo(() => chartLimits(rules, id, shown, attributes ?? {}, text), [rules, id, shown, attributes, text]);
  if (!device) return <p className="calm">{t('devices.none')}</p>;
  const quantities = quantitiesInOrder(device, plant.site);
  const quantity = shown;
  const alarms = [...plant.alarms.values()].filter((alarm) => alarm.device === id).sort(byUrgency);
  const tickets = [...plant.tickets.values()].filter((ticket) => ticket.device === id);
  const label = quantity ? text(plant.site.quantities[quantity]?.label) : '';
  return (
    <div className="column device-page">
      <a className="back" href="#/devices">
        {t('device.back')}
      </a>
      <h2 className="page-title">
        {text(device.name)}
        <span className={`device-state inline${device.online === false ? ' off' : ''}`}>
          {t(device.online === null ? 'devices.unknown' : device.online ? 'devices.online' : 'devices.offline')}
        </span>
      </h2>
      {alarms.length > 0 && (
        <section className="panel">
          <h3>{t('device.alarms')}</h3>
          <ul className="rows">
            {alarms.map((alarm) => (
              <AlarmRow key={alarm.id} alarm={alarm} now={now} ask={ask} />
            ))}
          </ul>
        </section>
      )}
      {tickets.length > 0 && (
        <section className="panel">
          <h3>{t('device.tickets')}</h3>
          <ul className="rows">
            {tickets.map((ticket) => (
              <TicketRow key={ticket.id} ticket={ticket} now={now} ask={ask} />
            ))}
          </ul>
        </section>
      )}
      <section className="panel">
        <div className="chart-head">
          <h3>{label}</h3>
          <SegmentedControl
            aria-label={t('chart.range')}
            value={range}
            onChange={(value) => setRange(value as RangeId)}
            data={ranges.map(({ id: value, label: key }) => ({ value, label: t(key) }))}
          />
          <Select
            aria-label={t('chart.compare')}
            value={compare}
            placeholder={t('chart.compareNone')}
            clearable
            onChange={(value) => setCompare(comparisons.find((one) => one === value) ?? null)}
            data={comparisons.map((value) => ({ value, label: t(comparisonLabels[value]) }))}
            w={165}
          />
        </div>
        {quantity && <HistoryChart device={device} quantity={quantity} spanMs={spanOf(range)} compare={compare} limits={limits} />}
      </section>
      <Points device={device} quantities={quantities} chosen={quantity} choose={choose} now={now} />
      {may('device:raw') && <RawRegisters device={device} />}
      <WatchingRules device={id} rules={rules} />
      <DeviceFactsPanel device={device} now={now} />
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </div>
  );
}
