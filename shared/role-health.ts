/** Which roles are up, by their retained heartbeats on MQTT; and their metrics, which travel with them. */
import type { MqttClient } from 'mqtt';
import type { Clock } from './clock.ts';
import { type RoleStatus, roleTopic } from './role.ts';
import { isTroubleCode, type Trouble, troubleKinds } from './trouble.ts';

/** A role that was not heard for so long is down even if no last will came: the broker may have died with it. */
export const heartbeatLimitMs = 20_000;

export interface Health {
  /** Every role is up and nothing stops readings from being stored. */
  ok: boolean;
  /** `up`, or why not. */
  roles: Record<string, string>;
  /** What the roles find wrong with store, disk and files; see shared/trouble.ts. */
  troubles: RoleTrouble[];
}
export interface RoleTrouble extends Trouble {
  role: string;
  /** Readings are not stored while it lasts. */
  stops: boolean;
}

export class RoleHealth {
  readonly #heard = new Map<string, { status: RoleStatus; metrics: string | undefined; at: number }>();
  readonly #site: string;
  readonly #expected: readonly string[];
  readonly #wall: Clock;
  readonly #own: string;
  #client: MqttClient | undefined;

  /** `own`: the role that looks, which is up where it can ask. */
  constructor(site: string, expected: readonly string[], wall: Clock, own = 'dashboards') {
    this.#own = own;
    this.#site = site;
    this.#expected = expected;
    this.#wall = wall;
  }

  follow(client: MqttClient): void {
    this.#client = client;
    const subscribe = () => {
      client.subscribe(roleTopic(this.#site, '#'), { qos: 1 });
    };
    client.on('connect', subscribe);
    if (client.connected) subscribe();
    const prefix = roleTopic(this.#site, '');
    client.on('message', (topic, payload) => {
      if (topic.startsWith(prefix)) this.heard(topic.slice(prefix.length), payload);
    });
  }

  heard(role: string, payload: Buffer): void {
    try {
      const { status, metrics } = parsed(payload.toString());
      if (typeof status?.online !== 'boolean') return;
      // Not every heartbeat carries metrics; a role that is gone has none.
      const kept = metrics ?? (status.online ? this.#heard.get(role)?.metrics : undefined);
      this.#heard.set(role, { status, metrics: kept, at: this.#wall.monotonic() });
    } catch {
      this.#heard.delete(role);
    }
  }

  check(): Health {
    const roles: Record<string, string> = {};
    const connected = this.#client?.connected === true;
    for (const role of this.#expected) {
      if (role === this.#own) roles[role] = 'up';
      else if (!connected) roles[role] = role === 'broker' ? 'not reachable' : 'unknown, no broker';
      else roles[role] = this.#stateOf(role);
    }
    if (!connected && !this.#expected.includes('broker')) roles.broker = 'not reachable';
    const troubles = this.troubles();
    return { ok: Object.values(roles).every((state) => state === 'up') && !troubles.some(({ stops }) => stops), roles, troubles };
  }

  /** Several workers of a role tell under `<role>/<instance>`; one that is up is enough. */
  #stateOf(role: string): string {
    const heard = [...this.#heard].filter(([name]) => name === role || name.startsWith(`${role}/`)).map(([, entry]) => entry);
    const online = heard.filter(({ status }) => status.online);
    if (online.some(({ at }) => this.#wall.monotonic() - at <= heartbeatLimitMs)) return 'up';
    if (online.length > 0) return 'silent';
    return heard.length > 0 ? 'down' : 'not heard of';
  }

  /** Of roles that are heard; what one that is gone last said says nothing of now. */
  troubles(): RoleTrouble[] {
    return [...this.#heard].flatMap(([role, { status, at }]) =>
      status.online && Array.isArray(status.troubles) && this.#wall.monotonic() - at <= heartbeatLimitMs
        ? status.troubles.flatMap((trouble) =>
            isTroubleCode(trouble?.code) ? [{ ...trouble, role, stops: troubleKinds[trouble.code].stops }] : [],
          )
        : [],
    );
  }

  /** Metrics of every role but this one, as they came with the last heartbeat. */
  metrics(): { role: string; metrics: object[] }[] {
    return [...this.#heard]
      .filter(([role]) => role !== this.#own)
      .flatMap(([role, { metrics }]) => {
        const found = listOf(metrics);
        return found ? [{ role, metrics: found }] : [];
      });
  }
}

const metricsKey = ',"metrics":';

/**
 * Metrics are most of a heartbeat and seldom asked for: as text until then. Our roles write them last; between the quotes of a text this key cannot stand.
 * @throws SyntaxError
 */
function parsed(text: string): { status: RoleStatus; metrics: string | undefined } {
  const at = text.indexOf(metricsKey);
  if (at > 0 && text.endsWith(']}')) {
    try {
      const status = JSON.parse(`${text.slice(0, at)}}`) as RoleStatus;
      if (typeof status.online === 'boolean') return { status, metrics: text.slice(at + metricsKey.length, -1) };
    } catch {
      // Written by somebody else in another order.
    }
  }
  const { metrics, ...status } = (JSON.parse(text) ?? {}) as RoleStatus;
  return { status, metrics: metrics && JSON.stringify(metrics) };
}

function listOf(text: string | undefined): object[] | undefined {
  try {
    const found: unknown = JSON.parse(text ?? 'null');
    return Array.isArray(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The roles that make this site: as the supervisor says, else by the site; the broker counts when it is the embedded one, the simulators when the site is simulated. */
export function expectedRoles(simulated: boolean, environment: NodeJS.ProcessEnv = process.env): string[] {
  if (environment.PLANTROOM_ROLES) return environment.PLANTROOM_ROLES.split(',');
  const embedded = !environment.PLANTROOM_MQTT_URL || environment.PLANTROOM_MQTT_EMBEDDED === '1';
  return [...(embedded ? ['broker'] : []), ...(simulated ? ['simulators'] : []), 'gateway', 'ingest', 'rules', 'energy', 'dashboards'];
}
