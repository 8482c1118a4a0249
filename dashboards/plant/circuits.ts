/** What hangs on a circuit against its breaker. Where the phase of an appliance is not known it may be any: the worst case counts, an average never. Pure. */
import type { Appliance } from '../../shared/plant.ts';
import type { Text } from '../../shared/text.ts';
import type { DeviceFacts } from '../device-facts.ts';

/** Between a phase and neutral, where the site file says nothing else (nominal_v). */
const lowVoltage = 220;
const phases = ['l1', 'l2', 'l3'] as const;

export interface CircuitLoad {
  circuit: string;
  name: Text;
  /** In of the breaker or cable; null where the site file names none. */
  ratingA: number | null;
  watt: number;
  /** Of the phase that carries most if all that is on no known phase hangs on it. */
  worstA: number;
  /** If it is spread evenly. */
  evenA: number;
  /** over: too much however it is spread. may: too much if it hangs together. unknown: no rating. */
  verdict: 'ok' | 'may' | 'over' | 'unknown';
  /** In use without a permit, or with one that is past. */
  unpermitted: number;
  /** Most watts first; those of circuits that this one feeds too. */
  appliances: Appliance[];
}

export const hasPermit = ({ permit }: Appliance, today: string): boolean =>
  permit !== undefined && (permit.until === undefined || permit.until >= today);

export function circuitLoad(
  circuit: DeviceFacts,
  devices: ReadonlyMap<string, DeviceFacts>,
  all: readonly Appliance[],
  today: string,
): CircuitLoad {
  const fed = (id: string): boolean => {
    const seen = new Set<string>();
    for (let up: string | null = id; up !== null && !seen.has(up); up = devices.get(up)?.fedBy ?? null) {
      if (up === circuit.id) return true;
      seen.add(up);
    }
    return false;
  };
  const appliances = all
    .filter((one) => one.state === 'in-use' && fed(one.circuit))
    .sort((a, b) => b.watt * b.count - a.watt * a.count || (a.id < b.id ? -1 : 1));
  const wattOn = (phase: Appliance['phase']) =>
    appliances.filter((one) => one.phase === phase).reduce((sum, one) => sum + one.watt * one.count, 0);
  const watt = appliances.reduce((sum, one) => sum + one.watt * one.count, 0);
  const onePhase = circuit.attributes.poles !== undefined && circuit.attributes.poles <= 2;
  const worstW = onePhase ? watt : Math.max(...phases.map(wattOn)) + wattOn('unknown') + wattOn('three') / 3;
  const evenW = onePhase ? watt : Math.max(watt / 3, ...phases.map((phase) => wattOn(phase) + wattOn('three') / 3));
  const volt = circuit.attributes.nominal_v ?? lowVoltage;
  const [worstA, evenA] = [worstW / volt, evenW / volt];
  const ratingA = circuit.attributes.rating_a ?? null;
  return {
    circuit: circuit.id,
    name: circuit.name,
    ratingA,
    watt,
    worstA,
    evenA,
    verdict: ratingA === null ? 'unknown' : evenA > ratingA ? 'over' : worstA > ratingA ? 'may' : 'ok',
    unpermitted: appliances.filter((one) => !hasPermit(one, today)).reduce((sum, one) => sum + one.count, 0),
    appliances,
  };
}
