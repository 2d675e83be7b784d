-- What happened. Each row carries a code over its own content, which needs a key to make; a sealer links the rows into a
-- chain within a second. Nothing is ever changed here, and only the oldest rows go.

create table audit (
    number integer not null,
    id text not null,
    at bigint not null,
    actor text not null,
    -- Empty where there is none, as in every column below.
    subject text not null,
    network text not null,
    agent text not null,
    event text not null,
    outcome text not null,
    method text not null,
    flow text not null,
    support text not null,
    detail text not null,
    mac blob not null,
    -- Given by the sealer: the place in the chain, the link before, and this link.
    seq bigint,
    prev blob,
    link blob,
    constraint audit_key primary key (number),
    constraint audit_id unique (id),
    constraint audit_seq unique (seq)
);

create index audit_subject on audit (subject, number);
create index audit_event on audit (event, number);
create index audit_support on audit (support, number);

-- The head of the chain at some moment, or the last row before those that are left.
create table audit_anchor (
    seq bigint not null,
    kind text not null,
    link blob not null,
    at bigint not null,
    mac blob not null,
    constraint audit_anchor_key primary key (kind, seq)
);

-- One row: up to which place rows may go. Zero but for the moment in which retention removes the oldest.
create table audit_retention (
    id bigint not null,
    upto bigint not null,
    constraint audit_retention_key primary key (id),
    constraint audit_retention_one check (id = 1)
);

insert into audit_retention (id, upto) values (1, 0);

-- Also against `insert or replace`, which deletes without asking the trigger below.
create trigger audit_is_never_replaced before insert on audit
when new.seq is not null
    or exists (select 1 from audit where id = new.id)
    or exists (select 1 from audit where number = new.number)
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_is_never_altered before update on audit
when old.seq is not null
    or new.seq is null
    or new.prev is null
    or new.link is null
    or new.number is not old.number
    or new.id is not old.id
    or new.at is not old.at
    or new.actor is not old.actor
    or new.subject is not old.subject
    or new.network is not old.network
    or new.agent is not old.agent
    or new.event is not old.event
    or new.outcome is not old.outcome
    or new.method is not old.method
    or new.flow is not old.flow
    or new.support is not old.support
    or new.detail is not old.detail
    or new.mac is not old.mac
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_goes_only_by_retention before delete on audit
when old.seq is null or old.seq > (select upto from audit_retention where id = 1)
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_anchor_is_never_altered before update on audit_anchor
begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger audit_anchor_goes_only_by_retention before delete on audit_anchor
when old.seq > (select upto from audit_retention where id = 1)
begin
    select raise(abort, 'the audit log is append-only');
end;
