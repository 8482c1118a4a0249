import { type ModbusBus, simulatedEndpoint } from '../../shared/site.ts';
import { startBus, wireClock } from '../modbus/bus.ts';
import { rtuLink } from '../modbus/rtu-link.ts';
import { socketPort } from '../modbus/socket-port.ts';
import type { Transport } from '../transport.ts';

/** Frames may come in pieces through a converter and a network; only after this silence is a piece all there will be. */
const settleMs = 150;

/** RTU frames through a transparent serial-to-Ethernet converter. */
const modbusRtuTcp: Transport<Extract<ModbusBus, { type: 'modbus-rtu-tcp' }>> = {
  id: 'modbus-rtu-tcp',
  start(bus, context) {
    const clock = wireClock();
    const { host, port } = simulatedEndpoint(bus, context.environment);
    const link = rtuLink(socketPort(host, port, { clock, log: context.log }), { charMs: 0, gapMs: 0, settleMs }, clock);
    return startBus(bus, link, context);
  },
};
export default modbusRtuTcp;
