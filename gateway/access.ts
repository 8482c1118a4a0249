/** Who may publish and subscribe what on the embedded broker. docs/mqtt.md has the same table for other brokers. */

import { roleTopic } from '../shared/role.ts';
import { filters, topics } from '../shared/topic.ts';
import type { BrokerUser } from './credentials.ts';

export interface Rights {
  publish: readonly string[];
  subscribe: readonly string[];
  /** Topics outside plantroom/ and outside the broker's own $ tree: those of third-party devices. */
  foreignPublish?: boolean;
  foreignSubscribe?: boolean;
}

export function rightsOf(user: BrokerUser, site: string): Rights {
  const own = [roleTopic(site, user), roleTopic(site, user, '+')];
  const heard = [filters.allReadings(site), filters.allDeviceStatus(site), filters.allGatewayStatus(site)];
  switch (user) {
    case 'gateway':
      return {
        publish: [...own, filters.allReadings(site), filters.allDeviceStatus(site), filters.allGatewayStatus(site), filters.allRaw(site)],
        subscribe: [topics.committed(site, '+'), filters.allWatches(site)],
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
    case 'broker':
    case 'energy':
      return { publish: own, subscribe: [] };
  }
}

export function mayPublish(rights: Rights, topic: string): boolean {
  if (rights.foreignPublish && isForeign(topic)) return true;
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
