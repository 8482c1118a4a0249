/** The gateway's decoder and the simulator's encoder were written apart: what goes in must come out, for every device of the demo site. */
import { describe, expect, test } from 'vitest';
import { decodeDevice } from '../gateway/decode.ts';
import type { Profile } from '../gateway/device.ts';
import { isModbusDevice } from '../shared/site.ts';
import { newHospital, profiles } from './test-hospital.ts';

const hospital = newHospital();

/** The coarsest step of the value in its register, in our unit. */
function resolution(
  profile: Profile,
  name: string,
  device: {
    attributes: Record<string, unknown>;
    inputs?: Record<string, { quantity: string; low?: number | undefined; high?: number | undefined }> | undefined;
  },
  value: number,
): number {
  const input = Object.entries(device.inputs ?? {}).find(([, one]) => one.quantity === name);
  const point = profile.points.find((one) => (input ? one.input === input[0] : one.quantity === name));
  if (!point) throw new Error(name);
  if (input?.[1].low !== undefined && input[1].high !== undefined) return ((input[1].high - input[1].low) * 20) / 16 / 65_535;
  const times = (point.times ?? []).reduce((product, ratio) => product * Number(device.attributes[ratio] ?? 1), 1);
  const power = point.scale_register ? 0.1 : 1;
  return point.type.startsWith('float') || point.add ? Math.abs(value) * 1.2e-7 + 1e-6 : point.scale * times * power;
}

describe('every Modbus device reads back as it is', () => {
  for (const device of hospital.devices) {
    if (!isModbusDevice(device)) continue;
    test(device.id, () => {
      const profile = profiles.get(device.profile) as Profile;
      const truth = hospital.truth(device.id);
      const image = hospital.image(device.id);
      const decoded = decodeDevice(profile, device, (table, address) => image.read(table, address, 1)?.[0]);
      expect(decoded.bad).toEqual({});
      const wrong = Object.entries(decoded.v).filter(([name, value]) => {
        const real = truth[name as keyof typeof truth];
        return real === undefined || Math.abs(value - real) > resolution(profile, name, device, real) * 0.51;
      });
      expect(wrong.map(([name, value]) => `${name} ${value}, truth ${truth[name as keyof typeof truth]}`)).toEqual([]);
      expect(Object.keys(decoded.v).length).toBeGreaterThan(0);
    });
  }
});
