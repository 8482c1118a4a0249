/**
 * Five TCP gateways with ten units on the serial side of each; one unit each is dead, and the gateway holds its bus for a second for every
 * request to it. Real sockets. The limit is the same without dead units.
 */
import modbusTcp from '../../gateway/transports/modbus-tcp.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { modbusTcpBusSchema } from '../../shared/site.ts';
import { modbusServer } from '../../test/modbus-server.ts';
import { benchDevice, benchProfiles, benchWord, valuesOfMeter } from '../meters.ts';
import { median, type Row } from '../row.ts';

const gateways = 5;
const units = 10;
const seconds = 60;
const holdMs = 1_000;
const answerMs = 8;
const deadUnit = 4;

async function runPlant(withDead: boolean): Promise<number> {
  const clock = systemClock();
  await using undo = new AsyncDisposableStack();
  let landed = 0;
  for (let gateway = 1; gateway <= gateways; gateway++) {
    const server = undo.use(
      await modbusServer({
        register: (_unit, _code, address) => benchWord(address),
        answer: async ({ unit }, right) => {
          const isDead = withDead && unit === deadUnit;
          await clock.sleep(isDead ? holdMs : answerMs);
          return isDead ? undefined : right;
        },
      }),
    );
    const devices = Array.from({ length: units }, (_, index) => benchDevice(`g${gateway}u${index + 1}`, index + 1, '1s'));
    const bus = { ...modbusTcpBusSchema.parse({ id: `g${gateway}`, type: 'modbus-tcp', host: '127.0.0.1', port: server.port }), devices };
    undo.use(
      modbusTcp.start(bus, {
        clock,
        log: silentLog(),
        profiles: benchProfiles,
        sink: {
          readings({ device, v }) {
            if (!device.endsWith(`u${deadUnit}`)) landed += Object.keys(v).length;
          },
          device() {},
        },
      }),
    );
  }
  await clock.sleep(seconds * 1_000);
  return landed;
}

const row: Row = {
  id: 'p12',
  title: `${gateways} gateways × ${units} units, one dead unit each that holds its bus for 1 s per request, polled each second for ${seconds} s`,
  reach: '≥ 95 % of the live values land',
  async run() {
    // The plants sleep most of the time: all repetitions side by side disturb nothing and take a minute, not six.
    const [limit, ...ours] = (await Promise.all([false, true, true, true, true, true].map(runPlant))) as [number, ...number[]];
    const scheduled = gateways * (units - 1) * valuesOfMeter * seconds;
    const ratio = median(ours) / limit;
    return {
      ours: `${median(ours)} values`,
      limit: `${limit} values without dead units, ${scheduled} by the schedule`,
      ratio,
      raw: { 'values with dead units': ours, 'share of the schedule': ours.map((landed) => landed / scheduled) },
      ok: ratio >= 0.95,
      note: 'dead from the start; the first request to it, its timeout and each later probe are in the figures',
    };
  },
};
export default row;
