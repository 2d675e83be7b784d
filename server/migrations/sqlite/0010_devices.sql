-- Browsers that their owners have said are theirs, so that strangers' tries are counted apart from the owners'; what is
-- watched over all accounts, and when administrators were told of it.

create table device (
    -- Keyed digest of the browser's cookie; several accounts may know one browser.
    token text not null,
    account text not null,
    since bigint not null,
    seen bigint not null,
    constraint device_key primary key (token, account),
    constraint device_account foreign key (account) references account (id)
);

create index device_of_account on device (account, seen);
create index device_seen on device (seen);

-- In which lane a code was asked for, and how many digits it has: more than usual on a day of many wrong ones.
alter table code add column lane text not null default 'unknown';
alter table code add column digits bigint not null default 6;
update code set digits = 8 where method = 'email';

-- What a send costs, and whether its code came back. The prefix is the keyed digest of a number's first digits.
alter table sent add column lane text not null default 'unknown';
alter table sent add column method text not null default 'email';
alter table sent add column prefix text;
alter table sent add column code text;
alter table sent add column verified bigint not null default 0;

create index sent_by on sent (method, at);
create index sent_prefix on sent (prefix, at) where prefix is not null;
create index sent_code on sent (code) where code is not null;

-- What the wrong codes of a day come to: the chance that one of them had been right, in units of 10^-10.
create table guessed (
    -- Days since 1970, UTC.
    day bigint not null,
    chance bigint not null,
    constraint guessed_key primary key (day)
);

-- What administrators were told of last, and when.
create table alarm (
    name text not null,
    at bigint not null,
    constraint alarm_key primary key (name)
);

-- Names that were looked for in the last minutes.
create index audit_event_at on audit (event, at);
