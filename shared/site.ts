/** The site file: what an integrator writes. Schema here, reading and mistakes in site-file.ts. */
import { z } from 'zod';
import { priorities } from './alarm.ts';
import { alarmPathKeys } from './alarm-path.ts';
import { deviceRoleSchema } from './device-role.ts';
import { durationSchema } from './duration.ts';
import { projectSchema, targetSchema, tariffSchema, tenantSchema, treeNodeSchema } from './energy-site.ts';
import { escalationSchema } from './escalation.ts';
import { hooksSchema } from './hooks.ts';
import { assetSchema } from './plant.ts';
import { quantitySchema } from './quantity.ts';
import { dayOfYear, reportsSchema } from './report-schedule.ts';
import { rosterSchema } from './roster.ts';
import { ruleOverrideSchema, ruleSchema } from './rule.ts';
import { secretReference } from './secret-reference.ts';
import { systemSchema, tradeSchema } from './system.ts';
import { languages, textSchema } from './text.ts';
import { idSchema } from './topic.ts';

const port = z.number().int().min(1).max(65535);
const positive = z.number().positive();

export { secretReference };

/** Facts of an installed device that rules and reports use. Units are in the names. */
export const attributesSchema = z.strictObject({
  rating_a: positive.optional().meta({ description: 'Rated current In of breaker or cable, A' }),
  poles: z.number().int().min(1).max(4).optional(),
  capacity_kva: positive.optional().meta({ description: 'Rated power of a transformer, kVA' }),
  capacity_kw: positive.optional().meta({ description: 'Rated power of genset or boiler, kW' }),
  contract_kw: positive.optional().meta({ description: 'Contract maximum demand, kW' }),
  nominal_kpa: positive.optional().meta({ description: 'Nominal pressure of an oxygen zone or a loop, kPa' }),
  nominal_v: positive.optional().meta({ description: 'Nominal phase voltage, V' }),
  setting_ma: positive.optional().meta({ description: 'Residual current alarm setting, mA' }),
  volume_m3: positive.optional().meta({ description: 'Water or gas content, m³' }),
  contact_m3: positive.optional().meta({
    description: 'Effective volume of the chlorine contact tank, m³: its water times what short cuts leave of it, 0.5-0.7',
  }),
  max_flow_m3h: positive.optional(),
  beds: z.number().int().min(0).optional(),
  room_min_c: z.number().optional().meta({ description: 'Lowest permitted room temperature, °C' }),
  room_max_c: z.number().optional(),
  planned_hours: positive.optional().meta({ description: 'Planned run hours a day' }),
  ct_ratio: positive.optional().meta({ description: 'Current transformer ratio, 100/5 = 20' }),
  pt_ratio: positive.optional(),
  digits: z.number().int().min(1).max(15).optional().meta({ description: 'Digits of the counter before it rolls over' }),
});
export type Attributes = z.infer<typeof attributesSchema>;

/** What is wired to an input of a remote I/O module. */
export const inputSchema = z.strictObject({
  quantity: quantitySchema,
  low: z.number().optional().meta({ description: 'Value at 4 mA (analogue inputs)' }),
  high: z.number().optional().meta({ description: 'Value at 20 mA (analogue inputs)' }),
  invert: z.boolean().optional().meta({ description: 'Digital inputs: a closed contact means 0' }),
});
export type Input = z.infer<typeof inputSchema>;

const deviceBase = {
  id: idSchema,
  name: textSchema,
  system: systemSchema.optional().meta({ description: "By default the profile's" }),
  role: deviceRoleSchema.optional().meta({
    description:
      'What it is in the plant; rules and boards choose by it (docs/generated/roles.md). Without one only silence and bad values are watched',
  }),
  building: idSchema.optional(),
  department: idSchema.optional(),
  tenant: idSchema.optional(),
  circuit: z.string().optional(),
  location: textSchema.optional(),
  fed_by: idSchema.optional().meta({ description: 'The meter upstream: makes the meter tree' }),
  trade: tradeSchema.optional(),
  attributes: attributesSchema.default({}),
  poll: durationSchema.default(5_000),
};

export const modbusDeviceSchema = z.strictObject({
  ...deviceBase,
  profile: z.string().meta({ description: 'A profile of gateway/devices or beside the site file' }),
  unit: z.number().int().min(0).max(255).meta({ description: 'Modbus unit id' }),
  slow_poll: durationSchema.default(60_000).meta({ description: 'For the points that the profile calls slow' }),
  only: z.array(quantitySchema).min(1).optional().meta({ description: 'Read only these quantities' }),
  inputs: z.record(z.string(), inputSchema).optional().meta({ description: 'Remote I/O: input of the profile to quantity' }),
});
export type ModbusDevice = z.infer<typeof modbusDeviceSchema>;

const innerPath = z.string().optional().meta({ description: 'Where a JSON text stands at `path`: the JSONPath within it' });

/** Maps one field of a JSON payload to a quantity. */
export const mqttPointSchema = z.strictObject({
  quantity: quantitySchema,
  topic: z.string().optional().meta({ description: "By default the device's topic" }),
  path: z.string().meta({ description: 'JSONPath (RFC 9535), such as $.data.temp' }),
  inside: innerPath,
  decimal: z.enum(['.', ',']).optional().meta({ description: 'Numbers in texts: the sign before the decimals; by default a point' }),
  suffix: z.string().min(1).optional().meta({ description: 'Numbers in texts: what must follow the number, such as °C' }),
  scale: z.number().default(1),
  offset: z.number().default(0),
  states: z.record(z.string(), z.number()).optional().meta({ description: 'Text values to numbers, such as {open: 0, closed: 1}' }),
});

export const mqttDeviceSchema = z.strictObject({
  ...deviceBase,
  system: systemSchema,
  topic: z.string().min(1),
  time: z
    .strictObject({
      path: z.string(),
      inside: innerPath,
      unit: z.enum(['ms', 's', 'us', 'ns', 'iso']),
      zone: z
        .string()
        .refine((zone) => zone === 'site' || isTimeZone(zone), '`site`, or an IANA time zone such as Asia/Shanghai')
        .optional()
        .meta({
          description: 'Unit iso: the time zone of texts that carry none, `site` for that of the site. Without it such a text is no time',
        }),
    })
    .optional()
    .meta({ description: 'Where the payload carries its time; else arrival' }),
  rows: z
    .string()
    .optional()
    .meta({ description: 'A message with several readings: the JSONPath of its rows, such as $[*]; all other paths begin at a row' }),
  partial: z.boolean().default(false).meta({ description: 'A message carries only what changed: what is absent is unchanged, not bad' }),
  expire: durationSchema.default(180_000).meta({ description: 'Without a message for so long the device is offline' }),
  points: z.array(mqttPointSchema).min(1),
});
export type MqttDevice = z.infer<typeof mqttDeviceSchema>;

const modbusBusBase = {
  id: idSchema,
  timeout: durationSchema.default(1_000),
  pause: durationSchema.default(0).meta({ description: 'Pause between requests' }),
  retries: z.number().int().min(0).max(5).default(1),
  devices: z.array(modbusDeviceSchema).default([]),
};
const serialSettings = {
  baud: z.number().int().min(300).max(1_000_000).default(9_600),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  data_bits: z.union([z.literal(7), z.literal(8)]).default(8),
  stop_bits: z.union([z.literal(1), z.literal(2)]).default(1),
};
export const modbusTcpBusSchema = z.strictObject({
  ...modbusBusBase,
  type: z.literal('modbus-tcp'),
  host: z.string().min(1),
  port: port.default(502),
  simulated: z.boolean().default(false).meta({ description: 'Served by the simulators of a simulated site' }),
  in_flight: z.number().int().min(1).max(16).default(1).meta({ description: 'Requests to different units under way at once' }),
  transaction_ids: z
    .enum(['check', 'ignore'])
    .default('check')
    .meta({ description: 'ignore: for a device that answers with another transaction id; only with in_flight 1' }),
  unit_ids: z
    .enum(['check', 'ignore'])
    .default('check')
    .meta({ description: 'ignore: for a single device that answers with another unit id than asked; only with in_flight 1' }),
});
export const modbusRtuBusSchema = z.strictObject({
  ...modbusBusBase,
  type: z.literal('modbus-rtu'),
  path: z.string().min(1),
  ...serialSettings,
});
export const modbusRtuTcpBusSchema = z.strictObject({
  ...modbusBusBase,
  type: z.literal('modbus-rtu-tcp'),
  host: z.string().min(1),
  port,
  simulated: z.boolean().default(false),
});
export const mqttBusSchema = z.strictObject({
  id: idSchema,
  type: z.literal('mqtt'),
  url: z.string().optional().meta({ description: "Broker of the devices; by default Plantroom's own" }),
  username: z.string().optional(),
  password: secretReference.optional(),
  simulated: z.boolean().default(false),
  devices: z.array(mqttDeviceSchema).default([]),
});
export const busSchema = z.discriminatedUnion('type', [modbusTcpBusSchema, modbusRtuBusSchema, modbusRtuTcpBusSchema, mqttBusSchema]);
export type Bus = z.infer<typeof busSchema>;
export type ModbusBus = Exclude<Bus, { type: 'mqtt' }>;
export type MqttBus = Extract<Bus, { type: 'mqtt' }>;

export const outboxSchema = z.strictObject({
  max_mb: z.number().positive().default(2_048).meta({ description: 'Above this the oldest messages are dropped, counted and alarmed' }),
  max_age: durationSchema.default(7 * 86_400_000),
});

export const gatewaySchema = z.strictObject({
  id: idSchema,
  name: textSchema,
  building: idSchema.optional(),
  outbox: outboxSchema.prefault({}),
  buses: z.array(busSchema).default([]),
});
export type GatewaySite = z.infer<typeof gatewaySchema>;

const person = z.strictObject({
  id: idSchema,
  name: z.string().min(1),
  phone: z.string().optional(),
  email: z.email().optional(),
  wecom: z.string().min(1).optional().meta({ description: 'User id in WeCom, so that a robot can call this person by name' }),
});
export type Person = z.infer<typeof person>;

/** What every notification channel has; the settings of its type are in notify/channels, one file each, and are checked by plantroom check. */
export const channelBaseSchema = z.looseObject({
  id: idSchema,
  type: z.string().min(1).meta({ description: 'A file of notify/channels: smtp, webhook, wecom' }),
  name: textSchema.optional().meta({ description: 'As people read it in the console; by default what its type is called' }),
  language: z.enum(languages).optional().meta({ description: "By default the site's" }),
  priorities: z
    .array(z.enum(priorities))
    .min(1)
    .default(['critical', 'high'])
    .meta({ description: 'What it tells of. Life-safety alarms also go where their priority was lowered' }),
  trades: z.array(tradeSchema).min(1).optional().meta({ description: 'Only alarms of these trades; by default all' }),
  per_minute: z
    .number()
    .int()
    .min(4)
    .max(6_000)
    .optional()
    .meta({ description: 'Most messages a minute; what is above goes out as one summary. Never holds life-safety alarms back' }),
  give_up: durationSchema.default(86_400_000).meta({ description: 'After so long without success a notice is recorded as failed' }),
});
export type ChannelConfig = z.infer<typeof channelBaseSchema>;

/** Both days included; may pass the turn of the year. */
export const seasonSchema = z.strictObject({ from: dayOfYear, to: dayOfYear });

export const siteSchema = z.strictObject({
  site: z.strictObject({
    id: idSchema,
    name: textSchema,
    timezone: z
      .string()
      .refine((zone) => isTimeZone(zone), 'an IANA time zone such as Asia/Shanghai')
      .default('Asia/Shanghai'),
    language: z.enum(languages).default('zh'),
    duty_phone: z.string().min(1).optional().meta({ description: 'Rings whoever is on duty; for places without a number of their own' }),
    simulated: z.boolean().default(false).meta({ description: 'The simulators stand in for the plant' }),
    seed: z.number().int().min(0).default(1).meta({ description: 'Simulated sites: seed of all randomness' }),
  }),
  public_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where people reach the console, also from outside: for links in notices and codes on prints' }),
  include: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]).meta({ description: 'Folders with own device profiles, relative to this file' }),
  buildings: z.array(z.strictObject({ id: idSchema, name: textSchema, area_m2: positive.optional() })).default([]),
  departments: z
    .array(
      z.strictObject({
        id: idSchema,
        name: textSchema,
        building: idSchema.optional(),
        area_m2: positive.optional(),
        beds: z.number().int().min(0).optional(),
        headcount: z.number().int().min(0).optional(),
      }),
    )
    .default([]),
  places: z
    .array(
      z.strictObject({
        id: idSchema,
        name: textSchema,
        building: idSchema.optional(),
        department: idSchema.optional(),
        phone: z.string().min(1).optional().meta({ description: 'The number to ring when it is urgent' }),
      }),
    )
    .default([])
    .meta({ description: 'Where a code hangs by which faults are reported without an account; without any, each department is one' }),
  tenants: z.array(tenantSchema).default([]).meta({ description: 'Canteen, shop, dormitories, telecom masts: who pays for what it uses' }),
  gateways: z.array(gatewaySchema).min(1),
  rules: z
    .strictObject({
      packs: z.array(z.string()).optional().meta({ description: 'Only these packs; by default all' }),
      overrides: z.array(ruleOverrideSchema).default([]),
      own: z.array(ruleSchema).default([]),
      seasons: z
        .record(idSchema, seasonSchema)
        .default({ heating: { from: '11-15', to: '03-15' } })
        .meta({ description: 'When rules of a season count; heating by local law, 15 November to 15 March in the north' }),
    })
    .prefault({}),
  people: z.array(person).default([]),
  on_call: z.array(z.strictObject({ trade: tradeSchema, people: z.array(idSchema).min(1) })).default([]),
  rosters: z
    .array(rosterSchema)
    .default([])
    .meta({ description: 'Who is on call when; edited in the console afterwards. Without one for a trade, on_call is its roster' }),
  escalation: escalationSchema.prefault({}),
  books: z
    .strictObject({
      keep: z
        .array(idSchema)
        .default([])
        .meta({ description: 'Books that are kept here from the start on; any other one is from its first record on' }),
      folders: z.array(z.string()).default([]).meta({ description: 'Folders with own books, relative to this file' }),
    })
    .prefault({})
    .meta({ description: 'Books of records (docs/books.md)' }),
  assets: z
    .array(assetSchema)
    .default([])
    .meta({ description: 'Things without a meter: lifts, doors, pressure vessels, valves; more are added in the console' }),
  hooks: hooksSchema,
  channels: z.array(channelBaseSchema).default([]).meta({ description: 'How people are told of alarms' }),
  ...alarmPathKeys,
  retention: z
    .strictObject({ raw: durationSchema.default(90 * 86_400_000), hourly: durationSchema.default(10 * 365 * 86_400_000) })
    .prefault({})
    .meta({ description: 'How long readings are kept' }),
  tariffs: z
    .array(tariffSchema)
    .default([])
    .meta({ description: 'Prices by date, medium and meter; a later one wins, and one that names meters' }),
  tree: z.array(treeNodeSchema).default([]).meta({ description: 'Virtual meters, item codes, and who pays for what is left at a meter' }),
  targets: z.array(targetSchema).default([]),
  projects: z.array(projectSchema).default([]).meta({ description: 'Retrofits whose saving is measured (IPMVP)' }),
  hand_meters: z
    .array(
      z.strictObject({
        id: idSchema,
        name: textSchema,
        medium: z.enum(['electricity', 'water', 'heat', 'gas']),
        building: idSchema.optional(),
        department: idSchema.optional(),
        tenant: idSchema.optional(),
        fed_by: idSchema.optional(),
        digits: attributesSchema.shape.digits,
      }),
    )
    .default([])
    .meta({ description: 'Meters without a wire: people read them, on the phone or by a file' }),
  weather: z
    .strictObject({ device: idSchema, quantity: quantitySchema.default('outdoor_temp_c') })
    .optional()
    .meta({ description: 'Whose outdoor temperature counts for degree days; by default the device of role outdoor' }),
  reports: reportsSchema.prefault({}),
});
export type SiteConfig = z.infer<typeof siteSchema>;

export type Place = SiteConfig['places'][number];
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export type AnyDevice = ModbusDevice | MqttDevice;
export interface PlacedDevice {
  gateway: GatewaySite;
  bus: Bus;
  device: AnyDevice;
}

/** All devices of the site with the gateway and bus they are on. */
export function devicesOf(site: SiteConfig): PlacedDevice[] {
  return site.gateways.flatMap((gateway) => gateway.buses.flatMap((bus) => bus.devices.map((device) => ({ gateway, bus, device }))));
}

export function isModbusDevice(device: AnyDevice): device is ModbusDevice {
  return 'profile' in device;
}

/** The address of a simulated bus as this process reaches it: PLANTROOM_SIM_HOST and PLANTROOM_SIM_SHIFT move all of them. */
export function simulatedEndpoint(bus: { host: string; port: number; simulated: boolean }, environment: NodeJS.ProcessEnv = process.env) {
  if (!bus.simulated) return { host: bus.host, port: bus.port };
  return { host: environment.PLANTROOM_SIM_HOST || bus.host, port: bus.port + Number(environment.PLANTROOM_SIM_SHIFT || 0) };
}

/** Devices that publish JSON to Plantroom's own broker. */
export const publishersOf = (config: SiteConfig): string[] =>
  config.gateways.flatMap(({ buses }) =>
    buses.flatMap((bus) => (bus.type === 'mqtt' && bus.url === undefined ? bus.devices.map(({ id }) => id) : [])),
  );
