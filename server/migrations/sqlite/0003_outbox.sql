-- Messages that wait to be sent, and for a week those that were. No address and no code stands here: both are read or
-- made at the moment of sending.

create table outbox (
    -- The order in which messages were written.
    number integer not null,
    id text not null,
    -- Messages with the same line are sent one after the other.
    line text not null,
    -- None is the help desk. No foreign key: a contact may go once it was told.
    contact text,
    -- May be the name of an account that does not exist.
    account text,
    language text not null,
    -- Which kind of message, and all of it as JSON.
    what text not null,
    matter text not null,
    -- For a code: which, and the way it travels.
    code text,
    method text,
    at bigint not null,
    expires bigint not null,
    network text not null,
    -- waiting, delivered, dropped or dead.
    state text not null,
    -- Not before this moment; for a message that is being sent, when its lease is over.
    due bigint not null,
    holder text,
    attempts bigint not null,
    -- When an attempt failed last.
    failed bigint,
    -- When it stopped waiting.
    settled bigint,
    reason text not null,
    constraint outbox_key primary key (number),
    constraint outbox_id unique (id)
);

create index outbox_due on outbox (due, number) where state = 'waiting';
create index outbox_line on outbox (line, number) where state = 'waiting';
create index outbox_expires on outbox (expires) where state = 'waiting';
create index outbox_code on outbox (code) where state = 'waiting';
create index outbox_contact on outbox (contact) where state = 'waiting';
create index outbox_help on outbox (at) where what = 'help_wanted';
create index outbox_help_for on outbox (account, at) where what = 'help_wanted';
create index outbox_failed on outbox (failed) where failed is not null;
create index outbox_delivered on outbox (method, settled) where state = 'delivered';
create index outbox_dead on outbox (number) where state = 'dead';
create index outbox_settled on outbox (settled) where settled is not null;
