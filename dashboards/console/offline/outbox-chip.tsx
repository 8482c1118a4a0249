/** How many steps wait to be sent, always in sight; red where the server has refused one. */
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useOutbox } from './outbox.ts';

export function OutboxChip() {
  const { t } = useWords();
  const { outbox } = useConsole();
  const { waiting } = useOutbox(outbox);
  const refused = waiting.find((one) => one.refused);
  if (waiting.length === 0) return null;
  return (
    <div role="status">
      <a
        className={`outbox-chip${refused ? ' refused-chip' : ''}`}
        href={`#/tickets/${(refused ?? waiting[0])?.ticket}`}
        data-waiting={waiting.length}
      >
        {t(refused ? 'outbox.someRefused' : 'outbox.waiting', { n: waiting.length })}
      </a>
    </div>
  );
}
