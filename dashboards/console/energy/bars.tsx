/** Months beside the same months of last year, as a picture; the table below it says the same in figures. */
import type { MonthRow } from '../../energy/management.ts';
import { useWords } from '../i18n/i18n.tsx';
import { amount } from './words.ts';

const height = 220;
const axis = 26;
const step = 56;
/** Room for the figures of the scale. */
const left = 100;

/** Two round figures up to the highest bar. */
function ticksOf(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 2));
  const tick = ([5, 2, 1].find((one) => one * power <= most / 2) ?? 1) * power;
  return [tick, 2 * tick];
}

export function MonthBars({ rows, unit, label }: { rows: readonly MonthRow[]; unit: string; label: string }) {
  const words = useWords();
  const shown = rows.slice(-13);
  const before = (month: string) => rows.find((one) => one.month === `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`)?.value ?? null;
  const most = Math.max(1e-9, ...shown.flatMap((row) => [row.value ?? 0, before(row.month) ?? 0]));
  const place = (value: number) => (value / most) * (height - axis - 8);
  const width = left + shown.length * step;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide picture is scrolled by keyboard
    <section className="energy-scroll" tabIndex={0} aria-label={label}>
      <svg className="energy-bars" style={{ minWidth: 620 }} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <defs>
          <pattern id="energy-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="3" height="6" fill="var(--s0)" />
          </pattern>
        </defs>
        <line className="rule" x1={left} x2={width} y1={height - axis} y2={height - axis} />
        {ticksOf(most).map((tick) => (
          <g key={tick}>
            <line className="rule" x1={left} x2={width} y1={height - axis - place(tick)} y2={height - axis - place(tick)} />
            <text x={left - 6} y={height - axis - place(tick)} dy="0.35em" textAnchor="end">
              {amount(words, tick, unit)}
            </text>
          </g>
        ))}
        {shown.map((row, i) => {
          const then = before(row.month);
          const part = row.running || row.measuredDays < row.days;
          const bar = (value: number | null, inset: number, className: string) =>
            value === null ? null : (
              <rect className={className} x={left + i * step + inset} width="20" y={height - axis - place(value)} height={place(value)} />
            );
          return (
            <g key={row.month}>
              <title>{`${row.month}: ${amount(words, row.value, unit)} (${amount(words, then, unit)})`}</title>
              {bar(then, 6, 'before')}
              {bar(row.value, 28, part ? 'part' : 'now')}
              <text x={left + i * step + 27} y={height - 8} textAnchor="middle">
                {row.month.slice(2)}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
