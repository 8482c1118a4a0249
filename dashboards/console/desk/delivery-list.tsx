/** Who was told, over which channel, when, and what came of it. */
import type { DeliveryState } from '../../../desk/index.ts';
import type { DeliveryInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useNames } from '../parts/names.ts';
import { PriorityMark } from '../parts/priority.tsx';

const receipts: Record<string, TextKey> = { shown: 'receipt.shown', sounded: 'receipt.sounded', acknowledged: 'receipt.acknowledged' };
export const deliveryStateKeys: Record<DeliveryState, TextKey> = {
  waiting: 'delivery.waiting',
  sending: 'delivery.sending',
  sent: 'delivery.sent',
  summarised: 'delivery.summarised',
  grouped: 'delivery.grouped',
  withdrawn: 'delivery.withdrawn',
  failed: 'delivery.failed',
};
export const deliveryStepKeys: Record<DeliveryInfo['step'], TextKey> = {
  raised: 'event.raise',
  'shelf-ended': 'event.shelfEnd',
  escalated: 'event.escalated',
  taken: 'event.taken',
  returned: 'event.clear',
};

/** What came back: of a screen in words, of a channel as its server said it. */
function saidOf(delivery: DeliveryInfo, t: (key: TextKey) => string): string | null {
  if (delivery.state !== 'sent') return delivery.lastError;
  const receipt = delivery.channel === 'console' ? receipts[delivery.answer ?? ''] : undefined;
  return receipt ? t(receipt) : delivery.answer;
}

export function DeliveryList({ deliveries, titleOf }: { deliveries: readonly DeliveryInfo[]; titleOf?: (alarm: string) => string }) {
  const { t, dateTime } = useWords();
  const { channelName, personName } = useNames();
  return (
    <ol className="journal-rows">
      {deliveries.map((delivery) => (
        <li key={delivery.key} data-state={delivery.state}>
          <time>{dateTime(delivery.sentAt ?? delivery.createdAt)}</time>
          <span>
            <PriorityMark priority={delivery.priority} size={18} />{' '}
            {titleOf ? (
              <a href={`#/alarms/${encodeURIComponent(delivery.alarm)}`}>{titleOf(delivery.alarm)}</a>
            ) : (
              t(deliveryStepKeys[delivery.step])
            )}
          </span>
          <span>
            <span className={`chip${delivery.state === 'failed' ? ' bad' : ''}`}>{t(deliveryStateKeys[delivery.state])}</span>
            {delivery.attempts > 1 && ` ${t('delivery.attempts', { n: delivery.attempts })}`}
          </span>
          <span>
            {channelName(delivery.channel)} · {delivery.person === null ? t('delivery.group') : personName(delivery.person)}
          </span>
          <span className="calm">{saidOf(delivery, t)}</span>
        </li>
      ))}
    </ol>
  );
}
