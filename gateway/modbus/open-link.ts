import { type Clock, systemClock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { type ModbusBus, simulatedEndpoint } from '../../shared/site.ts';
import type { Link } from './link.ts';
import { rtuLink } from './rtu-link.ts';
import { serialPort, serialTiming } from './serial-port.ts';
import { socketPort } from './socket-port.ts';
import { tcpLink } from './tcp-link.ts';

/** Wires keep real time even where the plant's clock runs faster; all timers of ports and links are on this clock. */
const wireClock = (): Clock => systemClock();

/** RTU frames may come in pieces through a converter and a network; only after this silence is a piece all there will be. */
const converterSettleMs = 150;

/** The link of a bus, connecting in the background. */
export function openLink(bus: ModbusBus, log: Log, environment: NodeJS.ProcessEnv = process.env): Link {
  const deps = { clock: wireClock(), log };
  if (bus.type === 'modbus-rtu') return rtuLink(serialPort(bus, deps), serialTiming(bus), deps.clock);
  const { host, port } = simulatedEndpoint(bus, environment);
  const socket = socketPort(host, port, deps);
  if (bus.type === 'modbus-tcp') {
    const { in_flight, transaction_ids, unit_ids } = bus;
    return tcpLink(socket, in_flight, deps.clock, { transactionIds: transaction_ids === 'ignore', unitIds: unit_ids === 'ignore' });
  }
  return rtuLink(socket, { charMs: 0, gapMs: 0, settleMs: converterSettleMs }, deps.clock);
}
