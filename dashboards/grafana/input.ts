import type { RuleInForce } from '../../desk/index.ts';
import type { SiteConfig } from '../../shared/site.ts';
import type { Language } from '../../shared/text.ts';
import type { BoardDevice } from '../board/devices.ts';

/** The uid that the boards ask and that deploy/grafana and `grafana push` give the data source. */
export const dataSourceUid = 'plantroom-influx';

/** Where InfluxDB cannot keep consumption longer than readings in one database, it stands in another one. */
export const longSourceUid = 'plantroom-influx-long';

export interface ConsumptionSource {
  /** As it stands behind FROM. */
  from: string;
  /** The data source that is asked. */
  uid: string;
}

/** By the kind of store: a retention policy of its own in InfluxDB 1, the same bucket in 2, a database of its own in 3. */
export function consumptionSource(storeUrl: string): ConsumptionSource {
  if (storeUrl.startsWith('influx1:')) return { from: '"long"."consumption"', uid: dataSourceUid };
  return { from: '"consumption"', uid: storeUrl.startsWith('influx3:') ? longSourceUid : dataSourceUid };
}

/** What boards become Grafana dashboards from. */
export interface GrafanaInput {
  site: SiteConfig;
  devices: readonly BoardDevice[];
  rules: readonly RuleInForce[];
  language: Language;
  /** Where the energy role's consumption stands; by default as in InfluxDB 2, in the bucket of the readings. */
  consumption?: ConsumptionSource;
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: string;
}
