/** InfluxQL as a query of the SDK, which has no type for it. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';

export class InfluxQlTarget implements cog.Builder<cog.Dataquery> {
  readonly #fields: Record<string, unknown>;

  constructor(
    refId: string,
    fields: { query: string; alias?: string; resultFormat: 'time_series' | 'table'; datasource: { type: string; uid: string } },
  ) {
    this.#fields = { refId, rawQuery: true, ...fields };
  }

  build(): cog.Dataquery {
    return { ...this.#fields, _implementsDataqueryVariant() {} } as unknown as cog.Dataquery;
  }
}

/** A, B, ..., Z, AA, AB, ... */
export function refIdOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : refIdOf(Math.floor(index / 26) - 1) + letter;
}

export const influxRef = (uid: string) => ({ type: 'influxdb', uid });
