import { type ModbusBus, simulatedEndpoint } from '../../shared/site.ts';
import { startBus, wireClock } from '../modbus/bus.ts';
import { socketPort } from '../modbus/socket-port.ts';
import { tcpLink } from '../modbus/tcp-link.ts';
import type { Transport } from '../transport.ts';

const modbusTcp: Transport<Extract<ModbusBus, { type: 'modbus-tcp' }>> = {
  id: 'modbus-tcp',
  start(bus, context) {
    const clock = wireClock();
    const { host, port } = simulatedEndpoint(bus, context.environment);
    return startBus(bus, tcpLink(socketPort(host, port, { clock, log: context.log }), bus.in_flight, clock), context);
  },
};
export default modbusTcp;
