/** Every word that rules and boards choose devices by is a role of the closed list: another one would watch and show nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesOf } from '../shared/catalog.ts';
import { deviceRoles } from '../shared/device-role.ts';

const root = join(import.meta.dirname, '..');
/** The gateways themselves; not a role that a site file may give. */
const ofGateways = 'gateway';
const known = [...Object.keys(deviceRoles), ofGateways];

interface PackFile {
  rules: { id: string; select?: { role?: string; roles?: string[]; except_roles?: string[] } }[];
}

describe('roles of devices', () => {
  it.each(filesOf(join(root, 'rules', 'packs'), '.yaml'))('rules/packs/%s', (file) => {
    const { rules } = parse(readFileSync(join(root, 'rules', 'packs', file), 'utf8')) as PackFile;
    const named = rules.flatMap(({ id, select = {} }) =>
      [select.role ?? [], select.roles ?? [], select.except_roles ?? []].flat().map((role) => ({ id, role })),
    );
    expect(named.filter(({ role }) => !known.includes(role))).toEqual([]);
  });

  it.each(filesOf(join(root, 'dashboards', 'boards'), '.ts'))('dashboards/boards/%s', (file) => {
    const text = readFileSync(join(root, 'dashboards', 'boards', file), 'utf8');
    const named = [...text.matchAll(/roles?: (?:\[([^\]]*)\]|'([^']+)')/g)].flatMap(([, list, one]) =>
      list === undefined ? [one as string] : [...list.matchAll(/'([^']+)'/g)].map((match) => match[1] as string),
    );
    expect(named.filter((role) => !known.includes(role))).toEqual([]);
  });

  it('have a name and a meaning in both languages', () => {
    for (const [id, { label, means }] of Object.entries(deviceRoles)) {
      for (const text of [label, means])
        expect([id, /[\u4e00-\u9fff]/.test(text.zh) || id === 'ups', text.en.length > 2]).toEqual([id, true, true]);
    }
  });
});
