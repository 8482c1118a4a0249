import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Whether mqtt-packet gets the real package `debug`, in a process of its own: it is asked for once, at loading. */
function tracing(environment: NodeJS.ProcessEnv): string {
  const script = `
    import '${join(import.meta.dirname, 'role.ts')}';
    import { createRequire } from 'node:module';
    const mqtt = createRequire(createRequire('${import.meta.filename}').resolve('mqtt'));
    const debug = createRequire(mqtt.resolve('mqtt-packet'))('debug');
    process.stdout.write(debug('one') === debug('two') ? 'quiet' : 'real');
  `;
  const { DEBUG: _, ...rest } = process.env;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env: { ...rest, ...environment }, encoding: 'utf8' });
}

it('MQTT packages trace nothing and make no garbage of it, unless DEBUG is set', () => {
  expect(tracing({})).toBe('quiet');
  expect(tracing({ DEBUG: 'nothing' })).toBe('real');
});
