-- People, how they are reached, and what they may not choose again. Moments are milliseconds since 1970, yes and no are
-- 1 and 0, names of rows are random text: what every database behind these queries can hold.

create table account (
    id text not null,
    -- Canonical form. Compared again in the program: a collation may be looser than we are.
    name text not null,
    -- What the name looks like. Two names that look the same would be taken for one another.
    skeleton text not null,
    display text not null,
    role text not null,
    -- A JSON array of text.
    groups text not null,
    managed_elsewhere bigint not null,
    disabled bigint not null,
    expires bigint,
    hash text,
    must_change bigint not null,
    password_set bigint not null,
    epoch bigint not null,
    revision bigint not null,
    first_finish bigint,
    language text not null,
    constraint account_key primary key (id),
    constraint account_name unique (name),
    constraint account_skeleton unique (skeleton),
    constraint account_managed_elsewhere check (managed_elsewhere in (0, 1)),
    constraint account_disabled check (disabled in (0, 1)),
    constraint account_must_change check (must_change in (0, 1))
);

create index account_administrator on account (id) where role = 'administrator';

create table contact (
    id text not null,
    account text not null,
    kind text not null,
    -- Encrypted and bound to this row. Nothing looks a contact up by its address, so no digest of it stands here.
    address bytea not null,
    trust text not null,
    added bigint not null,
    -- Removed or replaced, and kept only until it has been told so.
    gone bigint not null,
    constraint contact_key primary key (id),
    constraint contact_account foreign key (account) references account (id),
    constraint contact_gone check (gone in (0, 1))
);

create index contact_of_account on contact (account);
create index contact_leftover on contact (id) where gone = 1;

-- Passwords of the past, named by the epoch in which they were good.
create table former_password (
    account text not null,
    epoch bigint not null,
    hash text not null,
    constraint former_password_key primary key (account, epoch),
    constraint former_password_account foreign key (account) references account (id)
);

create table session (
    -- Keyed digest of the cookie.
    token text not null,
    account text not null,
    epoch bigint not null,
    opened bigint not null,
    proved bigint not null,
    seen bigint not null,
    constraint session_key primary key (token),
    constraint session_account foreign key (account) references account (id)
);

create index session_of_account on session (account);
create index session_opened on session (opened);
create index session_seen on session (seen);

-- One row: what administrators decide.
create table policy (
    id bigint not null,
    version bigint not null,
    body text not null,
    constraint policy_key primary key (id),
    constraint policy_one check (id = 1)
);

-- One row, written by the question whether the database takes writes.
create table pulse (
    id bigint not null,
    beat bigint not null,
    constraint pulse_key primary key (id),
    constraint pulse_one check (id = 1)
);

insert into pulse (id, beat) values (1, 0);

-- Who does a job that only one may do at a time. The token goes up with every change of hands.
create table lease (
    name text not null,
    holder text not null,
    token bigint not null,
    until bigint not null,
    constraint lease_key primary key (name)
);
