-- Answers to security questions. All of an account are replaced together.

create table answer (
    account text not null,
    question text not null,
    -- Which canonical form of the answer went into the hash.
    form text not null,
    hash text not null,
    constraint answer_key primary key (account, question),
    constraint answer_account foreign key (account) references account (id)
);

-- Which questions are answered, and when: JSON; null where none are.
alter table account add column answered text;
