/** Boilers, pressure vessels and other special equipment: what there is, which inspections were made, which have run out; and who maintains it. */
import { assetKindLabels } from '../../shared/plant-words.ts';
import type { Text } from '../../shared/text.ts';
import type { Cell } from '../document.ts';
import { type Chapter, figure } from './chapter.ts';

const inUse: Text = { zh: '设备台账中的台数，按状态', en: 'entries of the equipment register, by state' };
const holding: Text = { zh: '证照台账中有效且未过期的份数', en: 'entries in force whose last day is not past' };
const done: Text = { zh: '检验或发证日期在本期内的份数', en: 'entries whose inspection or issue lies in the period' };
const expired: Text = { zh: '有效期早于今日的份数', en: 'entries in force whose last day is past' };

export const equipment: Chapter = {
  title: { zh: '锅炉、压力容器与证照', en: 'Boilers, vessels, certificates' },
  build({ facts, period, zh, language, lacks, table }) {
    const { kinds, unregistered, certificates, contracts } = facts.equipment(period);
    for (const { name } of unregistered) lacks({ zh: `${name.zh}：未登入特种设备台账`, en: `${name.en}: not in the equipment register` });
    const count = (value: number, source: string, formula: Text, unit: Text = { zh: '台', en: '' }) =>
      figure(value, unit[language], 0, source, formula);
    const papers: Text = { zh: '份', en: '' };
    for (const one of certificates)
      if (one.lacking > 0)
        lacks({
          zh: `${one.title.zh}：${one.lacking} 台设备没有登记`,
          en: `${one.title.en}: nothing entered for ${one.lacking} of the equipment`,
        });
    if (kinds.length === 0) lacks({ zh: '特种设备：设备台账中没有登记', en: 'special equipment: none in the register' });
    const kept = certificates.filter(({ valid, made, overdue }) => valid + made + overdue > 0);
    if (kept.length === 0) lacks({ zh: '检验与证书：证照台账中没有登记', en: 'inspections and certificates: none in the register' });
    if (contracts.running === 0) lacks({ zh: '维保合同：没有登记', en: 'maintenance contracts: none entered' });
    return [
      ...(kinds.length === 0
        ? []
        : [
            table(
              { zh: '特种设备', en: 'Special equipment' },
              kinds.map(({ kind, states }): Cell[] => [
                assetKindLabels[kind][language],
                ...(['in-use', 'stopped', 'scrapped'] as const).map((state) => count(states[state], '/api/assets', inUse)),
              ]),
              ['', ...(zh ? ['在用', '停用', '报废'] : ['In use', 'Stopped', 'Scrapped'])],
            ),
          ]),
      ...(kept.length === 0
        ? []
        : [
            table(
              { zh: '检验、校验与证书', en: 'Inspections and certificates' },
              kept.map((one): Cell[] => [
                one.title[language],
                count(one.made, '/api/certificates', done, papers),
                count(one.valid, '/api/due', holding, papers),
                count(one.overdue, '/api/due', expired, papers),
                one.nextDue ?? '–',
              ]),
              ['', ...(zh ? [`${period.id} 年完成`, '有效', '已过期', '最近到期日'] : [`Done in ${period.id}`, 'In force', 'Expired', 'Next due'])],
            ),
          ]),
      ...(contracts.running === 0
        ? []
        : [
            table(
              { zh: '维保合同', en: 'Maintenance contracts' },
              [
                [
                  zh ? '在履行' : 'Running',
                  count(contracts.running, '/api/contracts', { zh: '合同台账中在履行的份数', en: 'running entries of the contract register' }, papers),
                  figure(contracts.yuanAYear, zh ? '元/年' : 'yuan a year', 2, '/api/contracts', { zh: '在履行合同的年费用之和', en: 'their cost a year' }),
                ],
              ],
              ['', zh ? '份数' : 'Number', zh ? '年费用' : 'Cost'],
            ),
          ]),
    ]; // biome-ignore format: tables
  },
};
