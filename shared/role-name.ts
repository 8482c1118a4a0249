/** The roles of the program; by themselves, so that the supervisor need not load what a role needs. */
export const roles = ['broker', 'simulators', 'gateway', 'ingest', 'rules', 'energy', 'dashboards'] as const;
export type Role = (typeof roles)[number];
