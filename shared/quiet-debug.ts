/**
 * Import before anything that speaks MQTT. The packages under it (mqtt, mqtt-packet, below aedes too) tell the package `debug` of some fifty steps
 * of each message, and every such call makes an array of its arguments even when nobody listens: that was half of all garbage of the broker and a
 * third of gateway's and ingest's. Unless DEBUG is set they get one that does nothing.
 */
import { createRequire, Module } from 'node:module';

if (!process.env.DEBUG) {
  const asSeenBy = (file: string) => createRequire(file).resolve;
  const own = asSeenBy(import.meta.url);
  const file = asSeenBy(asSeenBy(own('mqtt'))('mqtt-packet'))('debug');
  const nothing = Object.assign(() => {}, { enabled: false });
  createRequire(import.meta.url).cache[file] ??= Object.assign(new Module(file), {
    filename: file,
    loaded: true,
    exports: Object.assign(() => nothing, { default: () => nothing }),
  });
}
