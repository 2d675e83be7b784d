-- Whether there are passwords that another system made something of: a comparison takes longer while there are.

create index account_older on account (hash) where hash not like '%$$argon2id$%';
