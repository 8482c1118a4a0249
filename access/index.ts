/** The public face of access: accounts, sessions and who may do what. */
export { Accounts, type AuditEntry, sessionLimits, type User } from './accounts.ts';
export { cookieName, installAuth, userOf } from './auth.ts';
export { ensureFirstPassword } from './first-password.ts';
export { fromAllAddresses, GuessLimit } from './guess-limit.ts';
export { passwordLength } from './password.ts';
export { may, type Permission, permissionIds, permissions, permissionsOf, type UserRole, userRoles } from './permissions.ts';
export { askPassword, runUserCommand, userUsage } from './user-command.ts';
export { userName } from './user-name.ts';
