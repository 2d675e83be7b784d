-- Until when an account may neither be reset nor have its methods changed, because its owner said "this was not me";
-- and when that was said, so that no link of before says it again.

alter table account add column frozen_at bigint;
alter table account add column frozen_until bigint;
