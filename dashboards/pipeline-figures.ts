/** How readings fare on their way from the meters to the store: from the metrics that the roles send with their heartbeats. Pure. */

export interface PipelineFigures {
  gateways: { gateway: string; waiting: number; oldestSeconds: number; dropped: number }[];
  /** Age of the newest reading when it was stored; null until something was stored. */
  lagSeconds: number | null;
  /** Messages that ingest holds and the store has not confirmed. */
  waiting: number;
  /** Since the roles started: values called bad, messages set aside, messages sent back for lack of room. */
  badValues: number;
  deadLetters: number;
  shed: number;
}

interface Metric {
  name: string;
  values: { value: number; labels?: Readonly<Record<string, string | number>> }[];
}

export function pipelineFigures(roles: readonly { metrics: readonly object[] }[]): PipelineFigures {
  const metrics = roles.flatMap((role) => role.metrics as Metric[]);
  const valuesOf = (name: string) => metrics.filter((metric) => metric.name === `plantroom_${name}`).flatMap(({ values }) => values);
  const sum = (name: string, gateway?: string) =>
    valuesOf(name)
      .filter(({ labels }) => gateway === undefined || labels?.gateway === gateway)
      .reduce((total, { value }) => total + value, 0);
  const gateways = [...new Set(valuesOf('gateway_outbox_messages').map(({ labels }) => String(labels?.gateway)))].sort();
  const lags = valuesOf('ingest_lag_seconds').map(({ value }) => value);
  return {
    gateways: gateways.map((gateway) => ({
      gateway,
      waiting: sum('gateway_outbox_messages', gateway),
      oldestSeconds: sum('gateway_outbox_oldest_seconds', gateway),
      dropped: sum('gateway_dropped', gateway),
    })),
    lagSeconds: lags.length > 0 ? Math.max(...lags) : null,
    waiting: sum('ingest_waiting_messages'),
    badValues: sum('ingest_bad_values_total'),
    deadLetters: sum('ingest_dead_letters_total'),
    shed: sum('ingest_shed_messages_total'),
  };
}
