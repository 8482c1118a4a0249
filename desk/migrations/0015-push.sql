-- Installed consoles that take web push: where the browser's push service is reached, and the keys with which only that browser reads it. Real time.
CREATE TABLE push_subscriptions (
  endpoint TEXT PRIMARY KEY, user TEXT NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL, device TEXT NOT NULL, made_at INTEGER NOT NULL,
  sent_at INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user);
