/** Rows are devices, columns steps of time; darker is more. A band is one picture: a board of a year would be twenty thousand elements. */
import { useComputedColorScheme } from '@mantine/core';
import { type MouseEvent, useEffect, useRef } from 'react';
import type { ReadingsPanel } from '../../board/board.ts';
import { useWords } from '../i18n/i18n.tsx';
import { beyond } from './figures.tsx';
import { TimeAxis } from './shapes.tsx';
import { keyOf, type PanelAnswer, type PanelLine } from './use-panel.ts';

/** Of a band; the style sheet stretches it to its place. */
const pixels = 1_200;

export function HeatMap({ panel, answer }: { panel: ReadingsPanel; answer: PanelAnswer }) {
  const { text, number } = useWords();
  let [min, max] = panel.scale ?? [0, 1e-9];
  if (!panel.scale) {
    for (const { points } of answer.lines) {
      for (const [, value] of points) {
        if (value === null) continue;
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
  }
  return (
    <ul className="timeline heat">
      {answer.lines.map((line) => (
        <li key={keyOf(line)}>
          <span>{text(line.label)}</span>
          <Band line={line} answer={answer} min={min} max={max} digits={panel.digits} />
        </li>
      ))}
      <TimeAxis from={answer.from} to={answer.to} />
      <li className="heat-scale">
        <span />
        <div>
          {number(min, panel.digits)} <i className="scale" /> {number(max, panel.digits)} {answer.lines[0]?.unit}
        </div>
      </li>
    </ul>
  );
}

interface BandProps {
  line: PanelLine;
  answer: PanelAnswer;
  min: number;
  max: number;
  digits: number | undefined;
}

function Band({ line, answer, min, max, digits }: BandProps) {
  const { time, number } = useWords();
  const scheme = useComputedColorScheme('light');
  const canvas = useRef<HTMLCanvasElement>(null);
  const { from, to, every } = answer;
  // The colours of the style sheet change with the scheme.
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const style = getComputedStyle(canvas.current);
    const place = (t: number) => Math.round((pixels * (Math.min(Math.max(t, from), to) - from)) / (to - from));
    context.clearRect(0, 0, pixels, 1);
    for (const [index, [t, value]] of line.points.entries()) {
      if (value === null) continue;
      const bad = beyond(line, value);
      context.globalAlpha = bad ? 1 : Math.max(0.04, Math.min(1, (value - min) / (max - min || 1)));
      context.fillStyle = style.getPropertyValue(bad ? `--${bad}` : '--s0');
      const left = place(t);
      context.fillRect(left, 0, Math.max(1, place(line.points[index + 1]?.[0] ?? t + every) - left), 1);
    }
  }, [line, from, to, every, min, max, scheme]);

  const tell = ({ currentTarget, nativeEvent }: MouseEvent<HTMLCanvasElement>) => {
    const t = from + (nativeEvent.offsetX / currentTarget.clientWidth) * (to - from);
    const [at, value] = line.points.findLast(([start]) => start <= t) ?? [];
    currentTarget.title = at === undefined || value == null ? '' : `${time(at, 0)} ${number(value, digits)} ${line.unit}`;
  };
  return <canvas className="band" ref={canvas} width={pixels} height={1} onMouseMove={tell} />;
}
