/** Data of a panel: loaded when it comes into view, refreshed while it is there. */
import { useEffect, useRef, useState } from 'react';
import type { PanelAnswer, PanelLine } from '../../panel-data.ts';
import { api } from '../data/api.ts';
import type { PlantLink } from '../data/plant.ts';

export type { PanelAnswer, PanelLine };

/** Fixed when a person has zoomed, else the last so many milliseconds up to now. */
export interface BoardRange {
  spanMs: number;
  fixed: { from: number; to: number } | undefined;
}

/** Long ranges change slowly; the same moment for all screens lets the server answer them together. */
const refreshMs = (spanMs: number) => (spanMs <= 6 * 3_600_000 ? 5_000 : spanMs <= 2 * 86_400_000 ? 15_000 : 60_000);

export function usePanel(link: PlantLink, board: string, panel: string, range: BoardRange, building: string | null) {
  const element = useRef<HTMLElement>(null);
  const [visible, setVisible] = useState(false);
  const [answer, setAnswer] = useState<PanelAnswer>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => setVisible(entries.some(({ isIntersecting }) => isIntersecting)), {
      rootMargin: '200px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  const { spanMs, fixed } = range;
  useEffect(() => {
    if (!visible) return;
    const abort = new AbortController();
    const every = refreshMs(spanMs);
    const points = Math.max(60, Math.min(1_200, element.current?.clientWidth ?? 600));
    const load = async () => {
      const to = fixed?.to ?? Math.ceil(link.now() / every) * every;
      const from = fixed?.from ?? to - spanMs;
      try {
        const found = await api.panel(board, panel, { from, to, points, building: building ?? undefined }, abort.signal);
        if (abort.signal.aborted) return;
        setAnswer(found);
        setFailed(false);
      } catch {
        if (!abort.signal.aborted) setFailed(true);
      }
    };
    void load();
    const timer = fixed ? undefined : setInterval(() => void load(), every);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [visible, link, board, panel, spanMs, fixed, building]);
  return { element, answer, failed };
}
