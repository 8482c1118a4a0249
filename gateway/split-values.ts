/**
 * Values whose parts no single request gives, such as a number whose scale stands in another table. What stands (scale, unit, whole part) is
 * read before and after what runs; when it is the same, it was so at the moment between. Otherwise the pair is read again, or is bad.
 */
import { isFault } from '../shared/errors.ts';
import type { Ask } from './device-reader.ts';
import type { Program, ProgramSpan, SplitValue } from './program.ts';

const mostTries = 3;

/** After a round. `order`: in which its requests were asked. */
export async function settleSplit(program: Program, order: readonly ProgramSpan[], ask: Ask): Promise<void> {
  const alike = new Map<string, SplitValue[]>();
  for (const value of program.split) {
    const key = [value.running, ...new Set(value.standing.map(({ span }) => span))].join(' ');
    alike.set(key, [...(alike.get(key) ?? []), value]);
  }
  for (const values of alike.values()) {
    if (await settled(program, values, order, ask)) continue;
    for (const { decoder } of values) program.hold(decoder, 'decode');
  }
}

async function settled(program: Program, values: readonly SplitValue[], order: readonly ProgramSpan[], ask: Ask): Promise<boolean> {
  const cells = values.flatMap(({ standing }) => standing);
  const running = program.spans[(values[0] as SplitValue).running] as ProgramSpan;
  const standing = [...new Set(values.flatMap((value) => value.standing.map(({ span }) => span)))].map(
    (at) => program.spans[at] as ProgramSpan,
  );
  const words = () => JSON.stringify(cells.map(({ cell, span }) => program.words(cell, span)));
  const isBetween = standing.every((one) => order.indexOf(one) < order.indexOf(running));
  try {
    for (let attempt = 0; attempt < mostTries; attempt++) {
      if (attempt > 0 || !isBetween) program.store(running, await ask(running.span));
      const before = words();
      for (const one of standing) program.store(one, await ask(one.span));
      if (words() === before) return true;
    }
  } catch (error) {
    if (!isFault(error)) throw error;
  }
  return false;
}
