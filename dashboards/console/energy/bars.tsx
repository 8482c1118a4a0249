/** Months beside the same months of last year, as a picture; the table below it says the same in figures. */
import type { MonthRow } from '../../energy/management.ts';
import { useWords } from '../i18n/i18n.tsx';
import { amount } from './words.ts';

const height = 220;
const axis = 26;
const step = 56;

export function MonthBars({ rows, unit, label }: { rows: readonly MonthRow[]; unit: string; label: string }) {
  const words = useWords();
  const shown = rows.slice(-13);
  const before = (month: string) => rows.find((one) => one.month === `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`)?.value ?? null;
  const most = Math.max(1e-9, ...shown.flatMap((row) => [row.value ?? 0, before(row.month) ?? 0]));
  const place = (value: number) => (value / most) * (height - axis - 8);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide picture is scrolled by keyboard
    <section className="energy-scroll" tabIndex={0} aria-label={label}>
      <svg className="energy-bars" style={{ minWidth: 620 }} viewBox={`0 0 ${shown.length * step} ${height}`} role="img" aria-label={label}>
        <defs>
          <pattern id="energy-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="3" height="6" fill="var(--s0)" />
          </pattern>
        </defs>
        <line className="rule" x1="0" x2={shown.length * step} y1={height - axis} y2={height - axis} />
        {shown.map((row, i) => {
          const then = before(row.month);
          const part = row.running || row.measuredDays < row.days;
          const bar = (value: number | null, left: number, className: string) =>
            value === null ? null : (
              <rect className={className} x={i * step + left} width="20" y={height - axis - place(value)} height={place(value)} />
            );
          return (
            <g key={row.month}>
              <title>{`${row.month}: ${amount(words, row.value, unit)} (${amount(words, then, unit)})`}</title>
              {bar(then, 6, 'before')}
              {bar(row.value, 28, part ? 'part' : 'now')}
              <text x={i * step + 27} y={height - 8} textAnchor="middle">
                {row.month.slice(2)}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
