import { runRead } from '../gateway/read.ts';
import { clockFromEnvironment } from '../shared/clock.ts';
import { openLog } from '../shared/log.ts';
import { loadSite } from '../shared/site-file.ts';
import { type Command, parse, siteFile, siteOptions } from './command.ts';

const command: Command = {
  id: 'read',
  summary: 'Live decoded values at the cabinet, with raw words, register and quality; needs no broker',
  usage: 'read --site F [--device ID] [--once] [--json]',
  async run(args) {
    const { values } = parse(args, { ...siteOptions, device: { type: 'string' }, once: { type: 'boolean' }, json: { type: 'boolean' } });
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
    return runRead(
      loadSite(siteFile(values.site)),
      { device: values.device, once: values.once ?? false, json: values.json ?? false },
      (line) => process.stdout.write(`${line}\n`),
      { clock: clockFromEnvironment(), log: openLog('read', { PLANTROOM_LOG: process.env.PLANTROOM_LOG || 'error' }), signal: stop.signal },
    );
  },
};
export default command;
