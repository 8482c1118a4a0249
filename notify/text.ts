/** The words of a notice, in the receiver's language: what, where, since when, how bad, what to check first. */

import { type Alarm, priorities, priorityLabels, type Trend } from '../shared/alarm.ts';
import { byUrgency } from '../shared/alarm-order.ts';
import { statesOf } from '../shared/quantity.ts';
import type { Person, SiteConfig } from '../shared/site.ts';
import { tradeLabels } from '../shared/system.ts';
import { fill, type Language, type Text } from '../shared/text.ts';
import { localTime, shown, supplements } from '../shared/wording.ts';
import type { Notice } from './channel.ts';
import type { Owed } from './ledger.ts';

/** Later than this after the fact: the text says so. */
const lateMs = 10 * 60_000;

export const repeated: Text = {
  zh: '本通知可能重复：上次发送未得到确认',
  en: 'This notice may be a repetition: the last try was not confirmed',
};

const words = {
  lifeSafety: { zh: '生命安全', en: 'life safety' },
  returned: { zh: '已恢复', en: 'Returned to normal' },
  shelfEnded: { zh: '搁置到期仍在告警', en: 'Shelf ended, still in alarm' },
  escalated: { zh: '第{n}次呼叫，无人确认', en: 'Call {n}, nobody has acknowledged' },
  taken: { zh: '{who}已接单', en: '{who} has taken it' },
  allTaken: { zh: '{count} 条告警已接单', en: '{count} alarms are taken' },
  has: { zh: '处理人', en: 'Taken by' },
  takenAt: { zh: '接单时间', en: 'Taken at' },
  what: { zh: '告警', en: 'Alarm' },
  where: { zh: '位置', en: 'Where' },
  since: { zh: '开始时间', en: 'Since' },
  until: { zh: '恢复时间', en: 'Until' },
  bad: { zh: '严重程度', en: 'How bad' },
  detail: { zh: '详情', en: 'Detail' },
  check: { zh: '先检查', en: 'Check first' },
  ticket: { zh: '工单', en: 'Ticket' },
  trade: { zh: '负责班组', en: 'Trade' },
  number: { zh: '编号', en: 'Reference' },
  occurrence: { zh: '{id} 第 {n} 次', en: '{id}, occurrence {n}' },
  atRaising: { zh: '告警时 {value} {unit}', en: '{value} {unit} at raising' },
  now: { zh: '现在 {value} {unit}{trend}', en: 'now {value} {unit}{trend}' },
  nowUnknown: { zh: '现在数值未知', en: 'value now unknown' },
  worst: { zh: '最差 {value} {unit}', en: 'worst {value} {unit}' },
  limit: { zh: '限值 {limit} {unit}', en: 'limit {limit} {unit}' },
  late: { zh: '本通知迟到：告警开始已有 {minutes} 分钟', en: 'This notice is late: the alarm began {minutes} minutes ago' },
  summary: { zh: '{count} 条告警汇总（{parts}）', en: 'Summary of {count} alarms ({parts})' },
  part: { zh: '{label} {count}', en: '{count} {label}' },
  summaryWhy: {
    zh: '告警过多，超出该渠道的发送上限，合并为一条；逐条记录见平台。',
    en: 'More alarms than this channel takes a minute; told as one. Each is recorded in the console.',
  },
} satisfies Record<string, Text>;

/** At most four characters in Chinese: a card shows no more. */
export const linkLabels = { answer: { zh: '查看接单', en: 'Answer' }, look: { zh: '查看告警', en: 'Open' } } satisfies Record<string, Text>;

export interface Frame {
  site: SiteConfig['site'];
  language: Language;
  to: Person[];
  /** Plant time. */
  now: number;
  /** Of a person's id; the id itself where nobody knows him. */
  nameOf?: (person: string) => string;
}

/** Which call it is stands in the key, which is made of what happened. */
const callOf = (key: string) => Number(/\/escalated\/(\d+)\//.exec(key)?.[1] ?? 2);

/** What of the key names the occurrence, whatever step it is. */
const threadOf = (key: string) => key.replace(/\/(raised|shelf-ended|escalated|taken|returned)(\/.*)?$/, '');

const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/**
 * One alarm, one step.
 * @param current the alarm as it is while this is written: a notice may have waited, and "now" in it is now
 */
export function noticeOf(owed: Owed, { site, language, to, now, nameOf = (id) => id }: Frame, current?: Alarm): Notice {
  const { step } = owed;
  const same = current?.occurrence === owed.alarm.occurrence;
  const alarm = same ? { ...owed.alarm, live: current.live, worst: current.worst } : owed.alarm;
  const say = (text: Text, values: Record<string, string | number> = {}) => fill(text[language], values);
  const time = (t: number | null) => (t === null ? '–' : localTime(t, site.timezone));
  const zh = language === 'zh';
  const returned = step === 'returned';
  const taken = step === 'taken';
  const who = nameOf(alarm.acknowledgedBy ?? '–');
  const stepMark: Partial<Record<typeof step, string>> = {
    returned: say(words.returned),
    'shelf-ended': say(words.shelfEnded),
    escalated: say(words.escalated, { n: callOf(owed.key) }),
    taken: say(words.taken, { who }),
  };
  const title = alarm.title[language];
  const place = alarm.location[language];
  const subjectWith = (mark: string[]) => {
    const marks = [...mark, priorityLabels[alarm.priority][language], ...(alarm.lifeSafety ? [say(words.lifeSafety)] : [])];
    return oneLine(zh ? `【${marks.join('·')}】${title}，${place}` : `[${marks.join(' · ')}] ${title}, ${place}`);
  };
  // The sentence on the statutory panels stands once, at the end.
  const message = alarm.message[language].replace(supplements[language], '').trim();
  const lines: Notice['lines'] = [];
  const add = (label: Text, text: string) => void lines.push({ label: label[language], text: oneLine(text) });
  add(words.what, title);
  add(words.where, place);
  if (taken) {
    add(words.has, who);
    add(words.takenAt, time(alarm.acknowledgedAt));
  }
  add(words.since, time(alarm.raisedAt));
  if (returned) add(words.until, time(alarm.clearedAt));
  if (!taken) add(words.bad, priorityLabels[alarm.priority][language] + measured(alarm, language));
  if (!returned && !taken) {
    add(words.detail, message);
    add(words.check, alarm.check[language]);
  }
  if (alarm.ticket !== null) add(words.ticket, alarm.ticket);
  add(words.trade, tradeLabels[alarm.trade][language]);
  add(words.number, say(words.occurrence, { id: alarm.id, n: alarm.occurrence }));
  const footer: string[] = [];
  const age = alarm.raisedAt === null ? 0 : now - alarm.raisedAt;
  if (!returned && !taken && age > lateMs) footer.push(say(words.late, { minutes: Math.round(age / 60_000) }));
  if (owed.uncertain) footer.push(say(repeated));
  if (alarm.lifeSafety) footer.push(supplements[language]);
  return {
    key: owed.key,
    step,
    priority: alarm.priority,
    lifeSafety: alarm.lifeSafety,
    language,
    site: { id: site.id, name: site.name[language] },
    subject: subjectWith([stepMark[step] ?? []].flat()),
    thread: { id: threadOf(owed.key), subject: subjectWith([]) },
    lines,
    footer,
    alarms: [alarm],
    to,
  };
}

const trends: Record<Trend, Text> = {
  rising: { zh: '（上升）', en: ' (rising)' },
  falling: { zh: '（下降）', en: ' (falling)' },
  steady: { zh: '（平稳）', en: ' (steady)' },
};

/** At raising, now, worst, limit: each with its name, so that none is taken for another. */
function measured({ value, live, worst, limit, unit, quantity }: Alarm, language: Language): string {
  if (value === null) return '';
  const states = statesOf(quantity, unit);
  const say = (text: Text, number: number, more: Record<string, string> = {}) =>
    fill(text[language], { value: states?.[number]?.[language] ?? shown(number), limit: shown(number), unit, trend: '', ...more })
      .replace(/ +/g, ' ')
      .replace(/ (（|$)/g, '$1')
      .trim();
  const parts = [say(words.atRaising, value)];
  if (live)
    parts.push(
      live.value === null
        ? words.nowUnknown[language]
        : say(words.now, live.value, { trend: live.trend ? trends[live.trend][language] : '' }),
    );
  if (worst && worst.value !== value) parts.push(say(words.worst, worst.value));
  if (limit !== null) parts.push(say(words.limit, limit));
  if (live?.note?.[language]) parts.push(live.note[language]);
  const comma = language === 'zh' ? '，' : ', ';
  return parts.map((part) => comma + part).join('');
}

/** Many alarms as one message, worst first. Never used for life safety. */
export function summaryOf(owed: readonly Owed[], key: string, { site, language, to, nameOf = (id) => id }: Frame): Notice {
  const zh = language === 'zh';
  const sorted = [...owed].sort((a, b) => byUrgency(a.alarm, b.alarm) || a.seq - b.seq);
  const parts = priorities
    .map((priority) => [priority, sorted.filter((one) => one.alarm.priority === priority).length] as const)
    .filter(([, count]) => count > 0)
    .map(([priority, count]) => fill(words.part[language], { label: priorityLabels[priority][language].toLowerCase(), count }))
    .join(zh ? '，' : ', ');
  const allTaken = sorted.every(({ step }) => step === 'taken');
  const subject = fill((allTaken ? words.allTaken : words.summary)[language], { count: sorted.length, parts });
  const line = ({ alarm, step }: Owed) => {
    const since = alarm.raisedAt === null ? '–' : localTime(alarm.raisedAt, site.timezone);
    const [title, place] = [alarm.title[language], alarm.location[language]];
    const taken = step === 'taken' ? fill(words.taken[language], { who: nameOf(alarm.acknowledgedBy ?? '–') }) : undefined;
    const label = taken ?? priorityLabels[alarm.priority][language];
    return oneLine(zh ? `${label}：${title}，${place}，自 ${since}` : `${label}: ${title}, ${place}, since ${since}`);
  };
  return {
    key,
    step: 'summary',
    priority: sorted[0]?.alarm.priority ?? 'low',
    lifeSafety: false,
    language,
    site: { id: site.id, name: site.name[language] },
    subject: oneLine(zh ? `【${subject}】${site.name.zh}` : `[${subject}] ${site.name.en}`),
    lines: sorted.map((one) => ({ label: '', text: line(one) })),
    footer: [words.summaryWhy[language], ...(sorted.some((one) => one.uncertain) ? [repeated[language]] : [])],
    alarms: sorted.map((one) => one.alarm),
    to,
  };
}
