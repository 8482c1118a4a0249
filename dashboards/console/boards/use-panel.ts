/** Data of a panel: loaded when it comes into view, refreshed while it is there. */
import { useEffect, useRef, useState } from 'react';
import { isComparable, type ReadingsPanel } from '../../board/board.ts';
import type { Comparison } from '../../board/compare.ts';
import type { PanelAnswer, PanelLine } from '../../panel/data.ts';
import { refreshMs } from '../../panel/refresh.ts';
import { spanOf } from '../chart/ranges.ts';
import { api } from '../data/api.ts';
import type { PlantLink } from '../data/plant.ts';
import type { BoardView } from './view.ts';

export type { PanelAnswer, PanelLine };

/** What a panel draws: the present, and beside it the same of an earlier period when one compares. */
export interface PanelContent {
  answer: PanelAnswer;
  earlier: { period: Comparison; lines: ReadonlyMap<string, PanelLine> } | undefined;
}

export const keyOf = (line: PanelLine): string => `${line.device ?? ''} ${line.value} ${line.label.en}`;

/** A bar that is to be seen, with its neighbours and a gap; a field of a heat map. */
const barPixels = 6;
const fieldPixels = 3;

/** Few different widths, so that screens of nearly the same size share their answers; never more points than pixels. */
const roomFor = (panel: ReadingsPanel, width: number) => {
  const room = width / (panel.bars === 'over-time' ? barPixels : panel.kind === 'heat-map' ? fieldPixels : 1);
  return Math.max(60, Math.min(1_200, Math.floor(room / 60) * 60));
};

export function usePanel(link: PlantLink, board: string, panel: ReadingsPanel, view: BoardView) {
  const element = useRef<HTMLDivElement>(null);
  const [visible, setVisible] = useState(false);
  const [content, setContent] = useState<PanelContent>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => setVisible(entries.some(({ isIntersecting }) => isIntersecting)), {
      rootMargin: '200px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  const { building } = view;
  const spanMs = spanOf(view.range);
  const [fixedFrom, fixedTo] = [view.fixed?.from, view.fixed?.to];
  const compare = isComparable(panel) ? view.compare : null;
  useEffect(() => {
    if (!visible) return;
    const abort = new AbortController();
    const every = refreshMs(spanMs);
    const points = roomFor(panel, element.current?.clientWidth ?? 600);
    const load = async () => {
      const to = fixedTo ?? Math.ceil(link.now() / every) * every;
      const ask = { from: fixedFrom ?? to - spanMs, to, points, building: building ?? undefined };
      try {
        const [answer, before] = await Promise.all([
          api.panel(board, panel.id, ask, abort.signal),
          compare ? api.panel(board, panel.id, { ...ask, shift: compare }, abort.signal) : undefined,
        ]);
        if (abort.signal.aborted) return;
        const lines = new Map(before?.lines.map((line) => [keyOf(line), line]));
        setContent({ answer, earlier: compare ? { period: compare, lines } : undefined });
        setFailed(false);
      } catch {
        if (!abort.signal.aborted) setFailed(true);
      }
    };
    void load();
    const timer = fixedTo === undefined ? setInterval(() => void load(), every) : undefined;
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [visible, link, board, panel, spanMs, fixedFrom, fixedTo, building, compare]);
  return { element, content, failed };
}
