-- Whether an owner was told of late that a proof was right after many that were wrong.

create index outbox_after_failures on outbox (account, at) where what = 'after_failures';
