/** The facts of reports that are money: costs of a month, bills of tenants, retrofits. */
import { type Bills, type Ledger, monthAt, type ProjectSource, projectResult, questionsOf } from '../../energy/index.ts';
import type { MediumCosts, ReportFacts } from '../../reports/index.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';
import type { Text } from '../../shared/text.ts';

export interface MoneySource {
  site: SiteConfig;
  ledger: Ledger;
  bills: Bills;
  projects: ProjectSource;
}

export function moneyFacts({ site, ledger, bills, projects }: MoneySource): Pick<ReportFacts, 'costs' | 'bills' | 'projects'> {
  const { timezone } = site.site;
  const meters = new Map(devicesOf(site).map(({ device }) => [device.id, device.name]));
  const meterName = (id: string): Text => {
    const name = meters.get(id);
    return name ? { zh: `${name.zh}（${id}）`, en: `${name.en} (${id})` } : { zh: id, en: id };
  };
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
              missing: allocation.missing.map(meterName),
              negative: allocation.negative.map(({ meter, quantity }) => ({ meter: meterName(meter), quantity })),
              notes: notes.map(({ text }) => text),
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
          return { result, questions: questionsOf(result, { timezone, program: '0.1.0', tariffs }), counterfactualUnit: result.unit };
        }),
      ),
  };
}
