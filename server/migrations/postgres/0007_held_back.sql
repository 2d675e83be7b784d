-- A call for help beyond what is told of one by one waits in the state `held` until a digest tells of it; then it is `told`.

create index outbox_held on outbox (at) where state = 'held';
