-- What a gateway of schema 1 may leave behind: mail that waits, was leased, succeeded and failed, a
-- message that never came to its end, a refusal, a pause, a book, a subscriber in the middle of a batch.
INSERT INTO rules (number, name, active_ms, failing_ms) VALUES (1, 'desk', 5000, NULL), (2, 'down', 5000, 1000);
INSERT INTO rule_accounts (rule, account) VALUES ('desk', ''), ('down', 'acme');
INSERT INTO mails (number, id, session, peer_ip, peer_port, helo, esmtp, tls, reverse_path, recipients, received, utf8,
  size, book, header_from, message_id, subject, report) VALUES
  (1, 'm1', 's1', '192.0.2.7', 40001, 'mx.sender.example', 1, '', 'ann@sender.example', 'desk@in.example.com',
    1767323045678, 0, 5, 'book1', 'ann@sender.example', '<1@sender.example>', 'Hello', 0),
  (2, 'm2', 's2', '192.0.2.7', 40002, 'mx.sender.example', 1, 'TLSv1.3', '', 'desk@in.example.com',
    1767323046000, 1, 5, 'book1', 'bob@sender.example', '<2@sender.example>', 'Hello', 0),
  (3, 'm3', 's3', '192.0.2.7', 40003, 'mx.sender.example', 1, '', 'ann@sender.example', 'down@in.example.com',
    1767323047000, 0, 5, 'book1', 'ann@sender.example', '<3@sender.example>', 'Hello', 0);
INSERT INTO chunks (number, bytes) VALUES (1 << 20, CAST('one' || x'0d0a' AS BLOB)),
  (2 << 20, CAST('two' || x'0d0a' AS BLOB)), (3 << 20, CAST('thr' || x'0d0a' AS BLOB)), (4 << 20, x'2e');
INSERT INTO spools (mail, erase) VALUES (4, NULL);
INSERT INTO deliveries (number, rule, recipient, received, state, due, attempt, replay, began_ms, reason) VALUES
  ((1 << 20) + 1, 1, 'desk@in.example.com', 1767323045678, 0, 1767323045678, 0, 0, 0, NULL),
  ((2 << 20) + 1, 1, 'desk@in.example.com', 1767323046000, 1, 1767323146000, 1, 0, 0, 'HTTP 503'),
  ((2 << 20) + 2, 1, 'desk2@in.example.com', 1767323046000, 2, 1767323146000, 1, 0, 0, NULL),
  ((3 << 20) + 1, 2, 'down@in.example.com', 1767323047000, 3, 1767323147000, 1, 0, 0, 'HTTP 422');
INSERT INTO attempts (delivery, attempt, at, http_status, elapsed_ms, reason) VALUES
  ((2 << 20) + 1, 1, 1767323046100, 503, 12, 'HTTP 503');
INSERT INTO log (at, status, reason, received, session, host_name, from_address, to_address, message_id, delivery, rule,
  attempt, http_status, elapsed_ms, next) VALUES
  (1767323045678, 0, '', 1767323045678, 's1', 'mx.sender.example', 'ann@sender.example', 'desk@in.example.com',
    '<1@sender.example>', 'm1-1', 1, 0, 0, 0, NULL),
  (1767323047000, 4, 'no rule', 1767323047000, 's9', 'mx.sender.example', 'ann@sender.example',
    'nobody@in.example.com', '', '', NULL, 0, 0, 0, NULL);
UPDATE counters SET value = 5 WHERE name = 'accepted';
UPDATE counters SET value = 1 WHERE name = 'purged';
UPDATE counters SET value = 3 WHERE name = 'last_mail';
INSERT INTO pauses (rule, since, cause, reason) VALUES (2, 1767323047000, 0, 'by hand');
INSERT INTO books (kind, version, taken, text) VALUES ('rules', 'book1', 1767323045000, 'text');
INSERT INTO cursors (subscriber, holding, position, batch, last, done, version, posts, verified, attempts, due, failing_ms,
  held_ms, seen, missed, paused, cause, reason) VALUES
  ('ops', 1, 0, 'b1', 1, 0, 'v1', 1, 'https://ops.example.com/ postern', 1, 1767323047000, 0, 0, 1767323047000, 2,
    1767323047000, 0, 'by hand');
INSERT INTO posts (id, subscriber, received, status, events, at, attempt, host_name, endpoint_url, http_status,
  elapsed_ms, reason) VALUES
  ('b1-1', 'ops', 1767323046000, 2, '1 deliveries', 1767323047000, 1, 'mx.example.com', 'https://ops.example.com/',
    503, 12, 'HTTP 503');
