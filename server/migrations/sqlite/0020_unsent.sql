-- Sends that were only counted as if something went out.
alter table sent add column unsent bigint not null default 0;
