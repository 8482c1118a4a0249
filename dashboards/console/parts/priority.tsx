/** The mark of an alarm's priority: own colour, own shape and a number, so that it is told apart without colour too (ISA-101). */
import { type Priority, priorities, priorityLabels } from '../../../shared/alarm.ts';
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
