/** No container engine runs in the tests: docker-compose itself says whether the file is right, and that no password has a default. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { needs } from './servers.ts';

const root = join(import.meta.dirname, '..');
const secrets = readFileSync(join(root, '.env.example'), 'utf8')
  .split('\n')
  .flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
const config = (given: readonly string[]) => {
  const { PATH } = process.env;
  const environment = Object.fromEntries(given.map((name) => [name, `test-${name.toLowerCase()}`]));
  return spawnSync('docker-compose', ['-f', 'docker-compose.yml', 'config'], {
    cwd: root,
    env: { PATH, ...environment },
    encoding: 'utf8',
  });
};

describe.skipIf(!needs('docker-compose'))('docker-compose.yml', () => {
  it('is valid when every secret is given', () => {
    const { status, stdout, stderr } = config(secrets);
    expect(status, stderr).toBe(0);
    for (const role of ['simulators', 'gateway', 'ingest', 'rules', 'dashboards', 'mosquitto', 'influxdb', 'boards', 'grafana'])
      expect(stdout).toContain(`  ${role}:`);
  });

  it.each(secrets)('refuses to start without %s: there are no default passwords', (name) => {
    expect(config(secrets.filter((one) => one !== name)).status).not.toBe(0);
  });

  it("shows the administrator's token of InfluxDB to InfluxDB and to what makes the tokens of the bucket, and to nothing else", () => {
    const { services } = parse(config(secrets).stdout) as { services: Record<string, unknown> };
    const holders = Object.entries(services).filter(([, service]) => JSON.stringify(service).includes('test-plantroom_influx_admin_token'));
    expect(holders.map(([name]) => name).sort()).toEqual(['influxdb', 'tokens']);
    for (const role of ['ingest', 'rules', 'dashboards']) expect(JSON.stringify(services[role])).toContain('token_file=/store-token/token');
    expect(JSON.stringify(services.grafana)).not.toContain('store-token');
    expect(readFileSync(join(root, 'deploy/grafana/datasources/plantroom.yaml'), 'utf8')).toContain('$__file{/grafana-token/token}');
  });

  it('publishes ports on this machine only', () => {
    const published = [...config(secrets).stdout.matchAll(/- (?:")?([\d.:]+)(?:\/tcp)?/g)]
      .map((match) => match[1])
      .filter((text) => text?.includes(':'));
    expect(published.length).toBeGreaterThan(0);
    for (const one of published) expect(one).toMatch(/^127\.0\.0\.1:/);
  });
});
