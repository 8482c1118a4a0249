/** Time series of a board: all lines in one chart, limits of the rules, zoom for the whole board. */
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { ReadingsPanel } from '../../board/board.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { bridge } from '../chart/gaps.ts';
import { linesOptions } from '../chart/lines.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Legend } from './shapes.tsx';
import { keyOf, type PanelContent } from './use-panel.ts';

export default function Curves({
  panel,
  content,
  onZoom,
}: {
  panel: ReadingsPanel;
  content: PanelContent;
  onZoom: (from: number, to: number) => void;
}) {
  const words = useWords();
  const { plant } = useConsole();
  const scheme = useComputedColorScheme('light');
  const box = useRef<HTMLDivElement>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const { answer, earlier } = content;
    const before = earlier ? answer.lines.map((line) => earlier.lines.get(keyOf(line))?.points ?? []) : [];
    const lines = [...answer.lines.map(({ points }) => points), ...before].map((points) => bridge(points, 0));
    const times = [...new Set(lines.flatMap((points) => points.map(([t]) => t)))].sort((a, b) => a - b);
    const data = [
      times.map((t) => t / 1_000),
      ...lines.map((points) => {
        const byTime = new Map(points);
        return times.map((t) => byTime.get(t));
      }),
    ] as uPlot.AlignedData;
    const tall = Math.max(140, element.clientHeight);
    const plot = new uPlot(
      linesOptions({
        width: element.clientWidth,
        height: tall,
        words,
        timezone: plant.site.timezone,
        dark: scheme === 'dark',
        answer,
        compareLabel: earlier && words.t(comparisonLabels[earlier.period]),
        digits: panel.digits,
        onZoom: (from, to) => zoom.current(from, to),
      }),
      data,
      element,
    );
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: tall }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [content, words, scheme, plant.site.timezone, panel.digits]);
  return (
    <>
      <div ref={box} className="curves" role="img" aria-label={words.text(panel.title)} />
      <Legend content={content} />
    </>
  );
}
