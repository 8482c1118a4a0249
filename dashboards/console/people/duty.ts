/** What the duty board says of a roster. Pure. */
import type { OnCall } from '../../../shared/roster.ts';
import type { DutyRoster } from '../data/people-api.ts';

/** Who comes when the first of those who are on call now goes; several where several begin together. */
export function nextOn({ now, coming }: Pick<DutyRoster, 'now' | 'coming'>): OnCall[] {
  const change = coming.filter((one) => !now.some((held) => held.person === one.person && held.to === one.from && held.by === one.by));
  const first = Math.min(...change.map(({ from }) => from));
  return change.filter(({ from }) => from === first);
}

/** The shifts of a person that he can still give away, the present one first. */
export function shiftsOf({ now, coming }: Pick<DutyRoster, 'now' | 'coming'>, person: string): OnCall[] {
  return [...now, ...coming].filter((one) => one.person === person).sort((a, b) => a.from - b.from);
}

/** Digits only, so that a telephone understands it: a leading + stays. */
export const dialled = (phone: string): string => `${phone.trim().startsWith('+') ? '+' : ''}${phone.replace(/\D/g, '')}`;
