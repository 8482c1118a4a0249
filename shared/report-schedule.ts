/** Reports that are sent by themselves, and reminders of bills: what, when, to whom, over which channels. */
import { z } from 'zod';
import { clockTime } from './book.ts';
import { languages } from './text.ts';
import { idSchema } from './topic.ts';

const channels = z.array(idSchema).min(1);

export const dayOfYear = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'month and day such as 11-15');

export const reportScheduleSchema = z.strictObject({
  id: idSchema,
  report: idSchema.meta({ description: 'energy-month, department-costs, year-end ...: one of reports/kinds' }),
  day: z
    .number()
    .int()
    .min(1)
    .max(28)
    .default(3)
    .meta({ description: 'Day of the month; the report is of the month or reporting year before' }),
  at: clockTime.default('08:00').meta({ description: "On the site's clock" }),
  months: z
    .array(z.number().int().min(1).max(12))
    .min(1)
    .optional()
    .meta({ description: 'Only in these months; by default each month, and for reports of a year each month until that year is sent' }),
  language: z.enum(languages).optional().meta({ description: "By default that of the reports, else the site's" }),
  channels: z
    .array(idSchema)
    .default([])
    .meta({ description: 'E-mail carries the report; robots and programs get a link. Without any it is made and kept in the console' }),
  to: z.array(idSchema).default([]).meta({ description: 'People, for channels that reach persons' }),
});
export type ReportSchedule = z.infer<typeof reportScheduleSchema>;

export const remindersSchema = z.strictObject({
  channels: channels.meta({
    description: 'E-mail goes to tenants that have an address, with the bill; groups are told which bills are overdue',
  }),
  language: z.enum(languages).optional().meta({ description: "By default the site's" }),
});

export const reportsSchema = z.strictObject({
  year_end: dayOfYear.optional().meta({ description: 'Last day of the reporting year; by default 12-31' }),
  language: z.enum(languages).optional().meta({ description: "By default the site's" }),
  schedule: z.array(reportScheduleSchema).default([]).meta({ description: 'Sent by themselves, once for each month or year' }),
  reminders: remindersSchema
    .optional()
    .meta({ description: 'Of unpaid bills, as often as the tenant says; without it they are only written down' }),
});
