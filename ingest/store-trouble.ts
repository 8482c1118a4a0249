/** What keeps the store from taking readings, as a trouble that others can judge by. */
import { isFault, reasonOf } from '../shared/errors.ts';
import type { TroubleCode, Troubles } from '../shared/trouble.ts';

/** A database that restarts within this is nobody's trouble. */
const patienceMs = 5_000;

export const storeTroubles = ['store-unreachable', 'store-refused', 'store-missing', 'store-wrong', 'store-full'] as const;

/** From the fault itself; where a store says more in its words (`detail.trouble`), from those. */
export function storeTroubleOf(error: unknown): TroubleCode {
  const said = isFault(error) ? error.detail?.trouble : undefined;
  const found = storeTroubles.find((code) => code === said);
  if (found) return found;
  return isFault(error, 'store/denied') ? 'store-refused' : 'store-unreachable';
}

export function tellStoreTrouble(
  troubles: Troubles,
  failure: { error: unknown; at: number } | undefined,
  now: number,
  store: string,
  /** What it confirmed and does not have. */
  missing: string | undefined,
): void {
  const code = failure && now - failure.at >= patienceMs ? storeTroubleOf(failure.error) : undefined;
  for (const one of storeTroubles) {
    const unkept = one === 'store-wrong' && missing !== undefined ? `${store} confirmed what it does not have: ${missing}` : undefined;
    troubles.be(one, failure && one === code ? `${store}: ${reasonOf(failure.error)}` : unkept);
  }
}
