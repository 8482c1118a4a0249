/** Mistakes of a site file that only device profiles and transports can see. */
import { resolve } from 'node:path';
import { compile } from 'json-p3';
import { isFault, reasonOf } from '../shared/errors.ts';
import { type Mistake, type Path, Unquoted } from '../shared/mistake.ts';
import { isModbusDevice, type MqttDevice } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { wirePoints } from './decode.ts';
import type { Profile } from './device.ts';
import { limitsOf, together } from './plan.ts';
import { builtInProfiles, deviceMistakes, loadProfiles, type ProfileTrouble } from './profiles.ts';

/** Built-in profiles and those of the site's own folders. @throws Fault profile/invalid */
export function profilesOf(site: LoadedSite): Map<string, Profile> {
  return loadProfiles([builtInProfiles, ...site.config.profiles.map((folder) => resolve(site.folder, folder))]);
}

type Say = (path: Path, found: unknown, allowed: string) => void;

/** Those of the profiles that the site brings along included. */
export function checkGateway(site: LoadedSite): Mistake[] {
  const { mistakes: ofProfiles, sound: profiles, broken } = soundProfiles(site);
  const mistakes: Mistake[] = [...ofProfiles];
  const say: Say = (path, found, allowed) => mistakes.push(site.mistake(path, found, allowed));
  site.config.gateways.forEach((gateway, g) => {
    gateway.buses.forEach((bus, b) => {
      if (bus.type === 'modbus-tcp' && bus.in_flight > 1) {
        for (const key of ['transaction_ids', 'unit_ids'] as const) {
          if (bus[key] === 'ignore')
            say(['gateways', g, 'buses', b, key], 'ignore', 'with in_flight 1 only: nothing else tells the answers apart');
        }
      }
      bus.devices.forEach((device, d) => {
        const path = ['gateways', g, 'buses', b, 'devices', d];
        if (!isModbusDevice(device)) checkMqttDevice(device, path, say);
      });
    });
  });
  for (const { path, found, allowed } of deviceMistakes(site.config, profiles)) {
    if (path.at(-1) !== 'profile' || !broken.has(String(found))) say(path, found, allowed);
  }
  return mistakes;
}

function soundProfiles(site: LoadedSite): ProfileTrouble {
  try {
    return { mistakes: [], sound: profilesOf(site), broken: new Set() };
  } catch (error) {
    if (!isFault(error, 'profile/invalid')) throw error;
    return error.detail as unknown as ProfileTrouble;
  }
}

/** What is allowed, and yet worth knowing: values that no single request gives. */
export function gatewayWarnings(site: LoadedSite, profiles: ReadonlyMap<string, Profile> = profilesOf(site)): Mistake[] {
  const warnings: Mistake[] = [];
  site.config.gateways.forEach((gateway, g) => {
    gateway.buses.forEach((bus, b) => {
      bus.devices.forEach((device, d) => {
        const profile = isModbusDevice(device) ? profiles.get(device.profile) : undefined;
        if (!profile || !isModbusDevice(device)) return;
        const limits = limitsOf(profile);
        const split = wirePoints(profile, device).filter(
          ({ quantity: id, cells }) => id !== undefined && cells.length > 1 && !together(cells, limits),
        );
        if (split.length === 0) return;
        const names = split.map(({ name }) => name).join(', ');
        warnings.push(
          site.mistake(
            ['gateways', g, 'buses', b, 'devices', d, 'profile'],
            new Unquoted(`${device.profile}, of which ${names} takes several requests`),
            'it is read twice over, and is bad while its parts change; a profile with a larger max_registers or max_gap reads it in one',
          ),
        );
      });
    });
  });
  return warnings;
}

function checkMqttDevice(device: MqttDevice, path: Path, say: Say): void {
  const check = (where: { path: string; inside?: string | undefined }, at: Path) => {
    checkJsonPath(where.path, [...at, 'path'], say);
    if (where.inside !== undefined) checkJsonPath(where.inside, [...at, 'inside'], say);
  };
  device.points.forEach((point, index) => void check(point, [...path, 'points', index]));
  if (device.time) check(device.time, [...path, 'time']);
  if (device.time?.zone !== undefined && device.time.unit !== 'iso') {
    say([...path, 'time', 'zone'], device.time.zone, 'only with unit iso; numbers count from 1970 in UTC');
  }
  if (device.rows === undefined) return;
  checkJsonPath(device.rows, [...path, 'rows'], say);
  if (!device.time)
    say([...path, 'rows'], device.rows, 'rows together with `time`; without their own times they would all be of one moment');
}

function checkJsonPath(text: string, path: Path, say: Say): void {
  try {
    compile(text);
  } catch (error) {
    say(path, text, `a JSONPath (RFC 9535) such as $.data.temp; ${reasonOf(error)}`);
  }
}
