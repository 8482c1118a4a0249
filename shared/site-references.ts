/** Mistakes that a schema cannot see: names given twice, names that nothing has, impossible combinations. */

import { energyMistakes } from './energy-references.ts';
import { escalationRanks } from './escalation.ts';
import { allowedNames } from './guess.ts';
import { type Path, Unquoted } from './mistake.ts';
import { type Bus, isTimeZone, type ModbusDevice, type SiteConfig } from './site.ts';
import { reservedGatewayIds } from './topic.ts';

type Listed = 'buildings' | 'departments' | 'places' | 'tenants' | 'people' | 'tariffs' | 'channels' | 'tree' | 'targets' | 'projects';

export interface Finding {
  path: Path;
  found: unknown;
  allowed: string;
}

export function referenceMistakes(site: SiteConfig): Finding[] {
  const findings: Finding[] = [];
  const say = (path: Path, found: unknown, allowed: string) => findings.push({ path, found, allowed });
  const devices = new Map<string, { path: Path; fedBy: string | undefined }>();
  const unique = (what: string) => {
    const seen = new Map<string, string>();
    return (id: string, path: Path) => {
      const first = seen.get(id);
      if (first) say(path, id, `an id that no other ${what} has; ${first} has it already`);
      else seen.set(id, path.filter((step) => step !== 'id').join('.'));
    };
  };
  const listed = (section: Listed) => {
    const check = unique(section.replace(/s$/, ''));
    site[section].forEach((item, index) => void check(item.id, [section, index, 'id']));
    return site[section].map((item) => item.id);
  };
  const buildings = listed('buildings');
  const departments = listed('departments');
  const tenants = listed('tenants');
  const people = listed('people');
  for (const section of ['tariffs', 'tree', 'targets', 'projects'] as const) listed(section);
  listed('places');
  listed('channels');
  const refers = (id: string | undefined, known: string[], path: Path, section: string) => {
    if (id !== undefined && !known.includes(id)) say(path, id, allowedNames(id, known) || `nothing yet: add it under ${section}`);
  };

  site.departments.forEach(
    (department, index) => void refers(department.building, buildings, ['departments', index, 'building'], 'buildings'),
  );
  site.places.forEach((place, index) => {
    refers(place.building, buildings, ['places', index, 'building'], 'buildings');
    refers(place.department, departments, ['places', index, 'department'], 'departments');
  });
  const gatewayId = unique('gateway');
  const deviceId = unique('device');
  const lines = new Map<string, string>();
  site.gateways.forEach((gateway, g) => {
    gatewayId(gateway.id, ['gateways', g, 'id']);
    if ([...reservedGatewayIds, 'roles'].includes(gateway.id))
      say(['gateways', g, 'id'], gateway.id, 'any id but alarms, tickets and roles, which are topics');
    refers(gateway.building, buildings, ['gateways', g, 'building'], 'buildings');
    const busId = unique('bus of this gateway');
    gateway.buses.forEach((bus, b) => {
      const busPath = ['gateways', g, 'buses', b];
      busId(bus.id, [...busPath, 'id']);
      const units = new Map<number, ModbusDevice[]>();
      const line = lineOf(bus);
      if (line) {
        const first = lines.get(line.name);
        if (first) say([...busPath, line.key], line.value, `a line that no other bus uses; ${first} has it (one client per line)`);
        else lines.set(line.name, busPath.join('.'));
      }
      if ('simulated' in bus && bus.simulated && !site.site.simulated)
        say([...busPath, 'simulated'], true, 'true only where site.simulated is true');
      bus.devices.forEach((device, d) => {
        const path = [...busPath, 'devices', d];
        deviceId(device.id, [...path, 'id']);
        if ('unit' in device) {
          const first = units.get(device.unit)?.find((other) => !sharesModule(other, device));
          if (first) say([...path, 'unit'], device.unit, `a unit id that no other device of this bus has; ${first.id} has it already`);
          units.set(device.unit, [...(units.get(device.unit) ?? []), device]);
        }
        devices.set(device.id, { path, fedBy: device.fed_by });
        refers(device.building, buildings, [...path, 'building'], 'buildings');
        refers(device.department, departments, [...path, 'department'], 'departments');
        refers(device.tenant, tenants, [...path, 'tenant'], 'tenants');
        const { room_min_c, room_max_c } = device.attributes;
        if (room_min_c !== undefined && room_max_c !== undefined && room_min_c >= room_max_c) {
          say([...path, 'attributes', 'room_min_c'], room_min_c, `less than room_max_c (${room_max_c})`);
        }
        if ('slow_poll' in device && device.slow_poll < device.poll)
          say([...path, 'slow_poll'], new Unquoted(`${device.slow_poll} ms`), 'at least as long as poll');
        if (device.poll < 200) say([...path, 'poll'], new Unquoted(`${device.poll} ms`), 'at least 200ms');
        if ('topic' in device) {
          for (const [p, topic] of [device.topic, ...device.points.map((point) => point.topic)].entries()) {
            if (topic === undefined) continue;
            const at = p === 0 ? [...path, 'topic'] : [...path, 'points', p - 1, 'topic'];
            if (topic.startsWith('plantroom/')) say(at, topic, "a topic of the device; plantroom/ is Plantroom's own tree");
            if (/[+#]/.test(topic)) say(at, topic, 'one topic without + and #; write a device for each');
          }
          doubles(
            device.points.map((point) => point.quantity),
            (index, quantity) => say([...path, 'points', index, 'quantity'], quantity, 'each quantity once per device'),
          );
        } else {
          const inputs = Object.entries(device.inputs ?? {});
          doubles(
            inputs.map(([, input]) => input.quantity),
            (index, quantity) =>
              say(
                [...path, 'inputs', inputs[index]?.[0] ?? '', 'quantity'],
                quantity,
                'each quantity once per device; make a second device with the same unit',
              ),
          );
          for (const [name, input] of inputs) {
            if ((input.low === undefined) !== (input.high === undefined)) say([...path, 'inputs', name], input, 'low and high together');
            if (input.low !== undefined && input.low === input.high)
              say([...path, 'inputs', name, 'high'], input.high, 'a value other than low');
          }
        }
      });
    });
  });

  for (const [id, device] of devices) {
    if (device.fedBy === undefined) continue;
    refers(device.fedBy, [...devices.keys()], [...device.path, 'fed_by'], 'devices');
    const chain = [id];
    for (let up = device.fedBy; devices.has(up); up = devices.get(up)?.fedBy ?? '') {
      chain.push(up);
      if (up === id) say([...device.path, 'fed_by'], new Unquoted(`the circle ${chain.join(' ← ')}`), 'a tree: no meter feeds itself');
      if (chain.indexOf(up) < chain.length - 1) break;
    }
  }
  site.hand_meters.forEach((meter, index) => {
    const path = ['hand_meters', index];
    deviceId(meter.id, [...path, 'id']);
    refers(meter.building, buildings, [...path, 'building'], 'buildings');
    refers(meter.department, departments, [...path, 'department'], 'departments');
    refers(meter.tenant, tenants, [...path, 'tenant'], 'tenants');
    refers(meter.fed_by, [...devices.keys(), ...site.hand_meters.map(({ id }) => id)].filter((id) => id !== meter.id), [...path, 'fed_by'], 'devices'); // biome-ignore format: one
  });
  if (site.weather) refers(site.weather.device, [...devices.keys()], ['weather', 'device'], 'devices');
  const assetId = unique('asset');
  const things = [...devices.keys(), ...site.assets.map(({ id }) => id)];
  site.assets.forEach((asset, index) => {
    const path = ['assets', index];
    assetId(asset.id, [...path, 'id']);
    if (devices.has(asset.id)) say([...path, 'id'], asset.id, 'an id that no device has: a device is a thing already');
    refers(asset.building, buildings, [...path, 'building'], 'buildings');
    refers(asset.department, departments, [...path, 'department'], 'departments');
    refers(asset.parent, things, [...path, 'parent'], 'assets or devices');
    if (asset.parent === asset.id) say([...path, 'parent'], asset.parent, 'another thing');
    for (const [d, device] of asset.devices.entries()) refers(device, [...devices.keys()], [...path, 'devices', d], 'devices');
  });
  const rosterId = unique('roster');
  const areas = [...buildings, ...departments];
  site.rosters.forEach((roster, index) => {
    const path = ['rosters', index];
    rosterId(roster.id, [...path, 'id']);
    if (roster.zone !== undefined && !isTimeZone(roster.zone))
      say([...path, 'zone'], roster.zone, 'an IANA time zone such as Asia/Shanghai');
    for (const [a, id] of roster.areas.entries()) refers(id, areas, [...path, 'areas', a], 'buildings or departments');
    roster.layers.forEach((layer, l) => {
      for (const [t, turn] of layer.turns.entries())
        for (const [m, { person }] of turn.entries()) refers(person, people, [...path, 'layers', l, 'turns', t, m, 'person'], 'people');
    });
  });
  const channels = site.channels.map(({ id }) => id);
  for (const [priority, steps] of Object.entries(site.escalation)) {
    for (const [index, step] of (steps ?? []).entries()) {
      const path = ['escalation', priority, index];
      for (const [t, id] of step.targets.entries()) refers(id, [...escalationRanks, ...people], [...path, 'targets', t], 'people');
      for (const [c, id] of (step.channels ?? []).entries()) refers(id, channels, [...path, 'channels', c], 'channels');
    }
  }
  site.on_call.forEach((entry, index) => {
    for (const [p, id] of entry.people.entries()) refers(id, people, ['on_call', index, 'people', p], 'people');
  });
  energyMistakes(site, [...devices.keys()], say, refers);
  return findings;
}

function doubles(values: readonly string[], say: (index: number, value: string) => void): void {
  for (const [index, value] of values.entries()) if (values.indexOf(value) < index) say(index, value);
}

/** One module of inputs may be several devices, each with inputs of its own. */
function sharesModule(a: ModbusDevice, b: ModbusDevice): boolean {
  const own = Object.keys(a.inputs ?? {});
  return a.profile === b.profile && own.length > 0 && b.inputs !== undefined && !Object.keys(b.inputs).some((name) => own.includes(name));
}

/** What can have one client only: the serial port, or the address of a TCP gateway. */
function lineOf(bus: Bus): { name: string; key: string; value: unknown } | undefined {
  if (bus.type === 'modbus-rtu') return { name: `serial ${bus.path}`, key: 'path', value: bus.path };
  if (bus.type === 'mqtt') return undefined;
  return { name: `tcp ${bus.host}:${bus.port}`, key: 'port', value: bus.port };
}
