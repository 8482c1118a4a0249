/**
 * A device profile: what a model of meter or controller answers at which register. Facts only, from the maker's document, so that people can
 * compare it with the manual and machines check the rest. One YAML file per model in `devices/`, or beside the site file.
 */
import { z } from 'zod';
import { quantitySchema } from '../shared/quantity.ts';
import { systemSchema } from '../shared/system.ts';
import { textSchema } from '../shared/text.ts';

export const tables = ['coil', 'discrete', 'holding', 'input'] as const;
export type Table = (typeof tables)[number];
/** Modbus function code that reads each table. */
export const functionOf = { coil: 1, discrete: 2, holding: 3, input: 4 } as const satisfies Record<Table, number>;

/**
 * `mod10000`: each word holds four decimal digits (`signed-`: and its own sign, as ION meters have it). `bcd16/32/64`: packed BCD (`signed-`: a
 * first digit F is the minus). `sign-magnitude`: the first bit is the minus, the rest the number. `decimal32`: eight bits of decimal exponent, 24
 * of mantissa with sign (`udecimal32`: without). `bits`: see `bit` and `mask`.
 */
export const valueTypes = [
  'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int48', 'uint48', 'int64', 'uint64', 'float16', 'float32', 'float64',
  'bcd16', 'bcd32', 'bcd64', 'mod10000-32', 'mod10000-48', 'mod10000-64', 'signed-mod10000-32', 'signed-mod10000-48', 'signed-mod10000-64',
  'signed-bcd16', 'signed-bcd32', 'signed-bcd64', 'sign-magnitude-16', 'sign-magnitude-32', 'decimal32', 'udecimal32', 'bit', 'bits', 'string',
] as const; // biome-ignore format: a table
export type ValueType = (typeof valueTypes)[number];

/** Registers that one value takes (string: `length`; bit of a coil or discrete input: one coil). */
export const wordsOf: Record<Exclude<ValueType, 'string'>, number> = {
  int8: 1, uint8: 1, int16: 1, uint16: 1, int32: 2, uint32: 2, int48: 3, uint48: 3, int64: 4, uint64: 4, float16: 1, float32: 2, float64: 4,
  bcd16: 1, bcd32: 2, bcd64: 4, 'mod10000-32': 2, 'mod10000-48': 3, 'mod10000-64': 4,
  'signed-mod10000-32': 2, 'signed-mod10000-48': 3, 'signed-mod10000-64': 4, 'signed-bcd16': 1, 'signed-bcd32': 2, 'signed-bcd64': 4,
  'sign-magnitude-16': 1, 'sign-magnitude-32': 2, decimal32: 2, udecimal32: 2, bit: 1, bits: 1,
}; // biome-ignore format: a table

/**
 * Byte order as the letters of the big-endian value in the order they come over the wire. 16-bit: AB BA. 32-bit: ABCD CDAB BADC DCBA.
 * 48 and 64-bit: `big` (ABCDEFGH), `word-swapped` (GHEFCDAB), `byte-swapped` (BADCFEHG), `little` (HGFEDCBA), and the two that swap only
 * halves: `half-swapped` (EFGHABCD), `half-byte-swapped` (FEHGBADC). The four names serve for 32-bit too.
 */
export const orders = [
  'big',
  'word-swapped',
  'byte-swapped',
  'little',
  'half-swapped',
  'half-byte-swapped',
  'ABCD',
  'CDAB',
  'BADC',
  'DCBA',
] as const;
export type Order = (typeof orders)[number];

export const pointSchema = z
  .strictObject({
    quantity: quantitySchema.optional(),
    input: z.string().optional().meta({ description: 'Remote I/O: name of the input; the site file says what is wired to it' }),
    text: z.string().optional().meta({ description: 'A text of the device such as serial-number; shown, never a reading' }),
    table: z.enum(tables).default('holding'),
    address: z.number().int().min(0).max(65536).meta({ description: "Address in the profile's `base`" }),
    type: z.enum(valueTypes),
    order: z.enum(orders).optional().meta({ description: "By default the profile's" }),
    length: z.number().int().min(1).max(125).optional().meta({ description: 'Strings: number of registers' }),
    bit: z.number().int().min(0).max(15).optional().meta({ description: 'Type bit: which bit, 0 is the lowest' }),
    mask: z.number().int().min(1).max(65535).optional().meta({ description: 'Type bits: the field; it is shifted down to bit 0' }),
    high_byte: z.boolean().optional().meta({ description: 'Types int8 and uint8: the upper byte of the register' }),
    scale: z.number().default(1),
    offset: z.number().default(0),
    scale_register: z
      .strictObject({
        table: z.enum(tables).default('holding'),
        address: z.number().int().min(0).max(65536),
        type: z.enum(['int16', 'uint16', 'int8', 'uint8']).default('int16'),
        high_byte: z.boolean().optional().meta({ description: 'Types int8 and uint8: the upper byte of the register' }),
        bias: z.number().int().default(0).meta({ description: 'Is added to what the register holds' }),
        sign: z.union([z.literal(1), z.literal(-1)]).default(1),
      })
      .optional()
      .meta({ description: 'A register, or a byte of one, that holds the power of ten: value · 10^(sign·(register + bias))' }),
    unit_register: z
      .strictObject({
        table: z.enum(tables).default('holding'),
        address: z.number().int().min(0).max(65536),
        factors: z.record(z.string(), z.number()),
      })
      .optional()
      .meta({
        description: 'A register that holds a unit code; factors turn each code into our unit; an unknown code makes the value bad',
      }),
    times: z
      .array(z.enum(['ct_ratio', 'pt_ratio']))
      .optional()
      .meta({ description: "Multiply by the site's CT and PT ratio (1 when not given)" }),
    fold: z.number().positive().optional().meta({
      description:
        'Power factors that go on beyond 1 where the load is capacitive: a raw value x above it means 2·fold - x (below its negative: -2·fold - x)',
    }),
    signal: z
      .enum(['4-20ma'])
      .optional()
      .meta({ description: 'Remote I/O: the scaled value is a loop current in mA; below 3.6 or above 21 it is bad' }),
    add: z
      .strictObject({
        address: z.number().int().min(0).max(65536),
        type: z.enum(valueTypes),
        order: z.enum(orders).optional(),
        scale: z.number().default(1),
      })
      .optional()
      .meta({ description: 'A second register of the same table that is added, such as the fraction of a total' }),
    sentinels: z
      .array(z.number())
      .default([])
      .meta({ description: 'Raw values (before scaling, as unsigned or as decoded) that mean "no value"' }),
    states: z
      .record(z.string(), z.number())
      .optional()
      .meta({ description: 'Raw number to the number of our state quantity; others are bad' }),
    slow: z.boolean().default(false).meta({ description: 'Read at the slow rate: counters, settings, texts' }),
    nonzero: z.boolean().optional().meta({ description: 'State quantities: any raw value but 0 is 1' }),
    note: z.string().optional(),
  })
  .refine(
    (point) => [point.quantity, point.input, point.text].filter((name) => name !== undefined).length === 1,
    'exactly one of quantity, input and text',
  );
export type Point = z.infer<typeof pointSchema>;

const words = z.record(z.string().regex(/^\d+$/), z.array(z.number().int().min(0).max(65535)));

/** Raw words as they stand in the source (manual, capture, another program), and what they mean. Addresses in the profile's base. */
export const sampleSchema = z.strictObject({
  from: z.string().min(10).meta({ description: 'Where words and values come from: page of the manual, capture; never our own decoder' }),
  words: z.strictObject({ coil: words.optional(), discrete: words.optional(), holding: words.optional(), input: words.optional() }),
  values: z
    .record(z.string(), z.union([z.number(), z.string(), z.null()]))
    .meta({ description: 'Quantity, input or text name to value; null: no value (sentinel)' }),
});

export const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  vendor: z.string(),
  model: z.string(),
  title: textSchema,
  system: systemSchema,
  kind: z.enum([
    'electricity-meter', 'residual-current', 'heat-meter', 'water-meter', 'genset', 'boiler', 'remote-io', 'pressure', 'analyser', 'temperature', 'gas', 'pump', 'other',
  ]), // biome-ignore format: a table
  source: z.string().min(10).meta({ description: "The maker's document or program that the map was taken from" }),
  evidence: z
    .enum(['A', 'A-', 'B'])
    .meta({ description: 'A: maker document or two agreeing sources; A-: one careful source; B: verify on a device first' }),
  base: z
    .union([z.literal(0), z.literal(1)])
    .default(0)
    .meta({ description: '0: wire addresses; 1: numbers as in 1-based manuals (wire = number - 1)' }),
  order: z.enum(orders).default('big'),
  max_registers: z.number().int().min(1).max(125).default(125).meta({ description: 'Most registers that the device gives in one read' }),
  min_registers: z
    .number()
    .int()
    .min(1)
    .max(125)
    .default(1)
    .meta({ description: 'Fewest registers that the device gives in one read; some refuse single ones' }),
  max_gap: z.number().int().min(0).max(124).default(8).meta({ description: 'Unused registers that a read may span' }),
  holes: z
    .array(z.strictObject({ table: z.enum(tables).default('holding'), from: z.number().int().min(0), to: z.number().int().max(65536) }))
    .default([])
    .meta({ description: 'Addresses that must never be read, both ends included' }),
  notes: z.array(z.string()).default([]),
  points: z.array(pointSchema).min(1),
  samples: z.array(sampleSchema).min(1),
});
export type Profile = z.infer<typeof profileSchema>;
