/** In which order the drawer shows faults: what ran when it was opened stands first; what is started since stays under the pointer. Pure. */
import type { SimulatorFault } from '../../../shared/topic.ts';

export interface FaultGroup {
  /** `running`, or the system. */
  id: string;
  faults: SimulatorFault[];
}

export const runningOf = (faults: readonly SimulatorFault[]): ReadonlySet<string> =>
  new Set(faults.filter(({ active }) => active).map(({ name }) => name));

/** @param first names of those that ran when the drawer was opened */
export function faultGroups(faults: readonly SimulatorFault[], first: ReadonlySet<string>): FaultGroup[] {
  const others = faults.filter(({ name }) => !first.has(name));
  const groups = [
    { id: 'running', faults: faults.filter(({ name }) => first.has(name)) },
    ...[...new Set(faults.map(({ system }) => system))].map((id) => ({ id, faults: others.filter(({ system }) => system === id) })),
  ];
  return groups.filter((group) => group.faults.length > 0);
}
