/** Who may do what: the one table. A route names its permission; the console asks /api/session which ones the user has. */
/** From the least to the most. `ward`: reports faults and signs repairs of a department. `head`: plans who is on call, and approves contractors. */
export const userRoles = ['viewer', 'ward', 'technician', 'engineer', 'head', 'manager', 'admin'] as const;
export type UserRole = (typeof userRoles)[number];

/** The lowest role that may; every higher role may too. */
export const permissions = {
  'plant:read': 'viewer',
  'metrics:read': 'viewer',
  'password:change': 'viewer',
  'alarm:acknowledge': 'technician',
  'alarm:comment': 'technician',
  'alarm:shelve': 'technician',
  'alarm:suppress': 'engineer',
  'alarm:out-of-service': 'engineer',
  'maintenance:change': 'engineer',
  'rule:backtest': 'engineer',
  'device:raw': 'technician',
  'ticket:open': 'ward',
  'ticket:sign': 'ward',
  'ticket:work': 'technician',
  'ticket:verify': 'technician',
  'ticket:assign': 'engineer',
  'ticket:cancel': 'engineer',
  'ticket:approve': 'head',
  'book:write': 'technician',
  'report:read': 'viewer',
  'report:send': 'engineer',
  'energy:close': 'manager',
  'energy:bill': 'engineer',
  'ticket:close': 'engineer',
  'plant:change': 'engineer',
  'channel:test': 'engineer',
  'energy:enter': 'technician',
  'energy:change': 'engineer',
  'part:move': 'technician',
  'round:work': 'technician',
  'place:codes': 'engineer',
  'roster:swap': 'technician',
  'roster:edit': 'head',
  'fault:change': 'engineer',
  'dead-letter:read': 'engineer',
  'audit:read': 'manager',
  'user:change': 'admin',
  'hook:change': 'admin',
} as const satisfies Record<string, UserRole>;
export type Permission = keyof typeof permissions;
export const permissionIds = Object.keys(permissions) as Permission[];

const rank = (role: UserRole) => userRoles.indexOf(role);

export function may(role: UserRole, permission: Permission): boolean {
  return rank(role) >= rank(permissions[permission]);
}

export function permissionsOf(role: UserRole): Permission[] {
  return permissionIds.filter((permission) => may(role, permission));
}
