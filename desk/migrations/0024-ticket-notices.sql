-- Notices of a ticket to persons: it waits for the head's approval, it is given to the contractor, it is approved. `due_at` and `tried_at` are real time, the
-- rest is plant time. `person` null: nobody is named for it, and `error` says so.
CREATE TABLE ticket_notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, ticket TEXT NOT NULL, kind TEXT NOT NULL, person TEXT, channel TEXT, state TEXT NOT NULL,
  attempts INTEGER NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tried_at INTEGER, sent_at INTEGER, answer TEXT, error TEXT) STRICT;
CREATE UNIQUE INDEX ticket_notices_once ON ticket_notices (seq, coalesce(person, ''));
CREATE INDEX ticket_notices_due ON ticket_notices (due_at) WHERE state = 'waiting';
CREATE INDEX ticket_notices_by_ticket ON ticket_notices (ticket, id);
