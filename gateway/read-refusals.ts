/** What `plantroom read` says of registers that a device answers with an exception: which, to what question, and what to try. */
import { functionOf, type Table } from './device.ts';
import { exceptionOf } from './modbus/exceptions.ts';

export interface Refusal {
  code: number;
  table: Table;
  /** As in the profile, so as in the manual. */
  address: number;
  count: number;
}

const names: Record<Table, string> = { coil: 'coil', discrete: 'discrete input', holding: 'holding register', input: 'input register' };
const mostRanges = 8;

/** One sentence for each exception and table. */
export function refusalLines(device: string, unit: number, base: number, refusals: readonly Refusal[]): string[] {
  const groups = Map.groupBy(refusals, ({ code, table }) => `${code} ${table}`);
  return [...groups.values()].map((group) => {
    const { code, table } = group[0] as Refusal;
    const { name, todo } = exceptionOf(code);
    const ranges = rangesOf(group);
    const more = ranges.length > mostRanges ? ` and ${ranges.length - mostRanges} more` : '';
    const many = ranges.length > 1 || ranges[0]?.includes('-') ? 's' : '';
    const wire = base === 0 ? '' : ` (as in the profile, which counts from ${base}; on the wire ${base} less)`;
    return `${device}  exception ${code} (${name}) from unit ${unit} to function ${functionOf[table]}, ${names[table]}${many} ${ranges.slice(0, mostRanges).join(', ')}${more}${wire}. ${todo}`;
  });
}

function rangesOf(refusals: readonly Refusal[]): string[] {
  const ranges: [from: number, to: number][] = [];
  for (const { address, count } of refusals.toSorted((a, b) => a.address - b.address)) {
    const last = ranges.at(-1);
    if (last && address <= last[1] + 1) last[1] = Math.max(last[1], address + count - 1);
    else ranges.push([address, address + count - 1]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
}
