/** Who may publish and subscribe what on the embedded broker. docs/mqtt.md has the same table for other brokers. */

import { gatewayClientId, roleTopic } from '../shared/role.ts';
import { filters, topics } from '../shared/topic.ts';
import type { BrokerUser } from './credentials.ts';

/** A user of the broker: a role, `device`, or one gateway. */
export type BrokerIdentity = BrokerUser | { gateway: string };

export interface Rights {
  publish: readonly string[];
  subscribe: readonly string[];
  /** Topics outside plantroom/, simulated/ and the broker's own $ tree: those of third-party devices. */
  foreignPublish?: boolean;
  foreignSubscribe?: boolean;
}

export function rightsOf(user: BrokerIdentity, site: string): Rights {
  if (typeof user === 'object') return gatewayRights(user.gateway, site);
  const own = [roleTopic(site, user), roleTopic(site, user, '+')];
  const heard = [filters.allReadings(site), filters.allDeviceStatus(site), filters.allGatewayStatus(site)];
  switch (user) {
    case 'gateway':
      return {
        publish: [...own, filters.allReadings(site), filters.allDeviceStatus(site), filters.allGatewayStatus(site), filters.allRaw(site)],
        subscribe: [topics.committed(site, '+'), filters.allWatches(site), filters.allGatewayStatus(site)],
        foreignSubscribe: true,
      };
    case 'ingest':
      return { publish: [...own, topics.committed(site, '+')], subscribe: heard };
    case 'rules':
      return {
        publish: [...own, filters.allAlarms(site), filters.allTickets(site)],
        // Its own retained topics too: after a restart it removes those of alarms and tickets that are no longer open.
        subscribe: [...heard, topics.committed(site, '+'), filters.allAlarms(site), filters.allTickets(site), roleTopic(site, '#')],
      };
    case 'dashboards':
      return {
        publish: [...own, topics.simulatorCommand(site), filters.allWatches(site)],
        subscribe: [`plantroom/${site}/#`, `simulated/${site}/#`],
      };
    case 'simulators':
      return { publish: [...own, `simulated/${site}/#`], subscribe: [topics.simulatorCommand(site)] };
    case 'device':
      return { publish: [], subscribe: [], foreignPublish: true };
    case 'energy':
      return { publish: own, subscribe: [filters.allReadings(site), topics.committed(site, '+')] };
    case 'broker':
      return { publish: own, subscribe: [] };
  }
}

/** What one gateway says and hears, and nothing of its neighbours; its role's heartbeat too, for a box that runs by itself. */
function gatewayRights(gateway: string, site: string): Rights {
  return {
    publish: [
      roleTopic(site, 'gateway'),
      roleTopic(site, 'gateway', '+'),
      topics.readings(site, gateway, '+'),
      topics.deviceStatus(site, gateway, '+'),
      topics.gatewayStatus(site, gateway),
      topics.raw(site, gateway, '+'),
    ],
    // Its own status too: that is how it sees that another program runs under its name.
    subscribe: [topics.committed(site, gateway), topics.watch(site, gateway, '+'), topics.gatewayStatus(site, gateway)],
    foreignSubscribe: true,
  };
}

/**
 * May this user call its connection so? A client id that is in use is taken over by whoever comes with it: names of gateways and workers are kept
 * for them, or a thermometer could silence a gateway.
 */
export function mayBeCalled(user: BrokerIdentity, clientId: string, site: string, gateways: readonly string[]): boolean {
  const owner = longest(gateways.filter((id) => isNameOf(clientId, gatewayClientId(site, id))));
  if (typeof user === 'object') return owner === user.gateway || (owner === undefined && !isKept(clientId));
  if (user === 'gateway') return true;
  return user === 'ingest' ? owner === undefined && !clientId.startsWith('plantroom-') : owner === undefined && !isKept(clientId);
}

const isNameOf = (clientId: string, base: string) => clientId === base || clientId.startsWith(`${base}-`);
const isKept = (clientId: string) => clientId.startsWith('plantroom-') || clientId.startsWith('ingest-');
/** Of gateways `a` and `a-b` the name `…-a-b-x` is the second's. */
const longest = (ids: string[]) => ids.sort((one, other) => other.length - one.length)[0];

export function mayPublish(rights: Rights, topic: string): boolean {
  if (rights.foreignPublish && isForeign(topic) && !topic.startsWith('simulated/')) return true;
  return rights.publish.some((filter) => covers(filter, topic));
}

export function maySubscribe(rights: Rights, filter: string): boolean {
  // aedes would grant a shared subscription and deliver nothing; a refusal lets the client fall back to a plain one.
  if (filter.startsWith('$')) return false;
  if (rights.foreignSubscribe && isForeign(filter)) return true;
  return rights.subscribe.some((allowed) => covers(allowed, filter));
}

function isForeign(topic: string): boolean {
  const first = topic.split('/', 1)[0] as string;
  return first !== 'plantroom' && first !== '+' && first !== '#' && !first.startsWith('$');
}

/** True when every topic that `inner` (a topic or a filter) can match is matched by `outer` too. MQTT 3.1.1 §4.7. */
export function covers(outer: string, inner: string): boolean {
  const o = outer.split('/');
  const i = inner.split('/');
  for (let at = 0; at < o.length; at++) {
    if (o[at] === '#') return true;
    if (at >= i.length || i[at] === '#') return false;
    if (o[at] !== '+' && o[at] !== i[at]) return false;
  }
  return o.length === i.length;
}
