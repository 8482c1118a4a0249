-- Registers of the plant (things, certificates, contracts, parts, appliances, plans): what is in force, as JSON; the audit log keeps what was before.
CREATE TABLE plant_registers (
  register TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at INTEGER NOT NULL,
  PRIMARY KEY (register, id)) STRICT;
-- Tickets that speak of a thing which may have no device.
CREATE TABLE asset_tickets (asset TEXT NOT NULL, ticket TEXT NOT NULL, PRIMARY KEY (asset, ticket)) STRICT;
-- Each notice of a due date is given once; another date gives its own.
CREATE TABLE deadline_notices (
  subject TEXT NOT NULL, due TEXT NOT NULL, stage TEXT NOT NULL, at INTEGER NOT NULL, ticket TEXT, PRIMARY KEY (subject, due, stage)) STRICT;
