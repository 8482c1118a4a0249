/** History of one quantity: mean line with the band from minimum to maximum, zoom, comparison with an earlier time, CSV and PNG. */
import 'uplot/dist/uPlot.min.css';
import { Button, Group, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { SeriesPoint } from '../../../ingest/store.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import { type Comparison, earlierRange, ontoPresent } from '../../board/compare.ts';
import { api, type DeviceInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { comparisonLabels } from './comparison.ts';
import { csvOverTime, withUnit } from './csv.ts';
import { bridge } from './gaps.ts';
import { type ChartLimit, chartOptions } from './options.ts';
import { pictureLines } from './picture-lines.ts';
import { dataStart } from './ranges.ts';
import { save } from './save.ts';

interface Loaded {
  mean: SeriesPoint[];
  min: SeriesPoint[];
  max: SeriesPoint[];
  earlier: SeriesPoint[];
  from: number;
  to: number;
}

interface Ask {
  device: DeviceInfo;
  quantity: QuantityId;
  spanMs: number;
  compare: Comparison | null;
  limits: readonly ChartLimit[];
  /** Begin with the first reading when the span has none before: a plant that is watched since a few minutes shows these, not a blank. */
  fromData?: boolean;
}

export function HistoryChart({ device, quantity, spanMs, compare, limits, fromData = false }: Ask) {
  const words = useWords();
  const { t, text, language } = words;
  const { link, plant } = useConsole();
  const scheme = useComputedColorScheme('light');
  const box = useRef<HTMLDivElement>(null);
  const [loaded, setLoaded] = useState<Loaded>();
  const [zoom, setZoom] = useState<{ from: number; to: number }>();
  const { timezone } = plant.site;
  const compareLabel = compare ? t(comparisonLabels[compare]) : undefined;
  const info = plant.site.quantities[quantity];
  const kind = info?.kind ?? 'gauge';
  // Another period or quantity starts unzoomed.
  useEffect(() => setZoom(undefined), [device.id, quantity, spanMs]);

  useEffect(() => {
    const abort = new AbortController();
    const points = Math.max(100, Math.min(1_500, Math.round(box.current?.clientWidth ?? 800)));
    const load = async () => {
      const to = zoom?.to ?? Math.ceil(link.now());
      const from = zoom?.from ?? to - spanMs;
      const ask = (aggregate: 'mean' | 'min' | 'max' | 'last', range = { from, to }) =>
        api.series({ device: device.id, quantity, ...range, points, aggregate }, abort.signal).then((answer) => answer.points);
      const main = kind === 'gauge' ? 'mean' : 'last';
      const [mean, min, max, earlier] = await Promise.all([
        ask(main),
        kind === 'gauge' ? ask('min') : [],
        kind === 'gauge' ? ask('max') : [],
        compare ? ask(main, earlierRange({ from, to }, compare, timezone)) : [],
      ]);
      if (abort.signal.aborted) return;
      setLoaded({ mean, min, max, earlier: compare ? ontoPresent(earlier, compare, timezone) : [], from, to });
    };
    const run = () => load().catch(() => undefined);
    void run();
    const timer = zoom ? undefined : setInterval(run, Math.max(5_000, Math.min(60_000, spanMs / 500)));
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [device.id, quantity, kind, spanMs, compare, timezone, zoom, link]);

  useEffect(() => {
    const element = box.current;
    if (!element || !loaded) return;
    const gauge = kind === 'gauge';
    const lines = [loaded.mean, ...(gauge ? [loaded.min, loaded.max] : []), ...(compare ? [loaded.earlier] : [])].map((points) =>
      bridge(points, device.pollMs),
    );
    const times = [...new Set(lines.flatMap((points) => points.map(([at]) => at)))].sort((a, b) => a - b);
    // Where only another line has a point, undefined lets this one pass; null is a gap.
    const data = [
      times.map((at) => at / 1_000),
      ...lines.map((points) => {
        const byTime = new Map(points);
        return times.map((at) => byTime.get(at));
      }),
    ] as uPlot.AlignedData;
    const options = chartOptions({
      width: element.clientWidth,
      words,
      timezone,
      label: text(info?.label),
      unit: info?.unit ?? '',
      kind,
      states: info?.states,
      dark: scheme === 'dark',
      compareLabel,
      from: fromData ? dataStart(loaded.mean, loaded) : loaded.from,
      to: loaded.to,
      limits,
      onZoom: (from, to) => setZoom({ from, to }),
    });
    const plot = new uPlot(options, data, element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: options.height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [loaded, words, info, kind, scheme, compare, compareLabel, limits, timezone, text, device.pollMs, fromData]);

  const empty = loaded?.mean.every(([, value]) => value === null);
  const file = `${device.id}-${quantity}`;
  const saveCsv = () => {
    if (!loaded) return;
    const lines: [string, SeriesPoint[]][] = [
      [text(info?.label), loaded.mean],
      ...(kind === 'gauge' ? ([[t('chart.min'), loaded.min], [t('chart.max'), loaded.max]] as [string, SeriesPoint[]][]) : []),
      ...(compareLabel === undefined ? [] : ([[`${text(info?.label)} · ${compareLabel}`, loaded.earlier]] as [string, SeriesPoint[]][])),
    ]; // biome-ignore format: short
    const columns = lines.map(([label, points]) => ({ header: withUnit(label, info?.unit ?? ''), points }));
    save(csvOverTime(columns, timezone, t('chart.time')), `${file}.csv`);
  };
  const savePng = async () => {
    if (!box.current || !loaded) return;
    const { pictureOf } = await import('./picture.ts');
    const title = `${text(device.name)} · ${text(info?.label)}`;
    const lines = pictureLines(words, plant.site, loaded, link.now(), compareLabel);
    save(await pictureOf(box.current, { title, lines }), `${file}.png`);
  };
  return (
    <div className="chart" lang={language === 'zh' ? 'zh-CN' : 'en'}>
      <div ref={box} className="chart-box" role="img" aria-label={`${text(device.name)}, ${text(info?.label)}`} />
      {empty && <p className="calm">{t('chart.empty')}</p>}
      <Group gap="xs" justify="flex-end">
        {zoom && (
          <Button size="compact-sm" variant="default" onClick={() => setZoom(undefined)}>
            {t('chart.reset')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={saveCsv}>
          {t('chart.csv')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => void savePng()}>
          {t('chart.png')}
        </Button>
      </Group>
    </div>
  );
}
