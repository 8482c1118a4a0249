/** What a schema cannot see of the notification channels: unknown types, bad settings, alarms that would reach nobody. */
import { z } from 'zod';
import { consoleChannel } from '../desk/index.ts';
import { allowedNames } from '../shared/guess.ts';
import { type Mistake, type Path, Unquoted } from '../shared/mistake.ts';
import { allowedAt } from '../shared/schema-walk.ts';
import { channelBaseSchema } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { trades } from '../shared/system.ts';
import { channelTypes, ownOptions } from './channels.ts';
import { everOnCall, takes } from './recipients.ts';

/** Every mistake that the channels of this site have; none means that the notifier starts. Does not look for secrets: they are elsewhere. */
export function checkChannels(site: LoadedSite): Mistake[] {
  const mistakes: Mistake[] = [];
  const say = (path: Path, found: unknown, allowed: string) => void mistakes.push(site.mistake(path, found, allowed));
  const { config } = site;

  for (const [index, channel] of config.channels.entries()) {
    const path: Path = ['channels', index];
    if (channel.id === consoleChannel)
      say([...path, 'id'], channel.id, 'another id: this one stands for the screens in the record of notices');
    const type = channelTypes.get(channel.type);
    if (!type) {
      const known = [...channelTypes.keys()];
      say([...path, 'type'], channel.type, allowedNames(channel.type, known));
      continue;
    }
    const own = ownOptions(channel);
    const parsed = type.options.safeParse(own, { reportInput: true });
    if (!parsed.success) {
      const schema = z.toJSONSchema(type.options, { io: 'input', unrepresentable: 'any' }) as object;
      for (const issue of parsed.error.issues) {
        const inside = issue.path as Path;
        const found = inside.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], own);
        if (issue.code === 'unrecognized_keys') {
          const { keys } = allowedAt(schema, inside, own);
          const known = inside.length === 0 ? [...Object.keys(channelBaseSchema.shape), ...keys] : keys;
          for (const key of issue.keys) say([...path, ...inside, key], new Unquoted(`the unknown key "${key}"`), allowedNames(key, known));
        } else {
          const { keys, description } = allowedAt(schema, inside, own);
          const wanted =
            issue.code !== 'invalid_type'
              ? issue.message
              : keys.includes('env')
                ? 'where the secret is, { env: NAME } or { file: PATH }'
                : `${issue.expected}${description}`;
          say([...path, ...inside], found, found === undefined ? `${wanted}; it is required` : wanted);
        }
      }
      continue;
    }
    for (const mistake of type.check(parsed.data)) {
      const found = mistake.found === '<secret>' ? new Unquoted('<secret>') : mistake.found;
      say([...path, ...mistake.path], found, mistake.allowed);
    }
    for (const trade of type.audience === 'person' && !type.subscribed ? trades : []) {
      if (!takes(channel, { id: '', priority: 'critical', lifeSafety: true, trade })) continue;
      const people = everOnCall(config, trade);
      if (people.some((person) => type.address(person) !== undefined)) continue;
      const entry = config.on_call.findIndex((one) => one.trade === trade);
      const names = people.map((person) => person.id).join(', ');
      if (entry >= 0) {
        say(
          ['on_call', entry, 'people'],
          new Unquoted(`nobody with ${type.addressName.en} (${names})`),
          `somebody whom the channel ${channel.id} reaches: give one of them ${type.addressName.en} under people`,
        );
      } else if (people.length === 0) {
        say([...path, 'type'], channel.type, `somebody on call: without on_call the channel ${channel.id} has nobody to tell`);
        break;
      }
    }
  }
  const reports = config.reports.schedule.map(({ channels, to }, index) => ({ path: ['reports', 'schedule', index], channels, to }));
  const reminders = config.reports.reminders && {
    path: ['reports', 'reminders'],
    channels: config.reports.reminders.channels,
    to: undefined,
  };
  for (const { path, channels, to } of [...reports, ...(reminders ? [reminders] : [])])
    for (const [c, id] of channels.entries()) {
      const type = channelTypes.get(config.channels.find((one) => one.id === id)?.type ?? '');
      if (!type) continue;
      if (!type.reports) say([...path, 'channels', c], id, 'a channel that can tell of reports: e-mail, a robot or a webhook');
      else if (
        type.audience === 'person' &&
        !to &&
        type.address({ id: 'tenant', name: 'tenant', email: 'tenant@example.org' }) === undefined
      )
        say([...path, 'channels', c], id, 'e-mail, or a channel of a group: of tenants only the e-mail address is known');
      else if (type.audience === 'person' && to && !config.people.some((one) => to.includes(one.id) && type.address(one) !== undefined))
        say([...path, 'channels', c], id, `somebody under to who has ${type.addressName.en}`);
    }
  if (mistakes.length > 0 || config.channels.length === 0) return mistakes;

  const unheard = trades.filter(
    (trade) => !config.channels.some((channel) => takes(channel, { id: '', priority: 'critical', lifeSafety: true, trade })),
  );
  if (unheard.length > 0) {
    say(
      ['channels'],
      new Unquoted(`no channel for urgent alarms of ${unheard.join(', ')}`),
      'a channel that takes critical alarms of every trade',
    );
  }
  return mistakes;
}
