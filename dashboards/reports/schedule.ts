/** Reports and reminders that are due are made here and written down; the notifier sends them (desk/mailings.ts). */
import {
  consoleChannel,
  dueTimes,
  type MailingDocument,
  type MailingMessage,
  type Mailings,
  type NewMailing,
  type Receiver,
} from '../../desk/index.ts';
import type { IssuedBill } from '../../energy/index.ts';
import { type Period, periodOf, type ReportKind, render, tenantBillDocument } from '../../reports/index.ts';
import { reasonOf } from '../../shared/errors.ts';
import { meterNames } from '../../shared/meter-names.ts';
import type { ReportSchedule } from '../../shared/report-schedule.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { fill, type Language, type Text } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import { wallOf } from '../../shared/zone.ts';
import type { RouteContext } from '../route-context.ts';
import { reportFile } from './file.ts';

const dayMs = 86_400_000;
/** A report that was due while the program was down, or could not be made, is made up for so long. */
const lateMs = 20 * dayMs;
/** Real time between tries to make it. */
const againMs = 10 * 60_000;
export const remindersId = 'reminders';
const program = 'plantroom';

const words = {
  reportSubject: { zh: '【报表】{title} {period}', en: '[Report] {title}, {period}' },
  period: { zh: '期间', en: 'Period' },
  missing: { zh: '缺少的数据', en: 'Missing' },
  nothingMissing: { zh: '无', en: 'nothing' },
  countMissing: { zh: '{n} 项，报表中逐项列出', en: '{n}, each named in the report' },
  file: { zh: '文件', en: 'File' },
  reportFooter: { zh: '本消息由系统按计划自动发送。', en: 'Sent by the schedule of the platform.' },
  look: { zh: '打开报表', en: 'Open the reports' },
  reminderSubject: {
    zh: '【缴费提醒】{tenant} {period} 能源费用账单已逾期',
    en: '[Reminder] {tenant}: energy bill for {period} is overdue',
  },
  bill: { zh: '账单', en: 'Bill' },
  tenant: { zh: '租户', en: 'Tenant' },
  total: { zh: '应付', en: 'Amount' },
  paid: { zh: '已付', en: 'Paid' },
  open: { zh: '未付', en: 'Open' },
  yuan: { zh: '{yuan} 元', en: '{yuan} yuan' },
  due: { zh: '到期日', en: 'Due' },
  overdue: { zh: '{day}，已逾期 {n} 天', en: '{day}, {n} days ago' },
  number: { zh: '提醒次数', en: 'Reminder' },
  nth: { zh: '第 {n} 次', en: 'number {n}' },
  contact: { zh: '联系人', en: 'Contact' },
  noContact: { zh: '未登记', en: 'none recorded' },
  mail: { zh: '邮件', en: 'E-mail' },
  mailed: { zh: '已发送至登记邮箱', en: 'goes to the address on record' },
  notMailed: { zh: '未登记邮箱，系统不联系租户，请人工催缴', en: 'no address on record: the tenant is not written to; call by hand' },
  reminderFooter: {
    zh: '如已缴纳，请忽略本提醒；对账单有疑问，请与医院后勤部门联系。',
    en: 'If you have paid, ignore this. For questions on the bill ask the logistics department of the hospital.',
  },
  openBills: { zh: '打开账单', en: 'Open the bills' },
} satisfies Record<string, Text>;

export interface ScheduleWork {
  context: RouteContext;
  mailings: Mailings;
  reports: ReadonlyMap<string, ReportKind>;
}

export const languageOf = (site: SiteConfig, own: Language | undefined): Language => own ?? site.reports.language ?? site.site.language;

/** The period that a report of this schedule tells of when it is due at this time. */
export function periodDue(kind: Pick<ReportKind, 'period'>, site: SiteConfig, due: number, now: number): Period | undefined {
  const zone = site.site.timezone;
  const date = new Date(wallOf(zone, due));
  if (kind.period === 'month') {
    const before = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
    return periodOf(before, 'month', zone, now);
  }
  for (const year of [date.getUTCFullYear(), date.getUTCFullYear() - 1]) {
    const period = periodOf(String(year), 'year', zone, now, site.reports.year_end);
    if (period && period.to <= due) return period;
  }
  return undefined;
}

export const dueTimesOf = ({ day, at, months }: ReportSchedule, site: SiteConfig, from: number, to: number): number[] =>
  dueTimes({ monthly: day, at, ...(months ? { months } : {}) }, site.site.timezone, from, to);

/** Looks now and makes what is due, one look at a time. */
export function openSchedule({ context, mailings, reports }: ScheduleWork): () => Promise<void> {
  const { site, clock, wall, log, accounts, db, bills } = context;
  const triedAt = new Map<string, number>();
  const mayTry = (key: string) => wall.monotonic() - (triedAt.get(key) ?? Number.NEGATIVE_INFINITY) >= againMs;
  const audienceOf = (channel: string) => context.path().channels.find((one) => one.channel === channel)?.audience;
  const audiences = (channels: readonly string[]) => {
    const unknown = channels.filter((id) => audienceOf(id) === undefined);
    if (unknown.length > 0) throw new Error(`the notifier has not started yet with the channels ${unknown.join(', ')}`);
    return channels.map((channel) => ({ channel, audience: audienceOf(channel) as 'person' | 'group' }));
  };
  const attempt = async (schedule: string, period: string, make: () => Promise<void>) => {
    const key = `${schedule}/${period}`;
    if (!mayTry(key)) return;
    triedAt.set(key, wall.monotonic());
    try {
      await make();
      triedAt.delete(key);
    } catch (error) {
      log.warn({ schedule, period, reason: reasonOf(error) }, 'what is due could not be made, trying on');
      mailings.notMade(schedule, period, reasonOf(error));
    }
  };

  const makeReportOf = async (schedule: ReportSchedule, kind: ReportKind, period: Period) => {
    const language = languageOf(site, schedule.language);
    const say = (text: Text, values: Record<string, string> = {}) => fill(text[language], values);
    const ways = audiences(schedule.channels);
    const { name, type, content, report } = await reportFile(context, kind, period, language, 'pdf');
    const document: MailingDocument = { name, type, content };
    const { length } = report.missing;
    const message: MailingMessage = {
      language,
      subject: say(words.reportSubject, { title: report.title, period: period.label[language] }),
      lines: [
        { label: say(words.period), text: report.subtitle },
        { label: say(words.missing), text: length === 0 ? say(words.nothingMissing) : say(words.countMissing, { n: String(length) }) },
        { label: say(words.file), text: name },
      ],
      footer: [say(words.reportFooter)],
      link: { path: '#/reports', label: say(words.look) },
    };
    const one = (channel: string, receiver: Receiver | null, kept = false): NewMailing => ({
      kept,
      key: ['report', schedule.id, period.id, channel, ...(receiver ? [receiver.id] : [])].join('/'),
      ...{ kind: 'report', source: schedule.id, period: period.id, channel, receiver, message, document },
    });
    const people = site.people.filter(({ id }) => schedule.to.includes(id)).map(({ id, name: who }) => ({ id, name: who }));
    const all = ways.flatMap(({ channel, audience }) =>
      audience === 'group' ? [one(channel, null)] : people.map((person) => one(channel, person)),
    );
    if (ways.length === 0) all.push(one(consoleChannel, null, true));
    db.transact(() => {
      mailings.made({ schedule: schedule.id, period: period.id }, all, clock.now(), wall.now());
      accounts.audit(program, 'report.make', `${schedule.id}/${period.id}`, null, { report: kind.id, language, receivers: all.length });
    });
  };

  const remindTenant = async (bill: IssuedBill, number: number) => {
    const settings = site.reports.reminders;
    if (!settings) return;
    const language = languageOf(site, settings.language);
    const say = (text: Text, values: Record<string, string> = {}) => fill(text[language], values);
    const zone = site.site.timezone;
    const ways = audiences(settings.channels);
    const tenant = site.tenants.find(({ id }) => id === bill.bill.tenant);
    const late = Math.max(1, Math.ceil((clock.now() - bill.dueAt) / dayMs));
    const yuan = (value: number) => say(words.yuan, { yuan: value.toFixed(2) });
    const subject = say(words.reminderSubject, { tenant: bill.bill.name[language], period: bill.bill.period });
    const facts = [
      { label: say(words.tenant), text: bill.bill.name[language] },
      { label: say(words.open), text: yuan(bill.open) },
      { label: say(words.due), text: say(words.overdue, { day: localTime(bill.dueAt, zone).slice(0, 10), n: String(late) }) },
      { label: say(words.bill), text: bill.id },
      { label: say(words.total), text: yuan(bill.total) },
      { label: say(words.paid), text: yuan(bill.paid) },
      { label: say(words.number), text: say(words.nth, { n: String(number) }) },
    ];
    const email = tenant?.email;
    const foot = `${bill.id}  SHA-256 ${bill.sha256.slice(0, 16)}`;
    const { type, content } = await render(tenantBillDocument(bill, language, zone, meterNames(site)), 'pdf', foot);
    const key = (channel: string, to: string) => `reminder/${bill.id}/${number}/${channel}/${to}`;
    const base = { kind: 'reminder' as const, source: bill.id, period: String(number) };
    const all = ways.flatMap(({ channel, audience }): NewMailing[] => {
      if (audience === 'group') {
        const contact = { label: say(words.contact), text: tenant?.contact ?? say(words.noContact) };
        const mail = { label: say(words.mail), text: say(email === undefined ? words.notMailed : words.mailed) };
        const message = {
          language,
          subject,
          lines: [...facts, contact, mail],
          footer: [],
          link: { path: '#/bills', label: say(words.openBills) },
        };
        return [{ ...base, key: key(channel, 'group'), channel, receiver: null, message, document: null }];
      }
      if (!tenant || email === undefined) return [];
      const message = { language, subject, lines: facts, footer: [say(words.reminderFooter)] };
      const document = { name: `bill-${bill.id}-${language}.pdf`, type, content };
      return [
        {
          ...base,
          key: key(channel, 'tenant'),
          channel,
          receiver: { id: `tenant:${tenant.id}`, name: tenant.name[language], email },
          message,
          document,
        },
      ];
    });
    mailings.made({ schedule: remindersId, period: `${bill.id}/${number}` }, all, clock.now(), wall.now());
  };

  const look = async () => {
    const now = clock.now();
    for (const schedule of site.reports.schedule) {
      const kind = reports.get(schedule.report);
      const since = mailings.since(schedule.id, now);
      const due = kind && dueTimesOf(schedule, site, Math.max(since, now - lateMs), now + 1).at(-1);
      if (!kind || due === undefined) continue;
      const period = periodDue(kind, site, due, now);
      if (!period || mailings.round(schedule.id, period.id, due).madeAt !== null) continue;
      await attempt(schedule.id, period.id, () => makeReportOf(schedule, kind, period));
    }
    if (site.reports.reminders) {
      const since = mailings.since(remindersId, now);
      for (const bill of bills.list())
        for (const { number, at } of bill.state === 'overdue' ? bill.reminders : []) {
          // Of several that came together only the last is told.
          if (at < since || number !== bill.reminders.length) continue;
          const period = `${bill.id}/${number}`;
          if (mailings.round(remindersId, period, at).madeAt !== null) continue;
          await attempt(remindersId, period, () => remindTenant(bill, number));
        }
    }
    for (const one of mailings.unaudited())
      db.transact(() => {
        const { kind, state, key, channel, receiver, answer, error } = one;
        accounts.audit(program, `${kind}.${state}`, key, null, {
          channel,
          to: receiver?.id ?? 'group',
          ...(state === 'sent' ? { answer } : { error }),
        });
        mailings.audited(one.id);
      });
  };
  let running: Promise<void> | undefined;
  return () => {
    running ??= look().finally(() => {
      running = undefined;
    });
    return running;
  };
}
