/**
 * Checks what the operations database gives back. Alarms and tickets stand there as JSON beside the columns that are searched; text that is
 * damaged, or written by another version, is set aside with its reason and the row goes on with what its columns say, in the open: a damaged
 * record of a danger stays a danger on the screen.
 */
import { z } from 'zod';
import { type Alarm, alarmStates, priorities } from '../shared/alarm.ts';
import type { QuantityId } from '../shared/quantity.ts';
import { systemSchema, tradeSchema, trades } from '../shared/system.ts';
import { freshLife, type Ticket, ticketStates, waitingKinds } from '../shared/ticket.ts';
import { normalFacts } from './alarm-state.ts';
import type { Database } from './database.ts';

const text = z.object({ zh: z.string(), en: z.string() });
const time = z.number().int();
const quantity = z.string().nullable() as unknown as z.ZodType<QuantityId | null>;

/** Of the kind `Trend`. */
const trend = z.enum(['rising', 'falling', 'steady']).nullable();
export const liveRecord = z.object({ value: z.number().nullable(), at: time, trend, note: text.nullable() });
export const worstRecord = z.object({ value: z.number(), at: time });

export const alarmRecord = z.looseObject({
  id: z.string(),
  rule: z.string(),
  device: z.string(),
  quantity,
  system: systemSchema,
  priority: z.enum(priorities),
  trade: tradeSchema,
  lifeSafety: z.boolean(),
  state: z.enum(alarmStates),
  active: z.boolean(),
  acknowledged: z.boolean(),
  raisedAt: time.nullable(),
  clearedAt: time.nullable(),
  acknowledgedAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  occurrence: z.number().int(),
  value: z.number().nullable(),
  // Alarms of before these were kept have none.
  live: liveRecord.nullable().default(null),
  worst: worstRecord.nullable().default(null),
  limit: z.number().nullable(),
  unit: z.string(),
  title: text,
  message: text,
  check: text,
  location: text,
  building: z.string().nullable(),
  department: z.string().nullable(),
  shelvedUntil: time.nullable(),
  shelvedReason: z.string().nullable(),
  suppressedBy: z.string().nullable(),
  outOfServiceTicket: z.string().nullable(),
  cause: z.string().nullable(),
  ticket: z.string().nullable(),
  source: z.string(),
  version: z.number().int(),
}) satisfies z.ZodType<Alarm>;

const lifeRecord = z.object({
  arrivedAt: time.nullable(),
  arrivedBy: z.string().nullable(),
  waitingKind: z.enum(waitingKinds).nullable(),
  resumeAt: time.nullable(),
  approval: z.object({ by: z.string(), at: time, note: z.string().nullable() }).nullable(),
  signature: z
    .object({
      name: z.string(),
      by: z.string(),
      at: time,
      file: z.number().int().nullable(),
      stars: z.number().int().nullable(),
      phoneOf: z.string().nullable().default(null),
    })
    .nullable(),
  work: z.array(
    z.object({
      by: z.string(),
      at: time,
      minutes: z.number(),
      parts: z.array(z.object({ name: z.string(), quantity: z.number(), unit: z.string(), costYuan: z.number() })),
      costYuan: z.number(),
      note: z.string().nullable(),
    }),
  ),
  checks: z.array(z.object({ id: z.string(), text, done: z.object({ by: z.string(), at: time }).nullable() })).default([]),
  closedAt: time.nullable(),
  closedBy: z.string().nullable(),
  parent: z.string().nullable(),
  children: z.array(z.string()),
  reopened: z.number().int(),
});

export const ticketRecord = z.looseObject({
  id: z.string(),
  state: z.enum(ticketStates),
  title: text,
  description: text,
  system: systemSchema,
  trade: tradeSchema,
  priority: z.enum(priorities),
  device: z.string().nullable(),
  building: z.string().nullable(),
  department: z.string().nullable(),
  location: text,
  alarm: z.string().nullable(),
  alarms: z.array(z.string()),
  alarmActive: z.boolean(),
  openedAt: time,
  openedBy: z.string(),
  assignee: z.string().nullable(),
  assignedAt: time.nullable(),
  startedAt: time.nullable(),
  resolvedAt: time.nullable(),
  resolvedBy: z.string().nullable(),
  resolution: z.string().nullable(),
  verifiedAt: time.nullable(),
  verifiedBy: z.string().nullable(),
  waitingReason: z.string().nullable(),
  // Tickets of before there was more to say of them.
  life: lifeRecord.default(freshLife),
  override: z.object({ reason: z.string(), by: z.string() }).nullable().default(null),
  // Filled in when it is asked for.
  values: z.null().catch(null).default(null),
  version: z.number().int(),
}) satisfies z.ZodType<Ticket>;

/** What the row of an alarm keeps beside the alarm that leaves the desk. */
export const traitsRecord = z.object({ latching: z.boolean(), ticket: z.boolean(), causeKey: z.string() });
export type Traits = z.infer<typeof traitsRecord>;

/** The text of one column, checked; undefined, and set aside, when it does not have the form. */
export function readRecord<T>(db: Database, schema: z.ZodType<T>, content: string, place: string, row: string, at: number): T | undefined {
  let reason: string;
  try {
    const checked = schema.safeParse(JSON.parse(content));
    if (checked.success) return checked.data;
    reason = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  db.setAside({ place, row, reason: reason.slice(0, 500), content }, at);
  return undefined;
}

export interface AlarmRow {
  id: string;
  state: string;
  raised_at: number | null;
  device: string;
  rule: string;
  system: string;
  priority: string;
  building: string | null;
  department: string | null;
  alarm: string;
  traits: string;
}

const damaged = (id: string) => ({
  zh: `记录受损，按未确认告警处理：${id}`,
  en: `Damaged record, treated as an unacknowledged alarm: ${id}`,
});
const oneOf = <T extends string>(list: readonly T[], found: string, otherwise: T): T => list.find((one) => one === found) ?? otherwise;

/** What can be said of an alarm whose text is damaged: it was there unless its column says that it was gone, and nobody has acknowledged it. */
export function alarmFromColumns(row: AlarmRow): { alarm: Alarm; traits: Traits } {
  const gone = ['NORM', 'RTNUN', 'LUNACK', 'LACKED'].includes(row.state);
  const alarm: Alarm = {
    ...normalFacts,
    id: row.id,
    rule: row.rule,
    device: row.device,
    quantity: null,
    system: systemSchema.safeParse(row.system).data ?? 'environment',
    priority: oneOf(priorities, row.priority, 'critical'),
    trade: 'general',
    // Whether it was one is not in the columns; nothing that follows from it may be left out.
    lifeSafety: true,
    state: row.state === 'NORM' ? 'NORM' : gone ? 'RTNUN' : 'UNACK',
    active: !gone,
    acknowledged: row.state === 'NORM',
    raisedAt: row.raised_at,
    occurrence: 1,
    unit: '',
    title: damaged(row.id),
    message: damaged(row.id),
    check: { zh: '到现场核实；原文见 set_aside 表', en: 'See for yourself on site; the original text is in the table set_aside' },
    location: { zh: row.device, en: row.device },
    building: row.building,
    department: row.department,
    cause: null,
    ticket: null,
    source: 'proposal',
    version: 1_000_000,
  };
  return { alarm, traits: { latching: false, ticket: true, causeKey: row.id } };
}

/** The alarm of a row, from its text or, when that is damaged, from its columns. */
export const readAlarm = (db: Database, row: AlarmRow, at: number): Alarm =>
  readRecord(db, alarmRecord, row.alarm, 'alarms', row.id, at) ?? alarmFromColumns(row).alarm;

/** The alarm as it is now. */
export function alarmIn(db: Database, id: string, at: number): Alarm | undefined {
  const row = db.get<AlarmRow>('SELECT * FROM alarms WHERE id = ?', id);
  return row && readAlarm(db, row, at);
}

export interface TicketRow {
  number: number;
  state: string;
  opened_at: number;
  device: string | null;
  system: string;
  trade: string;
  assignee: string | null;
  building: string | null;
  department: string | null;
  ticket: string;
}

/** What can be said of a ticket whose text is damaged. */
export function ticketFromColumns(row: TicketRow): Ticket {
  const title = { zh: `工单记录受损（T-${row.number}）`, en: `Damaged record of ticket T-${row.number}` };
  return ticketRecord.parse({
    id: `T-${row.number}`,
    state: oneOf(ticketStates, row.state, 'open'),
    title,
    description: title,
    system: systemSchema.safeParse(row.system).data ?? 'environment',
    trade: oneOf(trades, row.trade, 'general'),
    priority: 'medium',
    device: row.device,
    building: row.building,
    department: row.department,
    location: { zh: row.device ?? '未注明位置', en: row.device ?? 'no place given' },
    alarm: null,
    alarms: [],
    alarmActive: false,
    openedAt: row.opened_at,
    openedBy: 'engine',
    assignee: row.assignee,
    assignedAt: null,
    startedAt: null,
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
    verifiedAt: null,
    verifiedBy: null,
    waitingReason: null,
    version: 1_000_000,
  }) as Ticket;
}
