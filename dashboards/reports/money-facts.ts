/** The facts of reports that are money: costs of a month, bills of tenants, retrofits. */
import { type Bills, type Ledger, monthAt, type ProjectSource, projectResult, questionsOf } from '../../energy/index.ts';
import type { MediumCosts, ReportFacts } from '../../reports/index.ts';
import { meterNames } from '../../shared/meter-names.ts';
import type { SiteConfig } from '../../shared/site.ts';

export interface MoneySource {
  site: SiteConfig;
  ledger: Ledger;
  bills: Bills;
  projects: ProjectSource;
}

const noPrice = { zh: '站点文件没有价格（tariffs），只有用量', en: 'the site file has no price (tariffs); amounts only' };

export function moneyFacts({ site, ledger, bills, projects }: MoneySource): Pick<ReportFacts, 'costs' | 'bills' | 'projects'> {
  const { timezone } = site.site;
  const nameOf = meterNames(site);
  return {
    async costs({ from }): Promise<MediumCosts[]> {
      const month = monthAt(timezone, from);
      const names = new Map([...site.departments, ...site.tenants].map(({ id, name }) => [id, name]));
      return Promise.all(
        ledger.media.map(async (medium) => {
          const { account } = await ledger.statement(month, medium);
          const [row] = await ledger.cost({ scope: 'site', medium, from: account.from, to: account.to });
          const { allocation, notes } = account;
          return {
            ...{
              medium,
              lines: row?.lines ?? [],
              missing: allocation.missing.map(nameOf),
              negative: allocation.negative.map(({ meter, quantity }) => ({ meter: nameOf(meter), quantity })),
              notes: notes.map(({ id, text }) => (id === 'no-tariff' ? noPrice : text)),
              priced: account.groups.some(({ tariff }) => tariff !== null),
            },
            receivers: allocation.receivers.map(({ id, quantity, cost }) => ({
              id,
              name: names.get(id) ?? { zh: id, en: id },
              quantity,
              cost,
            })),
            unallocated: { quantity: allocation.unallocated, cost: allocation.unallocatedCost },
            ...{ quantity: allocation.main, total: account.cost },
          };
        }),
      );
    },
    bills: () => bills.list(),
    projects: () =>
      Promise.all(
        site.projects.map(async (project) => {
          const result = await projectResult(projects, project);
          const tariffs = [...new Set(project.meters.flatMap((id) => ledger.tariffs.forMeter(id, result.medium)?.key ?? []))].join(', ');
          return {
            result,
            questions: questionsOf(result, { timezone, program: '0.1.0', tariffs, nameOf }),
            counterfactualUnit: result.unit,
          };
        }),
      ),
  };
}
