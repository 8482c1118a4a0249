/** Writes the reference pages that are made from the schemas: `node scripts/make-docs.ts`. A test fails when they are not current. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { profileSchema } from '../gateway/device.ts';
import { channelTypes } from '../notify/index.ts';
import { deviceRoles } from '../shared/device-role.ts';
import { faults } from '../shared/errors.ts';
import { quantities } from '../shared/quantity.ts';
import { siteJsonSchema } from '../shared/site-file.ts';

interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** Longer lists of allowed values are told by number only; the pages of quantities names them. */
const longestList = 20;

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum)
    return schema.enum.length > longestList ? `one of ${schema.enum.length} values` : schema.enum.map((value) => `\`${value}\``).join(', ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return [...new Set(alternatives.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  if (schema.type === 'object') return schema.properties ? 'mapping' : 'mapping of names';
  const limits = [
    schema.exclusiveMinimum === undefined ? '' : `> ${schema.exclusiveMinimum}`,
    bound(schema.minimum, '≥'),
    bound(schema.maximum, '≤'),
  ]
    .filter(Boolean)
    .join(', ');
  return `${schema.type ?? 'anything'}${limits ? ` ${limits}` : ''}`;
}

/** JSON Schema writes the largest safe integer where there is no limit. */
function bound(value: number | undefined, sign: string): string {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? '' : `${sign} ${value}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function rows(schema: Schema, path: string, out: string[]): void {
  const open = schema.type === 'array' && schema.items ? schema.items : schema;
  const suffix = schema.type === 'array' ? '[]' : '';
  const alternatives = open.anyOf ?? open.oneOf;
  if (alternatives?.some((part) => part.properties)) {
    for (const part of alternatives) {
      const kind = part.properties?.type?.const;
      rows({ ...part }, `${path}${suffix}${kind === undefined ? '' : `<${kind}>`}`, out);
    }
    return;
  }
  if (!open.properties) {
    if (typeof open.additionalProperties === 'object' && open.additionalProperties.properties)
      rows(open.additionalProperties, `${path}${suffix}.<name>`, out);
    return;
  }
  for (const [name, part] of Object.entries(open.properties)) {
    const here = path === '' ? name : `${path}${suffix}.${name}`;
    const needed = open.required?.includes(name) ? 'required' : part.default === undefined ? '' : `\`${JSON.stringify(part.default)}\``;
    out.push(`| \`${here}\` | ${cell(typeOf(part))} | ${cell(needed)} | ${cell(part.description ?? '')} |`);
    if (name !== 'name' && name !== 'title') rows(part, here, out);
  }
}

function reference(title: string, intro: string, schema: Schema): string {
  const out: string[] = [];
  rows(schema, '', out);
  return [`# ${title}`, '', intro, '', '| key | type | default | meaning |', '|---|---|---|---|', ...out, ''].join('\n');
}

const made = 'Made by `node scripts/make-docs.ts` from the schema; do not edit by hand.';

/** The site file's schema with the settings of each type of channel, which its own file knows. */
function siteSchema(): Schema {
  const site = siteJsonSchema() as Schema;
  const channels = site.properties?.channels;
  const base = channels?.items;
  if (!channels || !base) return site;
  channels.items = {
    oneOf: [...channelTypes.values()].map((type) => {
      const own = z.toJSONSchema(type.options, { io: 'input', unrepresentable: 'any' }) as Schema;
      return {
        type: 'object',
        description: type.title.en,
        properties: { ...base.properties, type: { type: 'string', const: type.id }, ...own.properties },
        required: [...(base.required ?? []), ...(own.required ?? [])],
        additionalProperties: false,
      };
    }),
  };
  return site;
}

export function pages(): Record<string, string> {
  const site = siteSchema();
  const profile = z.toJSONSchema(profileSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return {
    'site-file.md': reference(
      'The site file',
      `${made} Durations carry their unit: \`5s\`, \`15m\`, \`1h\`. Check a file with \`plantroom check --site F\`. For completion in an editor point it at \`docs/generated/site.schema.json\`.`,
      site,
    ),
    'profile-file.md': reference(
      'The device profile',
      `${made} One file per model in \`gateway/devices/\`, or in a folder that the site file names under \`profiles\`. Copy \`gateway/devices/_blueprint.yaml\`.`,
      profile,
    ),
    'errors.md': [
      '# Errors',
      '',
      made,
      '',
      '| code | again? | what it means | what to do |',
      '|---|---|---|---|',
      ...Object.entries(faults).map(
        ([code, fault]) => `| \`${code}\` | ${fault.retryable ? 'yes' : 'no'} | ${cell(fault.means)} | ${cell(fault.todo)} |`,
      ),
      '',
    ].join('\n'),
    'quantities.md': [
      '# Quantities',
      '',
      made,
      '',
      '| id | unit | kind | possible | 中文 | English |',
      '|---|---|---|---|---|---|',
      ...Object.entries(quantities).map(
        ([id, one]) => `| \`${id}\` | ${one.unit} | ${one.kind} | ${one.range[0]} … ${one.range[1]} | ${one.label.zh} | ${one.label.en} |`,
      ),
      '',
    ].join('\n'),
    'roles.md': [
      '# Roles of devices',
      '',
      `${made} \`role\` of a device says what it is in the plant: rules, boards and balances choose by it.`,
      '',
      '| role | 中文 | 含义 | English | meaning |',
      '|---|---|---|---|---|',
      ...Object.entries(deviceRoles).map(
        ([id, { label, means }]) => `| \`${id}\` | ${label.zh} | ${cell(means.zh)} | ${label.en} | ${cell(means.en)} |`,
      ),
      '',
    ].join('\n'),
    'site.schema.json': `${JSON.stringify(site, null, 1)}\n`,
    'profile.schema.json': `${JSON.stringify(profile, null, 1)}\n`,
  };
}

export const generatedFolder = join(import.meta.dirname, '..', 'docs', 'generated');

if (import.meta.main) {
  mkdirSync(generatedFolder, { recursive: true });
  for (const [file, text] of Object.entries(pages())) writeFileSync(join(generatedFolder, file), text);
}
