/** The forms of the API: requests are checked against them, replies documented by them and tested against them. */
import { z } from 'zod';
import { passwordLength } from '../../access/index.ts';
import { permissionIds, userRoles } from '../../access/permissions.ts';

export { userName } from '../../access/index.ts';

import { slaKinds } from '../../desk/index.ts';
import { alarmStates, priorities } from '../../shared/alarm.ts';
import { badReasons } from '../../shared/reading.ts';
import { systemSchema, tradeSchema } from '../../shared/system.ts';
import { languages } from '../../shared/text.ts';
import { ticketStates, waitingKinds } from '../../shared/ticket.ts';
import { idSchema } from '../../shared/topic.ts';
import { problemSchema } from '../problem.ts';
import { measured, yuan } from '../rounding.ts';

export const text = z.object({ zh: z.string(), en: z.string() });
export const time = z.number().int().meta({ description: 'UTC milliseconds' });
const plausible = 'a time of the years 2000 to 2099';
/** A time that somebody sends, as a number. */
export const sentTime = z
  .number()
  .int()
  .min(Date.UTC(2000, 0, 1), plausible)
  .max(Date.UTC(2100, 0, 1) - 1, plausible)
  .meta({ description: 'UTC milliseconds' });
/** Yuan of one entry. */
export const cost = z.number().min(0).max(1e7);
/** Pieces, metres, litres of one entry. */
export const quantity = z.number().positive().max(1e6);
/** A figure of a month, in whatever unit. */
export const amount = z.number().min(-1e12).max(1e12);
/** What a counter can show. */
export const meterValue = z.number().min(0).max(1e15);
/** A month of these years. */
export const monthText = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'a month such as 2026-07');
const id = z.string();

/** Every route may answer so. */
export const problems = { '4xx': problemSchema, '5xx': problemSchema } as const;

export const password = z.string().min(passwordLength.min).max(passwordLength.max);
export const userRole = z.enum(userRoles);
export const user = z.object({ name: z.string(), fullName: z.string(), role: userRole, createdAt: time, lastSeenAt: time.nullable() });
export const session = z.object({
  user: z.object({ name: z.string(), fullName: z.string(), role: userRole }),
  permissions: z.array(z.enum(permissionIds)),
});

export const latest = z.object({
  value: measured.nullable(),
  unit: z.string(),
  t: time,
  quality: z.enum(['good', 'bad']),
  reason: z.enum(badReasons).optional(),
});
export const device = z
  .object({
    id,
    name: text,
    system: systemSchema,
    role: z.string().nullable(),
    profile: z.string().nullable(),
    gateway: id,
    bus: id,
    building: id.nullable(),
    department: id.nullable(),
    tenant: id.nullable(),
    circuit: z.string().nullable(),
    location: text.nullable(),
    fedBy: id.nullable(),
    trade: tradeSchema.nullable(),
    attributes: z.record(z.string(), z.number()),
    pollMs: z.number(),
    online: z.boolean().nullable().meta({ description: 'null: not known yet' }),
    since: time.nullable(),
    reason: z.string().nullable(),
    lastReadingAt: time.nullable(),
    latest: z.record(z.string(), latest),
  })
  .meta({ id: 'Device' });

/** Three numbers that must not be taken for each other. */
const alarmValues = {
  value: z.number().nullable().meta({ description: 'At the raising of this occurrence' }),
  live: z
    .object({
      value: z.number().nullable().meta({ description: 'null: unknown now' }),
      at: time,
      trend: z.enum(['rising', 'falling', 'steady']).nullable(),
      note: text.nullable().meta({ description: 'Such as how many minutes are left' }),
    })
    .nullable()
    .meta({ description: 'What the rule sees now' }),
  worst: z.object({ value: z.number(), at: time }).nullable().meta({ description: 'The worst since the raising' }),
};

export const alarm = z
  .object({
    id,
    rule: z.string(),
    device: id,
    quantity: z.string().nullable(),
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
    ...alarmValues,
    limit: z.number().nullable(),
    unit: z.string(),
    title: text,
    message: text,
    check: text,
    location: text,
    building: id.nullable(),
    department: id.nullable(),
    shelvedUntil: time.nullable(),
    shelvedReason: z.string().nullable(),
    suppressedBy: z.string().nullable(),
    outOfServiceTicket: z.string().nullable(),
    cause: z.string().nullable(),
    ticket: z.string().nullable(),
    source: z.string(),
    version: z.number().int(),
  })
  .meta({ id: 'Alarm' });

export const ticketLife = z.object({
  arrivedAt: time.nullable(),
  arrivedBy: z.string().nullable(),
  waitingKind: z.enum(waitingKinds).nullable(),
  resumeAt: time.nullable().meta({ description: 'When work goes on; the clocks run again from then' }),
  approval: z.object({ by: z.string(), at: time, note: z.string().nullable() }).nullable(),
  signature: z
    .object({
      name: z.string(),
      by: z.string(),
      at: time,
      file: z.number().int().nullable().meta({ description: 'Of GET /api/tickets/:id/files' }),
      stars: z.number().int().nullable(),
      phoneOf: z.string().nullable().meta({ description: 'Drawn on the phone of this account by somebody of the department without one' }),
    })
    .nullable(),
  work: z.array(
    z.object({
      by: z.string(),
      at: time,
      minutes: z.number(),
      parts: z.array(
        z.object({
          name: z.string(),
          quantity: z.number(),
          unit: z.string(),
          costYuan: yuan.meta({ description: 'Of the whole quantity' }),
        }),
      ),
      costYuan: yuan.meta({ description: 'Beside the parts' }),
      note: z.string().nullable(),
    }),
  ),
  checks: z
    .array(z.object({ id: z.string(), text, done: z.object({ by: z.string(), at: time }).nullable() }))
    .meta({ description: 'Check list: from what the rule or the plan says to look at; an opened-again ticket begins it anew' }),
  closedAt: time.nullable(),
  closedBy: z.string().nullable(),
  parent: z.string().nullable(),
  children: z.array(z.string()),
  reopened: z.number().int(),
});

export const slaClock = z.object({
  kind: z.enum(slaKinds),
  targetMs: z.number().nullable(),
  segments: z.array(
    z.object({ from: time, to: time.nullable(), state: z.enum(['running', 'paused']), reason: z.string().nullable(), by: z.string() }),
  ),
  ranMs: z.number(),
  endedAt: time.nullable(),
  ended: z.enum(['done', 'cancelled']).nullable(),
  breachedAt: time.nullable(),
  dueAt: time.nullable().meta({ description: 'When it will be too late if nothing changes' }),
});

export const ticket = z
  .object({
    id,
    state: z.enum(ticketStates),
    title: text,
    description: text,
    system: systemSchema,
    trade: tradeSchema,
    priority: z.enum(priorities),
    device: id.nullable(),
    building: id.nullable(),
    department: id.nullable(),
    location: text,
    alarm: z.string().nullable(),
    alarms: z.array(z.string()),
    alarmActive: z.boolean(),
    values: z
      .object({ alarm: z.string(), ...alarmValues, limit: z.number().nullable(), unit: z.string(), lifeSafety: z.boolean() })
      .nullable()
      .meta({ description: 'Of the most urgent of its alarms' }),
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
    override: z
      .object({ reason: z.string(), by: z.string() })
      .nullable()
      .meta({ description: 'Signed off although its alarm was still active' }),
    waitingReason: z.string().nullable(),
    life: ticketLife,
    version: z.number().int(),
  })
  .meta({ id: 'Ticket' });

export const journalEntry = z.object({
  seq: z.number().int(),
  t: time,
  kind: z.enum(['alarm', 'ticket']),
  id: z.string(),
  event: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  who: z.string(),
  why: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

export const fault = z.object({
  name: z.string(),
  title: text,
  description: text,
  system: z.string(),
  active: z.boolean(),
  startedAt: time.nullable(),
  expects: z.array(z.object({ rule: z.string(), device: z.string(), priority: z.string() })),
  params: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
});

/** A time in a query: UTC milliseconds or ISO 8601 with zone. */
/** The years 1 to 9999: what dates and stores can write down. */
export const momentMs = z
  .number()
  .int()
  .min(-62_135_596_800_000, 'a time after the year 0')
  .max(253_402_300_799_999, 'a time before the year 10000');
export const timeQuery = z
  .union([z.string().regex(/^\d{1,16}$/), z.iso.datetime({ offset: true })])
  .transform((value) => (/^\d+$/.test(value) ? Number(value) : Date.parse(value)))
  .pipe(momentMs)
  .meta({ description: 'UTC milliseconds, or ISO 8601 with zone' });
/** A time in a body. */
export const instant = z
  .union([z.number().int(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
  .pipe(sentTime)
  .meta({ description: 'UTC milliseconds, or ISO 8601 with zone' });
export const count = (most: number, standard: number) => z.coerce.number().int().min(1).max(most).default(standard);

/** A record with so many entries at most. */
export const fewOf = <T extends z.ZodType>(value: T, most = 200) =>
  z.record(z.string().max(100), value).refine((one) => Object.keys(one).length <= most, { message: `at most ${most} entries` });

export const words = z.string().trim().min(1).max(2_000);
export const optionalComment = z.object({ comment: words.optional() }).nullish();
export { idSchema, languages, priorities, systemSchema, tradeSchema };

export const auditEntry = z.object({
  id: z.number().int(),
  at: time,
  who: z.string(),
  action: z.string(),
  object: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
