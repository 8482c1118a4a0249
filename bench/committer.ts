/** Stands in for ingest where a bench is about the gateway alone: commits what it hears ten times a second. `committer.ts <broker url> <site>` */
import mqtt from 'mqtt';
import { rangesOf } from '../ingest/commits.ts';
import { filters, topics } from '../shared/topic.ts';

const [url, site] = process.argv.slice(2) as [string, string];
const user = process.env.COMMITTER_USER;
const client = mqtt.connect(url, {
  protocolVersion: 4,
  ...(user === undefined ? {} : { username: user, password: process.env.COMMITTER_PASSWORD ?? '' }),
});
const heard = new Map<string, { gateway: string; boot: string; seqs: number[] }>();
let messages = 0;
client.on('message', (topic, payload) => {
  messages++;
  const match = /^\{"boot":"([^"]+)","seq":(\d+)/.exec(payload.toString('latin1', 0, 120));
  const gateway = topic.split('/')[2];
  if (!match || gateway === undefined) return;
  const boot = match[1] as string;
  const entry = heard.get(`${gateway} ${boot}`) ?? { gateway, boot, seqs: [] };
  heard.set(`${gateway} ${boot}`, entry);
  entry.seqs.push(Number(match[2]));
});
setInterval(() => {
  for (const { gateway, boot, seqs } of heard.values()) {
    client.publish(topics.committed(site, gateway), JSON.stringify({ boot, seqs: rangesOf(seqs) }), { qos: 1 });
  }
  heard.clear();
}, 100);
process.on('message', () => process.send?.(messages));
process.on('disconnect', () => process.exit(0));
await client.subscribeAsync(filters.allReadings(site), { qos: 1 });
process.send?.('ready');
