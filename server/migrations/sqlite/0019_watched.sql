-- What administrators were told of is forgotten after a while.

create index alarm_at on alarm (at);
