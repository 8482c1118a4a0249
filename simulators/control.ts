/** Faults by remote control: the list of what can go wrong, retained; commands and their replies. */
import type { MqttClient } from 'mqtt';
import type { z } from 'zod';
import { isFault, reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { simulatorCommand, type simulatorReply, topics } from '../shared/topic.ts';
import type { Hospital } from './hospital.ts';

const longestCommand = 10_000;

export interface ControlOptions {
  site: string;
  hospital: Hospital;
  client: MqttClient;
  log: Log;
}

/** What a command leads to; never throws. Undefined: not a command, and nobody to answer to. */
export function obey(hospital: Hospital, payload: Buffer): z.infer<typeof simulatorReply> | undefined {
  if (payload.length > longestCommand) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  const command = simulatorCommand.safeParse(content);
  if (!command.success) {
    const id = typeof content === 'object' && content !== null && 'id' in content ? String(content.id) : '';
    return id
      ? {
          id: id.slice(0, 100),
          ok: false,
          error: command.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
        }
      : undefined;
  }
  const { id, action, name, params } = command.data;
  try {
    if (action === 'start') hospital.startFault(name, params ?? {});
    else hospital.stopFault(name);
    return { id, ok: true };
  } catch (error) {
    return { id, ok: false, error: isFault(error) ? error.message : reasonOf(error) };
  }
}

export function startControl({ site, hospital, client, log }: ControlOptions): void {
  const announce = () => {
    if (client.connected) client.publish(topics.simulatorFaults(site), JSON.stringify(hospital.faults()), { qos: 1, retain: true });
  };
  hospital.onFaults(announce);
  client.on('connect', () => {
    client.subscribe(topics.simulatorCommand(site), { qos: 1 }, (error) => {
      if (error) log.warn({ reason: error.message }, 'commands to the simulators are not heard');
    });
    announce();
  });
  client.on('message', (topic, payload, packet) => {
    // a retained command is an old one
    if (topic !== topics.simulatorCommand(site) || packet.retain) return;
    const reply = obey(hospital, payload);
    if (!reply) return log.warn('a command that is none was ignored');
    if (reply.ok) log.info({ command: payload.toString('utf8').slice(0, 200) }, 'fault command');
    if (/^[\w-]{1,100}$/.test(reply.id)) client.publish(topics.simulatorReply(site, reply.id), JSON.stringify(reply), { qos: 1 });
  });
}
