/** Mistakes in what the site file says of prices: files that are not there, or are no tariffs. */
import { reasonOf } from '../shared/errors.ts';
import type { Mistake } from '../shared/mistake.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { fileOf } from './site-tariffs.ts';
import { readTariff } from './tariff.ts';

export function checkTariffs({ config, folder, mistake }: LoadedSite): Mistake[] {
  return config.tariffs.flatMap(({ file, medium }, index) => {
    if (file === undefined) return [];
    const path = ['tariffs', index, 'file'];
    try {
      const tariff = readTariff(fileOf(file, folder));
      if (medium !== undefined && tariff.medium !== medium)
        return [mistake(path, file, `a tariff of ${medium}; this one is of ${tariff.medium}`)];
      return [];
    } catch (error) {
      return [mistake(path, file, reasonOf(error).split('\n')[0] as string)];
    }
  });
}
