/** Monthly figures of the simulated hospital that no meter counts: beds, visits, waste, laundry, drills. Deterministic by seed. */
import type { NewFigure } from '../../energy/index.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';
import { momentOf, wallOf } from '../../shared/zone.ts';
import { fillingsIn } from '../../simulators/history-oxygen.ts';
import type { HistoryRegister } from '../../simulators/history-registers.ts';
import { streamOf } from '../../simulators/random.ts';

/** Winter fills the beds, February empties them. January first. */
const occupancy = [0.89, 0.76, 0.85, 0.84, 0.82, 0.81, 0.83, 0.82, 0.83, 0.81, 0.86, 0.9];
const visits = [1.02, 0.78, 1.05, 1.02, 1, 0.99, 1.04, 1.03, 0.98, 0.94, 1.05, 1.1];
const growth = 1.034;
/** One volume of liquid oxygen as gas at 20 °C; yuan a m³ of gas. */
const [gasOfLiquid, oxygenYuan] = [857, 1.15];

/** Of whole months only. */
export function* simulatedFigures(
  site: SiteConfig,
  range: { from: number; to: number; registers?: readonly HistoryRegister[] },
  seed: number,
): Generator<NewFigure> {
  const { timezone } = site.site;
  const stream = streamOf(seed, 'figures');
  const vary = (part: number) => 1 + part * stream.normal();
  const first = new Date(wallOf(timezone, range.from));
  const wards = site.departments.filter((one) => one.beds !== undefined);
  const fillings = fillingsIn(range.registers ?? [], range.from);
  const tankM3 = devicesOf(site).find(({ device }) => device.role === 'oxygen-source')?.device.attributes.volume_m3 ?? 8;
  for (let k = 0; ; k++) {
    const wall = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + k, 1));
    const end = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 1);
    if (momentOf(timezone, end) > range.to) return;
    const month = wall.toISOString().slice(0, 7);
    const days = (end - wall.getTime()) / 86_400_000;
    const at = wall.getUTCMonth();
    const year = growth ** (k / 12);
    const figure = (name: string, value: number, unit: NewFigure['unit'], department: string | null = null): NewFigure => ({
      name,
      month,
      value,
      unit,
      department,
      quality: 'simulated',
    });
    let bedDays = 0;
    for (const { id, beds = 0 } of wards) {
      const own = Math.round(Math.min(1.02, (occupancy[at] as number) * year * vary(0.02)) * beds * days);
      bedDays += own;
      yield figure('bed-days', own, 'bed-days', id);
    }
    const beds = wards.reduce((sum, one) => sum + (one.beds ?? 0), 0);
    const outpatients = Math.round(610 * days * (visits[at] as number) * year * vary(0.015));
    yield figure('bed-days', bedDays, 'bed-days');
    yield figure('occupancy', beds === 0 ? 0 : Math.round((1_000 * bedDays) / (beds * days)) / 10, 'pct');
    yield figure('outpatients', outpatients, 'people');
    yield figure('emergency-visits', Math.round(74 * days * year * vary(0.03)), 'people');
    yield figure('inpatients', Math.round(bedDays / 8.1), 'people');
    yield figure('operations', Math.round(11.5 * days * year * vary(0.03)), 'times');
    yield figure('staff', 742 + Math.round(k * 0.8), 'people');
    yield figure('waste-medical', Math.round((bedDays * 0.42 + outpatients * 0.028) * vary(0.02)) / 1_000, 't');
    yield figure('waste-domestic', Math.round((bedDays * 1.1 + outpatients * 0.16) * vary(0.02)) / 1_000, 't');
    yield figure('waste-recyclable', Math.round(bedDays * 0.11 * vary(0.03)) / 1_000, 't');
    yield figure('laundry', Math.round(bedDays * 1.75 * vary(0.02)), 'pieces');
    yield figure('meals', Math.round(bedDays * 2.1 * vary(0.02)), 'people');
    yield figure('drills', at % 3 === 2 ? 2 : at % 3 === 0 ? 1 : 0, 'times');
    yield figure('training', 2 + Math.floor(stream.uniform() * 3), 'times');
    yield figure('training-people', Math.round(46 + 40 * stream.uniform()), 'people');
    yield figure('disinfectant', Math.round(bedDays * 0.085 * vary(0.04)), 'kg');
    const [begin, over] = [momentOf(timezone, wall.getTime()), momentOf(timezone, end)];
    const filledPct = fillings.reduce((sum, one) => sum + (one.at >= begin && one.at < over ? one.afterPct - one.beforePct : 0), 0);
    if (filledPct > 0) {
      const oxygen = Math.round((filledPct / 100) * tankM3 * gasOfLiquid);
      yield figure('bill-oxygen', oxygen, 'm3');
      yield figure('bill-oxygen-yuan', Math.round(oxygen * oxygenYuan * 100) / 100, 'yuan');
    }
    yield figure('diesel', Math.round(90 + 60 * stream.uniform()), 'L');
  }
}
