/** Papers of the simulated hospital: special equipment, certificates of it and of people, among them the contractor's, and maintenance contracts. */
import { type Database, openPlant } from '../../desk/index.ts';
import type { Asset, Certificate, Contract } from '../../shared/plant.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';

const peopleOfContractors = ({ rosters }: SiteConfig) =>
  new Set(
    rosters
      .filter(({ rank }) => rank === 'contractor')
      .flatMap(({ layers }) => layers.flatMap((layer) => ('turns' in layer ? layer.turns.flat() : [])))
      .flatMap((one) => ('person' in one && typeof one.person === 'string' ? [one.person] : [])),
  );
const dayMs = 86_400_000;
const who = 'simulated-history';
const note = '模拟历史 / simulated history';

type NewAsset = Pick<Asset, 'id' | 'kind' | 'name'> & Partial<Asset>;

/** Only where nobody has entered any. @param now plant time. @returns how many entries were made */
export function simulatedPapers(db: Database, site: SiteConfig, now: number): number {
  const plant = openPlant(db);
  const empty = [plant.assets, plant.certificates, plant.contracts].every((register) => register.all().length === 0);
  if (!empty) return 0;
  const day = (ago: number) => new Date(now - ago * dayMs).toISOString().slice(0, 10);
  const devices = new Set(devicesOf(site).map(({ device }) => device.id));
  const buildings = new Set(site.buildings.map(({ id }) => id));
  const read = (...ids: string[]) => ids.filter((id) => devices.has(id));
  const inBuilding = (id: string) => (buildings.has(id) ? { building: id } : {});
  const by = { who, at: now };
  const officer = site.people[0]?.name;
  const outside = peopleOfContractors(site);
  const asset = (one: NewAsset): Asset => ({ devices: [], trade: 'general', state: 'in-use', ...(officer ? { officer } : {}), ...one });

  const assets: Asset[] = [
    ...['boiler-1', 'boiler-2'].filter((id) => devices.has(id)).map((id, i) =>
      asset({ id: `se-${id}`, kind: 'boiler', name: { zh: `${i + 1}号热水锅炉（特种设备）`, en: `Boiler ${i + 1} (special equipment)` }, devices: [id], system: 'boiler', trade: 'boiler', registration: `锅 10 模拟 000${i + 1}`, parameters: '2.8 MW, 0.7 MPa, 95/70 °C', installed: day(2_900), ...inBuilding('plant') }),
    ),
    asset({ id: 'se-boiler-3', kind: 'boiler', name: { zh: '3号蒸汽锅炉（已停用）', en: 'Boiler 3, steam (out of use)' }, system: 'boiler', trade: 'boiler', registration: '锅 10 模拟 0003', parameters: '1 t/h, 0.8 MPa', state: 'stopped', ...inBuilding('plant') }),
    asset({ id: 'se-oxygen-tank', kind: 'pressure-vessel', name: { zh: '液氧贮罐 8 m³', en: 'Liquid oxygen tank, 8 m³' }, devices: read('o2-source'), system: 'oxygen', trade: 'medical-gas', registration: '容 15 模拟 0001', parameters: '8 m³, 1.6 MPa, −196 °C', ...inBuilding('oxygen') }),
    asset({ id: 'se-header', kind: 'pressure-vessel', name: { zh: '分汽缸', en: 'Steam header' }, system: 'boiler', trade: 'boiler', registration: '容 15 模拟 0002', parameters: '0.3 m³, 1.0 MPa', ...inBuilding('plant') }),
    asset({ id: 'se-steriliser', kind: 'pressure-vessel', name: { zh: '脉动真空灭菌器', en: 'Steam steriliser' }, registration: '容 15 模拟 0003', parameters: '0.8 m³, 0.3 MPa', ...inBuilding('medtech') }),
    ...['lift-front', 'lift-medtech'].filter((id) => devices.has(id)).map((id, i) =>
      asset({ id: `se-${id}`, kind: 'lift', name: { zh: `${i === 0 ? '住院前楼' : '医技楼'}病床梯`, en: `Bed lift, ${i === 0 ? 'front building' : 'operating building'}` }, devices: [id], system: 'lift', registration: `梯 10 模拟 000${i + 1}`, parameters: '1600 kg, 1.0 m/s', ...inBuilding(i === 0 ? 'front' : 'medtech') }),
    ),
    asset({ id: 'sv-boiler-1', kind: 'safety-valve', name: { zh: '1号锅炉安全阀', en: 'Safety valve of boiler 1' }, trade: 'boiler', ...inBuilding('plant') }),
    asset({ id: 'sv-oxygen-tank', kind: 'safety-valve', name: { zh: '液氧贮罐安全阀', en: 'Safety valve of the oxygen tank' }, trade: 'medical-gas', ...inBuilding('oxygen') }),
    asset({ id: 'pg-boiler-1', kind: 'pressure-gauge', name: { zh: '1号锅炉压力表', en: 'Pressure gauge of boiler 1' }, trade: 'boiler', ...inBuilding('plant') }),
  ]; // biome-ignore format: a table
  const there = new Set(assets.map(({ id }) => id));
  let number = 0;
  /** `last` and `due` in days before now and from now on. */
  const paper = (rule: string, of: { asset: string } | { person: string }, last: number, left: number, state: Certificate['state'] = 'valid'): Certificate[] =>
    ('asset' in of && !there.has(of.asset)) || !plant.deadlines.has(rule)
      ? []
      : [{ id: `sim-certificate-${++number}`, rule, ...of, number: `模拟-${1_000 + number}`, last: day(last), due: day(-left), state, note }]; // biome-ignore format: one
  const certificates: Certificate[] = [
    ...paper('boiler-outer-inspection', { asset: 'se-boiler-1' }, 430, -65, 'replaced'),
    ...paper('boiler-outer-inspection', { asset: 'se-boiler-1' }, 66, 299),
    ...paper('boiler-outer-inspection', { asset: 'se-boiler-2' }, 341, 24),
    ...paper('boiler-inner-inspection', { asset: 'se-boiler-1' }, 400, 330),
    ...paper('boiler-inner-inspection', { asset: 'se-boiler-2' }, 250, 480),
    ...paper('vessel-inspection', { asset: 'se-oxygen-tank' }, 620, 475),
    ...paper('vessel-inspection', { asset: 'se-header' }, 800, 295),
    ...paper('vessel-yearly-check', { asset: 'se-oxygen-tank' }, 210, 155),
    ...paper('vessel-yearly-check', { asset: 'se-steriliser' }, 372, -7),
    ...paper('lift-inspection', { asset: 'se-lift-front' }, 180, 185),
    ...paper('lift-inspection', { asset: 'se-lift-medtech' }, 290, 75),
    ...paper('safety-valve-calibration', { asset: 'sv-boiler-1' }, 320, 45),
    ...paper('safety-valve-calibration', { asset: 'sv-oxygen-tank' }, 150, 215),
    ...paper('pressure-gauge-calibration', { asset: 'pg-boiler-1' }, 100, 82),
    // The contractor's people are certified too: one was renewed in time, one runs out.
    ...site.people.slice(0, 4).flatMap(({ name }, i) => paper('operator-certificate', { person: name }, 300 + 220 * i, 1_160 - 220 * i)),
    ...site.people.filter(({ id }) => outside.has(id)).flatMap(({ name }, i) => [
      ...(i === 0 ? paper('operator-certificate', { person: name }, 1_500, -40, 'replaced') : []),
      ...paper('operator-certificate', { person: name }, i === 0 ? 55 : 1_454, i === 0 ? 1_405 : 6),
    ]),
  ]; // biome-ignore format: a table
  const contract = (id: string, title: string, company: string, from: number, to: number, cost: number, visits: number, of: string[], state: Contract['state'] = 'running'): Contract => ({ id, title, company, from: day(from), to: day(-to), cost_yuan: cost, visits_per_year: visits, assets: of.filter((one) => there.has(one)), state, note }); // biome-ignore format: one
  const contracts: Contract[] = [
    contract('sim-contract-1', '电梯维保', '示范电梯工程有限公司', 250, 115, 38_400, 24, ['se-lift-front', 'se-lift-medtech']),
    contract('sim-contract-2', '锅炉及燃烧器维保', '示范锅炉设备有限公司', 338, 27, 46_000, 12, ['se-boiler-1', 'se-boiler-2']),
    contract('sim-contract-3', '医用气体系统维保', '示范医用气体有限公司', 120, 245, 29_800, 4, ['se-oxygen-tank']),
    contract('sim-contract-4', '电梯维保（上一年度）', '示范电梯工程有限公司', 615, -250, 36_000, 24, ['se-lift-front', 'se-lift-medtech'], 'ended'),
  ]; // biome-ignore format: a table
  db.transact(() => {
    for (const one of assets) if (!site.assets.some(({ id }) => id === one.id)) plant.assets.put(one, by);
    for (const one of certificates) plant.certificates.put(one, by);
    for (const one of contracts) plant.contracts.put(one, by);
  });
  return assets.length + certificates.length + contracts.length;
}
