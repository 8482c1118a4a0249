/** One row of the speed table. Limit and ours are measured in the same run, on the same machine: ratios count, figures vary with the machine. */
export interface Row {
  /** File name: p01, p02 ... */
  id: string;
  title: string;
  /** What to reach, in words. */
  reach: string;
  run(): Promise<RowResult>;
}

export interface RowResult {
  /** With unit, median of the repetitions. */
  ours: string;
  limit: string;
  /** ours / limit, or what the row compares; undefined where there is no limit to measure. */
  ratio?: number | undefined;
  /** Every repetition, as measured. */
  raw: Record<string, readonly number[]>;
  ok: boolean;
  /** Why it is short, or what to know about the figures. */
  note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
