-- Codes by which a ward reports without an account, and the links by which it follows what it reported.
CREATE TABLE place_codes (
  code TEXT PRIMARY KEY, place TEXT NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL, revoked_at INTEGER, revoked_by TEXT) STRICT;
CREATE INDEX place_codes_by_place ON place_codes (place, revoked_at);
CREATE TABLE ward_links (token_hash TEXT PRIMARY KEY, ticket TEXT NOT NULL, place TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT;
CREATE INDEX ward_links_by_place ON ward_links (place, made_at);
