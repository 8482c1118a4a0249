import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Shown at /metrics. Every message that is not stored is counted somewhere here. */
export function ingestMetrics(registry: Registry) {
  const registers = [registry];
  return {
    messages: new Counter({ name: 'plantroom_ingest_messages_total', help: 'Messages received', labelNames: ['kind'], registers }),
    values: new Counter({ name: 'plantroom_ingest_values_written_total', help: 'Values that the store confirmed', registers }),
    bad: new Counter({
      name: 'plantroom_ingest_bad_values_total',
      help: 'Values that are not stored: the gateway calls them bad, or they are physically impossible',
      labelNames: ['reason'],
      registers,
    }),
    leftOut: new Counter({
      name: 'plantroom_ingest_left_out_total',
      help: 'Messages of which a part was wrong and left out; the rest is stored',
      registers,
    }),
    deadLetters: new Counter({
      name: 'plantroom_ingest_dead_letters_total',
      help: 'Messages and points set aside for good',
      labelNames: ['kind'],
      registers,
    }),
    shed: new Counter({
      name: 'plantroom_ingest_shed_messages_total',
      help: 'Messages not taken because memory is at its limit; their gateway sends them again',
      registers,
    }),
    waiting: new Gauge({ name: 'plantroom_ingest_waiting_messages', help: 'Messages in memory that are not stored yet', registers }),
    subscribed: new Gauge({ name: 'plantroom_ingest_subscribed', help: '1 while the broker delivers readings to this worker', registers }),
    storeUp: new Gauge({ name: 'plantroom_ingest_store_up', help: '1 when the last write went in', registers }),
    lag: new Gauge({
      name: 'plantroom_ingest_lag_seconds',
      help: 'Age of the newest reading of the last batch when it was stored',
      registers,
    }),
    batch: new Histogram({
      name: 'plantroom_ingest_batch_seconds',
      help: 'Time of one write to the store',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  };
}
export type IngestMetrics = ReturnType<typeof ingestMetrics>;
