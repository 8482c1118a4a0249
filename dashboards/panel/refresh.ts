const hour = 3_600_000;

/** How often a screen asks again for a panel of that range, and how long the server keeps its answer for others: long ranges change slowly. */
export const refreshMs = (spanMs: number): number => (spanMs <= 6 * hour ? 5_000 : spanMs <= 48 * hour ? 15_000 : 60_000);
