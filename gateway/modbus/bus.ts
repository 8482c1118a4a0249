/** A Modbus bus from its byte pipe up: link, poller, and the time on the wire. */
import type { ModbusBus } from '../../shared/site.ts';
import { startPoller } from '../poller.ts';
import type { TransportContext } from '../transport.ts';
import type { Link } from './link.ts';
import { showBus } from './metrics.ts';
import { openLink } from './open-link.ts';

/**
 * Where plant time runs faster, answers still need their real milliseconds: no timeout falls below these by the speed alone. The shorter one
 * is for probes, which are meant to be cheap.
 */
const leastWireTimeoutMs = 250;
const leastWireProbeMs = 20;

/** Connects in the background and polls; undoing stops both. The same for all three wires. */
export function startBus(bus: ModbusBus, context: TransportContext): AsyncDisposable {
  const link = openLink(bus, context.log, context.environment);
  const speed = context.clock.speed ?? 1;
  const poller = startPoller(bus, speed === 1 ? link : inPlantTime(link, speed), context);
  const hide = context.metrics && showBus(context.metrics, bus.id, { link: link.counts, poller: poller.counts });
  return {
    async [Symbol.asyncDispose]() {
      hide?.();
      const stopped = poller[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
      await stopped;
    },
  };
}

function inPlantTime(link: Link, speed: number): Link {
  const wire = (timeoutMs: number) => Math.max(timeoutMs / speed, timeoutMs < leastWireTimeoutMs ? leastWireProbeMs : leastWireTimeoutMs);
  return Object.defineProperties(Object.create(link) as Link, {
    read: { value: (...[unit, request, timeoutMs]: Parameters<Link['read']>) => link.read(unit, request, wire(timeoutMs)) },
    lineTimeMs: { value: (request: Parameters<Link['lineTimeMs']>[0]) => link.lineTimeMs(request) * speed },
    onLate: { set: (told: Link['onLate']) => Object.assign(link, { onLate: told }) },
    onState: { set: (told: Link['onState']) => Object.assign(link, { onState: told }) },
  });
}
