/** When an alarm was there, by its journal. Pure. */
export interface JournalLine {
  t: number;
  event: string;
}

/** Times between a raise and the clear that follows it; the last one may go on until `now`. `journal` in any order. */
export function firedTimes(journal: readonly JournalLine[], now: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let since: number | undefined;
  for (const { t, event } of [...journal].sort((a, b) => a.t - b.t)) {
    if (event === 'raise') since ??= t;
    if (event === 'clear' && since !== undefined) {
      found.push({ from: since, to: t });
      since = undefined;
    }
  }
  if (since !== undefined) found.push({ from: since, to: now });
  return found;
}
