/** Who was told, over which channel, when, and what came of it. */
import type { DeliveryState } from '../../../desk/index.ts';
import type { DeliveryInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { PriorityMark } from '../parts/priority.tsx';

const states: Record<DeliveryState, TextKey> = {
  waiting: 'delivery.waiting',
  sending: 'delivery.sending',
  sent: 'delivery.sent',
  summarised: 'delivery.summarised',
  grouped: 'delivery.grouped',
  withdrawn: 'delivery.withdrawn',
  failed: 'delivery.failed',
};
const steps: Record<DeliveryInfo['step'], TextKey> = {
  raised: 'event.raise',
  'shelf-ended': 'event.shelfEnd',
  escalated: 'event.escalated',
  returned: 'event.clear',
};

export function DeliveryList({ deliveries, titleOf }: { deliveries: readonly DeliveryInfo[]; titleOf?: (alarm: string) => string }) {
  const { t, dateTime } = useWords();
  return (
    <ol className="journal-rows">
      {deliveries.map((delivery) => (
        <li key={delivery.key} data-state={delivery.state}>
          <time>{dateTime(delivery.sentAt ?? delivery.createdAt)}</time>
          <span>
            <PriorityMark priority={delivery.priority} size={18} />{' '}
            {titleOf ? <a href={`#/alarms/${encodeURIComponent(delivery.alarm)}`}>{titleOf(delivery.alarm)}</a> : t(steps[delivery.step])}
          </span>
          <span>
            <span className={`chip${delivery.state === 'failed' ? ' bad' : ''}`}>{t(states[delivery.state])}</span>
            {delivery.attempts > 1 && ` ${t('delivery.attempts', { n: delivery.attempts })}`}
          </span>
          <span>
            {delivery.channel} · {delivery.person ?? t('delivery.group')}
          </span>
          <span className="calm">{delivery.state === 'sent' ? delivery.answer : delivery.lastError}</span>
        </li>
      ))}
    </ol>
  );
}
