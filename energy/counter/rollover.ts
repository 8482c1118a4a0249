/** Registers end: at 2^16 or 2^32 of their unit, at a power of ten, or where the display has no digit left. */
const units = [100, 10, 1, 0.1, 0.01, 0.001];
const highest = 0.95;
const lowest = 0.05;

/**
 * What passed while a register ran from `a` over its end to `b`; undefined when it did not. `possible` says whether so much can have passed.
 * With declared digits only that end counts, and a long gap may begin and end anywhere.
 */
export function rolledOver(
  a: number,
  b: number,
  digits: number | undefined,
  possible: ((delta: number) => boolean) | undefined,
): { delta: number; end: number } | undefined {
  if (digits !== undefined) {
    const end = 10 ** digits;
    const delta = end - a + b;
    const near = a > highest * end && b < lowest * end;
    return a < end * (1 + 1e-9) && (possible ? possible(delta) : near) ? { delta, end } : undefined;
  }
  let best: { delta: number; end: number } | undefined;
  const consider = (end: number) => {
    if (!(a > highest * end && a < end * (1 + 1e-9) && b < lowest * end)) return;
    const delta = end - a + b;
    if (delta < 0 || (possible && !possible(delta))) return;
    if (!best || delta < best.delta) best = { delta, end };
  };
  for (const unit of units) {
    consider(2 ** 16 * unit);
    consider(2 ** 32 * unit);
  }
  // Three digits at least: a counter that falls from 9.6 to 0.3 is a plug that lost its memory, not a display at its end.
  for (let power = 3; power <= 12; power++) consider(10 ** power);
  return best;
}
