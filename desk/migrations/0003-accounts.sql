-- Users, their sessions, and who changed what.
create table if not exists users (
  name text primary key, full_name text not null, role text not null, password text not null,
  created_at integer not null, last_seen_at integer) without rowid;
create table if not exists sessions (
  token_hash text primary key, user text not null references users(name) on delete cascade,
  created_at integer not null, expires_at integer not null, idle_ms integer) without rowid;
create index if not exists sessions_user on sessions(user);
create table if not exists audit (
  id integer primary key, at integer not null, who text not null, action text not null, object text not null,
  before text, after text);
create index if not exists audit_at on audit(at);
create index if not exists audit_object on audit(object);
