-- For telling owners of a reset that was begun with a proof and never finished: the oldest proofs first, and whether the
-- owner was told of late.

create index proof_at on proof (at);
create index outbox_unfinished on outbox (account, at) where what = 'unfinished';
