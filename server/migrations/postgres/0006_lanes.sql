-- Each channel has a lane of its own, and is judged by its own trouble: what one recipient's server says of one message
-- does not count. The column `method` is no longer written.

alter table outbox add column channel text not null default 'mail';
-- When the channel failed the message first; `failed` is when it last did.
alter table outbox add column failed_first bigint;

update outbox set channel = method where method in ('text', 'call');
update outbox set channel = 'text'
where method is null and contact in (select id from contact where kind = 'phone');
update outbox set failed = null where failed is not null;

drop index outbox_due;
drop index outbox_delivered;
create index outbox_lane on outbox (channel, due, number) where state = 'waiting';
create index outbox_delivered on outbox (channel, settled) where state = 'delivered';
