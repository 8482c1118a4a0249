/** Buildings whose meters OpenDSM and we are given as the same files: two years from 2024, in Shanghai's clock. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random as randomFrom } from '../random.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2024, 0, 1) - 8 * hourMs;
const iso = (t: number) => `${new Date(t + 8 * hourMs).toISOString().slice(0, 19)}+08:00`;
/** Where the baseline begins and ends, and the reporting period. */
export const moments: readonly string[] = [0, 366, 366, 731].map((day) => iso(start + day * dayMs));
export const ranges = { baseline: '2024-01-01..2024-12-31', reporting: '2025-01-01..2025-12-31', timezone: 'Asia/Shanghai' };

export interface Kind {
  heating?: number;
  cooling?: number;
  /** Of what working days use. */
  weekend?: number;
  noise?: number;
  /** Of kWh. */
  scale?: number;
  unit?: 'c' | 'f';
  /** Every so many days one is missing. */
  missing?: number;
}

/** A building; a fifteenth less from the second year on. */
export function building(
  folder: string,
  seed: number,
  { heating = 0, cooling = 0, weekend = 1, noise = 40, scale = 1, unit = 'f', missing = 1000 }: Kind,
) {
  const random = randomFrom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let weather = 0;
  const days = Array.from({ length: 732 }, (_, day) => {
    weather = 0.7 * weather + 5 * gauss();
    const mean = 57 - 27 * Math.cos((2 * Math.PI * (day - 20)) / 365.25) + weather;
    const off = new Date(start + day * dayMs + 8 * hourMs).getUTCDay() % 6 === 0;
    const due = (1000 + heating * Math.max(0, 50 - mean) + cooling * Math.max(0, mean - 68)) * (off ? weekend : 1) + noise * gauss();
    return { t: start + day * dayMs, mean, kwh: due * scale * (day < 366 ? 1 : 0.93), gone: day % missing === 17 };
  });
  const write = (name: string, rows: string[]) => {
    const file = join(folder, `${seed}-${name}.csv`);
    writeFileSync(file, ['time,value', ...rows].join('\n'));
    return file;
  };
  const degrees = (mean: number) => (unit === 'f' ? mean : (mean - 32) / 1.8).toFixed(3);
  const temperature = write('t', days.flatMap(({ t, mean }) => Array.from({ length: 24 }, (_, h) => `${iso(t + h * hourMs)},${degrees(mean)}`))); // biome-ignore format: one
  const daily = write('d', days.slice(0, 731).map(({ t, kwh, gone }) => `${iso(t)},${gone ? '' : kwh.toFixed(3)}`)); // biome-ignore format: one
  const monthly = Array.from({ length: 24 }, (_, month) => {
    const [from, to] = [0, 1].map((k) => (Date.UTC(2024, month + k, 1) - Date.UTC(2024, 0, 1)) / dayMs) as [number, number];
    return `${iso(start + from * dayMs)},${days.slice(from, to).reduce((sum, { kwh }) => sum + kwh, 0).toFixed(2)}`; // biome-ignore format: one
  });
  return { unit, temperature, daily, billing: write('b', [...monthly, `${iso(start + 731 * dayMs)},`]) };
}
