/** The registers of a device as they were read last: words and what they mean, point by point. Worked out only while somebody looks. */
import type { QuantityId } from '../shared/quantity.ts';
import type { RawRegister } from '../shared/raw.ts';
import { type WiredPoint, type Wiring, wirePoints } from './decode.ts';
import type { Profile } from './device.ts';
import type { Program } from './program.ts';

export interface ReadRound {
  program: Program;
  /** Quantities whose registers the device refuses; this round did not ask for them. */
  refused: readonly QuantityId[];
  /** When its answers were in, plant time; null before. */
  t: number | null;
}

/** `rounds`: the newest first. A point is shown as the newest round that reads it left it. */
export function rawRegisters(profile: Profile, device: Wiring, rounds: readonly ReadRound[]): RawRegister[] {
  const results = rounds.map((round) => {
    const { v, bad } = round.program.collect();
    for (const id of round.refused) bad[id] = 'exception';
    return { ...round, v, bad };
  });
  return wirePoints(profile, device).map((wired) => {
    const { point, name, quantity: id, cells } = wired;
    const polled = id !== undefined && point.text === undefined;
    const found = polled ? results.find(({ v, bad }) => id in v || id in bad) : undefined;
    const value = id === undefined ? undefined : found?.v[id];
    return {
      name,
      quantity: polled ? id : null,
      number: point.address,
      type: typeName(wired),
      order: point.order ?? profile.order,
      polled,
      cells: cells.map(({ table, address, ...cell }) => ({
        table,
        address,
        words: found?.program.words({ table, address, ...cell }) ?? null,
      })),
      value: value ?? null,
      bad: value === undefined && found && found.t !== null && id !== undefined ? (found.bad[id] ?? null) : null,
      t: found?.t ?? null,
    };
  });
}

function typeName({ point }: WiredPoint): string {
  if (point.type === 'bit') return `bit ${point.bit ?? 0}`;
  if (point.type === 'bits') return `bits 0x${(point.mask ?? 0xffff).toString(16).toUpperCase()}`;
  return point.high_byte ? `${point.type} (high byte)` : point.type;
}
