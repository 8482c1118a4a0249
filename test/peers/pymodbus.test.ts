/** Registers served by python3-pymodbus, another program on another stack: our gateway reads the sample of every profile right. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Profile, tables } from '../../gateway/device.ts';
import { openLink } from '../../gateway/modbus/open-link.ts';
import { builtInProfiles, loadProfiles } from '../../gateway/profiles.ts';
import { type ReadLine, runRead } from '../../gateway/read.ts';
import type { DeviceReadings, DeviceState, Transport } from '../../gateway/transport.ts';
import { loadCatalog } from '../../shared/catalog.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import { type ModbusBus, modbusTcpBusSchema } from '../../shared/site.ts';
import { loadSite } from '../../shared/site-file.ts';
import { freePort, needs, pathOf, startSocatPair, temporaryFolder } from '../servers.ts';

const profiles = loadProfiles([builtInProfiles]);
/** One unit for each sample of each profile. */
const units = [...profiles.values()]
  .flatMap((profile) => profile.samples.map((sample, index) => ({ profile, sample, id: `${profile.id}-${index + 1}` })))
  .map((one, index) => ({ ...one, unit: index + 1 }));

function imageOf(profile: Profile, sample: Profile['samples'][number]) {
  const image: Record<string, Record<number, number>> = {};
  for (const table of tables) {
    for (const [address, words] of Object.entries(sample.words[table] ?? {})) {
      image[table] ??= {};
      for (const [at, word] of words.entries()) image[table][Number(address) - profile.base + at] = word;
    }
  }
  return image;
}

type Images = Record<number, ReturnType<typeof imageOf> | null>;
const samples = (): Images => Object.fromEntries(units.map(({ unit, profile, sample }) => [unit, imageOf(profile, sample)]));
async function startPymodbus(how: 'tcp' | 'rtu-tcp' | 'rtu', where: string, images: Images = samples()): Promise<AsyncDisposable> {
  const child = spawn(pathOf('pymodbus'), [join(import.meta.dirname, 'pymodbus-server.py'), how, where], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify(images));
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-2_000);
  });
  const gone = once(child, 'exit');
  const ready = once(child.stdout, 'data');
  const [first] = await Promise.race([ready, gone]);
  if (!String(first).includes('ready')) throw new Error(`pymodbus did not start: ${complaints}`);
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const devicesYaml = units
  .map(
    ({ id, profile, unit }) =>
      `          - { id: ${id}, name: { zh: 表, en: meter }, profile: ${profile.id}, unit: ${unit}, system: ${profile.system} }`,
  )
  .join('\n');
/** A site with all units on one bus. */
function siteOf(folder: string, bus: string) {
  const file = join(folder, 'site.yaml');
  writeFileSync(
    file,
    `site: { id: peers, name: { zh: 测试, en: test } }
gateways:
  - id: g
    name: { zh: 网关, en: gateway }
    buses:
      - id: b
${bus.replace(/^/gm, '        ')}
        timeout: 500ms
        devices:
${devicesYaml}
`,
  );
  return loadSite(file);
}

/** `plantroom read --json --once` of that bus, by device and name. */
async function readAll(bus: string) {
  using folder = temporaryFolder('peers');
  const lines: ReadLine[] = [];
  const deps = { clock: systemClock(), log: silentLog() };
  const code = await runRead(siteOf(folder.path, bus), { once: true, json: true }, (line) => lines.push(JSON.parse(line)), deps);
  return { code, lines, of: (id: string) => new Map(lines.filter(({ device }) => device === id).map((line) => [line.quantity, line])) };
}

function expectSamples(read: Awaited<ReturnType<typeof readAll>>) {
  expect(read.lines.filter((line) => 'error' in line)).toEqual([]);
  expect(read.code).toBe(0);
  let values = 0;
  for (const { id, sample, profile } of units) {
    const lines = read.of(id);
    // Nothing is wired to the inputs here: a dead loop is no fault then, and says so.
    const isInput = (name: string) => profile.points.some((point) => point.input === name);
    for (const [name, wanted] of Object.entries(sample.values)) {
      const line = lines.get(name);
      expect(line, `${id} ${name}`).toBeDefined();
      if (typeof wanted === 'number')
        expect(Math.abs((line?.value as number) - wanted), `${id} ${name}`).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(wanted)));
      else expect(line?.value, `${id} ${name}`).toBe(wanted);
      expect(line?.quality, `${id} ${name}`).toBe(wanted !== null ? 'good' : isInput(name) ? 'unwired' : 'bad');
      expect(line?.raw.length, `${id} ${name}`).toBeGreaterThan(0);
      values++;
    }
  }
  expect(values).toBeGreaterThan(100);
}

describe.runIf(needs('pymodbus', 'socat'))('registers of python3-pymodbus', () => {
  let port = 0;
  let server: AsyncDisposable;
  beforeAll(async () => {
    port = await freePort();
    server = await startPymodbus('tcp', String(port));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it(`are read right over TCP by plantroom read, for all ${units.length} samples of ${profiles.size} profiles`, async () => {
    expectSamples(await readAll(`type: modbus-tcp\nhost: 127.0.0.1\nport: ${port}`));
  });

  it('are read right over TCP by the gateway itself, with four requests in flight', async () => {
    const transports = await loadCatalog<Transport>(join(import.meta.dirname, '..', '..', 'gateway', 'transports'));
    const bus = modbusTcpBusSchema.parse({
      id: 'b', type: 'modbus-tcp', host: '127.0.0.1', port, in_flight: 4,
      devices: units.map(({ id, profile, unit }) => ({ id, name: { zh: '表', en: 'meter' }, profile: profile.id, unit, poll: '1s', slow_poll: '1s' })),
    }); // biome-ignore format: one line
    const results = new Map<string, DeviceReadings>();
    const states: DeviceState[] = [];
    const clock = systemClock();
    const transport = transports.get('modbus-tcp') as Transport<ModbusBus>;
    await using _running = transport.start(bus, {
      clock, log: silentLog(), profiles,
      sink: { readings: (result) => void results.set(result.device, result), device: (state) => void states.push(state) },
    }); // biome-ignore format: one line
    const deadline = clock.monotonic() + 20_000;
    // Remote I/O with nothing wired to it has no quantities and gives no readings.
    const speaking = units.filter(({ profile }) => profile.points.some(({ quantity }) => quantity !== undefined));
    // One refusal is no lasting property: a block with a hole is cut in a few rounds, and what is behind the hole comes then.
    const isRead = ({ id, sample, profile }: (typeof units)[number]) =>
      Object.entries(sample.values).every(
        ([name, wanted]) =>
          typeof wanted !== 'number' ||
          !profile.points.some(({ quantity }) => quantity === name) ||
          results.get(id)?.v[name as QuantityId] !== undefined,
      );
    while (!speaking.every(isRead) && clock.monotonic() < deadline) await clock.sleep(50);
    for (const { id, sample, profile } of speaking) {
      const result = results.get(id);
      for (const [name, wanted] of Object.entries(sample.values)) {
        if (!profile.points.some(({ quantity }) => quantity === name)) continue;
        const found = result?.v[name as QuantityId];
        if (typeof wanted === 'number')
          expect(Math.abs((found as number) - wanted), `${id} ${name}`).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(wanted)));
        else expect(found, `${id} ${name}`).toBeUndefined();
      }
    }
    expect(states.every(({ online }) => online)).toBe(true);
  });

  it('are read right over RTU through a pair of pseudo terminals', async () => {
    await using lines = await startSocatPair();
    await using _slave = await startPymodbus('rtu', lines.b);
    expectSamples(await readAll(`type: modbus-rtu\npath: ${lines.a}\nbaud: 115200`));
  }, 240_000);

  it('are read right as RTU frames over TCP', async () => {
    const own = await freePort();
    await using _slave = await startPymodbus('rtu-tcp', String(own));
    expectSamples(await readAll(`type: modbus-rtu-tcp\nhost: 127.0.0.1\nport: ${own}`));
  }, 240_000);

  it('a device says who it is (function 43)', async () => {
    const bus = modbusTcpBusSchema.parse({ id: 'b', type: 'modbus-tcp', host: '127.0.0.1', port });
    await using link = openLink(bus, silentLog());
    while (!link.open) await systemClock().sleep(5);
    const answer = await link.read(1, { kind: 'identity', level: 'basic', object: 0 }, 1_000);
    expect(Buffer.from(answer).toString('latin1')).toContain('Plantroom test');
  });
});

describe.runIf(needs('pymodbus'))('exceptions of python3-pymodbus', () => {
  const [meter] = units.filter(({ profile }) => profile.id === 'eastron-sdm630') as [(typeof units)[number]];
  /** It has all registers; those of the current of phase 1 are asked in vain. */
  const registers: Record<number, number> = Object.fromEntries(Array.from({ length: 400 }, (_, address) => [address, 0]));

  /** What `plantroom read --once` prints of this unit, and as JSON. */
  async function readOf(images: Images, unit: number) {
    const port = await freePort();
    await using _server = await startPymodbus('tcp', String(port), images);
    using folder = temporaryFolder('exceptions');
    const file = join(folder.path, 'site.yaml');
    writeFileSync(
      file,
      `site: { id: peers, name: { zh: 测试, en: test } }
gateways:
  - id: g
    name: { zh: 网关, en: gateway }
    buses:
      - { id: b, type: modbus-tcp, host: 127.0.0.1, port: ${port}, devices: [{ id: main, name: { zh: 表, en: meter }, profile: ${meter.profile.id}, unit: ${unit} }] }
`,
    );
    const run = async (json: boolean) => {
      const lines: string[] = [];
      const code = await runRead(loadSite(file), { once: true, json }, (line) => lines.push(line), {
        clock: systemClock(),
        log: silentLog(),
      });
      return { code, lines };
    };
    const { code, lines } = await run(false);
    return { code, text: lines.join('\n'), json: (await run(true)).lines.map((line) => JSON.parse(line)) };
  }

  it('are told by code and standard name, with unit, function, register and what to try', async () => {
    const { 6: _low, 7: _high, ...input } = registers;
    const { code, text, json } = await readOf({ 1: { input } }, 1);
    expect(code, 'the device answers').toBe(0);
    expect(text).toMatch(
      /^main {2}exception 2 \(Illegal data address\) from unit 1 to function 4, input registers 6-7\. The device has no such register: /m,
    );
    expect(text).toContain('bad: exception 2');
    const refused = json.filter(({ exception }) => exception !== undefined);
    expect(refused).toMatchObject([
      { quantity: 'current_l1_a', address: 6, value: null, reason: 'exception', exception: { code: 2, name: 'Illegal data address' } },
    ]);
    expect(json.filter(({ quality }) => quality === 'good').length).toBeGreaterThan(5);
  });

  it('a device that fails at one place says so there', async () => {
    const { code, text } = await readOf({ 1: { input: { ...registers, 6: -1 } } }, 1);
    expect(code).toBe(0);
    expect(text).toMatch(/^main {2}exception 4 \(Server device failure\) from unit 1 to function 4, input registers? /m);
  });

  it('a gateway that answers for a device that does not is no answer of the device', async () => {
    const { code, text, json } = await readOf({ 7: null }, 7);
    expect(code).toBe(1);
    expect(text).toMatch(/^main {2}exception 11 \(Gateway target device failed to respond\) from unit 7 .* check unit id, power, wiring/);
    expect(json).toMatchObject([{ device: 'main', error: 'modbus/exception' }]);
  });
});
