/** A Modbus bus from its byte pipe up: link, poller, and the time on the wire. */
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { ModbusBus } from '../../shared/site.ts';
import { startPoller } from '../poller.ts';
import type { TransportContext } from '../transport.ts';
import type { Link } from './link.ts';

/** Wires keep real time even where the plant's clock runs faster; all timers of ports and links are on this clock. */
export const wireClock = (): Clock => systemClock();

/** Where plant time runs faster, answers still need their real milliseconds: no timeout falls below this by the speed alone. */
const leastWireTimeoutMs = 250;

/** Runs the poller on the link; undoing closes both. */
export function startBus(bus: ModbusBus, link: Link, context: TransportContext): AsyncDisposable {
  const speed = context.clock.speed ?? 1;
  const poller = startPoller(bus, speed === 1 ? link : inPlantTime(link, speed), context);
  return {
    async [Symbol.asyncDispose]() {
      const stopped = poller[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
      await stopped;
    },
  };
}

function inPlantTime(link: Link, speed: number): Link {
  const wire = (timeoutMs: number) => Math.max(timeoutMs / speed, Math.min(timeoutMs, leastWireTimeoutMs));
  return Object.defineProperties(Object.create(link) as Link, {
    read: { value: (...[unit, request, timeoutMs]: Parameters<Link['read']>) => link.read(unit, request, wire(timeoutMs)) },
    lineTimeMs: { value: (request: Parameters<Link['lineTimeMs']>[0]) => link.lineTimeMs(request) * speed },
    onLate: { set: (told: Link['onLate']) => Object.assign(link, { onLate: told }) },
    onState: { set: (told: Link['onState']) => Object.assign(link, { onState: told }) },
  });
}
