import { expect, it } from 'vitest';
import { pipelineFigures } from './pipeline-figures.ts';

const metric = (name: string, ...values: [value: number, labels?: Record<string, string>][]) => ({
  name: `plantroom_${name}`,
  values: values.map(([value, labels = {}]) => ({ value, labels })),
});

it('adds up workers, keeps gateways apart and tells the worst lag', () => {
  const worker = (lag: number) => ({
    metrics: [metric('ingest_lag_seconds', [lag]), metric('ingest_bad_values_total', [2, { reason: 'range' }], [1, { reason: 'bad' }])],
  });
  const gateway = {
    metrics: [
      metric('gateway_outbox_messages', [7, { gateway: 'b' }], [0, { gateway: 'a' }]),
      metric('gateway_outbox_oldest_seconds', [40, { gateway: 'b' }], [0, { gateway: 'a' }]),
      metric('gateway_dropped', [1, { gateway: 'b', reason: 'full' }], [2, { gateway: 'b', reason: 'age' }], [0, { gateway: 'a' }]),
    ],
  };
  expect(pipelineFigures([worker(0.4), worker(1.5), gateway])).toEqual({
    gateways: [
      { gateway: 'a', waiting: 0, oldestSeconds: 0, dropped: 0 },
      { gateway: 'b', waiting: 7, oldestSeconds: 40, dropped: 3 },
    ],
    lagSeconds: 1.5,
    waiting: 0,
    badValues: 6,
    deadLetters: 0,
    shed: 0,
  });
});

it('knows no lag before anything was stored', () => {
  expect(pipelineFigures([])).toMatchObject({ gateways: [], lagSeconds: null });
});
