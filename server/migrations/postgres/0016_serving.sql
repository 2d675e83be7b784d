-- What the role that serves may do: everything but altering the audit log, what retention goes by, and the schema. Called
-- by the owner after every migration, since there may be tables that are new.

create function allow_to_serve(served_by text) returns text language plpgsql as $$
begin
    execute format('grant usage on schema %I to %I', current_schema(), served_by);
    execute format('grant select, insert, update, delete on all tables in schema %I to %I', current_schema(), served_by);
    execute format('revoke update, delete on audit, audit_anchor from %I', served_by);
    execute format('grant update (seq, prev, link) on audit to %I', served_by);
    execute format('revoke insert, update, delete on audit_retention, _sqlx_migrations from %I', served_by);
    execute format('grant execute on function retain_audit(bigint) to %I', served_by);
    return served_by;
end;
$$;

revoke execute on function allow_to_serve(text) from public;
