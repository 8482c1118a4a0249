/**
 * What row P1 is compared with: modbus-serial reading the same meters over the same connections as fast as it goes, results thrown away.
 * `bare-reads.ts <values> <devices per bus> <port>...`; tells its CPU seconds and values on request.
 */
import modbus from 'modbus-serial';
import { unitOf } from './chaos/fleet.ts';

const ModbusRTU = modbus.default;
const [values, devicesPerBus, ...ports] = process.argv.slice(2).map(Number) as [number, number, ...number[]];
let done = 0;
async function bus(port: number, first: number): Promise<never> {
  const client = new ModbusRTU();
  await client.connectTCP('127.0.0.1', { port });
  client.setTimeout(5_000);
  for (let device = 0; ; device = (device + 1) % devicesPerBus) {
    client.setID(unitOf(first + device));
    await client.readHoldingRegisters(0, values * 2);
    done += values;
  }
}
ports.forEach((port, index) => void bus(port, index * devicesPerBus));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6, values: done });
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
