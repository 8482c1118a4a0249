/** The password of a device or of one gateway on Plantroom's broker, for the box that shall connect. */
import { ensureCredentials } from '../gateway/credentials.ts';
import { Fault } from '../shared/errors.ts';
import { whatIsKnown } from '../shared/guess.ts';
import { keepPrivate } from '../shared/private-files.ts';
import { type BrokerCredentials, devicePassword, gatewayPassword } from '../shared/role.ts';
import { publishersOf } from '../shared/site.ts';
import { loadSite } from '../shared/site-file.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';

const command: Command = {
  id: 'broker-password',
  summary: 'Prints a password of the broker: of the user device, of device-ID or of gateway-ID',
  usage: 'broker-password device [ID] | gateway ID  [--site F] [--data DIR]',
  async run(args) {
    const { values, positionals } = parse(args, siteOptions, true);
    const [kind, id] = positionals;
    if (positionals.length > 2 || !(kind === 'device' || (kind === 'gateway' && id !== undefined)))
      throw new Fault('usage/command', `found "${positionals.join(' ')}"; allowed: device, device ID, gateway ID`);
    const dataDir = dataFolder(values.data);
    keepPrivate(dataDir);
    const credentials = ensureCredentials(dataDir);
    if (id !== undefined) {
      const { config } = loadSite(siteFile(values.site));
      const known = kind === 'gateway' ? config.gateways.map((gateway) => gateway.id) : publishersOf(config);
      if (!known.includes(id))
        throw new Fault('usage/command', `there is no ${kind} "${id}" that connects to this broker${whatIsKnown(id, known)}`);
    }
    process.stdout.write(`${passwordOf(credentials, kind, id)}\n`);
    return 0;
  },
};
export default command;

function passwordOf(credentials: BrokerCredentials, kind: 'device' | 'gateway', id: string | undefined): string {
  if (id === undefined) return credentials.device.password;
  return kind === 'gateway' ? gatewayPassword(credentials, id) : devicePassword(credentials, id);
}
