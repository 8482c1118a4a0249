"""Serves register images with python3-pymodbus 3.0.0rc1: pymodbus-server.py tcp|rtu-tcp PORT | rtu PATH, images as JSON on standard
   input: {unit: {table: {address: word}}}. Prints "ready". Registers that are not in the image are refused with exception 2, a word of -1 is a
   device that fails there (exception 4), an image of null a device that a gateway answers for in vain (exception 11)."""
import asyncio
import json
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.exceptions import NoSuchSlaveException
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer

how, where = sys.argv[1:3]
images = json.load(sys.stdin)


class Block(ModbusSparseDataBlock):
    def getValues(self, address, count=1):
        values = super().getValues(address, count)
        if -1 in values:
            raise RuntimeError("made to fail here")
        return values


class Missing(ModbusSlaveContext):
    def validate(self, *_):
        raise NoSuchSlaveException()


def block(image, table):
    return Block({int(address): word for address, word in image.get(table, {}).items()})


slaves = {
    int(unit): Missing()
    if image is None
    else ModbusSlaveContext(
        co=block(image, "coil"), di=block(image, "discrete"), hr=block(image, "holding"), ir=block(image, "input"), zero_mode=True
    )
    for unit, image in images.items()
}
context = ModbusServerContext(slaves=slaves, single=False)
identity = ModbusDeviceIdentification(info_name={"VendorName": "Plantroom test", "ProductCode": "PT", "MajorMinorRevision": "1.0"})


async def main():
    if how == "rtu":
        server = ModbusSerialServer(
            context, ModbusRtuFramer, identity=identity, port=where, baudrate=115200, timeout=0.005, ignore_missing_slaves=True
        )
        await server.start()
    else:
        framer = ModbusRtuFramer if how == "rtu-tcp" else ModbusSocketFramer
        server = ModbusTcpServer(context, framer, identity, ("127.0.0.1", int(where)), ignore_missing_slaves=None not in images.values(), allow_reuse_address=True)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
