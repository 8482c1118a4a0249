/** The site as rules see it: devices with role, place and attributes, and which feeds which. */
import type { QuantityId } from '../shared/quantity.ts';
import type { Selector } from '../shared/rule.ts';
import { type Attributes, devicesOf, isModbusDevice, type SiteConfig } from '../shared/site.ts';
import type { System, Trade } from '../shared/system.ts';
import type { Text } from '../shared/text.ts';

export interface PlantDevice {
  id: string;
  name: Text;
  /** Of the site file; undefined where only the profile knows it. */
  system: System | undefined;
  role: string | undefined;
  gateway: string;
  building: string | undefined;
  department: string | undefined;
  profile: string | undefined;
  location: Text;
  fedBy: string | undefined;
  trade: Trade | undefined;
  attributes: Attributes;
  pollMs: number;
  /** Devices that send by themselves: the longest silence that means nothing. */
  expireMs: number | undefined;
  /** It stamps its readings itself, by a clock of its own. */
  ownClock: boolean;
  /** What it is known to measure; undefined where only the profile knows it. */
  quantities: ReadonlySet<QuantityId> | undefined;
}

export interface Plant {
  site: string;
  timezone: string;
  /** Plant seconds per second; 1 but on simulated sites. Waiting for messages must allow for the real time that they take. */
  speed: number;
  devices: ReadonlyMap<string, PlantDevice>;
  /** Devices fed by this one. */
  children(device: string): PlantDevice[];
  byRole(role: string): PlantDevice[];
  /** Departments and tenants that live on this device and what it feeds, each once. */
  usersBehind(device: string): Text[];
  /** The device that feeds it, the one above, and so on; nearest first. */
  ancestors(device: string): string[];
}

/** A rule at a device. */
export interface Place {
  device: PlantDevice;
  quantity: QuantityId | null;
  plant: Plant;
}

export function plantOf(site: SiteConfig, speed = 1): Plant {
  const devices = new Map<string, PlantDevice>();
  const buildings = new Map(site.buildings.map((building) => [building.id, building.name]));
  for (const { gateway, device } of devicesOf(site)) {
    const modbus = isModbusDevice(device);
    const measured = modbus
      ? (device.only ?? (device.inputs && Object.values(device.inputs).map((input) => input.quantity)))
      : device.points.map((point) => point.quantity);
    const building = device.building ?? gateway.building;
    const buildingName = building === undefined ? undefined : buildings.get(building);
    devices.set(device.id, {
      id: device.id,
      name: device.name,
      system: device.system,
      role: device.role,
      gateway: gateway.id,
      building,
      department: device.department,
      profile: modbus ? device.profile : undefined,
      location: placeOf(device.name, buildingName, device.location),
      fedBy: device.fed_by,
      trade: device.trade,
      attributes: device.attributes,
      pollMs: device.poll,
      expireMs: modbus ? undefined : device.expire,
      ownClock: !modbus && device.time !== undefined,
      quantities: measured && new Set(measured),
    });
  }
  for (const gateway of site.gateways) {
    if (devices.has(gateway.id)) continue;
    const building = gateway.building === undefined ? undefined : buildings.get(gateway.building);
    devices.set(gateway.id, {
      id: gateway.id,
      name: gateway.name,
      system: undefined,
      role: gatewayRole,
      gateway: gateway.id,
      building: gateway.building,
      department: undefined,
      profile: undefined,
      location: placeOf(gateway.name, building, undefined),
      fedBy: undefined,
      trade: undefined,
      attributes: {},
      pollMs: 0,
      expireMs: undefined,
      ownClock: true,
      quantities: new Set(),
    });
  }
  const children = Map.groupBy(devices.values(), (device) => device.fedBy);
  const users = new Map<string, Text>();
  const names = new Map([...site.departments, ...site.tenants].map(({ id, name }) => [id, name]));
  for (const { device } of devicesOf(site)) {
    const name = names.get(device.department ?? device.tenant ?? '');
    if (name) users.set(device.id, name);
  }
  const roles = Map.groupBy(devices.values(), (device) => device.role);
  return {
    site: site.site.id,
    timezone: site.site.timezone,
    speed,
    devices,
    children: (device) => children.get(device) ?? [],
    byRole: (role) => roles.get(role) ?? [],
    usersBehind(device) {
      const found = new Map<string, Text>();
      const seen = new Set<string>();
      const walk = (id: string) => {
        if (seen.has(id)) return;
        seen.add(id);
        const user = users.get(id);
        if (user) found.set(user.en, user);
        for (const child of children.get(id) ?? []) walk(child.id);
      };
      walk(device);
      return [...found.values()];
    },
    ancestors(device) {
      const above: string[] = [];
      for (let up = devices.get(device)?.fedBy; up !== undefined && !above.includes(up); up = devices.get(up)?.fedBy) above.push(up);
      return above;
    },
  };
}

/** "Front building, panel AA13 (Front building, floors 1-3)": where to go, then what it is called. */
function placeOf(name: Text, building: Text | undefined, location: Text | undefined): Text {
  const join = (language: 'zh' | 'en') => {
    const separator = language === 'zh' ? '' : ', ';
    const where = [building?.[language], location?.[language]].filter((part) => part !== undefined && !name[language].includes(part));
    const left = language === 'zh' ? '（' : ' (';
    const right = language === 'zh' ? '）' : ')';
    return where.length === 0 ? name[language] : `${name[language]}${left}${where.join(separator)}${right}`;
  };
  return { zh: join('zh'), en: join('en') };
}

/** Gateways stand among the devices with this role; only rules that name it watch them. */
export const gatewayRole = 'gateway';

/** Devices that a selector means; those known to lack the quantity are left out. */
export function select(plant: Plant, selector: Selector, quantity: QuantityId | undefined): PlantDevice[] {
  return [...plant.devices.values()].filter(
    (device) =>
      (device.role !== gatewayRole || selector.role === gatewayRole) &&
      (selector.system === undefined || device.system === undefined || device.system === selector.system) &&
      (selector.devices === undefined || selector.devices.includes(device.id)) &&
      (selector.profile === undefined || device.profile === selector.profile) &&
      (selector.building === undefined || device.building === selector.building) &&
      (selector.department === undefined || device.department === selector.department) &&
      (selector.role === undefined || device.role === selector.role) &&
      (selector.roles === undefined || (device.role !== undefined && selector.roles.includes(device.role))) &&
      (selector.except_roles === undefined || device.role === undefined || !selector.except_roles.includes(device.role)) &&
      (selector.has ?? []).every((attribute) => device.attributes[attribute as keyof Attributes] !== undefined) &&
      (quantity === undefined || device.quantities === undefined || device.quantities.has(quantity)),
  );
}
