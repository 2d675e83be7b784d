-- What is kept of an account beside its methods: when they were last confirmed, what an administrator asked for, how often
-- registering was put off, and who was invited to it.

create table upkeep (
    account text not null,
    -- Goes up with every write.
    version bigint not null,
    confirmed bigint,
    -- reconfirm or register.
    demand text,
    demanded bigint,
    skips bigint not null,
    invited bigint,
    reminders bigint not null,
    -- The last message after which another one may follow.
    remind_from bigint,
    constraint upkeep_key primary key (account),
    constraint upkeep_account foreign key (account) references account (id)
);

create index upkeep_remind_from on upkeep (remind_from) where remind_from is not null;

-- Whether what is due was put off for the rest of a session.
alter table session add column put_off bigint not null default 0;
