/**
 * A counter that is being read, as bytes: to go on from here later, also in another process and with other corrections of what comes after. What stands in
 * fields goes over; what was said in the options does not.
 */
import { deserialize, serialize } from 'node:v8';
import { Machine } from './machine.ts';
import type { CounterOptions } from './types.ts';

/** Set when the meaning of a field changes: a state of before is then worth nothing. */
export const stateVersion = 1;
/** Given by the options of whoever goes on. */
const given = new Set(['net', 'digits', 'rated', 'timezone', 'all', 'multipliers', 'decisions', 'special']);

export const stateOf = (machine: Machine): Uint8Array => serialize({ version: stateVersion, machine });

/** @returns undefined when the bytes are of another version, or damaged */
export function machineFrom(state: Uint8Array, options: CounterOptions): Machine | undefined {
  try {
    const { version, machine: saved } = deserialize(state) as { version: number; machine: Fields };
    if (version !== stateVersion) return undefined;
    const machine = new Machine(options);
    restore(machine as unknown as Fields, saved);
    return machine;
  } catch {
    return undefined;
  }
}

type Fields = Record<string, unknown>;
const isPart = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && ![Object.prototype, Map.prototype, Set.prototype].includes(Object.getPrototypeOf(value)) && !ArrayBuffer.isView(value); // biome-ignore format: one

function restore(target: Fields, saved: Fields): void {
  for (const key of new Set([...Object.keys(target), ...Object.keys(saved)])) {
    if (given.has(key)) continue;
    const own = target[key];
    if (isPart(own)) restore(own, saved[key] as Fields);
    else target[key] = saved[key];
  }
}
