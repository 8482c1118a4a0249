import type { ModbusBus } from '../../shared/site.ts';
import { startBus, wireClock } from '../modbus/bus.ts';
import { rtuLink } from '../modbus/rtu-link.ts';
import { serialPort, serialTiming } from '../modbus/serial-port.ts';
import type { Transport } from '../transport.ts';

const modbusRtu: Transport<Extract<ModbusBus, { type: 'modbus-rtu' }>> = {
  id: 'modbus-rtu',
  start(bus, context) {
    const clock = wireClock();
    return startBus(bus, rtuLink(serialPort(bus, { clock, log: context.log }), serialTiming(bus), clock), context);
  },
};
export default modbusRtu;
