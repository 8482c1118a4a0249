/**
 * Quarter hours that were written once and of which nothing is known any more, as when the only reading by hand behind them was taken back. A store forgets no
 * point: they are marked as void, and whoever sums leaves them out.
 */
import type { Store, StorePoint, Tags } from '../ingest/store.ts';
import type { Meter } from './meters.ts';

const most = 100_000;
const mostWritten = 2_000;

export async function voidWhatIsGone(
  store: Pick<Store, 'series' | 'write'>,
  meter: Meter,
  { from, to, written }: { from: number; to: number; written: ReadonlySet<number> },
): Promise<number> {
  if (!(from < to)) return 0;
  const of = (field: string) => store.series({ measurement: 'consumption', device: meter.device, field, from, to, limit: most });
  const [values, voids] = await Promise.all([of('value'), of('void')]);
  const isVoid = new Set(voids.filter(([, value]) => value === 1).map(([t]) => t));
  const tags = { ...meter.tags, medium: meter.medium } as Tags;
  const points = values.flatMap(([t]): StorePoint[] => {
    if (written.has(t)) return isVoid.has(t) ? [{ measurement: 'consumption', tags, t, fields: { void: 0 } }] : [];
    if (isVoid.has(t)) return [];
    const fields = { value: 0, estimated: 0, estimated_amount: 0, manual_amount: 0, unknown_amount: 0, void: 1 };
    return [{ measurement: 'consumption', tags, t, fields }];
  });
  for (let at = 0; at < points.length; at += mostWritten) await store.write(points.slice(at, at + mostWritten));
  return points.length;
}
