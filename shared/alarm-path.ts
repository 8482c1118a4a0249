/** What the site file says of the way from an alarm to people, beside its channels: the weekly test, the heartbeat, alerts from outside. */
import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { secretReference } from './secret-reference.ts';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const weeklyTestSchema = z.strictObject({
  enabled: z.boolean().default(true),
  day: z.enum(weekdays).default('monday'),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 10:05')
    .default('10:05')
    .meta({ description: 'On the clock of the site' }),
});
const heartbeatSchema = z.strictObject({
  url: z
    .union([z.url({ protocol: /^https?$/ }), secretReference])
    .meta({ description: 'Address that the watchdog gave out, called with GET; by reference where it holds a key' }),
  token: secretReference.optional().meta({ description: 'Bearer token, where the watchdog wants one' }),
  every: durationSchema
    .default(60_000)
    .refine((ms) => ms >= 5_000, 'at least 5s')
    .meta({ description: 'Real time. The watchdog should wait for two or three of them' }),
});

export const alarmPathKeys = {
  weekly_test: weeklyTestSchema.prefault({}).meta({
    description: 'A test notice to each person over each channel that reaches him; who does not confirm it is named in the console',
  }),
  heartbeat: heartbeatSchema.optional().meta({
    description: 'An outside watchdog that is called while people can be told of alarms, and raises its own alarm when the calls stop',
  }),
  alertmanager_in: z
    .strictObject({ token: secretReference })
    .optional()
    .meta({ description: 'Takes alerts of a Prometheus Alertmanager at POST /api/alertmanager, with this bearer token' }),
};
