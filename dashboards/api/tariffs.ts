/** The prices that bills are made with, to be looked at: which hold, who pays by them, the day of each month, and what is wrong with a file of the site. */
import { z } from 'zod';
import { tariffsView } from '../../energy/index.ts';
import { billedMedia } from '../../shared/energy-site.ts';
import { wallOf } from '../../shared/zone.ts';
import { price } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems, text } from './schemas.ts';

const period = z.enum(['sharp', 'peak', 'flat', 'valley', 'deep']);
const day = z.string().meta({ description: 'A day such as 2026-01-01' });
const version = z.object({
  from: day,
  to: day.nullable().meta({ description: 'First day on which it does not hold any more' }),
  inForce: z.boolean(),
  price: price.nullable().meta({ description: 'One price for all hours, yuan a unit' }),
  prices: z.array(z.object({ period, price })),
  groups: z
    .array(
      z.object({
        months: z.array(z.number().int()),
        strips: z.array(
          z.object({
            days: z.array(z.enum(['workday', 'weekend', 'holiday'])).meta({ description: 'Empty: every day' }),
            spans: z
              .array(z.object({ from: z.number().int(), to: z.number().int(), period }))
              .meta({ description: 'Minutes after midnight' }),
          }),
        ),
      }),
    )
    .meta({ description: 'Months whose days look alike' }),
  tiers: z.array(z.object({ upTo: z.number().nullable().meta({ description: 'In the month; null: all above' }), price })),
  series: z
    .object({ hours: z.number().int(), from: z.string(), to: z.string(), least: price, most: price })
    .nullable()
    .meta({ description: 'A price for each hour' }),
  adders: z.array(
    z.object({ id: z.string(), name: text, price, adjusted: z.boolean().meta({ description: 'The power factor acts on it' }) }),
  ),
  basic: z
    .object({
      kind: z.enum(['capacity', 'demand', 'contract']),
      price: price.meta({ description: 'Yuan per kVA or kW and month' }),
      capacityKva: z.number(),
      contractKw: z.number().nullable(),
      leastKw: z.number().nullable().meta({ description: 'What is paid at least' }),
      freeKw: z.number().nullable().meta({ description: 'What is drawn above it counts overTimes' }),
      overTimes: z.number().nullable(),
      busy: z.object({ kwhPerKva: z.number(), share: z.number() }).nullable().meta({ description: 'From so many kWh per kVA in the month only this share of the price' }), // biome-ignore format: one
    })
    .nullable(),
  powerFactor: z
    .object({ standard: z.string(), rows: z.array(z.object({ factor: z.number(), pct: z.number().meta({ description: 'Below 0: a reward' }) })) }) // biome-ignore format: one
    .nullable(),
});
const tariff = {
  id: z.string(),
  name: text,
  region: text.nullable(),
  medium: z.enum(billedMedia),
  unit: z.string(),
  calendar: z.enum(['china', 'none', 'own']),
  source: text,
  confidence: z.enum(['A', 'B', 'K']).meta({ description: 'A read at the source, B second hand, K to be checked against the bill' }),
  versions: z.array(version),
};
const named = z.array(z.object({ id: z.string(), name: text }));

export function tariffRoutes(app: App, { ledger, site, siteFolder, clock }: RouteContext): void {
  const view = tariffsView({ site, folder: siteFolder, meters: ledger.meters, inUse: ledger.tariffs });
  app.get(
    '/api/energy/tariffs',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'The tariffs of the site with their prices, hours and rules, and who pays by them; those that come with the program and are not used; and what is wrong with a file now',
        response: {
          200: z.object({
            today: day,
            tariffs: z.array(
              z.object({
                ...tariff,
                file: z.string().nullable().meta({ description: 'null: the price stands in the site file' }),
                origin: z.enum(['site-file', 'own-file', 'built-in']),
                state: z.enum(['in-force', 'coming', 'ended']),
                validFrom: day.nullable(),
                validTo: day.nullable().meta({ description: 'Last day' }),
                meters: named.meta({ description: 'Main meters' }),
                tenants: named,
                changed: z
                  .boolean()
                  .meta({ description: 'The file was changed since the program began; bills are made with what is shown' }),
              }),
            ),
            offered: z.array(z.object(tariff)),
            mistakes: z.array(
              z.object({
                tariff: z.string(),
                file: z.string(),
                line: z.number().int().nullable(),
                at: z.string().meta({ description: 'Such as versions.0.energy.prices; empty: the file as a whole' }),
                ...text.shape,
              }),
            ),
          }),
          ...problems,
        },
      },
    },
    async () => view(new Date(wallOf(site.site.timezone, clock.now())).toISOString().slice(0, 10)),
  );
}
