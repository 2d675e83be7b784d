-- How late it was when somebody served last.
alter table pulse add column served bigint not null default 0;
