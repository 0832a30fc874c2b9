-- The first schema. Times are milliseconds since 1970 in UTC; durations end in _ms.
-- A mail's number is given when its spool is opened. The numbers of its chunks and deliveries are
-- the mail's number times 2^20 plus their place, so that no index is needed to find them.

-- What was accepted. A row here is what makes a mail, its chunks and its deliveries visible.
CREATE TABLE mails (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session TEXT NOT NULL,
  peer_ip TEXT NOT NULL,
  peer_port INTEGER NOT NULL,
  helo TEXT NOT NULL,
  esmtp INTEGER NOT NULL,
  tls TEXT NOT NULL,
  reverse_path TEXT NOT NULL,       -- without angle brackets; '' is the null reverse-path
  recipients TEXT NOT NULL,         -- one a line
  received INTEGER NOT NULL,
  utf8 INTEGER NOT NULL,            -- 1 when SMTPUTF8 was asked for
  size INTEGER NOT NULL,
  book TEXT NOT NULL,
  header_from TEXT NOT NULL,
  message_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  report INTEGER NOT NULL           -- 1 when it may be a report of another mail
) STRICT;

-- The bytes of messages; place from 0, every chunk but the last of one size.
-- A long one lies outside, in the file with the segment's number. A backup takes it in, and keeps
-- its checksum.
CREATE TABLE chunks (
  number INTEGER PRIMARY KEY,
  bytes BLOB,                       -- NULL: it lies in a segment
  segment INTEGER,
  start INTEGER,                    -- offset in the segment
  length INTEGER,
  crc INTEGER,                      -- CRC-32C
  CHECK ((bytes IS NULL) = (segment IS NOT NULL))
) STRICT;

CREATE INDEX chunks_segment ON chunks (segment, length) WHERE segment IS NOT NULL;

-- Mails that have chunks and are not there: not accepted yet, given up, or removed. Their chunks are
-- swept, and this row with the last.
CREATE TABLE spools (
  mail INTEGER PRIMARY KEY,
  erase INTEGER                     -- removed; 1: overwrite the chunks; NULL: the mail never was
) STRICT;

-- Rules by name, with the time for which each was in force and not held. One of which nothing
-- speaks any more is removed; deliveries and log do not declare that they refer to it, or else
-- SQLite would look through all of them then.
CREATE TABLE rules (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  active_ms INTEGER NOT NULL,
  failing_ms INTEGER,               -- active_ms at the first failure since the last success; else NULL
  unused INTEGER                    -- the log's last number when nothing but the log spoke of it; else NULL
) STRICT;

-- The account of each rule of the book taken last, and of rules that are in it no more while something speaks of them.
CREATE TABLE rule_accounts (
  rule TEXT PRIMARY KEY,
  account TEXT NOT NULL             -- '' for none
) STRICT, WITHOUT ROWID;

-- One mail, one recipient, one rule; place from 1.
CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY,
  rule INTEGER NOT NULL,            -- rules.number
  recipient TEXT NOT NULL,
  received INTEGER NOT NULL,
  state INTEGER NOT NULL,           -- 0 ready, 1 leased, 2 succeeded, 3 failed
  due INTEGER NOT NULL,             -- ready: not before; leased: end of the lease; else: when it ended
  attempt INTEGER NOT NULL,
  replay INTEGER NOT NULL,
  began_ms INTEGER NOT NULL,        -- the rule's active_ms when the retry period began
  reason TEXT                       -- of the last deferred row since queued; NULL before the first
) STRICT;

-- Claims, and counts of what waits, in one place that succeeded deliveries leave.
CREATE INDEX deliveries_waiting ON deliveries (rule, due, state, received) WHERE state < 2;
-- The ledger's counts, what can be replayed, and what a retention has run out for.
CREATE INDEX deliveries_ended ON deliveries (rule, state, due) WHERE state >= 2;

-- Attempts that were deferred, the last 50 of each delivery.
CREATE TABLE attempts (
  delivery INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (delivery, attempt)
) STRICT, WITHOUT ROWID;

-- The status log. Its rows outlive mails and deliveries, so they say everything themselves.
CREATE TABLE log (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  status INTEGER NOT NULL,          -- 0 queued, 1 succeeded, 2 deferred, 3 failed, 4 denied
  reason TEXT NOT NULL,
  received INTEGER NOT NULL,
  session TEXT NOT NULL,
  host_name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  to_address TEXT NOT NULL,
  message_id TEXT NOT NULL,
  delivery TEXT NOT NULL,           -- mail id, hyphen, place; '' for denied
  rule INTEGER,                     -- rules.number; NULL for denied
  attempt INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  next INTEGER                      -- when the next attempt is due, else NULL
) STRICT;

-- A search by rule walks this index and looks at the rows of the rule alone. An index in the order of
-- rules would cost every mail a page more.
CREATE INDEX log_at ON log (at, number, rule);
-- Queued and succeeded rows are too many to gain from an index of their own.
CREATE INDEX log_status ON log (status, at) WHERE status >= 2;
CREATE INDEX log_delivery ON log (delivery) WHERE delivery <> '';
-- One queued row stands for each delivery, and denied rows for themselves.
CREATE INDEX log_session ON log (session) WHERE status IN (0, 4);

-- What the ledger can't count from rows; the highest number that an accepted mail ever had; and
-- the number by which this database's segments are told from those of another.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('accepted', 0), ('purged', 0), ('last_mail', 0), ('store', abs(random() / 2));

-- Senders that an operator wants nothing from: addresses, domains, and '*.' with a domain.
CREATE TABLE blocks (
  sender TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How their list changed. The numbers are those of the log, which has none with the same.
CREATE TABLE block_changes (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  added INTEGER NOT NULL,           -- 1 added, 0 removed
  sender TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE pauses (
  rule INTEGER PRIMARY KEY REFERENCES rules,
  since INTEGER NOT NULL,
  cause INTEGER NOT NULL,           -- 0 a person, 1 the endpoint said 410, 2 it did nothing but fail
  reason TEXT NOT NULL
) STRICT;

-- The last books taken, of rules and of subscribers; the highest number was taken last.
CREATE TABLE books (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  version TEXT NOT NULL,
  taken INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (kind, version)
) STRICT;

-- Where each subscriber stands in the log. It is done with all rows up to its position, and is at
-- those behind it up to the last of its batch.
CREATE TABLE cursors (
  number INTEGER PRIMARY KEY,
  subscriber TEXT NOT NULL UNIQUE,
  holding INTEGER NOT NULL,         -- 1: the retention leaves what is behind its position
  position INTEGER NOT NULL,
  batch TEXT,                       -- NULL: it is at nothing
  last INTEGER NOT NULL,
  done INTEGER NOT NULL,            -- posts of the batch that are over
  version TEXT NOT NULL,            -- what the batch was parted into posts by
  posts INTEGER NOT NULL,           -- how many those are
  verified TEXT NOT NULL,           -- where a test event was taken; '' for nowhere
  attempts INTEGER NOT NULL,        -- since something was taken
  due INTEGER NOT NULL,
  failing_ms INTEGER,               -- for how long there was nothing but failures; NULL: there are none
  held_ms INTEGER NOT NULL,         -- how much of the age of what waits does not count
  seen INTEGER NOT NULL,            -- when all this was so
  missed INTEGER NOT NULL,          -- how many events it was never told of
  away INTEGER,                     -- since when it was not enabled; NULL: that needs no attention
  skip INTEGER,                     -- the event that an operator wants left out; NULL: none
  paused INTEGER,                   -- since when; NULL: it is not
  cause INTEGER,                    -- as in pauses
  reason TEXT
) STRICT;

-- Posts of events to subscribers, which is the log of those.
CREATE TABLE posts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,          -- webhook-id
  subscriber TEXT NOT NULL,
  received INTEGER NOT NULL,        -- when it was made of events
  status INTEGER NOT NULL,          -- as in log, but never denied
  events TEXT NOT NULL,
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  host_name TEXT NOT NULL,
  endpoint_url TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE INDEX posts_at ON posts (at);
