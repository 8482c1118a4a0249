/**
 * What row P11 is compared with: the same reads with modbus-serial and the same lines to InfluxDB, one script, no MQTT and no disk.
 * `bare-line.ts <values> <influx url> <port>...`; tells its CPU seconds and values on request.
 */
import { Agent, request } from 'node:http';
import modbus from 'modbus-serial';
import { deviceId, unitOf, wideQuantities } from './chaos/fleet.ts';

const ModbusRTU = modbus.default;
const [valuesText, influx, ...ports] = process.argv.slice(2) as [string, string, ...string[]];
const values = Number(valuesText);
const names = wideQuantities.slice(0, values);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let done = 0;
const clients = await Promise.all(
  ports.map(async (port, device) => {
    const client = new ModbusRTU();
    await client.connectTCP('127.0.0.1', { port: Number(port) });
    client.setID(unitOf(device));
    client.setTimeout(5_000);
    return client;
  }),
);

function write(lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(`${influx}/write?db=bare&precision=ms`, { method: 'POST', agent }, (response) => {
      response.resume().on('end', () => resolve());
    });
    call.on('error', reject).end(lines.join('\n'));
  });
}

async function round(): Promise<void> {
  const lines = await Promise.all(
    clients.map(async (client, device) => {
      const { data } = await client.readHoldingRegisters(0, values * 2);
      let line = `electricity,device=${deviceId(device)},gateway=gw,site=fleet `;
      for (let k = 0; k < values; k++) {
        const value = ((data[2 * k] as number) << 16) | (data[2 * k + 1] as number);
        line += `${k === 0 ? '' : ','}${names[k]}=${value}`;
      }
      return `${line} ${Date.now()}`;
    }),
  );
  await write(lines);
  done += clients.length * values;
}

setInterval(() => void round(), 1_000);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6, values: done });
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
