import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { Fault } from '../shared/errors.ts';
import { type ProfileFacts, profileFacts } from '../shared/profile-facts.ts';
import { devicesOf, isModbusDevice } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { type System, systemSchema } from '../shared/system.ts';

const builtInProfiles = join(import.meta.dirname, '..', 'gateway', 'devices');

/**
 * Fills in the system that devices leave to their profile, so that every role knows it without knowing profiles; tells a profile's facts to
 * those who ask.
 * @throws Fault profile/invalid when a profile is not there or names no system
 */
export function completeSite(site: LoadedSite): LoadedSite {
  const folders = [builtInProfiles, ...site.config.profiles.map((folder) => resolve(site.folder, folder))];
  const known = new Map<string, System>();
  for (const { device } of devicesOf(site.config)) {
    if (device.system || !isModbusDevice(device)) continue;
    const system = known.get(device.profile) ?? systemOf(device.profile, folders);
    known.set(device.profile, system);
    device.system = system;
  }
  // A hospital asks for each of its devices, again and again; to parse a file costs tens of milliseconds.
  const facts = new Map<string, ProfileFacts | undefined>();
  return {
    ...site,
    profileFacts(profile) {
      if (!facts.has(profile)) facts.set(profile, factsOf(profile, folders));
      return facts.get(profile);
    },
  };
}

const fileOf = (profile: string, folders: readonly string[]) =>
  folders.map((folder) => join(folder, `${profile}.yaml`)).find((path) => existsSync(path));

function factsOf(profile: string, folders: readonly string[]): ProfileFacts | undefined {
  const file = fileOf(profile, folders);
  return file === undefined ? undefined : withQuantities(parse(readFileSync(file, 'utf8')));
}

function systemOf(profile: string, folders: readonly string[]): System {
  const file = fileOf(profile, folders);
  if (!file) throw new Fault('profile/invalid', `there is no profile "${profile}" in ${folders.join(', ')}`);
  const text = readFileSync(file, 'utf8');
  // Every role does this at its start: one line is found a hundred times faster than a whole file is parsed and checked.
  const plain = /^system:[ \t]*([a-z]+)[ \t]*(?:#.*)?$/m.exec(text)?.[1];
  const found = systemSchema.safeParse(plain ?? (parse(text) as { system?: unknown } | null)?.system);
  if (!found.success) throw new Fault('profile/invalid', `${file}: names no known system`);
  return found.data;
}

function withQuantities(profile: unknown): ProfileFacts {
  const { points } = profile as { points?: { quantity?: string }[] };
  return profileFacts.parse({ ...(profile as object), quantities: (points ?? []).flatMap((point) => point.quantity ?? []) });
}
