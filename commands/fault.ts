/** Lists, starts and stops faults of the simulated plant, over the same topics as the console. */
import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import { openLog } from '../shared/log.ts';
import { connectMqtt, mqttAccess } from '../shared/role.ts';
import { loadSite } from '../shared/site-file.ts';
import { type SimulatorFault, simulatorFault, simulatorReply, topics } from '../shared/topic.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';

const answerLimitMs = 5_000;

const command: Command = {
  id: 'fault',
  summary: 'Faults of the simulated plant: list them, start one, stop it',
  usage: 'fault list|start NAME|stop NAME [--site F] [--data DIR] [--json]',
  async run(args) {
    const { values, positionals } = parse(args, { ...siteOptions, json: { type: 'boolean' } }, true);
    const [action, name] = positionals;
    if ((action !== 'list' && action !== 'start' && action !== 'stop') || (action === 'list') !== (name === undefined)) {
      throw new Fault('usage/command', `found "${positionals.join(' ')}"; allowed: list, start NAME, stop NAME`);
    }
    const site = loadSite(siteFile(values.site)).config.site.id;
    const client = connectMqtt(mqttAccess('dashboards', dataFolder(values.data)), openLog('fault', { PLANTROOM_LOG: 'error' }));
    try {
      if (action === 'list' || name === undefined) {
        const faults = z.array(simulatorFault).parse(JSON.parse(await nextMessage(client, topics.simulatorFaults(site), () => {})));
        for (const fault of faults) process.stdout.write(`${values.json ? JSON.stringify(fault) : line(fault)}\n`);
        return 0;
      }
      const id = randomUUID();
      const reply = simulatorReply.parse(
        JSON.parse(
          await nextMessage(client, topics.simulatorReply(site, id), () =>
            client.publish(topics.simulatorCommand(site), JSON.stringify({ id, action, name }), { qos: 1 }),
          ),
        ),
      );
      if (!reply.ok) throw new Fault('fault/unknown', reply.error ?? `the simulators refuse ${action} ${name}`);
      process.stdout.write(`${name}: ${action === 'start' ? 'started' : 'stopped'}\n`);
      return 0;
    } finally {
      await client.endAsync(true);
    }
  },
};
export default command;

function line(fault: SimulatorFault): string {
  return `${fault.active ? '*' : ' '} ${fault.name.padEnd(32)} ${fault.system.padEnd(12)} ${fault.title.zh} / ${fault.title.en}`;
}

function nextMessage(client: MqttClient, topic: string, whenSubscribed: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Fault('mqtt/closed', 'no answer from the simulators; does plantroom start run with this data folder?')),
      answerLimitMs,
    );
    client.on('message', (at, payload) => {
      if (at !== topic) return;
      clearTimeout(limit);
      resolve(payload.toString());
    });
    client.once('connect', () => client.subscribe(topic, { qos: 1 }, (error) => (error ? reject(error) : whenSubscribed())));
  });
}
