/**
 * Telegraf as the peer of a bench row: the same meters by its Modbus input into the same InfluxDB. Found by PLANTROOM_TELEGRAF or on the path; it can be
 * had through Go: `go install -tags custom,inputs.modbus,outputs.influxdb github.com/influxdata/telegraf/cmd/telegraf@latest`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { deviceId, unitOf, wideQuantities } from './chaos/fleet.ts';

export function telegrafPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'telegraf'));
  return [process.env.PLANTROOM_TELEGRAF ?? '', ...folders].find((file) => file !== '' && existsSync(file));
}

export interface Telegraf extends AsyncDisposable {
  readonly pid: number;
}

/** One input for each meter, every second, out every second, as its documentation has it for single connections. */
export async function startTelegraf(file: string, influxUrl: string, ports: readonly number[], values: number): Promise<Telegraf> {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-telegraf-'));
  const registers = wideQuantities
    .slice(0, values)
    .map(
      (name, k) => `    { name = "${name}", byte_order = "ABCD", data_type = "UINT32", scale = 1.0, address = [${2 * k}, ${2 * k + 1}] },`,
    );
  const inputs = ports.map(
    (port, device) => `[[inputs.modbus]]
  name = "${deviceId(device)}"
  slave_id = ${unitOf(device)}
  timeout = "5s"
  controller = "tcp://127.0.0.1:${port}"
  configuration_type = "register"
  holding_registers = [
${registers.join('\n')}
  ]
`,
  );
  const config = join(folder, 'telegraf.conf');
  writeFileSync(
    config,
    `[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = 1000
  metric_buffer_limit = 100000
  precision = "1ms"
  omit_hostname = true
  logfile = "${join(folder, 'log')}"
[[outputs.influxdb]]
  urls = ["${influxUrl}"]
  database = "telegraf"
${inputs.join('')}`,
  );
  const child = spawn(file, ['--config', config], { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return {
    pid: child.pid as number,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
