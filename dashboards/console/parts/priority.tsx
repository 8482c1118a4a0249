/** The mark of an alarm's priority: own colour, own shape and a number, so that it is told apart without colour too (ISA-101). */
import { type Alarm, type Priority, priorities, priorityLabels } from '../../../shared/alarm.ts';
import { useWords } from '../i18n/i18n.tsx';

const shapes: Record<Priority, string> = {
  critical: 'M2 2h20v20H2z',
  high: 'M12 1 23.500 22H.5z',
  medium: 'M12 1 23 12 12 23 1 12z',
  low: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z',
};

export function PriorityMark({ priority, flash = false, size = 26 }: { priority: Priority; flash?: boolean; size?: number }) {
  const { text } = useWords();
  const label = text(priorityLabels[priority]);
  return (
    <svg
      className={`mark mark-${priority}${flash ? ' flash' : ''}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      role="img"
      aria-label={label}
    >
      <path d={shapes[priority]} />
      {/* The name says it all; the number is for the eye. */}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a group of a drawing takes no focus */}
      <g aria-hidden="true">
        <text x="12" y={priority === 'high' ? 19.5 : 17} textAnchor="middle">
          {priorities.indexOf(priority) + 1}
        </text>
      </g>
    </svg>
  );
}

export const calls = (alarm: Alarm): boolean => alarm.state === 'UNACK' || alarm.state === 'RTNUN' || alarm.state === 'LUNACK';
export const isHidden = (alarm: Alarm): boolean => alarm.state === 'SHLVD' || alarm.state === 'DSUPR' || alarm.state === 'OOSRV';

/** Unacknowledged first, then by priority, then newest. */
export function byUrgency(a: Alarm, b: Alarm): number {
  return (
    Number(calls(b)) - Number(calls(a)) ||
    priorities.indexOf(a.priority) - priorities.indexOf(b.priority) ||
    (b.raisedAt ?? 0) - (a.raisedAt ?? 0)
  );
}

export function worst(alarms: Iterable<Alarm>): Alarm | undefined {
  let found: Alarm | undefined;
  for (const alarm of alarms) {
    if (isHidden(alarm)) continue;
    if (!found || priorities.indexOf(alarm.priority) < priorities.indexOf(found.priority)) found = alarm;
  }
  return found;
}
