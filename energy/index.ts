/** The public face of energy: what others may use. */
export {
  type Consumption,
  type CounterOptions,
  CounterStream,
  consumption,
  consumptionColumns,
  type Interval,
  intervalMs,
  type Quality,
  qualities,
  type Samples,
  type Segment,
  type Suspect,
  type Swap,
  totalOf,
  type Verdict,
} from './counter.ts';
export { type CounterAnswer, type CounterLine, type CountersRequest, countReadings } from './counters-command.ts';
