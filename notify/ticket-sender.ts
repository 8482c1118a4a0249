/**
 * Tells persons of what a ticket wants of them: the head that it waits for approval, the contractor that it is his, whoever has it that it is approved.
 * Owed in the transaction that reads the journal, sent over the channels that reach the person, one after the other until one has taken it.
 */
import { type Database, type JournalEntry, openTicketNotices, type TicketNotice, type TicketNoticeKind } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { publicLink } from '../shared/public-link.ts';
import type { Person, SiteConfig } from '../shared/site.ts';
import type { Text } from '../shared/text.ts';
import type { Ticket } from '../shared/ticket.ts';
import { localTime } from '../shared/wording.ts';
import type { Notice } from './channel.ts';
import type { Route } from './intake.ts';
import type { AskOnCall } from './recipients.ts';
import type { Sender } from './sender.ts';
import { linkLabels, repeated } from './text.ts';

const mostTries = 12;
/** Real time: 5 s, 10 s, 20 s ... 5 min. */
const pauseOf = (attempts: number) => Math.min(300_000, 5_000 * 2 ** Math.min(attempts, 10));

const words = {
  approval: { zh: '待审批', en: 'Approval needed' },
  contractor: { zh: '委托外修', en: 'For the contractor' },
  approved: { zh: '已审批', en: 'Approved' },
  ticket: { zh: '工单', en: 'Ticket' },
  where: { zh: '位置', en: 'Where' },
  why: { zh: '事由', en: 'Why' },
  by: { zh: '提交人', en: 'Asked by' },
  approvedBy: { zh: '审批人', en: 'Approved by' },
  until: { zh: '希望恢复处理', en: 'Work to go on' },
  please: { zh: '请处理', en: 'Please' },
  approve: {
    zh: '登录平台打开工单，审批或另行安排；审批前工单挂起。',
    en: 'Open the ticket and approve it, or decide otherwise; until then it waits.',
  },
  repair: { zh: '请联系值班人员，按约定时间到场。', en: 'Ring the crew on duty and come at the time agreed.' },
  goOn: { zh: '可以继续处理。', en: 'Work may go on.' },
} satisfies Record<string, Text>;
const asked: Record<TicketNoticeKind, Text> = { approval: words.approve, contractor: words.repair, approved: words.goOn };

export interface TicketSenderOptions {
  db: Database;
  site: SiteConfig;
  routes: readonly Route[];
  senders: readonly Sender[];
  onCall: AskOnCall;
  works(channel: string): boolean;
  ticketNow(id: string): Ticket | undefined;
  /** What a person wrote when he moved the ticket last, and who. */
  lastMove(ticket: string, seq: number): Pick<JournalEntry, 'who' | 'why' | 'detail'> | undefined;
  clock: Clock;
  wire: Clock;
  log: Log;
}

export interface TicketSender {
  /** Call inside the transaction that reads the journal. */
  follow(entry: JournalEntry): void;
  look(): void;
}

function kindOf({ kind, event, detail }: JournalEntry): TicketNoticeKind | undefined {
  if (kind !== 'ticket') return undefined;
  if (event === 'approve') return 'approved';
  return event === 'wait' && (detail.kind === 'approval' || detail.kind === 'contractor') ? detail.kind : undefined;
}

export function openTicketSender(options: TicketSenderOptions): TicketSender {
  const { db, site, routes, senders, onCall, works, ticketNow, lastMove, clock, wire, log } = options;
  const notices = openTicketNotices(db);
  notices.resume();
  notices.prune(clock.now());

  /** Who is told; undefined: nobody is to be, empty: nobody is there. */
  const peopleFor = (kind: TicketNoticeKind, ticket: Ticket): Person[] | undefined => {
    if (kind === 'contractor') return onCall(ticket, 'contractor');
    if (kind === 'approved') {
      const own = site.people.filter(({ id }) => id === ticket.assignee);
      return own.length > 0 ? own : undefined;
    }
    const heads = onCall(ticket, 'head');
    return heads.length > 0 ? heads : onCall(ticket, 'logistics');
  };
  /** Channels that reach the person; without one, groups: somebody there will tell him. */
  const waysTo = (person: Person): Route[] => {
    const own = routes.filter(({ type }) => type.audience === 'person' && type.address(person) !== undefined);
    return own.length > 0 ? own : routes.filter(({ type }) => type.audience === 'group' && !type.alarmsOnly);
  };
  /** Not the one that was tried last, as far as there is another; one that works, as far as one knows. */
  const nextWay = (ways: readonly Route[], last: string | null): Route | undefined => {
    const at = ways.findIndex(({ config }) => config.id === last) + 1;
    const turned = [...ways.slice(at), ...ways.slice(0, at)];
    return turned.find(({ config }) => works(config.id)) ?? turned[0];
  };
  const nameOf = (id: string) => site.people.find((person) => person.id === id)?.name ?? id;

  const noticeOf = (one: TicketNotice, ticket: Ticket, person: Person, route: Route): Notice => {
    const language = route.config.language ?? site.site.language;
    const zh = language === 'zh';
    const line = (label: Text, text: string) => ({ label: label[language], text });
    const move = lastMove(one.ticket, one.seq);
    const mark = words[one.kind][language];
    const [title, place] = [ticket.title[language], ticket.location[language]];
    const resumeAt = move?.detail.resumeAt;
    return {
      key: `${site.site.id}/ticket/${one.ticket}/${one.seq}/${person.id}`,
      step: 'ticket',
      thread: { id: `${site.site.id}/ticket/${one.ticket}`, subject: zh ? `${title}，${place}` : `${title}, ${place}` },
      priority: ticket.priority,
      lifeSafety: false,
      language,
      site: { id: site.site.id, name: site.site.name[language] },
      subject: (zh ? `【${mark}】${one.ticket} ${title}，${place}` : `[${mark}] ${one.ticket} ${title}, ${place}`).replace(/\s+/g, ' '),
      lines: [
        line(words.ticket, `${one.ticket} ${title}`),
        line(words.where, place),
        ...(move?.why ? [line(words.why, move.why)] : []),
        ...(move ? [line(one.kind === 'approved' ? words.approvedBy : words.by, nameOf(move.who))] : []),
        ...(typeof resumeAt === 'number' ? [line(words.until, localTime(resumeAt, site.site.timezone))] : []),
        line(words.please, asked[one.kind][language]),
      ],
      footer: one.attempts > 0 ? [repeated[language]] : [],
      alarms: [],
      to: [person],
      ...(site.public_url === undefined
        ? {}
        : { link: { url: publicLink(site.public_url, `#/tickets/${one.ticket}`), label: linkLabels.look[language] } }),
    };
  };

  const send = async (one: TicketNotice) => {
    const ticket = ticketNow(one.ticket);
    const person = site.people.find(({ id }) => id === one.person);
    if (!ticket || !person) return notices.failed(one.id, 'the person or the ticket is there no more', null);
    const ways = waysTo(person);
    const route = nextWay(ways, one.channel);
    const sender = senders.find(({ id }) => id === route?.config.id);
    if (!route || !sender) return notices.failed(one.id, `no channel reaches ${person.id}`, null);
    notices.sending(one.id, route.config.id, wire.now());
    const result = await sender.sendNow(noticeOf(one, ticket, person, route), true);
    if (result === undefined) return;
    if ('answer' in result) return notices.sent(one.id, result.answer, clock.now());
    const again = one.attempts + 1 < (result.again ? mostTries : ways.length);
    notices.failed(one.id, result.error, again ? wire.now() + (one.attempts + 1 < ways.length ? 0 : pauseOf(one.attempts)) : null);
    if (!again) log.error({ ticket: one.ticket, person: person.id, reason: result.error }, 'a person was not told of a ticket');
  };

  return {
    follow(entry) {
      const kind = kindOf(entry);
      const ticket = kind && ticketNow(entry.id);
      if (!kind || !ticket) return;
      const people = peopleFor(kind, ticket)?.filter(({ id }) => id !== entry.who);
      const owe = (person: string | null, error?: string) =>
        notices.owe({ seq: entry.seq, ticket: entry.id, kind, person, ...(error === undefined ? {} : { error }) }, clock.now(), wire.now());
      if (people?.length === 0 && peopleFor(kind, ticket)?.length === 0) {
        owe(null, `no roster of the rank ${kind === 'approval' ? 'head' : kind} has anybody now`);
        log.warn({ ticket: entry.id, kind }, 'nobody is there to be told of a ticket');
      }
      for (const { id } of people ?? []) owe(id);
    },
    look() {
      for (const one of notices.due(wire.now()))
        send(one).catch((error: unknown) => {
          log.error({ reason: reasonOf(error), ticket: one.ticket }, 'a notice of a ticket could not be made');
          notices.failed(one.id, reasonOf(error), null);
        });
    },
  };
}
