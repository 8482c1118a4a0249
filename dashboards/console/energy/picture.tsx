/** What the register showed, what is booked, and what would be booked after a choice: three strips over the same time. */
import type { PictureInfo } from '../data/energy-api.ts';
import { useWords } from '../i18n/i18n.tsx';

const width = 1_000;
const height = 110;
const quarterMs = 900_000;
const qualities = {
  measured: 'doctor.measured',
  manual: 'doctor.manual',
  estimated: 'doctor.estimated',
  unknown: 'doctor.unknown',
} as const;

export function Picture({ picture, from, to, chosen }: { picture: PictureInfo; from: number; to: number; chosen: boolean }) {
  const { t, number, dateTime } = useWords();
  const times = [...picture.readings.map(([at]) => at), ...picture.before.map((bar) => bar.from), from, to];
  const [begin, end] = [Math.min(...times), Math.max(...times, from + quarterMs)];
  const x = (at: number) => ((at - begin) / (end - begin)) * width;
  const mark = <rect className="mark" x={x(from) - 2} width={Math.max(6, x(to) - x(from) + 4)} y={0} height={height} />;
  const values = picture.readings.map(([, v]) => v);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (v: number) => height - 6 - ((v - low) / Math.max(high - low, 1e-9)) * (height - 12);
  const bars = (rows: PictureInfo['before'], label: string, sum: number) => {
    const most = Math.max(1e-9, ...rows.map(({ value }) => value));
    return (
      <figure className="picture">
        <figcaption>
          <span>{label}</span>
          <b>
            {number(sum, 2)} {picture.unit}
          </b>
        </figcaption>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${label}: ${number(sum, 2)} ${picture.unit}`}
        >
          {mark}
          {rows.map(({ from: at, value, quality }) => {
            const tall = value === 0 ? (quality === 'unknown' ? 6 : 1) : Math.max(1, (value / most) * (height - 8));
            return <rect key={at} className="bar" data-quality={quality} x={x(at)} width={Math.max(1, x(at + quarterMs) - x(at) - 1)} y={height - tall} height={tall} />; // biome-ignore format: one
          })}
        </svg>
      </figure>
    );
  };
  const difference = picture.sums.after - picture.sums.before;
  const change = Math.abs(difference) < 0.005 ? '0' : `${difference > 0 ? '+' : '−'}${number(Math.abs(difference), 2)}`;
  return (
    <div className="doubts">
      <figure className="picture">
        <figcaption>
          <span>{t('doctor.register')}</span>
          <span>{values.length === 0 ? '–' : `${number(low, 2)} – ${number(high, 2)} ${picture.unit}`}</span>
        </figcaption>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={t('doctor.register')}>
          {mark}
          <polyline className="line" points={picture.readings.map(([at, v]) => `${x(at).toFixed(1)},${y(v).toFixed(1)}`).join(' ')} />
        </svg>
      </figure>
      {bars(picture.before, t('doctor.before'), picture.sums.before)}
      {chosen && bars(picture.after, t('doctor.after'), picture.sums.after)}
      {chosen && (
        <p data-change={change}>
          <b>{change === '0' ? t('doctor.noChange') : t('doctor.change', { change: `${change} ${picture.unit}` })}</b>
        </p>
      )}
      <p className="calm small">
        {dateTime(begin)} – {dateTime(end)}
      </p>
      <p className="quality-key">
        {Object.entries(qualities).map(([quality, key]) => (
          <span key={quality}>
            <i data-quality={quality} />
            {t(key)}
          </span>
        ))}
      </p>
    </div>
  );
}
