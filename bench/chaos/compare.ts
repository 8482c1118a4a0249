/** Compares what the store holds with what the meters answered. */
import type { Store } from '../../ingest/store.ts';
import { deviceId, truth, unitOf, wideQuantities } from './fleet.ts';
import type { Answer } from './truth-server.ts';

export interface Comparison {
  answers: number;
  stored: number;
  /** Answers that had to be in the store and are not. */
  missing: string[];
  /** Answers that need not be in the store and are not: younger than a second when their gateway was killed, or set aside as stamped in the future. */
  young: number;
  twice: string[];
  /** Rows that no meter answered, or with a wrong value. */
  invented: string[];
}

export interface ComparisonInput {
  store: Store;
  devices: number;
  values: number;
  answers: readonly Answer[];
  /** An answer that need not be in the store. */
  mayBeMissing(answer: Answer): boolean;
  from: number;
  to: number;
  /** Plant time of a moment of wall time. */
  plantTime(at: number): number;
  /** How far the stamp of a reading may be from its answer, plant ms. */
  toleranceMs: number;
}

export async function compare(input: ComparisonInput): Promise<Comparison> {
  const { store, answers, values } = input;
  const fields = wideQuantities.slice(0, values) as string[];
  const result: Comparison = { answers: answers.length, stored: 0, missing: [], young: 0, twice: [], invented: [] };
  const byUnit = new Map<number, Map<number, Answer>>();
  for (const answer of answers) {
    const known = byUnit.get(answer.unit) ?? new Map<number, Answer>();
    byUnit.set(answer.unit, known.set(answer.n, answer));
  }
  for (let device = 0; device < input.devices; device++) {
    const id = deviceId(device);
    const unit = unitOf(device);
    const rows = new Map<number, Map<string, number>>();
    const query = { series: [{ measurement: 'electricity' as const, device: id, fields }], from: input.from, to: input.to };
    for await (const { t, field, value } of store.scan(query)) {
      const row = rows.get(t) ?? new Map<string, number>();
      rows.set(t, row.set(field, value));
    }
    const seen = new Set<number>();
    const known = byUnit.get(unit);
    for (const [t, row] of rows) {
      result.stored++;
      const n = row.get(fields[0] as string);
      const answer = n === undefined ? undefined : known?.get(n);
      const right = n !== undefined && row.size === fields.length && fields.every((field, k) => row.get(field) === truth(unit, n, k));
      if (!answer || !right || Math.abs(t - input.plantTime(answer.at)) > input.toleranceMs) result.invented.push(`${id} #${n} at ${t}`);
      else if (seen.has(answer.n)) result.twice.push(`${id} #${n} at ${t}`);
      if (n !== undefined) seen.add(n);
    }
    for (const answer of known?.values() ?? []) {
      if (seen.has(answer.n)) continue;
      if (input.mayBeMissing(answer)) result.young++;
      else {
        // Two answers of one meter in one millisecond are one point: the neighbours say so.
        const [before, after] = [known?.get(answer.n - 1)?.at, known?.get(answer.n + 1)?.at];
        result.missing.push(
          `${id} #${answer.n} answered at ${answer.at} (the one before at ${before ?? '-'}, the next at ${after ?? '-'})`,
        );
      }
    }
  }
  return result;
}
