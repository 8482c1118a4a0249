/** Runs the watch over the platform inside the rules role: its clock, its addresses, its connection. */
import type { MqttClient } from 'mqtt';
import type { EngineDesk } from '../desk/index.ts';
import { inRounds, systemClock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { RoleContext } from '../shared/role.ts';
import { RoleHealth } from '../shared/role-health.ts';
import { lookAtUpkeep, tlsAddresses } from './platform-upkeep.ts';
import { openPlatformWatch } from './platform-watch.ts';

const lookMs = 1_000;
const upkeepMs = 3_600_000;

export function startPlatformWatch(
  context: RoleContext,
  client: MqttClient,
  desk: EngineDesk,
  told: () => void,
  environment: NodeJS.ProcessEnv = process.env,
): Disposable {
  const { clock, log, troubles, site } = context;
  const wire = systemClock();
  // Who starts the roles names them; where nobody does, a role that is not there may be meant not to be.
  const expected = environment.PLANTROOM_ROLES?.split(',') ?? [];
  const health = new RoleHealth(site.config.site.id, expected, wire, 'rules');
  health.follow(client);
  const watch = openPlatformWatch({ health, own: troubles, connected: () => client.connected, desk, clock, wire });
  const addresses = tlsAddresses([context.mqtt.url, context.storeUrl, (site.config as { public_url?: string }).public_url]);
  let nextUpkeep = wire.monotonic();
  const stop = inRounds(wire, lookMs, () => {
    try {
      if (watch.look()) told();
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'an alarm of the platform itself could not be written');
    }
    if (wire.monotonic() < nextUpkeep) return;
    nextUpkeep = wire.monotonic() + upkeepMs;
    void lookAtUpkeep({ backup: environment.PLANTROOM_BACKUP, addresses, now: wire.now(), troubles });
  });
  return { [Symbol.dispose]: stop };
}
