/**
 * The contract of a notification channel: one file in `channels/`, default export made with `defineChannel`, proven by the suite
 * test/contracts/channel.ts against a real server. A channel only carries one notice to one receiver and says honestly what came of it;
 * who is told of what, once only, retries, limits a minute and summaries are solved once, in notify/notifier.ts.
 */
import type { z } from 'zod';
import type { Alarm, Priority } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { VapidKeys } from '../shared/push.ts';
import type { Secret } from '../shared/secret.ts';
import type { Person } from '../shared/site.ts';
import type { Language, Text } from '../shared/text.ts';
import type { HandOver } from './post.ts';

/**
 * Raised: it calls a person. Shelf ended: it calls again. Escalated: nobody has acknowledged, the next is called. Taken: somebody has it, the others may
 * stay where they are. Returned: the condition is gone (life safety only). Summary: several notices as one. Test: of no alarm; does it arrive?
 * Ticket: a ticket wants something of this person. Report, reminder: of no alarm either; a document that is due, a bill that is not paid.
 */
export type NoticeStep =
  | 'raised'
  | 'shelf-ended'
  | 'escalated'
  | 'taken'
  | 'returned'
  | 'summary'
  | 'test'
  | 'ticket'
  | 'report'
  | 'reminder';

/** Good news, or none: nobody has to run. */
export const isCalm = (step: NoticeStep): boolean => ['taken', 'returned', 'test', 'ticket', 'report', 'reminder'].includes(step);

/** What one receiver is told, in one language. */
export interface Notice {
  /** The same at every try and after a restart, never the same for another notice; receivers know a repetition by it. */
  key: string;
  step: NoticeStep;
  /** The same for all notices of one occurrence of an alarm, with the subject of the first: one thread in a mailbox. Absent where several are told as one. */
  thread?: { id: string; subject: string };
  priority: Priority;
  lifeSafety: boolean;
  language: Language;
  site: { id: string; name: string };
  /** One line without line breaks. */
  subject: string;
  /** The facts in the order of their weight. `label` is empty for lines of a summary. */
  lines: { label: string; text: string }[];
  /** What must stand there whatever has to be cut: the sentence on the statutory panels, a word on a possible repetition. */
  footer: string[];
  /** As machines want it; several for a summary. */
  alarms: Alarm[];
  /** Where the receiver may look and answer; absent where the site has no public address. For one person it is that person's own. */
  link?: { url: string; label: string };
  /** Exactly one for channels that reach persons; for groups those who are on call. */
  to: Person[];
  /** Goes with it where the channel can carry one. */
  document?: { name: string; type: string; content: Buffer };
}

/** What the receiver said, for the record: a queue id, an answer. At most some hundred characters. */
export interface Receipt {
  answer: string;
}

export interface Channel extends AsyncDisposable {
  /**
   * Resolves when the receiver has taken the notice. Never tries again by itself; ends when the signal says so. Waits for `handOver` once it is connected,
   * before anything of the notice leaves; without one it need not wait.
   * @throws Fault notify/unreachable, notify/limited (`detail.retryAfterMs`), notify/denied, notify/refused. `detail.uncertain` is true when
   * the receiver may have taken it all the same.
   */
  send(notice: Notice, signal: AbortSignal, handOver?: HandOver): Promise<Receipt>;
}

/** A browser that has subscribed to web push. Whoever has its address may send: it is a secret of the person. */
export interface PushTarget {
  endpoint: string;
  p256dh: string;
  auth: string;
}
/** What channels that people subscribe to work with. */
export interface PushAccess {
  of(person: string): readonly PushTarget[];
  /** It exists no more. */
  gone(endpoint: string): void;
  taken(endpoint: string): void;
  /** Our own key pair, made at first need. */
  keys(): Promise<VapidKeys>;
}

/** Where nobody can subscribe: the check of a site's channels. */
export const noPush: PushAccess = {
  of: () => [],
  gone: () => undefined,
  taken: () => undefined,
  keys: () => Promise.reject(new Fault('secret/missing', 'there is no data folder here')),
};

export interface ChannelDeps {
  /** Real time, whatever the plant's clock does: signatures and dates are checked by others. */
  wire: Clock;
  /** Reads a secret that the site file names. @throws Fault secret/missing */
  secret(from: { env?: string | undefined; file?: string | undefined }): Secret;
  /** A file named in the site file, relative to it. */
  path(name: string): string;
  push: PushAccess;
}

export interface ChannelDefinition<S extends z.ZodType> {
  /** The file's name, and `type` in the site file. */
  id: string;
  title: Text;
  /** Its settings in the site file, beside those that every channel has. Secrets by reference only. */
  options: S;
  /** One notice for each person on call, or one for all: a group, a program. */
  audience: 'person' | 'group';
  /** Channels that reach persons: where this one is reached; undefined when nowhere. */
  address?(person: Person): string | undefined;
  /** The same in words, for the check: "an e-mail address". */
  addressName?: Text;
  /** People subscribe on their own devices: whom it reaches is not known from the site file. */
  subscribed?: boolean;
  /** It carries alarms for programs, and nothing that is only words. */
  alarmsOnly?: boolean;
  /** Tells of reports and reminders too, which are no alarms. */
  reports?: boolean;
  /** Most messages a minute that the receiver (or a person) can take. The site may set less. */
  perMinute: number;
  /** Mistakes that the schema cannot see. */
  check?(options: z.output<S>): { path: (string | number)[]; found: unknown; allowed: string }[];
  /** Cheap; connects when it sends. @throws Fault secret/missing */
  open(options: z.output<S>, deps: ChannelDeps): Channel | Promise<Channel>;
}

/** A channel whose settings are not known here; what the notifier and the check work with. */
export interface ChannelType {
  id: string;
  title: Text;
  options: z.ZodType;
  audience: 'person' | 'group';
  address(person: Person): string | undefined;
  addressName: Text;
  subscribed: boolean;
  alarmsOnly: boolean;
  reports: boolean;
  perMinute: number;
  check(options: unknown): { path: (string | number)[]; found: unknown; allowed: string }[];
  open(options: unknown, deps: ChannelDeps): Channel | Promise<Channel>;
}

export function defineChannel<S extends z.ZodType>(channel: ChannelDefinition<S>): ChannelType {
  const own = (options: unknown) => options as z.output<S>;
  return {
    id: channel.id,
    title: channel.title,
    options: channel.options,
    audience: channel.audience,
    address: (person) => channel.address?.(person),
    addressName: channel.addressName ?? { zh: '地址', en: 'an address' },
    subscribed: channel.subscribed ?? false,
    alarmsOnly: channel.alarmsOnly ?? false,
    reports: channel.reports ?? false,
    perMinute: channel.perMinute,
    check: (options) => channel.check?.(own(options)) ?? [],
    open: (options, deps) => channel.open(own(options), deps),
  };
}

/** The notice as plain text. */
export function plainText(notice: Notice): string {
  const lines = notice.lines.map(({ label, text }) =>
    label === '' ? text : notice.language === 'zh' ? `${label}：${text}` : `${label}: ${text}`,
  );
  const link = notice.link ? ['', `${notice.link.label}${notice.language === 'zh' ? '：' : ': '}${notice.link.url}`] : [];
  return [notice.subject, '', ...lines, ...link, ...(notice.footer.length > 0 ? ['', ...notice.footer] : [])].join('\n');
}
