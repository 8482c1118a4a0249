/**
 * How long a test waits for what must come, ms: for what hangs only. Other work may take both cores, so no shorter time says anything of the program;
 * what must come in time is measured by a clock that the test moves, or by `bench/`.
 */
export const hangMs = 180_000;
