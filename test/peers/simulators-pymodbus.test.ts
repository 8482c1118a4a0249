/** A foreign master (Debian's pymodbus) reads the simulated hospital with register numbers taken from the makers' manuals, not from our profiles. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import type { Bus, ModbusDevice } from '../../shared/site.ts';
import { startBusServer } from '../../simulators/server.ts';
import { newHospital, profiles, site, winter } from '../../simulators/test-hospital.ts';
import { hangMs } from '../hang.ts';
import { needs, pathOf } from '../servers.ts';

const master = `
import json, struct, sys
from pymodbus.client import ModbusTcpClient
out = {}
for port, unit, function, address, count, form, name in json.loads(sys.argv[1]):
    client = ModbusTcpClient('127.0.0.1', port=port, timeout=5)
    client.connect()
    call = {'input': client.read_input_registers, 'holding': client.read_holding_registers, 'discrete': client.read_discrete_inputs}[function]
    reply = call(address, count, slave=unit)
    if reply.isError():
        out[name] = str(reply)
    elif function == 'discrete':
        out[name] = int(reply.bits[0])
    else:
        words = reply.registers
        if form.startswith('<'):
            words, form = words[::-1], '>' + form[1:]
        out[name] = struct.unpack(form, struct.pack('>%dH' % len(words), *words))[0]
    client.close()
print(json.dumps(out))
`;

/** Device, table, wire address, registers, how Python's struct reads them ('<': low word first), how the number becomes the truth, how exact. */
const reads = [
  ['t1', 'input', 52, 2, '>f', 'active_power_kw', 400 / 1_000, 0.001],
  ['t1', 'input', 0, 2, '>f', 'voltage_l1_v', 1, 0.001],
  ['t1', 'input', 72, 2, '>f', 'energy_import_kwh', 400, 1],
  ['fd-icu', 'holding', 100, 1, '>H', 'current_l1_a', 0.01 * 40, 0.21],
  ['fd-icu', 'holding', 10, 2, '>I', 'energy_import_kwh', 0.01 * 40, 0.21],
  ['dm-medical-1', 'holding', 8198, 2, '>f', 'voltage_l1_v', 0.1, 0.001],
  ['dm-newborn', 'holding', 3059, 2, '>f', 'active_power_kw', 1, 0.001],
  ['dm-newborn', 'holding', 3203, 4, '>q', 'energy_import_kwh', 0.001, 0.001],
  ['genset', 'holding', 1029, 1, '>H', 'battery_voltage_v', 0.1, 0.051],
  ['genset', 'holding', 1060, 2, '>I', 'mains_voltage_l1_v', 0.1, 0.051],
  ['water-main', 'holding', 0, 2, '<f', 'flow_m3h', 1, 0.001],
  ['boiler-1', 'holding', 7, 1, '>h', 'supply_temp_c', 0.1, 0.051],
  ['wastewater-analyser', 'holding', 1000, 1, '>H', 'ph', 0.01, 0.0051],
  ['rcm-or', 'holding', 0, 1, '>H', 'residual_current_ma', 1, 0.51],
  ['leak-mri', 'discrete', 0, 1, '', 'leak_detected', 1, 0],
] as const;

describe.runIf(needs('pymodbus'))('pymodbus reads the simulated hospital', () => {
  test('and finds what the simulator knows to be true', async () => {
    await using undo = new AsyncDisposableStack();
    const hospital = newHospital();
    const clock = manualClock(winter);
    const ports = new Map<string, { port: number; unit: number }>();
    for (const bus of site.gateways.flatMap((gateway) => gateway.buses)) {
      if (bus.type !== 'modbus-tcp') continue;
      const modbus: Extract<Bus, { type: 'modbus-tcp' }> = bus;
      const server = undo.use(
        await startBusServer({ bus: modbus, host: '127.0.0.1', port: 0, hospital, profiles, clock, log: silentLog() }),
      );
      for (const device of bus.devices as ModbusDevice[]) ports.set(device.id, { port: server.port, unit: device.unit });
    }
    hospital.startFault('ceiling-leak');
    clock.advanceSync(180_000);
    hospital.advanceTo(clock.now());
    const wanted = reads.map(([device, table, address, count, form, name]) => {
      const { port, unit } = ports.get(device) as { port: number; unit: number };
      return [port, unit, table, address, count, form, `${device} ${name}`];
    });
    const { stdout } = await promisify(execFile)(pathOf('pymodbus'), ['-c', master, JSON.stringify(wanted)], { timeout: hangMs });
    const found = JSON.parse(stdout) as Record<string, number | string>;
    for (const [device, , , , , name, factor, exact] of reads) {
      const truth = hospital.truth(device)[name] as number;
      expect(
        Math.abs(Number(found[`${device} ${name}`]) * factor - truth),
        `${device} ${name}: ${found[`${device} ${name}`]}, truth ${truth}`,
      ).toBeLessThanOrEqual(exact);
    }
    expect(hospital.truth('leak-mri').leak_detected).toBe(1);
  }, 240_000);
});
