/** Watches the way from alarm to person: a channel that does not work for two minutes is an alarm of its own, told over the others. */

import type { AlarmDefinition, EngineDesk } from '../desk/index.ts';
import { pathRule } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { Text } from '../shared/text.ts';
import { pathAlarmId } from './recipients.ts';
import type { Sender } from './sender.ts';

/** Peers name five minutes as the longest that a broken alarm path may stay unseen. */
const patienceMs = 120_000;
/** When nothing works any more, the screen is all that is left: it must say so while somebody can still act. */
const allBrokenPatienceMs = 5_000;

export interface PathWatch {
  readonly broken: boolean;
  look(): void;
}

export function openPathWatch(senders: readonly Sender[], desk: EngineDesk, clock: Clock, wire: Clock, log: Log): PathWatch {
  let broken = false;
  const raised = new Set<string>();
  // Over a restart an alarm stands until its channel has proven that it works; that of a channel that is gone has nothing to say any more.
  for (const { id, device, active } of desk.alarms({ rule: pathRule, state: 'all' })) {
    if (!active) continue;
    if (senders.some((sender) => sender.id === device)) raised.add(device);
    else desk.clear(id, { at: clock.now(), value: null });
  }
  const failing = (sender: Sender) => sender.health.failingSince !== undefined;
  return {
    get broken() {
      return broken;
    },
    look() {
      const now = wire.now();
      const all = senders.length > 0 && senders.every(failing);
      if (all !== broken) {
        broken = all;
        if (all) log.error({ channels: senders.map((sender) => sender.id) }, 'no channel works: nobody is told of alarms');
        else log.info('people are told of alarms again');
      }
      for (const sender of senders) {
        const { failingSince, reason } = sender.health;
        if (failingSince !== undefined && now - failingSince >= (all ? allBrokenPatienceMs : patienceMs) && !raised.has(sender.id)) {
          raised.add(sender.id);
          desk.raise(definitionOf(sender.id, reason, all), { at: clock.now() - (now - failingSince), value: null, limit: null });
        } else if (failingSince === undefined && raised.has(sender.id) && sender.health.proven) {
          raised.delete(sender.id);
          desk.clear(pathAlarmId(sender.id), { at: clock.now(), value: null });
        }
      }
    },
  };
}

function definitionOf(channel: string, reason: string, all: boolean): AlarmDefinition {
  const title: Text = { zh: '告警通知发送失败', en: 'Alarm notices do not go out' };
  const message: Text = {
    zh: `通知渠道 ${channel} 发不出去：${reason}。${all ? '目前没有任何渠道可用，告警只在屏幕上可见，须有人值守。' : '其他渠道正常。'}`,
    en: `Notification channel ${channel} does not work: ${reason}. ${all ? 'No channel works: alarms are on the screen only, somebody must watch it.' : 'Others work.'}`,
  };
  return {
    id: pathAlarmId(channel),
    rule: pathRule,
    device: channel,
    quantity: null,
    system: 'environment',
    priority: all ? 'critical' : 'high',
    trade: 'general',
    lifeSafety: false,
    latching: false,
    unit: '',
    title,
    message,
    check: {
      zh: '查邮件服务器、网络和密钥；恢复前以监控屏和现场报警装置为准',
      en: 'Check mail server, network and keys; until then rely on the screen and the local panels',
    },
    location: { zh: `通知渠道 ${channel}`, en: `Notification channel ${channel}` },
    building: null,
    department: null,
    source: 'proposal',
    ticket: true,
    causeKey: pathAlarmId(channel),
  };
}
