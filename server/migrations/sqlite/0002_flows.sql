-- Walks under way, what was proved in them, the codes they asked for, and the counters that outlive them.

create table flow (
    id text not null,
    kind text not null,
    -- Keyed digest of the cookie, or `over:` and the id once the flow is closed to every cookie.
    holder text not null,
    holder_before text,
    -- None for a name that nobody has.
    account text,
    -- Keyed digest of the name that was typed.
    name text not null,
    epoch bigint not null,
    version bigint not null,
    body text not null,
    opened bigint not null,
    ends bigint not null,
    support text not null,
    replay_key text,
    replay_content text,
    replay_at bigint,
    constraint flow_key primary key (id),
    constraint flow_holder unique (kind, holder),
    constraint flow_account foreign key (account) references account (id)
);

create index flow_holder_before on flow (kind, holder_before);
create index flow_of_account on flow (account, kind);
create index flow_ends on flow (ends);

create table proof (
    flow text not null,
    -- One proof for a channel: the second code to the same number proves nothing more.
    channel text not null,
    method text not null,
    seasoned bigint not null,
    at bigint not null,
    constraint proof_key primary key (flow, channel),
    constraint proof_flow foreign key (flow) references flow (id) on delete cascade,
    constraint proof_seasoned check (seasoned in (0, 1))
);

-- The digits are a keyed function of the row and stand nowhere.
create table code (
    id text not null,
    flow text not null,
    account text not null,
    purpose text not null,
    method text not null,
    -- No foreign key: a contact may go while the code to it is still remembered.
    contact text not null,
    channel text not null,
    nonce text not null,
    asked bigint not null,
    tries bigint not null,
    closed bigint not null,
    constraint code_key primary key (id),
    constraint code_flow foreign key (flow) references flow (id) on delete cascade,
    constraint code_closed check (closed in (0, 1))
);

create index code_of_flow on code (flow);
create index code_of_account on code (account, asked);

-- No row is no failures. The account may be one that does not exist, so it is no foreign key.
create table failures (
    account text not null,
    factor text not null,
    in_a_row bigint not null,
    day_began bigint not null,
    in_the_day bigint not null,
    wait_until bigint not null,
    last_wrong text,
    constraint failures_key primary key (account, factor)
);

create index failures_day_began on failures (factor, day_began);

create table sent (
    id integer not null,
    channel text not null,
    network text not null,
    account text not null,
    at bigint not null,
    constraint sent_key primary key (id)
);

create index sent_to on sent (channel, at);
create index sent_for on sent (account, at);
create index sent_at on sent (at);

create table challenge (
    -- Keyed digest of a challenge that is spent.
    token text not null,
    until bigint not null,
    constraint challenge_key primary key (token)
);

create index challenge_until on challenge (until);
