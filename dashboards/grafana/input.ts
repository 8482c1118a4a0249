import type { RuleInForce } from '../../desk/index.ts';
import type { SiteConfig } from '../../shared/site.ts';
import type { Language } from '../../shared/text.ts';
import type { BoardDevice } from '../board/devices.ts';

/** The uid that the boards ask and that deploy/grafana and `grafana push` give the data source. */
export const dataSourceUid = 'plantroom-influx';

/** What boards become Grafana dashboards from. */
export interface GrafanaInput {
  site: SiteConfig;
  devices: readonly BoardDevice[];
  rules: readonly RuleInForce[];
  language: Language;
  /** Where people reach the console, without a slash at the end. */
  consoleUrl: string;
}
