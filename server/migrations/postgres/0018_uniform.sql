-- Where nothing may be told of an account to whoever gives its name.

-- Whether its owner was told of late why it cannot be recovered.
create index outbox_cannot_reset on outbox (account, at) where what = 'cannot_reset';
-- What was counted for names that nobody has is forgotten after a day.
create index failures_of_nobody on failures (day_began) where substr(account, 1, 5) = 'name:';
