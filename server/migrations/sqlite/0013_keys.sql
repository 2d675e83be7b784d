-- Under which key an address is encrypted, so that those under an older one are found; and how often a backup took the
-- place of what was here.

alter table contact add column kid text not null default '';

create index contact_kid on contact (kid, id);

create table restored (
    epoch bigint not null,
    at bigint not null,
    constraint restored_key primary key (epoch)
);
