/** History of one quantity: mean line with the band from minimum to maximum, zoom, comparison with an earlier time, CSV and PNG. */
import 'uplot/dist/uPlot.min.css';
import { Button, Group, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { SeriesPoint } from '../../../ingest/store.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import { api, type DeviceInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { toCsv } from './csv.ts';
import { bridge } from './gaps.ts';
import { chartOptions } from './options.ts';

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
  /** 0: no comparison. */
  compareMs: number;
  compareLabel: string;
  limits: readonly { rule: string; value: number }[];
}

export function HistoryChart({ device, quantity, spanMs, compareMs, compareLabel, limits }: Ask) {
  const words = useWords();
  const { t, text, language } = words;
  const { link, plant } = useConsole();
  const scheme = useComputedColorScheme('light');
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const [loaded, setLoaded] = useState<Loaded>();
  const [zoom, setZoom] = useState<{ from: number; to: number }>();
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
      const ask = (aggregate: 'mean' | 'min' | 'max' | 'last', shift = 0) =>
        api
          .series({ device: device.id, quantity, from: from - shift, to: to - shift, points, aggregate }, abort.signal)
          .then((answer) => answer.points);
      const main = kind === 'gauge' ? 'mean' : 'last';
      const [mean, min, max, earlier] = await Promise.all([
        ask(main),
        kind === 'gauge' ? ask('min') : [],
        kind === 'gauge' ? ask('max') : [],
        compareMs > 0 ? ask(main, compareMs) : [],
      ]);
      if (!abort.signal.aborted) setLoaded({ mean, min, max, earlier: earlier.map(([at, value]) => [at + compareMs, value]), from, to });
    };
    const run = () => load().catch(() => undefined);
    void run();
    const timer = zoom ? undefined : setInterval(run, Math.max(5_000, Math.min(60_000, spanMs / 500)));
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [device.id, quantity, kind, spanMs, compareMs, zoom, link]);

  useEffect(() => {
    const element = box.current;
    if (!element || !loaded) return;
    const gauge = kind === 'gauge';
    const lines = [loaded.mean, ...(gauge ? [loaded.min, loaded.max] : []), ...(compareMs > 0 ? [loaded.earlier] : [])].map((points) =>
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
      timezone: plant.site.timezone,
      label: text(info?.label),
      unit: info?.unit ?? '',
      kind,
      states: info?.states,
      dark: scheme === 'dark',
      compareLabel: compareMs > 0 ? compareLabel : undefined,
      from: loaded.from,
      to: loaded.to,
      limits,
      onZoom: (from, to) => setZoom({ from, to }),
    });
    const plot = new uPlot(options, data, element);
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: options.height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [loaded, words, info, kind, scheme, compareMs, compareLabel, limits, plant.site.timezone, text]);

  const empty = loaded?.mean.every(([, value]) => value === null);
  const name = `${device.id}-${quantity}`;
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
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            if (!loaded) return;
            const header = `${text(info?.label)}${info?.unit ? ` (${info.unit})` : ''}`;
            save(new Blob([toCsv(loaded.mean, header, plant.site.timezone)], { type: 'text/csv' }), `${name}.csv`);
          }}
        >
          {t('chart.csv')}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            const canvas = chart.current?.ctx.canvas;
            canvas?.toBlob((blob) => blob && save(blob, `${name}.png`));
          }}
        >
          {t('chart.png')}
        </Button>
      </Group>
    </div>
  );
}

function save(blob: Blob, file: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
